package import Basics
package import Crypto
package import Domain
package import Ledger

/// Gives tokens to whoever logs in over HTTP, changes and takes them back.
///
/// A log-in is a session, a grant of the ledger: an access token (signed, short) and a refresh
/// token, which is changed at each use; whoever shows an old one has stolen it or was stolen from,
/// and the whole session ends. The page gets a cookie instead of tokens. Threading: any;
/// completions come on any thread, when what they tell is durable.
package final class TokenDesk: Sendable {
    /// How long things last, in seconds.
    package struct Lifetimes: Sendable, Equatable {
        package var accessSeconds: Int64 = 900
        /// A session, however often it is refreshed.
        package var sessionSeconds: Int64 = 30 * 86_400
        /// A log-in of the page.
        package var pageSeconds: Int64 = 12 * 3_600

        package init() {}
    }

    /// What a log-in or refresh gives.
    package struct Tokens: Sendable {
        package let access: Redacted
        package let refresh: Redacted
        /// Seconds that the access token is in force.
        package let expiresIn: Int64
    }

    /// What a log-in of the page gives.
    package struct Page: Sendable {
        /// The value of the cookie.
        package let cookie: Redacted
        /// What each change must send beside the cookie.
        package let csrf: String
        package let expires: Timestamp
        package let caller: Caller
    }

    package enum Outcome<Value: Sendable>: Sendable {
        case done(Value)
        case refused(CommandError, retrySeconds: Int?)
    }

    private let book: AccountBook
    private let store: any AccountStore
    private let lifetimes: Lifetimes
    private let refreshKey: [UInt8]
    private let pageKey: [UInt8]
    private let random: @Sendable (Int) throws(CryptoError) -> [UInt8]

    /// - Parameters:
    ///   - secret: of this store; two stores with one secret would take each other's old refresh
    ///     tokens for their own.
    ///   - random: so many bytes that nobody can guess.
    /// - Throws: where OpenSSL fails.
    package init(
        book: AccountBook, store: any AccountStore, lifetimes: Lifetimes, secret: [UInt8],
        random: @escaping @Sendable (Int) throws(CryptoError) -> [UInt8] = Random.bytes
    ) throws(CryptoError) {
        self.book = book
        self.store = store
        self.lifetimes = lifetimes
        self.random = random
        refreshKey = try HMAC.sha256(key: secret.span, message: "refresh".utf8.span)
        pageKey = try HMAC.sha256(key: secret.span, message: "page".utf8.span)
    }

    // MARK: Tokens

    /// A session for a name and a password.
    package func logIn(
        name: String, password: Redacted, from address: String,
        complete: @escaping @Sendable (Outcome<Tokens>) -> Void
    ) {
        book.verify(.password(name: name, password), from: address) { [self] answer in
            switch answer {
            case .refused(let error, let seconds):
                complete(.refused(error, retrySeconds: seconds))
            case .caller(let caller): open(caller, complete)
            }
        }
    }

    private func open(
        _ caller: Caller, _ complete: @escaping @Sendable (Outcome<Tokens>) -> Void
    ) {
        do throws(CommandError) {
            let secret = try draw(SecretText.secretBytes)
            let hash = try SecretText.refreshHash(generation: 0, random: secret)
            let end = end(lifetimes.sessionSeconds)
            store.openSession(user: caller.name, secret: hash, expires: end) { [self] result in
                switch result {
                case .failure(let error): complete(.refused(error, retrySeconds: nil))
                case .success(let grant): give(grant, secret, complete)
                }
            }
        } catch { complete(.refused(error, retrySeconds: nil)) }
    }

    /// The next tokens for a refresh token.
    package func refresh(
        _ token: Redacted, from address: String,
        complete: @escaping @Sendable (Outcome<Tokens>) -> Void
    ) {
        guard let secret = genuine(token), secret.isRefresh else {
            return complete(.refused(.wrongToken, retrySeconds: nil))
        }
        do throws(CommandError) {
            let next = try draw(SecretText.secretBytes)
            let hash = try SecretText.refreshHash(
                generation: secret.generation &+ 1, random: next)
            store.rotateSession(
                secret.grant, generation: secret.generation, presented: try secret.refreshHash(),
                secret: hash
            ) { [self] result in
                switch result {
                case .failure(let error): complete(.refused(error, retrySeconds: nil))
                case .success(.rotated(let grant)): give(grant, next, complete)
                case .success(.ended): complete(.refused(.endedToken, retrySeconds: nil))
                case .success(.reused):
                    book.log.warning(
                        "a refresh token was used twice: its session was revoked",
                        ["address": "\(address)", "session": "\(secret.grant)"])
                    complete(.refused(.endedToken, retrySeconds: nil))
                }
            }
        } catch { complete(.refused(error, retrySeconds: nil)) }
    }

    /// What is wrong with an access or API token; nil: it is in force.
    package func verify(_ token: Redacted, from address: String) -> CommandError? {
        guard let answer = book.recall(.token(token), from: address) else { return .wrongToken }
        switch answer {
        case .caller: return nil
        case .refused(let error, _): return error
        }
    }

    /// Ends the session or API token behind a refresh, access or API token; nothing happens for
    /// others.
    ///
    /// - Parameter complete: gets what kept it from being written.
    package func revoke(
        _ token: Redacted, complete: @escaping @Sendable (CommandError?) -> Void
    ) {
        var grant = genuine(token)?.grant
        if grant == nil, case .caller(let caller) = book.recall(.token(token), from: "") {
            grant = caller.grant
        }
        guard let grant else { return complete(nil) }
        end(grant, "it was given back", complete)
    }

    private func give(
        _ grant: Grant, _ secret: [UInt8],
        _ complete: @escaping @Sendable (Outcome<Tokens>) -> Void
    ) {
        do throws(CommandError) {
            complete(.done(try tokens(of: grant, secret)))
        } catch { complete(.refused(error, retrySeconds: nil)) }
    }

    private func tokens(of grant: Grant, _ secret: [UInt8]) throws(CommandError) -> Tokens {
        let now = Timestamp.seconds(book.clock.wallMilliseconds())
        var end = now + lifetimes.accessSeconds
        if let last = grant.expires { end = min(end, Timestamp.seconds(last.milliseconds)) }
        if end <= now { throw .endedToken }
        let bytes = try draw(16)
        let id = Base64URL.encode(bytes.span)
        let claims = JWTClaims(
            user: grant.user, grant: grant.id, id: id, issued: now, notBefore: now, expires: end)
        do throws(CryptoError) {
            let access = try book.options.jwt.sign(claims)
            let refresh = try SecretText(
                refresh: grant.id, generation: grant.generation, random: secret, key: refreshKey)
            return Tokens(
                access: Redacted(access), refresh: Redacted(refresh.text), expiresIn: end - now)
        } catch { throw CommandError(.err, error.message) }
    }

    /// A refresh token that this store has given, whenever that was.
    private func genuine(_ token: Redacted) -> SecretText? {
        guard let secret = SecretText(token.revealed.utf8.span),
            secret.isGenuine(key: refreshKey)
        else { return nil }
        return secret
    }

    // MARK: The page

    /// A session of the page for a name and a password.
    package func beginPage(
        name: String, password: Redacted, from address: String,
        complete: @escaping @Sendable (Outcome<Page>) -> Void
    ) {
        book.verify(.password(name: name, password), from: address) { [self] answer in
            switch answer {
            case .refused(let error, let seconds):
                complete(.refused(error, retrySeconds: seconds))
            case .caller(let caller): openPage(caller, complete)
            }
        }
    }

    private func openPage(
        _ caller: Caller, _ complete: @escaping @Sendable (Outcome<Page>) -> Void
    ) {
        do throws(CommandError) {
            let secret = try draw(SecretText.secretBytes)
            let hash = try SecretText.pageHash(secret)
            let end = end(lifetimes.pageSeconds)
            store.openSession(user: caller.name, secret: hash, expires: end) { [self] result in
                switch result {
                case .failure(let error): complete(.refused(error, retrySeconds: nil))
                case .success(let grant):
                    let cookie = Redacted(SecretText(grant: grant.id, bytes: secret).text)
                    complete(
                        .done(
                            Page(
                                cookie: cookie, csrf: csrf(cookie), expires: end,
                                caller: caller.with(grant.id, end))))
                }
            }
        } catch { complete(.refused(error, retrySeconds: nil)) }
    }

    /// What belongs to a cookie and only the page knows; compare with `ConstantTime`. Empty, which
    /// nothing may be taken for, where OpenSSL fails.
    package func csrf(_ cookie: Redacted) -> String {
        let key = pageKey
        do throws(CryptoError) {
            let code = try HMAC.sha256(key: key.span, message: cookie.revealed.utf8.span)
            return Base64URL.encode(code.span)
        } catch { return "" }
    }

    /// Ends the session of a cookie; nothing happens for another text.
    package func endPage(
        _ cookie: Redacted, complete: @escaping @Sendable (CommandError?) -> Void
    ) {
        guard case .caller(let caller) = book.recall(.page(cookie), from: ""),
            let grant = caller.grant
        else { return complete(nil) }
        end(grant, "log-out", complete)
    }

    // MARK: Small parts

    private func end(
        _ grant: Identifier, _ reason: String,
        _ complete: @escaping @Sendable (CommandError?) -> Void
    ) {
        store.revoke(grant, reason: reason) { result in
            switch result {
            case .success: complete(nil)
            case .failure(let error): complete(error)
            }
        }
    }

    private func end(_ seconds: Int64) -> Timestamp {
        let now = Timestamp(milliseconds: book.clock.wallMilliseconds())
        return now.adding(milliseconds: seconds * 1_000) ?? .latest
    }

    private func draw(_ count: Int) throws(CommandError) -> [UInt8] {
        do throws(CryptoError) { return try random(count) } catch {
            throw CommandError(.err, error.message)
        }
    }
}
