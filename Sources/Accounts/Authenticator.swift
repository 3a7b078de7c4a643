package import Basics
package import EventLoop
package import Ledger

/// Who may come in, and as whom.
package protocol Authenticator: Sendable {
    /// The caller that a connection is before it has logged in; nil: it must log in first.
    ///
    /// - Parameters:
    ///   - peer: the far end.
    ///   - local: where it came in; the Unix socket can only be reached by the server's own user.
    func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller?

    /// The caller behind a name and a password; nil when they do not belong together. Takes the
    /// same time for an unknown name as for a wrong password.
    func authenticate(name: String, password: Redacted) -> Caller?

    /// Whether there is anything to log in with.
    var hasCredentials: Bool { get }
}

/// A server with one administrator.
package struct AdministratorAuthenticator: Authenticator {
    private let password: Redacted?
    private let trustsLoopback: Bool

    /// - Parameters:
    ///   - password: of the user `admin`; nil: there is nothing to log in with.
    ///   - trustsLoopback: connections from this machine are the administrator without log-in.
    package init(password: Redacted?, trustsLoopback: Bool) {
        self.password = password
        self.trustsLoopback = trustsLoopback
    }

    package func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller? {
        if case .unix = local { return .local }
        return trustsLoopback && local.isLoopback && peer.isLoopback ? .local : nil
    }

    package func authenticate(name: String, password given: Redacted) -> Caller? {
        guard let password else { return nil }
        let isRight = password == given
        let isKnown = name == "admin" || name == "default"
        return isRight && isKnown ? .local : nil
    }

    package var hasCredentials: Bool { password != nil }
}
