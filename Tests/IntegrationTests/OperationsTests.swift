import Basics
import Glibc
import JSON
import Testing

/// What those see who watch over a server, with the tools that they use.
@Suite("Operations", .enabled(if: TestServer.isThere, "\(TestServer.absence)"))
struct OperationsTests {
    static let password = "correct-horse-9"

    /// A server with HTTP and an administrator.
    static func server() throws -> TestServer {
        try TestServer(variables: ["ENTREPOT_ADMIN_PASSWORD": password], http: true)
    }

    /// One request with curl.
    ///
    /// - Returns: the status and the body.
    static func curl(
        _ server: TestServer, _ path: String, _ words: [String] = [], user: Bool = true
    ) throws -> (status: Int, body: String) {
        let own = user ? ["-u", "admin:\(password)"] : []
        let result = try Program.run(
            ["curl", "-s", "-w", "\n%{http_code}"] + own + words
                + ["http://127.0.0.1:\(server.httpPort)\(path)"], in: server.folder.path)
        guard let end = result.output.lastIndex(of: "\n") else { throw Trouble("curl: \(result)") }
        let status = Int(result.output[result.output.index(after: end)...]) ?? 0
        return (status, String(result.output[..<end]))
    }

    static func text(of path: String) -> String { Folder.text(of: Folder.repository + path) }

    @Test("the metrics page has every family of the contract and of the dashboard")
    func metrics() throws {
        let server = try Self.server()
        let client = try server.connect()
        func call(_ words: [String]) throws {
            client.send(Connection.request(words))
            _ = try client.reply()
        }
        try call(["AUTH", "admin", Self.password])
        for line in [
            "STATION ADD luna", "STATION ADD mars", "ITEM ADD water PRICE 10.00 CR",
            "INVENTORY ADD luna water 1000", "TRADE CREATE luna mars water:1",
            "TRADE CREATE luna mars water:99999",
        ] { try call(line.split(separator: " ").map(String.init)) }
        let rule = """
            return { name = "double", version = "1", api = 1, station = "*", on_error = "skip",
              pricing = function(trade, line) return line.price * 2 end }
            """
        try call(["PLUGIN", "LOAD", "double", rule])
        try call(["PLUGIN", "MODE", "double", "live"])
        try call(["CHANNEL", "ADD", "ops", "KIND", "log"])
        try call(["TRADE", "CREATE", "luna", "mars", "water:1"])
        #expect(try Self.curl(server, "/metrics", user: false).status == 401)
        let page = try Self.curl(server, "/metrics")
        #expect(page.status == 200)
        var families: Set<String> = []
        for line in page.body.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            families.insert(String(line.split(separator: " ")[2]))
        }
        for name in Self.contract + Self.others { #expect(families.contains(name), "\(name)") }
        for name in Self.names(in: Self.text(of: "/docs/grafana.json")) {
            #expect(families.contains(name), "the dashboard has \(name)")
        }
        let told = Self.names(in: Self.text(of: "/docs/operating.md"))
        for name in families { #expect(told.contains(name), "docs/operating.md lacks \(name)") }
        for sample in [
            "entrepot_trades_total{result=\"initiated\"} 2",
            "entrepot_trades_total{result=\"refused\"} 1",
            "entrepot_commands_total{command=\"TRADE CREATE\",code=\"OUTOFSTOCK\"} 1",
            "entrepot_plugin_calls_total{plugin=\"double\",hook=\"pricing\",outcome=\"ok\"} 1",
            "entrepot_outbox_queued{channel=\"ops\"} 0",
        ] { #expect(page.body.contains("\n\(sample)\n"), "\(sample)") }
        #expect(!page.body.contains("hook=\"eta\""), "the rule has no such hook")
        if Program.isThere("promtool") {
            let path = try server.folder.write("metrics.txt", Array((page.body + "\n").utf8))
            let result = try Program.run(
                ["promtool", "check", "metrics"], in: server.folder.path, input: path)
            #expect(result.status == 0, "\(result.error)")
        }
    }

    /// The names of the contract, without those of histograms' parts.
    private static let contract = [
        "commands_total", "command_seconds", "http_requests_total", "http_request_seconds",
        "trades_total", "group_commit_size", "group_commit_seconds", "durable_seq", "applied_seq",
        "indexed_seq", "replication_lag_events", "replication_lag_seconds", "feed_subscribers",
        "feed_dropped_total", "plugin_calls_total", "plugin_seconds", "deliveries_total",
        "outbox_queued", "outbox_oldest_seconds", "build_info",
    ].map { "entrepot_" + $0 }

    private static let others = [
        "entrepot_rocksdb_memtable_bytes", "entrepot_rocksdb_block_cache_bytes",
        "entrepot_rocksdb_files", "entrepot_rocksdb_write_stopped", "entrepot_rocksdb_wal_bytes",
        "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
        "process_start_time_seconds",
    ]

    /// The families that a text names.
    private static func names(in text: String) -> Set<String> {
        Set(
            text.matches(of: /(entrepot|process)_[a-z_]+/).map { match in
                var name = String(match.output.0)
                for part in ["_bucket", "_sum", "_count"] where name.hasSuffix(part) {
                    name.removeLast(part.count)
                }
                return name
            })
    }

    @Test("the dashboard is JSON with a panel for each group")
    func dashboard() throws {
        let text = Self.text(of: "/docs/grafana.json")
        let dashboard = try JSONReader.parse(Array(text.utf8).span)
        let panels = dashboard["panels"]?.array ?? []
        let rows = panels.filter { $0["type"]?.string == "row" }.compactMap { $0["title"]?.string }
        #expect(
            rows == [
                "Overview", "Trades and events", "Commands", "HTTP", "Log",
                "Connections and feeds", "Rules", "Channels", "RocksDB", "Process",
            ])
        let ids = panels.compactMap { $0["id"]?.int64 }
        #expect(Set(ids).count == panels.count)
        for panel in panels where panel["type"]?.string != "row" {
            let targets = panel["targets"]?.array ?? []
            #expect(!targets.isEmpty, "\(panel["title"]?.string ?? "")")
            for target in targets { #expect(target["expr"]?.string?.isEmpty == false) }
        }
    }

    @Test("health and readiness")
    func health() throws {
        let server = try Self.server()
        #expect(try Self.curl(server, "/healthz", user: false).body == "{\"status\":\"ok\"}")
        let ready = try Self.curl(server, "/readyz", user: false)
        #expect(ready.status == 200)
        #expect(ready.body.hasPrefix("{\"status\":\"ready\""))
    }
}
