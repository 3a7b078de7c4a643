package import Basics
package import Crypto
package import Domain
package import EventLoop
package import Ledger
import Synchronization

/// Lets users in, by the records of the ledger.
///
/// Durable events keep it up to date (`observe`); whoever has a caller asks `refreshed` for what
/// has become of it. Threading: any. Cost: a token that was seen before one SHA-256 and a few
/// look-ups; a password that was right in the last ten minutes one HMAC; any other one hash on the
/// worker.
package final class AccountBook: Authenticator {
    /// What the book does not decide itself.
    package struct Options: Sendable {
        /// Connections from this machine are the administrator `local`, as long as nobody has set
        /// up users.
        package var trustsLoopback: Bool
        /// What tokens are signed with.
        package var jwt: JWT

        package init(trustsLoopback: Bool, jwt: JWT) {
            self.trustsLoopback = trustsLoopback
            self.jwt = jwt
        }
    }

    struct State {
        var directory: Directory
        var throttle = LogInThrottle()
        var remembered = RememberedPasswords()
    }

    let state: Mutex<State>
    let options: Options
    let worker: PasswordWorker
    let clock: any Clock
    let log: Log
    private let proven: ProvenTokens
    /// Of this process: nothing that is made with it outlives it.
    private let key: [UInt8]

    /// - Parameters:
    ///   - users: with `grants`, the state of the ledger at the start.
    ///   - isUntouched: whether nobody has set up users, as far as the ledger's log says.
    ///   - worker: hashes; somebody else starts and stops it.
    /// - Throws: where OpenSSL or the kernel fails.
    package init(
        users: some Sequence<User>, grants: some Sequence<Grant>, isUntouched: Bool,
        options: Options, worker: PasswordWorker, clock: any Clock, log: Log
    ) throws(CryptoError) {
        let directory = Directory(users: users, grants: grants, isUntouched: isUntouched)
        state = Mutex(State(directory: directory))
        self.options = options
        self.worker = worker
        self.clock = clock
        self.log = log
        proven = try ProvenTokens()
        key = try Random.bytes(32)
    }

    /// Takes note of what is durable now.
    ///
    /// - Returns: whose connections must look at their callers again, `local` among them.
    package func observe(_ events: [Event]) -> Set<Identifier> {
        state.withLock { $0.directory.observe(events) }
    }

    /// Mail addresses of the enabled users that act for one of these stations by name, for notices;
    /// sorted, each once.
    package func mailAddresses(of stations: [Identifier]) -> [String] {
        let found: [String] = state.withLock { state in
            state.directory.accounts.values.compactMap { account in
                let user = account.user
                let isTheirs = user.stations?.contains { stations.contains($0) } ?? false
                return isTheirs && !user.isDisabled ? user.email : nil
            }
        }
        return Set(found).sorted()
    }

    // MARK: Without credentials

    package func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller? {
        if case .unix = local { return .local }
        guard options.trustsLoopback, local.isLoopback, peer.isLoopback else { return nil }
        return state.withLock { $0.directory.isUntouched } ? .local : nil
    }

    package var hasCredentials: Bool {
        state.withLock { !$0.directory.accounts.isEmpty }
    }

    package func refreshed(_ caller: Caller) -> Caller? {
        if caller.name == .local {
            return state.withLock { $0.directory.isUntouched } && options.trustsLoopback
                ? caller : nil
        }
        if Caller.isBuiltIn(caller.name) { return caller }
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        if let expires = caller.expires, expires <= now { return nil }
        return state.withLock { state in
            if let id = caller.grant {
                guard let grant = state.directory.liveGrant(id, now: now),
                    grant.user == caller.name
                else { return nil }
            }
            guard let present = state.directory.account(caller.name)?.caller else { return nil }
            if caller.grant == nil && caller.password != present.password { return nil }
            return present == caller ? caller : present.with(caller.grant, caller.expires)
        }
    }

    package func renewed(_ caller: Caller) -> Caller? {
        if caller.grant != nil { return nil }
        return state.withLock { $0.directory.account(caller.name)?.caller }
    }

    // MARK: At once

    package func recall(_ credentials: Credentials, from address: String) -> LogIn? {
        switch credentials {
        case .token(let text): return logIn(token: text)
        case .page(let text): return logIn(page: text)
        case .password(let name, let password):
            let second = clock.monotonicNanoseconds() / 1_000_000_000
            return state.withLock { state -> LogIn? in
                let wait = state.throttle.wait(name: name, address: address, now: second)
                let refusal = wait.map { LogIn.refused(.throttled($0), retrySeconds: $0) }
                if refusal != nil,
                    !state.throttle.mayGuess(name: name, address: address, now: second)
                {
                    return refusal
                }
                guard let account = find(name, state.directory),
                    !account.user.isDisabled,
                    let digest = digest(name, account.user, password),
                    state.remembered.knows(account.user.name, digest, now: second)
                else { return refusal }
                return .caller(account.caller)
            }
        }
    }

    /// The user of a name; clients that know only a password send `default`.
    private func find(_ name: String, _ directory: Directory) -> Directory.Account? {
        guard let id = Identifier(name) else { return nil }
        if let account = directory.accounts[id] { return account }
        return name == "default" ? directory.accounts[User.admin] : nil
    }

    /// Proves name, password and present hash to this process alone; nil where OpenSSL fails. An
    /// unknown user has no hash.
    private func digest(_ name: String, _ user: User?, _ password: Redacted) -> [UInt8]? {
        var message = Array((user?.name.text ?? name).utf8)
        message.append(0)
        message += (user?.passwordHash ?? "").utf8
        message.append(0)
        message += password.revealed.utf8
        let key = key
        do throws(CryptoError) {
            return try HMAC.sha256(key: key.span, message: message.span)
        } catch { return nil }
    }

    // MARK: By a hash

    package func verify(
        _ credentials: Credentials, from address: String,
        complete: @escaping @Sendable (LogIn) -> Void
    ) {
        if let answer = recall(credentials, from: address) { return complete(answer) }
        guard case .password(let name, let password) = credentials else {
            return complete(.refused(.wrongToken, retrySeconds: nil))
        }
        let second = clock.monotonicNanoseconds() / 1_000_000_000
        let (account, isKnown) = state.withLock {
            (find(name, $0.directory), $0.throttle.isKnown(name: name, address: address))
        }
        guard let digest = digest(name, account?.user, password) else {
            return complete(.refused(.tooManyLogIns, retrySeconds: 1))
        }
        let key = Base64URL.encode(digest.span)
        let isFirst = !worker.isUnderWay(key)
        if isFirst {
            state.withLock { $0.throttle.begin(name: name, address: address, now: second) }
        }
        let isTaken = worker.compare(
            password, with: account?.user.passwordHash, key: key, isPreferred: isKnown
        ) { [self] outcome in
            let isRight = if case .compared(true) = outcome { true } else { false }
            if isFirst { end(name, address, outcome) }
            if case .stopped = outcome {
                return complete(.refused(.tooManyLogIns, retrySeconds: 1))
            }
            complete(finish(isRight ? account : nil, digest, address))
        }
        if isTaken { return }
        if isFirst {
            state.withLock { $0.throttle.abandon(name: name, address: address, now: second) }
        }
        complete(.refused(.tooManyLogIns, retrySeconds: 1))
    }

    private func end(_ name: String, _ address: String, _ outcome: PasswordWorker.Outcome) {
        let second = clock.monotonicNanoseconds() / 1_000_000_000
        switch outcome {
        case .compared(let isRight):
            state.withLock {
                $0.throttle.end(name: name, address: address, isRight: isRight, now: second)
            }
        default:
            state.withLock { $0.throttle.abandon(name: name, address: address, now: second) }
        }
    }

    /// The log-in of a right password, if the account is still the one that it was compared with.
    private func finish(
        _ account: Directory.Account?, _ digest: [UInt8], _ address: String
    ) -> LogIn {
        let second = clock.monotonicNanoseconds() / 1_000_000_000
        let caller: Caller? = state.withLock { state in
            guard let account,
                let present = state.directory.account(account.user.name),
                present.user.passwordHash == account.user.passwordHash
            else { return nil }
            state.remembered.add(account.user.name, digest, now: second)
            return present.caller
        }
        if let caller { return .caller(caller) }
        // Neither the name nor the password: people type one in the place of the other.
        log.warning("a log-in failed", ["address": "\(address)"])
        return .refused(.wrongPassword, retrySeconds: nil)
    }

    // MARK: Tokens

    private func logIn(token: Redacted) -> LogIn {
        let milliseconds = clock.wallMilliseconds()
        let now = Timestamp(milliseconds: milliseconds)
        let token = token.revealed.utf8
        if let known = proven.recall(token.span) { return logIn(known, now) }
        guard token.starts(with: "ent_".utf8) else {
            do throws(JWTError) {
                let claims = try options.jwt.verify(token.span, nowMilliseconds: milliseconds)
                proven.keep(.access(claims), of: token.span)
                return logIn(.access(claims), now)
            } catch {
                let isEnded = error == .expired
                return .refused(isEnded ? .endedToken : .wrongToken, retrySeconds: nil)
            }
        }
        guard let secret = SecretText(token.span), !secret.isRefresh,
            let hash = try? SecretHash.of(secret.bytes),
            let grant = state.withLock({ $0.directory.grants[secret.grant] }),
            grant.kind == .api, grant.secret == hash
        else { return .refused(.wrongToken, retrySeconds: nil) }
        proven.keep(.api(grant.id), of: token.span)
        return logIn(.api(grant.id), now)
    }

    /// The log-in of a token that is genuine: is it in force?
    private func logIn(_ token: ProvenTokens.Token, _ now: Timestamp) -> LogIn {
        let id: Identifier
        var end: Timestamp?
        switch token {
        case .api(let grant): id = grant
        case .access(let claims):
            id = claims.grant
            do throws(JWTError) {
                try claims.check(nowMilliseconds: now.milliseconds)
            } catch { return .refused(.endedToken, retrySeconds: nil) }
            end = Timestamp(milliseconds: claims.expires * 1_000)
        }
        let caller: Caller? = state.withLock { state in
            guard let grant = state.directory.liveGrant(id, now: now),
                let account = state.directory.account(grant.user)
            else { return nil }
            if case .access(let claims) = token {
                if grant.kind != .session || grant.user != claims.user { return nil }
            }
            let expires = [end, grant.expires].lazy.compactMap(\.self).min()
            return account.caller.with(id, expires)
        }
        return caller.map { .caller($0) } ?? .refused(.endedToken, retrySeconds: nil)
    }

    private func logIn(page: Redacted) -> LogIn {
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        guard let secret = SecretText(page.revealed.utf8.span), !secret.isRefresh,
            let hash = try? SecretText.pageHash(secret.bytes)
        else { return .refused(.wrongToken, retrySeconds: nil) }
        let caller: Caller? = state.withLock { state in
            guard let grant = state.directory.liveGrant(secret.grant, now: now),
                grant.kind == .session, grant.secret == hash,
                let account = state.directory.account(grant.user)
            else { return nil }
            return account.caller.with(grant.id, grant.expires)
        }
        return caller.map { .caller($0) } ?? .refused(.endedToken, retrySeconds: nil)
    }
}

extension Caller {
    /// The same rights, by a token.
    func with(_ grant: Identifier?, _ expires: Timestamp?) -> Caller {
        Caller(name: name, role: role, stations: stations, grant: grant, expires: expires)
    }
}
