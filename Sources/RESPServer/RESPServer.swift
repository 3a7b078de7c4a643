package import Accounts
package import Basics
package import Connections
import Domain
package import EventLoop
package import Ledger
import RESP
package import Storage
package import System

/// The TCP edge: connections, what they share, and the commands that are about the server.
///
/// One object belongs to one event loop, which is also the ledger's thread. Everything here runs
/// on that thread. Order in one turn of the loop: groups that became durable release their replies;
/// readable sessions run their pipelines; the open group is closed and pushes are sent.
package final class RESPServer {
    /// The size of the buffer that idle connections share for reading.
    static let sharedReadBytes = Session.readBytes

    let loop: EventLoop
    let ledger: LedgerPort
    let commands: CommandLookup
    let log: Log
    let clock: any Clock
    let scratch = Scratch()
    let identity: ServerIdentity
    let authenticator: any Authenticator
    package var limits: Limits { didSet { updateRequestLimits() } }
    /// `CONFIG`; without one the server has no settings to show.
    package var configuration: (any ConfigurationPort)?
    /// Figures for `INFO` that other parts know.
    package var status: (any StatusPort)?
    /// Rules and channels; nil: their commands are refused.
    package var features: (any FeatureCommands)?
    /// Called once by `SHUTDOWN`.
    package var onShutdown: (() -> Void)?

    var statistics: ServerStatistics
    var slowlog = Slowlog()
    var sessions: [UInt64: Session] = [:]
    var monitors: [Session] = []
    var hub = SubscriptionHub()
    let groups: ConsumerGroups
    /// Monotonic nanoseconds at which the present command began.
    private(set) var commandStart: UInt64
    let started: UInt64
    private(set) var isStopping = false
    /// The thread of the `AUDIT` that is under way.
    var audit: SystemThread?
    let workerResults = WorkerResults()

    private var nextID: UInt64 = 1
    private var connectionsByAddress: [String: Int] = [:]
    private var listeners: [Listener] = []
    private var holding: [Session] = []
    private var dirty: [Session] = []
    private var waiting: [UInt64: Session] = [:]
    private var releasedGroup: UInt64 = 0
    /// Whether writes are refused for want of space, as far as the log says.
    private var isOutOfSpace = false
    /// The last event for which waits were ended.
    private var wokenSeq: UInt64 = 0
    private var loggedInLimits = RequestLimits.standard
    private var anonymousLimits = RequestLimits.beforeLogin

    /// - Throws: where the consumer groups cannot be read back.
    package init(
        loop: EventLoop, ledger: Ledger, log: Log, limits: Limits, identity: ServerIdentity,
        authenticator: any Authenticator
    ) throws(StorageError) {
        self.loop = loop
        self.ledger = LedgerPort(ledger)
        self.log = log
        self.clock = loop.clock
        self.limits = limits
        self.identity = identity
        self.authenticator = authenticator
        commands = CommandLookup()
        statistics = ServerStatistics(commandCount: commands.all.count)
        groups = ConsumerGroups()
        try GroupStore.load(ledger.durableView, into: groups)
        started = loop.clock.monotonicNanoseconds()
        commandStart = started
        updateRequestLimits()
        attach()
    }

    private func attach() {
        loop.afterWake = { [unowned self] in
            ledger.collectDurable()
            releaseDurable()
            finishWork()
        }
        loop.beforeSleep = { [unowned self] in
            flushDirty()
            ledger.closeGroup()
            releaseDurable()
            flushDirty()
        }
        ledger.observe { [unowned self] events, view in publish(events, view) }
        loop.schedule(everyMilliseconds: 100) { [unowned self] in
            ledger.tick()
            noteSpace()
        }
        loop.schedule(everyMilliseconds: 1_000) { [unowned self] in checkDeadlines() }
    }

    /// Logs when writes begin to be refused for want of space, and when that ends.
    private func noteSpace() {
        let reason = ledger.spaceRefusal?.message
        if isOutOfSpace == (reason != nil) { return }
        isOutOfSpace = reason != nil
        if let reason {
            log.warning("writes are refused: the disk is nearly full", ["reason": "\(reason)"])
        } else {
            log.warning("writes are taken again: there is space on the disk")
        }
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

    /// Where connections are accepted.
    var endpoints: [Endpoint] { listeners.map(\.endpoint) }

    func requestLimits(for session: Session) -> RequestLimits {
        session.state.caller == nil ? anonymousLimits : loggedInLimits
    }

    // MARK: Listening

    /// Begins to accept connections; returns what is really listened on.
    @discardableResult
    func listen(on endpoint: Endpoint) throws(SystemError) -> Endpoint {
        let listener = try Listener(endpoint: endpoint)
        let local = listener.endpoint
        listener.onPause = { [log] error in
            log.warning("accepting connections paused", ["reason": "\(error)"])
        }
        try listener.start(on: loop) { [unowned self] socket, peer in
            accept(socket, peer: peer, local: local)
        }
        listeners.append(listener)
        return local
    }

    /// Accepts TCP connections.
    ///
    /// - Parameter port: 0 lets the system choose.
    /// - Returns: what is really listened on, as `HOST:PORT`.
    /// - Throws: `EADDRINUSE` and the like.
    package func listen(host: String, port: UInt16) throws(SystemError) -> String {
        try settle()
        return "\(try listen(on: .tcp(host: host, port: port)))"
    }

    /// Waits until what the start has written is on disk, so that the first reader sees the whole
    /// log. A disk that is slower than this is left to the sync thread.
    private func settle() throws(SystemError) {
        let deadline = deadline(milliseconds: 10_000)
        while ledger.hasUndurable && clock.monotonicNanoseconds() < deadline {
            try loop.turn(maximumMilliseconds: 50)
        }
    }

    /// Accepts connections of the server's own user on a Unix socket, mode 0600; they are the
    /// administrator.
    ///
    /// - Throws: `ENAMETOOLONG` for a path of more than 107 bytes, `EADDRINUSE` and the like.
    package func listen(unixSocket path: String) throws(SystemError) {
        _ = try listen(on: .unix(path: path))
    }

    private func accept(_ socket: consuming Socket, peer: Endpoint, local: Endpoint) {
        statistics.connectionsReceived &+= 1
        let address = peer.host
        let count = connectionsByAddress[address] ?? 0
        if sessions.count >= limits.maxConnections || count >= limits.maxConnectionsPerAddress {
            statistics.connectionsRejected &+= 1
            // As Redis says it; whether it fits into the socket's buffer does not matter.
            let refusal: [UInt8] = Array("-ERR max number of clients reached\r\n".utf8)
            _ = try? socket.write(refusal.span)
            return
        }
        let session = Session(
            id: nextID, server: self, socket: socket, peer: peer, local: local,
            caller: authenticator.callerWithoutCredentials(peer: peer, local: local),
            now: clock.monotonicNanoseconds())
        nextID += 1
        do throws(SystemError) { try session.start() } catch {
            log.warning("a connection could not be watched", ["reason": "\(error)"])
            return
        }
        connectionsByAddress[address] = count + 1
        sessions[session.id] = session
    }

    func didClose(_ session: Session) {
        sessions[session.id] = nil
        waiting[session.id] = nil
        let address = session.peer.host
        if let count = connectionsByAddress[address] {
            connectionsByAddress[address] = count > 1 ? count - 1 : nil
        }
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

    /// Lets replies go whose group is on disk.
    private func releaseDurable() {
        let durable = ledger.durableGroup
        if durable == releasedGroup { return }
        releasedGroup = durable
        if !holding.isEmpty { release(upTo: durable) }
        wakeWaiting()
    }

    private func release(upTo durable: UInt64) {
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

    /// Ends the waits for events that are now durable.
    private func wakeWaiting() {
        // Empty groups end too, and wake nobody.
        let seq = ledger.durableSeq
        if waiting.isEmpty || seq == wokenSeq { return }
        wokenSeq = seq
        for session in Array(waiting.values) {
            switch session.park?.reason {
            case .seq(let wanted) where wanted <= seq: session.unpark()
            case .events(let after) where after < seq: session.unpark()
            default: break
            }
        }
    }

    private func flushDirty() {
        while !dirty.isEmpty {
            let listed = dirty
            dirty.removeAll(keepingCapacity: true)
            for session in listed {
                session.isListedAsDirty = false
                session.flushAndResume()
            }
        }
    }

    /// Hands what other threads have answered to the connections that wait for it.
    private func finishWork() {
        for result in workerResults.take() {
            if result.isAudit { audit = nil }
            guard let session = sessions[result.session] else { continue }
            if session.park?.reason == .worker { session.unpark(result: result.value) }
        }
    }

    private func checkDeadlines() {
        let now = clock.monotonicNanoseconds()
        for session in Array(sessions.values) { session.checkDeadlines(now: now) }
    }

    func deadline(milliseconds: UInt64) -> UInt64 {
        clock.monotonicNanoseconds() &+ min(milliseconds, 1 << 40) &* 1_000_000
    }

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
        statistics.commands[index].calls &+= 1
        if session.didFail { statistics.commands[index].failed &+= 1 }
        statistics.commands[index].latency.record(nanoseconds: duration)
        let isSlow =
            duration / 1_000 >= UInt64(max(limits.slowlogMicroseconds, 0))
            || request.byteCount > limits.slowlogRequestBytes
            || session.replyBytes > limits.slowlogReplyBytes
        if isSlow && !commands.all[index].flags.contains(.blocking) {
            slowlog.add(
                redactedWords(request), seconds: clock.wallMilliseconds() / 1_000,
                microseconds: Int64(clamping: duration / 1_000), address: "\(session.peer)",
                clientName: session.state.name, limit: limits.slowlogEntries)
        }
    }

    /// Counts a command that was refused before it ran.
    func didReject(_ index: Int) {
        if index >= 0 { statistics.commands[index].rejected &+= 1 }
    }

    // MARK: End

    /// Ends in order: no new connections, what was parsed is finished, its group is written, the
    /// replies are sent, then every connection is closed and the loop stops.
    ///
    /// - Parameter milliseconds: how long the replies may take.
    package func stop(withinMilliseconds milliseconds: UInt64 = 5_000) {
        if isStopping { return }
        isStopping = true
        workerResults.cancel()
        for listener in listeners { listener.stop() }
        for session in Array(sessions.values) { session.closeAfterReply() }
        let deadline = deadline(milliseconds: milliseconds)
        loop.schedule(everyMilliseconds: 10) { [unowned self] in
            if sessions.isEmpty || clock.monotonicNanoseconds() >= deadline {
                for session in Array(sessions.values) { session.close() }
                listeners.removeAll()
                // It reads the store, which closes next.
                audit?.join()
                audit = nil
                loop.stop()
            }
        }
    }
}
