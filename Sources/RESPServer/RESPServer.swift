import Accounts
package import Basics
package import Connections
package import Domain
import EventLoop
import Ledger
import RESP
package import Storage
package import System
package import TLS

/// The TCP edge: connections, what they share, and the commands that are about the server.
///
/// Threading: the thread of its ``ServingLoop``.
package final class RESPServer: Edge {
    /// The size of the buffer that idle connections share for reading.
    static let sharedReadBytes = Session.readBytes

    let serving: ServingLoop
    let loop: EventLoop
    let ledger: LedgerPort
    let commands: CommandLookup
    let log: Log
    let clock: any Clock
    let scratch = Scratch()
    let identity: ServerIdentity
    let authenticator: any Authenticator
    /// The limits in force, a copy that is near.
    private(set) var limits: Limits
    let statistics: ServerStatistics
    var sessions: [UInt64: Session] = [:]
    var monitors: [Session] = []
    var hub = SubscriptionHub()
    let groups: ConsumerGroups
    /// Monotonic nanoseconds at which the present command began.
    private(set) var commandStart: UInt64
    /// Where connections are accepted.
    private(set) var endpoints: [Endpoint] = []

    /// What connections that come in over TCP speak TLS with; nil: they speak RESP as it is. A new
    /// one counts for the connections that come after.
    package var security: TLSContext?

    private var holding: [Session] = []
    private var dirty: [Session] = []
    private var waiting: [UInt64: Session] = [:]
    private var loggedInLimits = RequestLimits.standard
    private var anonymousLimits = RequestLimits.beforeLogin

    /// - Throws: where the consumer groups cannot be read back.
    package init(_ serving: ServingLoop) throws(StorageError) {
        self.serving = serving
        loop = serving.loop
        ledger = serving.ledger
        commands = serving.commands
        log = serving.log
        clock = serving.clock
        identity = serving.identity
        authenticator = serving.authenticator
        limits = serving.limits
        statistics = serving.statistics
        groups = ConsumerGroups()
        try GroupStore.load(serving.ledger.durableView, into: groups)
        commandStart = serving.clock.monotonicNanoseconds()
        updateRequestLimits()
        serving.add(self)
    }

    package func limitsChanged(_ limits: Limits) {
        self.limits = limits
        updateRequestLimits()
    }

    private func updateRequestLimits() {
        loggedInLimits = RequestLimits(
            lineBytes: limits.requestLineBytes, argumentBytes: limits.argumentBytes,
            arguments: limits.requestArguments, requestBytes: limits.requestBytes)
        anonymousLimits = RequestLimits(
            lineBytes: min(limits.requestLineBytes, limits.anonymousArgumentBytes),
            argumentBytes: limits.anonymousArgumentBytes, arguments: limits.anonymousArguments,
            requestBytes: (limits.anonymousArgumentBytes + 32) * limits.anonymousArguments,
            isBeforeLogin: true)
    }

    func requestLimits(for session: Session) -> RequestLimits {
        session.state.caller == nil ? anonymousLimits : loggedInLimits
    }

    // MARK: Listening

    /// Accepts TCP connections.
    ///
    /// - Parameter port: 0 lets the system choose.
    /// - Returns: what is really listened on, as `HOST:PORT`.
    /// - Throws: `EADDRINUSE` and the like.
    package func listen(host: String, port: UInt16) throws(SystemError) -> String {
        try serving.settle()
        return "\(try listen(on: .tcp(host: host, port: port)))"
    }

    /// Accepts connections of the server's own user on a Unix socket, mode 0600; they are the
    /// administrator.
    ///
    /// - Throws: `ENAMETOOLONG` for a path of more than 107 bytes, `EADDRINUSE` and the like.
    package func listen(unixSocket path: String) throws(SystemError) {
        _ = try listen(on: .unix(path: path))
    }

    @discardableResult
    private func listen(on endpoint: Endpoint) throws(SystemError) -> Endpoint {
        let local = try serving.listen(on: endpoint) { [unowned self] socket, peer, local in
            accept(socket, peer: peer, local: local)
        }
        endpoints.append(local)
        return local
    }

    private func accept(_ socket: consuming Socket, peer: Endpoint, local: Endpoint) {
        statistics.connectionsReceived &+= 1
        let security = local.isUnix ? nil : security
        if !serving.census.admit(peer, limits) {
            statistics.connectionsRejected &+= 1
            // As Redis says it; whether it fits into the socket's buffer does not matter.
            let refusal: [UInt8] = Array("-ERR max number of clients reached\r\n".utf8)
            if security == nil { _ = try? socket.write(refusal.span) }
            return
        }
        do {
            let session = Session(
                id: serving.takeConnectionID(), server: self,
                transport: try Transport(socket, security), peer: peer, local: local,
                caller: authenticator.callerWithoutCredentials(peer: peer, local: local),
                now: clock.monotonicNanoseconds())
            try session.start()
            sessions[session.id] = session
        } catch {
            log.warning("a connection could not be watched", ["reason": "\(error)"])
            serving.census.leave(peer)
        }
    }

    func didClose(_ session: Session) {
        sessions[session.id] = nil
        waiting[session.id] = nil
        serving.census.leave(session.peer)
        hub.removeAll(session)
        if session.state.isMonitor { monitors.removeAll { $0 === session } }
    }

    // MARK: Turns

    func markHolding(_ session: Session) {
        if session.isListedAsHolding { return }
        session.isListedAsHolding = true
        holding.append(session)
    }

    func markDirty(_ session: Session) {
        if session.isListedAsDirty { return }
        session.isListedAsDirty = true
        dirty.append(session)
    }

    func didPark(_ session: Session) { waiting[session.id] = session }
    func didUnpark(_ session: Session) { waiting[session.id] = nil }

    package func release(upTo durable: UInt64) {
        if holding.isEmpty { return }
        let listed = holding
        holding.removeAll(keepingCapacity: true)
        for session in listed {
            session.isListedAsHolding = false
            if session.isClosed { continue }
            let hasNews = session.output.release(upTo: durable)
            if session.output.isHolding { markHolding(session) }
            if hasNews { session.flushAndResume() }
        }
    }

    package func didReach(durableSeq seq: UInt64) {
        if waiting.isEmpty { return }
        for session in Array(waiting.values) {
            switch session.park?.reason {
            case .seq(let wanted) where wanted <= seq: session.unpark()
            case .events(let after) where after < seq: session.unpark()
            default: break
            }
        }
    }

    package func flush() {
        while !dirty.isEmpty {
            let listed = dirty
            dirty.removeAll(keepingCapacity: true)
            for session in listed {
                session.isListedAsDirty = false
                session.flushAndResume()
            }
        }
    }

    package func take(_ result: WorkerResult) {
        guard let session = sessions[result.session] else { return }
        if session.park?.reason == .worker { session.unpark(result: result.value) }
    }

    package func collect() {}

    package func accountsChanged(_ names: Set<Identifier>) {
        for session in Array(sessions.values) {
            if let caller = session.state.caller, names.contains(caller.name) {
                session.recheckCaller()
            }
        }
    }

    package func checkDeadlines(now: UInt64) {
        for session in Array(sessions.values) { session.checkDeadlines(now: now) }
    }

    func deadline(milliseconds: UInt64) -> UInt64 { serving.deadline(milliseconds: milliseconds) }

    // MARK: Accounting

    /// The time of the first of several commands.
    func beginCommands() { commandStart = clock.monotonicNanoseconds() }

    /// Counts a command that was answered. One look at the clock serves as its end and as the
    /// beginning of the next.
    func didRun(_ session: Session, _ request: borrowing ArgumentVector) {
        let now = clock.monotonicNanoseconds()
        let duration = now &- commandStart
        commandStart = now
        statistics.commandsProcessed &+= 1
        session.state.commandCount &+= 1
        let index = session.state.lastCommand
        if index < 0 || !session.hasBegun { return }
        statistics.didRun(index, nanoseconds: duration, failure: session.failure)
        let isSlow =
            duration / 1_000 >= UInt64(max(limits.slowlogMicroseconds, 0))
            || request.byteCount > limits.slowlogRequestBytes
            || session.replyBytes > limits.slowlogReplyBytes
        if isSlow && !commands.all[index].flags.contains(.blocking) {
            serving.slowlog.add(
                redactedWords(request), seconds: clock.wallMilliseconds() / 1_000,
                microseconds: Int64(clamping: duration / 1_000), address: "\(session.peer)",
                clientName: session.state.name, limit: limits.slowlogEntries)
        }
    }

    /// Counts a command that was refused before it ran.
    func didReject(_ index: Int, _ code: ErrorCode) {
        if index >= 0 { statistics.didReject(index, code) }
    }

    // MARK: End

    package func beginStop() {
        for session in Array(sessions.values) { session.closeAfterReply() }
    }

    package var isIdle: Bool { sessions.isEmpty }

    package func closeAll() {
        for session in Array(sessions.values) { session.close() }
    }
}
