import Basics
import Connections
import Domain
import HTTPCore
import Ledger

/// The metrics page of a server. docs/operating.md explains each family; docs/grafana.json draws
/// them. No label ever names a station, an item or a user.
struct MetricsReport: ~Copyable {
    /// Bounds of durations, nanoseconds: commands begin at a microsecond.
    private static let commandBounds: [UInt64] =
        [1_000, 2_500, 5_000, 10_000, 25_000] + requestBounds
    private static let requestBounds: [UInt64] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ].map { $0 * 1_000 }

    private var page = MetricsPage()

    /// Reads all counters. Cost: about a millisecond. The loop's thread.
    static func page(of server: HTTPServer) -> [UInt8] {
        var report = MetricsReport()
        report.addIdentity(server.serving)
        report.addCommands(server.serving)
        report.addRequests(server)
        report.addEvents(server.serving)
        report.addStore(server.serving)
        report.addConnections(server.serving)
        server.serving.metrics?.append(to: &report.page)
        return report.page.text.array
    }

    private mutating func addIdentity(_ serving: ServingLoop) {
        page.begin("entrepot_build_info", .gauge, "What runs; always 1.")
        page.add([("version", serving.identity.version)], 1)
        page.begin("entrepot_uptime_seconds", .gauge, "Seconds since the start.")
        page.add(nanoseconds: serving.clock.monotonicNanoseconds() &- serving.started)
    }

    // MARK: Commands and requests

    private mutating func addCommands(_ serving: ServingLoop) {
        let figures = serving.statistics.commands
        let called = figures.indices.filter { !figures[$0].isEmpty }
        page.begin(
            "entrepot_commands_total", .counter,
            "Commands of both edges, by the code of their answer.")
        for index in called {
            let name = serving.commands.all[index].name
            let good = figures[index].calls &- min(figures[index].failed, figures[index].calls)
            page.add([("command", name), ("code", "OK")], good)
            for (code, count) in figures[index].codes.sorted(by: {
                $0.key.rawValue < $1.key.rawValue
            }) {
                page.add([("command", name), ("code", code.rawValue)], count)
            }
        }
        page.begin("entrepot_command_seconds", .histogram, "How long commands took to answer.")
        for index in called {
            page.add(
                [("command", serving.commands.all[index].name)], figures[index].latency,
                bounds: Self.commandBounds)
        }
    }

    private mutating func addRequests(_ server: HTTPServer) {
        let figures = server.statistics
        page.begin("entrepot_http_requests_total", .counter, "HTTP requests by route and status.")
        for (index, route) in server.routes.enumerated() {
            addStatuses(figures.routes[index], route.pattern, route.method.rawValue)
        }
        addStatuses(figures.unrouted, "none", "")
        addStatuses(figures.refused, "malformed", "")
        page.begin("entrepot_http_request_seconds", .histogram, "How long requests took.")
        for (index, route) in server.routes.enumerated()
        where figures.routes[index].latency.total > 0 {
            page.add(
                [("route", route.pattern), ("method", route.method.rawValue)],
                figures.routes[index].latency, bounds: Self.requestBounds)
        }
    }

    private mutating func addStatuses(_ figures: RouteFigures, _ route: String, _ method: String) {
        for (status, count) in figures.statuses.sorted(by: { $0.status < $1.status }) {
            page.add([("route", route), ("method", method), ("status", "\(status)")], count)
        }
    }

    // MARK: Trades and events

    private mutating func addEvents(_ serving: ServingLoop) {
        let statistics = serving.statistics
        func count(_ type: EventType) -> UInt64 {
            let number = Int(type.rawValue)
            return statistics.events.indices.contains(number) ? statistics.events[number] : 0
        }
        page.begin(
            "entrepot_trades_total", .counter,
            "What became of trades since the start; refused: a create or reserve was an error.")
        for type in EventType.allCases {
            let name = "\(type.name)"
            if !name.hasPrefix("trade.") { continue }
            page.add([("result", String(name.dropFirst(6)))], count(type))
        }
        let makers = ["TRADE CREATE", "TRADE RESERVE"]
        let refused = serving.commands.all.indices
            .filter { makers.contains(serving.commands.all[$0].name) }
            .reduce(0 as UInt64) { $0 &+ statistics.commands[$1].codes.values.reduce(0, &+) }
        page.add([("result", "refused")], refused)
        page.begin("entrepot_events_total", .counter, "Durable events since the start.")
        for type in EventType.allCases where count(type) > 0 {
            page.add([("type", "\(type.name)")], count(type))
        }
    }

    // MARK: The log

    private mutating func addStore(_ serving: ServingLoop) {
        let ledger = serving.ledger
        page.begin("entrepot_group_commit_size", .histogram, "Events written with one flush.")
        page.add(ledger.groupFigures.sizes, isTime: false)
        page.begin(
            "entrepot_group_commit_seconds", .histogram,
            "From the end of a group to its being on disk.")
        page.add(ledger.groupFigures.durations, isTime: true)
        page.begin("entrepot_durable_seq", .gauge, "The last event that is on disk.")
        page.add(ledger.durableSeq)
        page.begin("entrepot_applied_seq", .gauge, "The last event that was decided or applied.")
        page.add(ledger.writtenSeq)
        page.begin("entrepot_indexed_seq", .gauge, "The last event that is in the indexes.")
        page.add(ledger.indexedSeq)
        page.begin(
            "entrepot_replication_lag_events", .gauge,
            "Events that this server is behind its leader; 0 on a leader.")
        page.add(0)
        page.begin(
            "entrepot_replication_lag_seconds", .gauge,
            "Seconds that this server is behind its leader; 0 on a leader.")
        page.add(0)
        page.begin(
            "entrepot_writes_refused", .gauge, "1 while writes are refused for want of space.")
        page.add(ledger.spaceRefusal == nil ? 0 : 1)
        page.begin(
            "entrepot_clock_skew_seconds", .gauge,
            "How far the wall clock has run ahead of the steady one.")
        let skew = max(0, ledger.clockSkewMilliseconds)
        page.add(nanoseconds: UInt64(skew).multipliedReportingOverflow(by: 1_000_000).partialValue)
    }

    // MARK: Connections and feeds

    private mutating func addConnections(_ serving: ServingLoop) {
        let counts = serving.feedCounts
        page.begin("entrepot_feed_subscribers", .gauge, "Subscribers now.")
        for entry in counts {
            page.add([("kind", entry.kind)], UInt64(clamping: entry.subscribers))
        }
        page.begin(
            "entrepot_feed_dropped_total", .counter,
            "Subscribers that were cut off because they read too slowly.")
        for entry in counts { page.add([("kind", entry.kind)], entry.dropped) }
        let statistics = serving.statistics
        page.begin("entrepot_connections", .gauge, "Open connections of both edges.")
        page.add(UInt64(clamping: serving.census.count))
        page.begin("entrepot_connections_total", .counter, "Connections that came.")
        page.add([("result", "accepted")], statistics.connectionsReceived)
        page.add([("result", "too_many")], statistics.connectionsRejected)
        page.begin(
            "entrepot_connections_failed_total", .counter, "Connections and log-ins that failed.")
        page.add([("reason", "too_slow")], statistics.cutOff)
        page.add([("reason", "protocol")], statistics.protocolErrors)
        page.add([("reason", "log_in")], statistics.authenticationFailures)
        page.add([("reason", "tls")], statistics.handshakeFailures)
        page.begin("entrepot_received_bytes_total", .counter, "Bytes from clients.")
        page.add(statistics.inputBytes)
        page.begin("entrepot_sent_bytes_total", .counter, "Bytes to clients.")
        page.add(statistics.outputBytes)
    }
}

extension CommandFigures {
    /// Whether the command was never called.
    var isEmpty: Bool { calls == 0 && codes.isEmpty }
}
