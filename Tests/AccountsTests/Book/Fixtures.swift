import Accounts
import Basics
import Crypto
import Domain
import EventLoop
import Ledger
import Passwords
import Synchronization
import System
import Testing

/// A clock that goes when it is told to.
final class HandClock: Clock {
    private let now = Mutex((wall: TokenForge.now, monotonic: UInt64(1_000_000_000_000)))

    func wallMilliseconds() -> Int64 { now.withLock { $0.wall } }
    func monotonicNanoseconds() -> UInt64 { now.withLock { $0.monotonic } }

    func advance(seconds: Int64) {
        now.withLock {
            $0.wall += seconds * 1_000
            $0.monotonic += UInt64(seconds) * 1_000_000_000
        }
    }
}

/// Keeps log lines.
final class LineSink: LogSink {
    private let kept = Mutex("")

    var text: String { kept.withLock { $0 } }

    func write(_ line: Span<UInt8>) {
        let text = String(decoding: line.array, as: UTF8.self)
        kept.withLock { $0 += text }
    }
}

extension Identifier {
    init(name: String) throws { self = try #require(Identifier(name)) }
}

/// A book with users whose passwords are known, and a store of sessions in memory.
final class TestBook: AccountStore {
    let clock = HandClock()
    let sink = LineSink()
    let worker: PasswordWorker
    let book: AccountBook
    private let grants = Mutex<(last: UInt64, byID: [Identifier: Grant])>((1, [:]))

    static let cost = PasswordCost(memoryKiB: 64, passes: 1)

    /// - Parameter users: names with passwords; `admin` is an administrator, the others are traders
    ///   of the station `luna`.
    init(
        users: [(String, String)] = [("admin", "admin-password"), ("ada", "ada-password")],
        isUntouched: Bool = false, trustsLoopback: Bool = true
    ) throws {
        worker = PasswordWorker(cost: Self.cost)
        let forge = try TokenForge()
        let log = Log(level: .debug, format: .text, clock: clock, sink: sink)
        book = try AccountBook(
            users: try users.map { try Self.user($0.0, $0.1) }, grants: [],
            isUntouched: isUntouched,
            options: AccountBook.Options(trustsLoopback: trustsLoopback, jwt: forge.jwt),
            worker: worker, clock: clock, log: log)
        try worker.start()
    }

    deinit {
        // The last one to let go may be the worker's own thread, which cannot wait for its end.
        let worker = worker
        _ = try? SystemThread(name: "end of worker") { worker.stop() }
    }

    static func user(_ name: String, _ password: String?) throws -> User {
        var user = User(
            name: try Identifier(name: name), role: name == "admin" ? .admin : .trader,
            stations: name == "admin" ? nil : [Identifier(literal: "luna")],
            created: Timestamp(milliseconds: TokenForge.now), seq: 1)
        user.passwordHash = try password.map {
            try PasswordHash.make(Redacted($0), salt: [UInt8](repeating: 5, count: 16), cost: cost)
        }
        return user
    }

    // MARK: Log-in

    func logIn(_ name: String, _ password: String, from address: String = "192.0.2.1") -> LogIn {
        logIn(.password(name: name, Redacted(password)), from: address)
    }

    func logIn(_ credentials: Credentials, from address: String = "192.0.2.1") -> LogIn {
        waiting { book.verify(credentials, from: address, complete: $0) }
    }

    /// Waits for what comes back on another thread.
    func waiting<Value: Sendable>(
        _ body: (@escaping @Sendable (Value) -> Void) -> Void
    ) -> Value {
        let box = Monitor<Value?>(nil)
        body { value in box.update { $0 = value } }
        while true { if let value = box.wait({ $0 }) { return value } }
    }

    // MARK: Changes

    func change(_ name: String, _ body: (inout User) -> Void) throws -> Set<Identifier> {
        var user = try Self.user(name, "\(name)-password")
        body(&user)
        return book.observe([
            event(.userChanged, .user(UserChange(before: nil, user: user)), by: User.admin)
        ])
    }

    func event(_ type: EventType, _ data: EventData, by actor: Identifier) -> Event {
        Event(
            seq: 9, time: Timestamp(milliseconds: TokenForge.now), type: type, first: 9, count: 1,
            actor: actor, cause: Cause(command: nil), data: data)
    }

    /// An API token of a user.
    func issue(_ name: String, expires: Timestamp? = nil) throws -> (text: String, grant: Grant) {
        let secret = try Random.bytes(32)
        var grant = try next(
            .api, try Identifier(name: name), try SecretHash.of(secret), expires: expires)
        grant.expires = expires
        keep(grant)
        return (TokenText.text(id: grant.id, secret: secret), grant)
    }

    func revoke(_ grant: Grant) {
        var after = grants.withLock { $0.byID[grant.id] } ?? grant
        after.revoked = Timestamp(milliseconds: clock.wallMilliseconds())
        keep(after)
    }

    private func next(
        _ kind: GrantKind, _ user: Identifier, _ secret: SecretHash, expires: Timestamp?
    ) throws -> Grant {
        let seq = grants.withLock { state in
            state.last += 1
            return state.last
        }
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        var grant = Grant(
            id: ULID(milliseconds: now.milliseconds, n: 0, seq: seq).identifier, user: user,
            kind: kind, secret: secret, created: now, seq: seq)
        grant.expires = expires
        return grant
    }

    private func keep(_ grant: Grant) {
        grants.withLock { $0.byID[grant.id] = grant }
        _ = book.observe([
            event(
                .tokenIssued, .grant(GrantChange(before: nil, grant: grant)), by: grant.user)
        ])
    }

    // MARK: AccountStore

    func openSession(
        user: Identifier, secret: SecretHash, expires: Timestamp,
        complete: @escaping @Sendable (Result<Grant, CommandError>) -> Void
    ) {
        guard let grant = try? next(.session, user, secret, expires: expires) else { return }
        keep(grant)
        complete(.success(grant))
    }

    func rotateSession(
        _ id: Identifier, generation: UInt32, presented: SecretHash, secret: SecretHash,
        complete: @escaping @Sendable (Result<SessionRotation, CommandError>) -> Void
    ) {
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        guard var grant = grants.withLock({ $0.byID[id] }), grant.isLive(at: now),
            generation <= grant.generation
        else { return complete(.success(.ended)) }
        if generation < grant.generation || presented != grant.secret {
            revoke(grant)
            return complete(.success(.reused))
        }
        grant.generation += 1
        grant.secret = secret
        keep(grant)
        complete(.success(.rotated(grant)))
    }

    func revoke(
        _ id: Identifier, reason: String,
        complete: @escaping @Sendable (Result<Void, CommandError>) -> Void
    ) {
        if let grant = grants.withLock({ $0.byID[id] }) { revoke(grant) }
        complete(.success(()))
    }
}

extension LogIn {
    var caller: Caller? { if case .caller(let caller) = self { caller } else { nil } }
    var code: ErrorCode? { if case .refused(let error, _) = self { error.code } else { nil } }
    var retrySeconds: Int? { if case .refused(_, let seconds) = self { seconds } else { nil } }
}

/// Calls `body` with a new folder and removes it.
func withFolder(_ body: (String) throws -> Void) throws {
    var generator = SystemRandomNumberGenerator()
    let path = "/tmp/entrepot-accounts-\(generator.next())"
    try FileSystem.makeFolder(path)
    defer { try? FileSystem.removeTree(path) }
    try body(path)
}
