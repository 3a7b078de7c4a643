package import Accounts
package import Basics
package import Domain
package import EventLoop
package import Ledger
import Storage
package import System

/// What the edges share, and the order of a turn: groups that became durable release their
/// replies; readable connections run their requests; the open group is closed and the rest is sent.
///
/// One object belongs to one event loop, which is also the ledger's thread. Everything here runs
/// on that thread.
package final class ServingLoop {
    package let loop: EventLoop
    package let ledger: LedgerPort
    package let commands: CommandLookup
    package let log: Log
    package let clock: any Clock
    package let identity: ServerIdentity
    package let authenticator: any Authenticator
    package let statistics: ServerStatistics
    package let slowlog = Slowlog()
    package let census = ConnectionCensus()
    package let workerResults = WorkerResults()
    /// Monotonic nanoseconds of the start.
    package let started: UInt64

    /// The limits in force. Edges keep a copy of their own.
    package var limits: Limits {
        didSet { for edge in edges { edge.limitsChanged(limits) } }
    }
    /// `CONFIG`; without one the server has no settings to show.
    package var configuration: (any ConfigurationPort)?
    /// Figures for `INFO` that other parts know.
    package var status: (any StatusPort)?
    /// Figures that other parts know, for the metrics page.
    package var metrics: (any MetricsPort)?
    /// Rules and channels; nil: their commands are refused.
    package var features: (any FeatureCommands)?
    /// How much users and addresses may ask; nil: no limits.
    package var rates: RateLimits?
    /// Networks that may connect; nil: all. The Unix socket always may. Connections from elsewhere
    /// end a moment later, when who has changed it has got its reply.
    package var allowed: AddressRanges? {
        didSet {
            if allowed == nil { return }
            loop.schedule(afterMilliseconds: 200) { [weak self] in self?.closeStrangers() }
        }
    }
    /// Called once by `SHUTDOWN`.
    package var onShutdown: (() -> Void)?
    /// The thread of the `AUDIT` that is under way.
    package var audit: SystemThread?
    package private(set) var isStopping = false

    private var edges: [any Edge] = []
    private var listeners: [Listener] = []
    private var nextID: UInt64 = 1
    private var releasedGroup: UInt64 = 0
    /// The last event for which waits were ended.
    private var wokenSeq: UInt64 = 0
    /// Whether writes are refused for want of space, as far as the log says.
    private var isOutOfSpace = false

    package init(
        loop: EventLoop, ledger: Ledger, log: Log, limits: Limits, identity: ServerIdentity,
        authenticator: any Authenticator
    ) {
        self.loop = loop
        self.ledger = LedgerPort(ledger)
        self.log = log
        self.clock = loop.clock
        self.limits = limits
        self.identity = identity
        self.authenticator = authenticator
        commands = CommandLookup()
        statistics = ServerStatistics(commandCount: commands.all.count)
        started = loop.clock.monotonicNanoseconds()
        attach()
    }

    private func attach() {
        // Weak: the loop may take its last turn when nobody needs this object any more.
        loop.afterWake = { [weak self] in self?.afterWake() }
        loop.beforeSleep = { [weak self] in self?.beforeSleep() }
        ledger.observe { [weak self] events, view in
            self?.statistics.count(events)
            for edge in self?.edges ?? [] { edge.publish(events, view) }
        }
        loop.schedule(everyMilliseconds: 100) { [weak self] in
            self?.ledger.tick()
            self?.noteSpace()
        }
        // So much later than it should a connection ends at most.
        loop.schedule(everyMilliseconds: 500) { [weak self] in
            guard let self else { return }
            let now = clock.monotonicNanoseconds()
            for edge in edges { edge.checkDeadlines(now: now) }
        }
    }

    private func afterWake() {
        ledger.collectDurable()
        releaseDurable()
        finishWork()
    }

    private func beforeSleep() {
        flush()
        ledger.closeGroup()
        releaseDurable()
        flush()
    }

    /// Has an edge take part in every turn, until ``stop(withinMilliseconds:)`` is done or
    /// ``dismantle()`` is called: until then the two hold each other.
    package func add(_ edge: any Edge) { edges.append(edge) }

    /// The subscribers of all edges.
    package var feedCounts: [FeedCounts] {
        edges.flatMap { ($0 as? any FeedCounter)?.feedCounts ?? [] }
    }

    /// The connections of all edges, oldest first.
    package var clients: [ClientEntry] {
        let now = clock.monotonicNanoseconds()
        return edges.flatMap { ($0 as? any ClientsPort)?.clients(now: now) ?? [] }
            .sorted { $0.id < $1.id }
    }

    /// Closes a connection of any edge; false where there is none of this number.
    package func kill(client id: UInt64) -> Bool {
        edges.contains { ($0 as? any ClientsPort)?.kill(client: id) ?? false }
    }

    /// A number for a connection, unique over the edges.
    package func takeConnectionID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    /// Monotonic nanoseconds at which a wait of so many milliseconds ends.
    package func deadline(milliseconds: UInt64) -> UInt64 {
        clock.monotonicNanoseconds() &+ min(milliseconds, 1 << 40) &* 1_000_000
    }

    /// Tells the edges that users, or what they were granted, have changed.
    package func accountsChanged(_ names: Set<Identifier>) {
        for edge in edges { edge.accountsChanged(names) }
    }

    /// `key=value` of settings as they are now, secrets redacted: what the log keeps of a change.
    package func valuesOfSettings(_ keys: [String]) -> String? {
        let pairs = keys.flatMap { configuration?.get($0) ?? [] }
        return pairs.isEmpty ? nil : pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    // MARK: Turns

    /// Lets replies go whose group is on disk, and ends the waits for events.
    private func releaseDurable() {
        let durable = ledger.durableGroup
        if durable == releasedGroup { return }
        releasedGroup = durable
        for edge in edges { edge.release(upTo: durable) }
        // Empty groups end too, and wake nobody.
        let seq = ledger.durableSeq
        if seq == wokenSeq { return }
        wokenSeq = seq
        for edge in edges { edge.didReach(durableSeq: seq) }
    }

    private func flush() {
        for edge in edges { edge.flush() }
    }

    /// Hands what other threads have answered to the connections that wait for it.
    private func finishWork() {
        for result in workerResults.take() {
            if result.isAudit { audit = nil }
            for edge in edges { edge.take(result) }
        }
        for edge in edges { edge.collect() }
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

    // MARK: Listening

    /// Begins to accept connections.
    ///
    /// - Parameter accept: called for each connection, which it owns, with its far end and with
    ///   where it came in.
    /// - Returns: what is really listened on.
    /// - Throws: `EADDRINUSE` and the like.
    package func listen(
        on endpoint: Endpoint,
        accept: @escaping (consuming Socket, _ peer: Endpoint, _ local: Endpoint) -> Void
    ) throws(SystemError) -> Endpoint {
        let listener = try Listener(endpoint: endpoint)
        let local = listener.endpoint
        listener.onPause = { [log] error in
            log.warning("accepting connections paused", ["reason": "\(error)"])
        }
        try listener.start(on: loop) { [weak self] socket, peer in
            // The socket closes where nobody takes it.
            if self?.admits(peer) == true { accept(socket, peer, local) }
        }
        listeners.append(listener)
        return local
    }

    /// Ends the connections from addresses that may no longer connect.
    private func closeStrangers() {
        guard let allowed else { return }
        for client in clients {
            guard let address = client.address, !allowed.contains(address) else { continue }
            log.info("an address is allowed no longer", ["client": "\(client.peer)"])
            _ = kill(client: client.id)
        }
    }

    /// Whether an address may connect at all.
    private func admits(_ peer: Endpoint) -> Bool {
        guard let allowed, case .tcp(let host, _) = peer, !allowed.contains(host) else {
            return true
        }
        statistics.connectionsRejected &+= 1
        log.debug("an address that is not allowed was turned away", ["address": "\(host)"])
        return false
    }

    /// Waits until what the start has written is on disk, so that the first reader sees the whole
    /// log. A disk that is slower than this is left to the sync thread. Call before listening.
    package func settle() throws(SystemError) {
        let deadline = deadline(milliseconds: 10_000)
        while ledger.hasUndurable && clock.monotonicNanoseconds() < deadline {
            try loop.turn(maximumMilliseconds: 50)
        }
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
        listeners.removeAll()
        for edge in edges { edge.beginStop() }
        let deadline = deadline(milliseconds: milliseconds)
        loop.schedule(everyMilliseconds: 10) { [weak self] in
            guard let self else { return }
            if !edges.allSatisfy({ $0.isIdle }) && clock.monotonicNanoseconds() < deadline {
                return
            }
            for edge in edges { edge.closeAll() }
            // It reads the store, which closes next.
            audit?.join()
            audit = nil
            loop.stop()
            dismantle()
        }
    }

    /// Lets the edges go, for a server that does not come to serve.
    package func dismantle() {
        listeners.removeAll()
        edges.removeAll()
    }
}
