import Basics
import Testing

@testable import Connections
@testable import HTTPServer

/// A metrics page, read as strictly as the format is.
struct ReadMetrics {
    struct Sample {
        let name: String
        let labels: [(name: String, value: String)]
        let value: Double

        func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }
    }

    /// The kind of each family, in order.
    private(set) var families: [(name: String, kind: String)] = []
    private(set) var samples: [Sample] = []
    /// What is wrong with the page.
    private(set) var faults: [String] = []

    init(_ text: String) {
        if !text.hasSuffix("\n") { faults.append("no line end at the end") }
        var helped = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                helped = words.count == 4 ? words[2] : ""
            } else if line.hasPrefix("# TYPE ") {
                if words.count != 4 || words[2] != helped { faults.append("no help: \(line)") }
                if families.contains(where: { $0.name == words[2] }) {
                    faults.append("twice: \(line)")
                }
                families.append((words[2], words[3]))
            } else if let sample = Self.sample(String(line)) {
                let family = families.last?.name ?? ""
                let isHistogram = families.last?.kind == "histogram"
                let names =
                    isHistogram ? ["_bucket", "_sum", "_count"].map { family + $0 } : [family]
                if !names.contains(sample.name) { faults.append("misplaced: \(line)") }
                samples.append(sample)
            } else {
                faults.append("not a sample: \(line)")
            }
        }
        checkHistograms()
    }

    func all(_ name: String) -> [Sample] { samples.filter { $0.name == name } }

    private static func sample(_ line: String) -> Sample? {
        let expression = /^([a-z_]+)(?:\{(.*)\})? ([0-9.]+)$/
        guard let found = line.wholeMatch(of: expression), let value = Double(found.output.3) else {
            return nil
        }
        var labels: [(name: String, value: String)] = []
        var rest = Substring(found.output.2 ?? "")
        while !rest.isEmpty {
            guard let label = rest.prefixMatch(of: /([a-z]+)="((?:[^"\\\n]|\\["\\n])*)",?/) else {
                return nil
            }
            labels.append((String(label.output.1), String(label.output.2)))
            rest = rest[label.range.upperBound...]
        }
        return Sample(name: String(found.output.1), labels: labels, value: value)
    }

    private mutating func checkHistograms() {
        for family in families where family.kind == "histogram" {
            var last = (labels: "", bound: -1.0, count: 0.0)
            for sample in all(family.name + "_bucket") {
                let labels = sample.labels.dropLast().map { "\($0)=\($1)" }.joined(separator: ",")
                let bound = sample.label("le").map { $0 == "+Inf" ? .infinity : Double($0) ?? -2 }
                if labels != last.labels { last = (labels, -1, 0) }
                guard let bound, bound > last.bound, sample.value >= last.count else {
                    faults.append("\(family.name) \(labels) does not ascend")
                    return
                }
                last = (labels, bound, sample.value)
                if bound != .infinity { continue }
                let count = all(family.name + "_count").first {
                    $0.labels.map { "\($0)=\($1)" }.joined(separator: ",") == labels
                }
                if count?.value != sample.value { faults.append("\(family.name): count differs") }
            }
        }
    }
}

@Suite("Metrics")
struct MetricsPageTests {
    @Test("samples, escapes and histograms")
    func page() {
        var page = MetricsPage()
        page.begin("a_total", .counter, "Help.")
        page.add([("x", "q\"b\\n\nz")], 7)
        page.begin("b_seconds", .histogram, "More.")
        page.add(
            [("y", "1")], bounds: [1_500_000, 2_000_000_000], cumulative: [1, 5], total: 4,
            sum: 3_000_000_001, isTime: true)
        page.begin("c", .gauge, "Nothing.")
        let text = page.text.bytes.validatedText ?? ""
        #expect(
            text == """
                # HELP a_total Help.
                # TYPE a_total counter
                a_total{x="q\\"b\\\\n\\nz"} 7
                # HELP b_seconds More.
                # TYPE b_seconds histogram
                b_seconds_bucket{y="1",le="0.0015"} 1
                b_seconds_bucket{y="1",le="2"} 4
                b_seconds_bucket{y="1",le="+Inf"} 4
                b_seconds_sum{y="1"} 3.000000001
                b_seconds_count{y="1"} 4
                # HELP c Nothing.
                # TYPE c gauge

                """)
        #expect(ReadMetrics(text).faults == [])
    }

    @Test("seconds are exact")
    func seconds() {
        let cases: [(UInt64, String)] = [
            (0, "0"), (1, "0.000000001"), (1_000_000_000, "1"), (10_500_000_000, "10.5"),
            (.max, "18446744073.709551615"),
        ]
        for (nanoseconds, expected) in cases {
            var text = ByteBuffer()
            MetricsPage.append(nanoseconds: nanoseconds, to: &text)
            #expect(text.bytes.validatedText == expected)
        }
    }

    @Test("a latency histogram counts up to bounds")
    func latencies() {
        var histogram = LatencyHistogram()
        for value: UInt64 in [500, 1_500, 40_000, 9_000_000_000_000] {
            histogram.record(nanoseconds: value)
        }
        #expect(histogram.cumulative(upTo: [1_000, 2_000, 1_000_000]) == [1, 2, 3])
        #expect(LatencyHistogram().cumulative(upTo: [1, 2]) == [0, 0])
    }

    @Test("needs a log-in, has the families of the contract, and names nobody")
    func served() throws {
        let server = try RunningHTTPServer()
        defer { server.stop() }
        let client = try server.connect()
        try client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try client.reply()?.status == 401)
        for path in ["/api/stations", "/api/nothing", "/healthz"] {
            _ = try client.ask("GET", path)
        }
        _ = try client.ask(
            "POST", "/api/stations", body: "{\"id\":\"luna\",\"name\":\"Luna\",\"kind\":\"depot\"}")
        _ = try client.ask("POST", "/api/stations", body: "{\"id\":\"luna\"}")
        let reply = try #require(try client.ask("GET", "/metrics"))
        #expect(reply.status == 200)
        #expect(reply.field("content-type") == "text/plain; version=0.0.4; charset=utf-8")
        let page = ReadMetrics(reply.body)
        #expect(page.faults == [])
        let needed = [
            "commands_total", "command_seconds", "http_requests_total", "http_request_seconds",
            "trades_total", "group_commit_size", "group_commit_seconds", "durable_seq",
            "applied_seq", "indexed_seq", "replication_lag_events", "replication_lag_seconds",
            "feed_subscribers", "feed_dropped_total", "build_info",
        ]
        for name in needed {
            #expect(page.families.contains { $0.name == "entrepot_" + name }, "\(name)")
        }
        for sample in page.samples {
            for label in sample.labels {
                #expect(!["station", "item", "user"].contains(label.name))
                #expect(!label.value.contains("luna") && !label.value.contains("admin"))
            }
        }
        let added = page.all("entrepot_commands_total").filter {
            $0.label("command") == "STATION ADD"
        }
        #expect(added.map { $0.label("code") } == ["OK", "EXISTS"])
        #expect(added.map(\.value) == [1, 1])
        let unrouted = page.all("entrepot_http_requests_total").first {
            $0.label("route") == "none"
        }
        #expect(unrouted?.label("status") == "404")
        #expect(page.all("entrepot_group_commit_size_count").first.map { $0.value > 0 } == true)
    }

    @Test("health and readiness need nobody")
    func health() throws {
        let server = try RunningHTTPServer()
        defer { server.stop() }
        let client = try server.connect()
        try client.send("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try client.reply()?.body == "{\"status\":\"ok\"}")
        try client.send("GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n")
        let ready = try #require(try client.reply())
        #expect(ready.status == 200)
        #expect(
            ready.body.hasPrefix("{\"status\":\"ready\",\"role\":\"leader\",\"writes\":\"taken\""))
        for (query, status) in [("role=leader", 200), ("role=other", 400), ("rolle=leader", 400)] {
            try client.send("GET /readyz?\(query) HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try client.reply()?.status == status, "\(query)")
        }
    }

    @Test("the access log has a line for each request, without what follows the question mark")
    func accessLog() throws {
        let sink = KeptLines()
        let server = try RunningHTTPServer {
            $0.settings.accessLog = true
            $0.sink = sink
        }
        let client = try server.connect()
        _ = try client.ask("GET", "/api/stations?token=hidden&limit=1")
        try client.send(
            "GET /none HTTP/1.1\r\nHost: test\r\nX-Request-Id: mine-1\r\n\r\n")
        _ = try client.reply()
        try client.send("GET /half HTTP/1.1\r\nHost: test\r\nHost: other\r\n\r\n")
        #expect(try client.reply()?.status == 400)
        server.stop()
        let lines = sink.text.split(separator: "\n").filter { $0.contains(" request ") }
        try #require(lines.count == 3, "\(lines)")
        #expect(lines[0].contains("method=GET path=/api/stations status=400 "), "\(lines[0])")
        #expect(lines[0].contains(" user=local peer=127.0.0.1 request_id="))
        #expect(lines[1].contains(" path=/none status=401 "), "\(lines[1])")
        #expect(lines[1].hasSuffix(" user=\"\" peer=127.0.0.1 request_id=mine-1"))
        #expect(lines[2].contains("method=\"\" path=\"\" status=400 "), "\(lines[2])")
        #expect(lines[2].contains(" peer=127.0.0.1 ") && lines[2].contains(" reason="))
        #expect(!sink.text.contains("hidden") && !sink.text.contains("secret"))
    }
}
