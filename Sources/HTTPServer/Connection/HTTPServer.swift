package import Accounts
package import Basics
package import Connections
package import Domain
import EventLoop
import HTTPCore
import Ledger
package import Storage
package import System
package import TLS

/// The HTTP edge: connections, routes and feeds.
///
/// Threading: the thread of its ``ServingLoop``.
package final class HTTPServer: Edge {
    /// Bytes that one readable event reads at most; the rest is reported again.
    static let readBytes = 16 << 10

    /// What it shares with the other edge: the ledger, the log, limits, counters.
    package let serving: ServingLoop
    let loop: EventLoop
    let ledger: LedgerPort
    let commands: CommandLookup
    let log: Log
    /// What connections speak TLS with; nil: they speak HTTP as it is. A new one counts for the
    /// connections that come after.
    package var security: TLSContext? {
        didSet { feeds?.originsChanged(pageOrigins) }
    }
    let clock: any Clock
    let scratch = HTTPScratch()
    let mailbox: Mailbox
    let runner: RouteRunner
    /// The rows of the route table, by their place.
    package let routes: [Route]
    let trie: RouteTrie
    /// The limits in force, a copy that is near.
    package private(set) var limits: Limits
    /// What is particular to HTTP, changeable while it runs.
    package var settings: HTTPSettings {
        didSet { feeds?.originsChanged(pageOrigins) }
    }
    /// Whose pages may use this server's cookie.
    var pageOrigins: PageOrigins {
        PageOrigins(allowed: settings.corsOrigins, isEncrypted: security != nil)
    }
    package let statistics: HTTPStatistics
    /// The proof of the store that administrators ask for.
    let audit = AuditDesk()
    /// Gives tokens to whoever logs in; nil: there are none.
    package var tokenDesk: TokenDesk?
    /// Takes connections over that ask for a feed; nil: there are none.
    var feeds: (any FeedPort)?

    var connections: [UInt64: HTTPConnection] = [:]
    private var holding: [HTTPConnection] = []
    private var dirty: [HTTPConnection] = []
    private var waiting: [UInt64: HTTPConnection] = [:]
    private(set) var isStopping = false
    private let requestPrefix: String
    private var requestCount: UInt64 = 0
    private var date = ""
    private var dateSecond = Int64.min

    /// - Parameter routes: the table; a route that cannot be added is left out and told.
    package init(
        _ serving: ServingLoop, settings: HTTPSettings = HTTPSettings(),
        routes: [Route] = RouteTable.all
    ) {
        self.serving = serving
        loop = serving.loop
        ledger = serving.ledger
        commands = serving.commands
        log = serving.log
        clock = serving.clock
        limits = serving.limits
        self.settings = settings
        self.routes = routes
        mailbox = Mailbox(loop: serving.loop)
        runner = RouteRunner(ledger: serving.ledger, limits: serving.limits)
        statistics = HTTPStatistics(routeCount: routes.count)
        var trie = RouteTrie()
        for (index, route) in routes.enumerated() {
            do throws(RouteError) { try trie.add(route.method, route.pattern, index) } catch {
                serving.log.error("a route is left out", ["reason": "\(error.reason)"])
            }
        }
        self.trie = trie
        var generator = SystemRandomNumberGenerator()
        requestPrefix = String(generator.next(upperBound: 36 * 36 * 36 * 36) as UInt64, radix: 36)
        feeds = FeedHub.make(serving)
        feeds?.originsChanged(pageOrigins)
        serving.add(self)
    }

    // MARK: Listening

    /// Accepts connections.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    /// - Returns: what is really listened on, as `HOST:PORT`.
    /// - Throws: `EADDRINUSE` and the like.
    package func listen(host: String, port: UInt16) throws(SystemError) -> String {
        try serving.settle()
        let endpoint = Endpoint.tcp(host: host, port: port)
        let local = try serving.listen(on: endpoint) { [unowned self] socket, peer, local in
            accept(socket, peer: peer, local: local)
        }
        return "\(local)"
    }

    private func accept(_ socket: consuming Socket, peer: Endpoint, local: Endpoint) {
        serving.statistics.connectionsReceived &+= 1
        if !serving.census.admit(peer, limits) {
            serving.statistics.connectionsRejected &+= 1
            if security == nil { _ = try? socket.write(crowded().bytes) }
            return
        }
        do {
            let connection = HTTPConnection(
                id: serving.takeConnectionID(), server: self,
                transport: try Transport(socket, security), remote: peer, local: local,
                now: clock.monotonicNanoseconds())
            try connection.start()
            connections[connection.id] = connection
        } catch {
            log.warning("a connection could not be watched", ["reason": "\(error)"])
            serving.census.leave(peer)
        }
    }

    /// What a client hears for whom there is no room.
    private func crowded() -> ByteBuffer {
        let problem = Problem(.busy, "there are too many connections", status: 503)
        var bytes = ByteBuffer(capacity: 512)
        ResponseWriter.append(
            problem.response(instance: ""), version: .http11, isHead: false, keepAlive: false,
            date: dateText, to: &bytes)
        return bytes
    }

    func didClose(_ connection: HTTPConnection) {
        connections[connection.id] = nil
        waiting[connection.id] = nil
        serving.census.leave(connection.remote)
    }

    // MARK: Turns

    func markHolding(_ connection: HTTPConnection) {
        if connection.isListedAsHolding { return }
        connection.isListedAsHolding = true
        holding.append(connection)
    }

    func markDirty(_ connection: HTTPConnection) {
        if connection.isListedAsDirty { return }
        connection.isListedAsDirty = true
        dirty.append(connection)
    }

    func didPark(_ connection: HTTPConnection) { waiting[connection.id] = connection }
    func didUnpark(_ connection: HTTPConnection) { waiting[connection.id] = nil }

    package func release(upTo durable: UInt64) {
        if holding.isEmpty { return }
        let listed = holding
        holding.removeAll(keepingCapacity: true)
        for connection in listed {
            connection.isListedAsHolding = false
            connection.release(upTo: durable)
        }
    }

    package func didReach(durableSeq seq: UInt64) {
        if waiting.isEmpty { return }
        for connection in Array(waiting.values) {
            if case .seq(let wanted)? = connection.wait?.reason, wanted <= seq {
                connection.resume()
            }
        }
    }

    package func flush() {
        while !dirty.isEmpty {
            let listed = dirty
            dirty.removeAll(keepingCapacity: true)
            for connection in listed {
                connection.isListedAsDirty = false
                connection.flushAndGoOn()
            }
        }
        // Last, and for a bounded time: nobody waits for those who only listen.
        feeds?.flush()
    }

    package func publish(_ events: [Event], _ view: ReadView) { feeds?.publish(events, view) }

    package func checkDeadlines(now: UInt64) {
        for connection in Array(connections.values) { connection.checkDeadlines(now: now) }
        feeds?.checkDeadlines(now: now)
    }

    package func take(_ result: WorkerResult) {
        if result.isAudit { audit.finish(result.value, now: clock.wallMilliseconds()) }
    }

    package func collect() {
        for delivery in mailbox.take() {
            connections[delivery.connection]?.take(delivery)
        }
    }

    package func accountsChanged(_ names: Set<Identifier>) { feeds?.accountsChanged(names) }

    package func limitsChanged(_ limits: Limits) {
        self.limits = limits
        runner.limits = limits
        feeds?.limitsChanged(limits)
    }

    /// The date for header fields, made once a second.
    var dateText: String {
        let second = clock.wallMilliseconds() / 1_000
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate.format(second)
        }
        return date
    }

    /// A new name for a request, short enough to need no memory of its own.
    func makeRequestID() -> String {
        requestCount &+= 1
        return requestPrefix + "-" + String(requestCount, radix: 36)
    }

    // MARK: End

    package func beginStop() {
        isStopping = true
        feeds?.beginStop()
        for connection in Array(connections.values) { connection.finishForStop() }
    }

    package var isIdle: Bool { connections.isEmpty }

    package func closeAll() {
        for connection in Array(connections.values) { connection.close() }
        feeds = nil
    }
}
