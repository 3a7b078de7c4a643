import Basics
import Glibc
import JSON
import RESP
import Testing

/// Back-tests of shipped rules against a market whose shelves empty, from the server and from an
/// exported log, recomputed by another program.
@Suite(
    "Back-tests",
    .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)), .timeLimit(.minutes(2)))
struct BacktestTests {
    private let server: TestServer
    private let binary: String

    init() throws {
        server = try TestServer()
        binary = try #require(TestServer.binary)
    }

    /// Shelves with a capacity, and trades of 1 to 1 500 units, one in four with a named price.
    private func trade(_ count: Int) throws {
        let client = try server.connect()
        for line in [
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0",
            "ITEM ADD water PRICE 10.05 CR",
            "ITEM ADD ore PRICE 0.35 CR", "INVENTORY ADD luna water 400000",
            "INVENTORY ADD luna ore 400000", "INVENTORY LIMITS luna water CAPACITY 500000",
            "INVENTORY LIMITS luna ore CAPACITY 400000",
        ] { client.send(line + "\r\n") }
        for number in 0..<count {
            let item = number % 3 == 0 ? "ore" : "water"
            let named = number % 4 == 0 ? "@7.25" : ""
            let quantity = 1 + number * 37 % 1_500
            client.send("TRADE CREATE luna mars \(item):\(quantity)\(named) ID t-\(number)\r\n")
        }
        for reply in try client.replies(8 + count) { #expect(reply.errorText == nil, "\(reply)") }
    }

    private func rule(_ name: String) -> String { Folder.repository + "/plugins/\(name).lua" }

    private func report(_ words: [String]) throws -> JSONValue {
        let done = try Program.run(
            [binary, "plugin", "backtest"] + words + ["--json"], in: server.folder.path, seconds: 60
        )
        #expect(done.status == 0, "\(done.error)")
        return try JSONReader.parse(Array(done.output.utf8).span)
    }

    /// What must be the same wherever the log comes from.
    private func figures(_ report: JSONValue) -> [JSONValue?] {
        ["trades", "lines", "money", "items", "etas", "examples"].map { report[$0] }
    }

    @Test(arguments: ["bulk-discount", "scarcity-pricing"])
    func totalsAreRecomputed(name: String) throws {
        try trade(400)
        let address = "127.0.0.1:\(server.port)"
        let exported = try Program.run(
            [binary, "export", "events", "--format", "ndjson", "--server", address],
            in: server.folder.path, seconds: 60)
        #expect(exported.status == 0, "\(exported.error)")
        let events = try server.folder.write("events.ndjson", Array(exported.output.utf8))
        let online = try report([rule(name), "--server", address])
        let offline = try report([rule(name), "--events", events])
        #expect(online["trades"]?["examined"]?.int64 == 400)
        #expect(online["lines"]?["changed"]?.int64 ?? 0 > 50)
        #expect(figures(online) == figures(offline))

        var text = ByteBuffer()
        online.append(to: &text)
        let told = try server.folder.write("report.json", text.array)
        let script = Folder.repository + "/Tests/clients/backtest_totals.py"
        let checked = try Program.run(
            ["/usr/bin/python3", "-B", script, name, events, told], in: server.folder.path,
            seconds: 60)
        #expect(checked.status == 0, "\(checked.error)")
        #expect(checked.output.contains("every total agrees"), "\(checked.output)")

        // Nothing was loaded by it.
        let client = try server.connect()
        #expect(try client.call("PLUGIN", "INFO", name).text?.contains("\"mode\":\"live\"") != true)
    }

    @Test func aLoadedVersionIsReplayedBesideTraffic() throws {
        try trade(200)
        let client = try server.connect()
        let source = Folder.text(of: rule("bulk-discount"))
        let loaded = try client.call("PLUGIN", "LOAD", "bulk-discount", source)
        #expect(loaded.errorText == nil, "\(loaded)")
        let job = try client.call("PLUGIN", "BACKTEST", "bulk-discount")
        let started = try JSONReader.parse((job.text ?? "null").utf8.span)
        let id = try #require(started["job"]?.string)
        var state = ""
        for _ in 0..<500 where state != "done" {
            let reply = try client.call("PLUGIN", "BACKTEST", "STATUS", id)
            let status = try JSONReader.parse((reply.text ?? "null").utf8.span)
            state = status["state"]?.string ?? "none"
            if state == "done" {
                #expect(status["report"]?["trades"]?["examined"]?.int64 == 200)
            }
            usleep(20_000)
        }
        #expect(state == "done")
        #expect(try client.call("PLUGIN", "BACKTEST", "STATUS", "bt-99").isError("NOTFOUND"))
        #expect(try client.call("PLUGIN", "BACKTEST", "nothing").isError("NOTFOUND"))
    }
}
