package import Basics
package import EventLoop
package import Ledger

/// What somebody shows to be let in.
package enum Credentials: Sendable {
    /// A name and what belongs to it.
    case password(name: String, Redacted)
    /// An API token or an access token, as `Bearer` and `AUTH` carry it.
    case token(Redacted)
    /// The value of the page's cookie.
    case page(Redacted)

    /// What two words of `AUTH` mean: a token in the place of the password is one, whatever the
    /// name.
    package init(name: String, secret: Redacted) {
        self = Self.isToken(secret.revealed) ? .token(secret) : .password(name: name, secret)
    }

    /// Whether a text has the form of a token; one that has is no password.
    package static func isToken(_ text: String) -> Bool { isToken(text.utf8.span) }

    /// The same for bytes of any kind. Cost: most are none by their first bytes.
    package static func isToken(_ bytes: Span<UInt8>) -> Bool {
        if begins(bytes, "ent_") { return SecretText(bytes) != nil }
        // The header of every token begins with `{"`.
        guard begins(bytes, "eyJ") else { return false }
        var points = 0
        for index in 0..<bytes.count where bytes[index] == UInt8(ascii: ".") { points += 1 }
        return points == 2
    }

    private static func begins(_ bytes: Span<UInt8>, _ text: String) -> Bool {
        let start = text.utf8
        return bytes.count >= start.count && bytes.extracting(0..<start.count).equals(start.span)
    }
}

/// What came of it.
package enum LogIn: Sendable {
    /// Let in; `expires` and `grant` of the caller say until when and by which token.
    case caller(Caller)
    /// `WRONGPASS`, `NOAUTH` (an ended token), `LIMIT` and `BUSY`, these with the seconds to wait.
    case refused(CommandError, retrySeconds: Int?)
}

/// Who may come in, and as whom. Any thread may ask.
package protocol Authenticator: AnyObject, Sendable {
    /// The caller that a TCP connection is before it has logged in; nil: it must log in first. HTTP
    /// never asks.
    ///
    /// - Parameters:
    ///   - peer: the far end.
    ///   - local: where it came in; the Unix socket can only be reached by the server's own user.
    func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller?

    /// Whether there is anything to log in with.
    var hasCredentials: Bool { get }

    /// Answers where that takes microseconds: tokens, and passwords that were right a while ago.
    ///
    /// - Parameter address: the peer's, numeric: what is throttled.
    /// - Returns: nil for a password that must be hashed: ask `verify`.
    func recall(_ credentials: Credentials, from address: String) -> LogIn?

    /// Answers what `recall` could not; returns at once.
    ///
    /// - Parameter complete: called once, on any thread or before this returns.
    func verify(
        _ credentials: Credentials, from address: String,
        complete: @escaping @Sendable (LogIn) -> Void)

    /// The same caller as its account is now; nil: it is gone, disabled, revoked or expired, or has
    /// another password than the one that the caller came with.
    func refreshed(_ caller: Caller) -> Caller?

    /// The caller by its present password: for a connection that has just set it.
    ///
    /// - Returns: nil where the account is gone or disabled, or the caller came with a token.
    func renewed(_ caller: Caller) -> Caller?
}

extension CommandError {
    /// In Redis' words: clients look for them. It does not say which of the two was wrong.
    package static let wrongPassword = CommandError(
        .wrongPass, "invalid username-password pair or user is disabled.")
    static let wrongToken = CommandError(.wrongPass, "the token is not valid")
    static let endedToken = CommandError(.noAuth, "the token has expired or was revoked")
    static let tooManyLogIns = CommandError(
        .busy, "too many log-ins are under way: try again in a moment")

    /// - Parameter seconds: 1 or more.
    static func throttled(_ seconds: Int) -> CommandError {
        CommandError(.limit, "too many failed log-ins: try again in \(seconds) seconds")
    }
}
