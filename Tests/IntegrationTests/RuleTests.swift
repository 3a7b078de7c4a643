import Basics
import Glibc
import JSON
import RESP
import Testing

/// A server with a market, and a folder of rules that it watches.
private final class RuledServer {
    let server: TestServer
    let plugins: String
    private(set) var client: Connection

    init(_ flags: [String] = []) throws {
        server = try TestServer(flags)
        plugins = server.folder.path + "/plugins"
        mkdir(plugins, 0o700)
        client = try server.connect()
        for words in [
            ["STATION", "ADD", "luna"], ["STATION", "ADD", "mars"],
            ["ITEM", "ADD", "water", "PRICE", "10.00", "CR"],
            ["INVENTORY", "ADD", "luna", "water", "100000"],
            ["INVENTORY", "ADD", "mars", "water", "100000"],
        ] { _ = try json(words) }
    }

    func restart() throws {
        try server.restart()
        client = try server.connect()
    }

    /// Writes a rule, in one go.
    func save(_ file: String, _ text: String) throws {
        _ = try server.folder.write("plugins/\(file)", Array(text.utf8))
    }

    /// What a command answers, as JSON; an error is a failure of the test.
    @discardableResult
    func json(_ words: [String]) throws -> JSONValue {
        client.send(Connection.request(words))
        let reply = try client.reply()
        if let text = reply.errorText { throw Trouble("\(words.prefix(3)): \(text)") }
        return try JSONReader.parse((reply.text ?? "null").utf8.span)
    }

    @discardableResult
    func json(_ line: String) throws -> JSONValue {
        try json(line.split(separator: " ").map(String.init))
    }

    func refusal(_ line: String) throws -> String {
        client.send(Connection.request(line.split(separator: " ").map(String.init)))
        return try client.reply().errorText ?? "no error"
    }

    func info(_ name: String) throws -> JSONValue { try json(["PLUGIN", "INFO", name]) }

    /// The unit price of one line that is only asked about.
    func quote(_ quantity: Int, seller: String = "luna", id: String? = nil) throws -> String? {
        let buyer = seller == "luna" ? "mars" : "luna"
        let words =
            ["TRADE", "QUOTE", seller, buyer, "water:\(quantity)"] + (id.map { ["ID", $0] } ?? [])
        return try json(words)["lines"]?.array?.first?["unit_price"]?.string
    }

    /// All events of the log: type, subject, and the data as JSON.
    func events(_ type: String) throws -> [JSONValue] {
        let reply = try client.call("XRANGE", "events", "-", "+")
        return try (reply.elements ?? []).compactMap { entry in
            guard let fields = entry.elements?.last, fields["type"]?.text == type else {
                return nil
            }
            return try JSONReader.parse((fields["event"]?.text ?? "null").utf8.span)
        }
    }

    /// Waits until something is so.
    func eventually(_ what: String, seconds: Int = 20, _ isSo: () throws -> Bool) throws {
        for _ in 0..<(seconds * 50) {
            if try isSo() { return }
            usleep(20_000)
        }
        throw Trouble("not within \(seconds) s: \(what); \(server.program.errorText)")
    }
}

/// A price rule: `factor` of the price from 100 units on.
private func bulk(
    _ version: String, _ factor: String, expect: String? = nil, station: String = "*"
) -> String {
    """
    return { name = "bulk", version = "\(version)", api = 1, station = "\(station)",
      on_error = "skip",
      pricing = function(trade, line)
        if line.quantity >= 100 then return line.price * "\(factor)", "bulk" end
      end,
      tests = { { hook = "pricing", line = { item = "water", quantity = 1, price = "10.00" },
                  expect = "\(expect ?? "10.00")" } } }
    """
}

private func rule(_ name: String, _ entries: String, onError: String = "skip") -> String {
    "return { name = \"\(name)\", version = \"1\", api = 1, station = \"*\", "
        + "on_error = \"\(onError)\", \(entries) }"
}

@Suite(
    "Rules in a running server",
    .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)), .timeLimit(.minutes(3)))
struct RuleTests {
    @Test("a saved file becomes a version; a bad one is refused and the good one stays")
    func folder() throws {
        let ruled = try RuledServer()
        try ruled.save("bulk.lua", bulk("1.0", "0.95"))
        try ruled.eventually("loaded") { try !ruled.info("bulk").isNull }
        #expect(try ruled.info("bulk")["mode"]?.string == "off")
        #expect(try ruled.quote(100) == "10.00")
        try ruled.json("PLUGIN MODE bulk live")
        let trade = try ruled.json("TRADE CREATE luna mars water:100 ID t-1")
        #expect(trade["total"]?.string == "950.00")
        let steps = try ruled.json("EXPLAIN TRADE t-1")["steps"]?.array ?? []
        #expect(steps.map { $0["source"]?.string } == ["list", "rule"])
        #expect(steps.last?["rule"]?.string == "bulk")
        #expect(steps.last?["reason"]?.string == "bulk")
        #expect(steps.last?["after"]?.string == "9.50")

        // Its own test fails: refused with file and reason, the version before stays.
        try ruled.save("bulk.lua", bulk("1.1", "0.90", expect: "9.00"))
        try ruled.eventually("refused") {
            ruled.server.program.errorText.contains("a rule was refused file=bulk.lua")
        }
        #expect(ruled.server.program.errorText.contains("expected 9.00, is 10.00"))
        #expect(try ruled.quote(100) == "9.50")
        let lines = try ruled.json("PLUGIN LOG bulk")["items"]?.array ?? []
        #expect(lines.last?["level"]?.string == "error")
        let stats = try ruled.json("PLUGIN STATS bulk")
        #expect(stats["refused"]?.string?.contains("expected 9.00") == true)
        try ruled.save("bulk.lua", "return {\n  name = \n}")
        try ruled.eventually("the line is named") {
            ruled.server.program.errorText.contains("bulk.lua:3: ")
        }
        #expect(try ruled.quote(100) == "9.50")

        // Two saves in quick succession: the last one serves, at once, because the rule is live.
        try ruled.save("bulk.lua", bulk("1.2", "0.80"))
        try ruled.save("bulk.lua", bulk("1.3", "0.70"))
        try ruled.eventually("1.3 serves") { try ruled.quote(100) == "7.00" }
        #expect(try ruled.json("TRADE GET t-1")["total"]?.string == "950.00")

        // A rollback outlives a restart: the file is read again only when its bytes change.
        #expect(try ruled.json("PLUGIN ROLLBACK bulk")["mode"]?.string == "live")
        let before = try ruled.info("bulk")
        let price = try ruled.quote(100)
        #expect(price != "7.00")
        try ruled.restart()
        #expect(try ruled.info("bulk") == before)
        #expect(try ruled.quote(100) == price)
        unlink(ruled.plugins + "/bulk.lua")
        usleep(400_000)
        #expect(try ruled.info("bulk") == before)
        #expect(ruled.server.program.errorText.contains("refused") == false)
    }

    @Test("off, shadow, canary, live, and back")
    func modes() throws {
        let ruled = try RuledServer()
        let source = bulk("1.0", "0.50")
        try ruled.json(["PLUGIN", "LOAD", "bulk", source])
        #expect(try ruled.quote(100) == "10.00")
        try ruled.json("PLUGIN MODE bulk shadow")
        #expect(try ruled.quote(100) == "10.00")
        try ruled.json("TRADE CREATE luna mars water:100 ID t-shadow")
        let steps = try ruled.json("EXPLAIN TRADE t-shadow")["steps"]?.array ?? []
        #expect(steps.last?["outcome"]?.string == "shadow")
        #expect(steps.last?["after"]?.string == "5.00")
        try ruled.json("PLUGIN MODE bulk canary 50")
        let prices = try (0..<40).map { try ruled.quote(100, id: "c-\($0)") }
        #expect(Set(prices) == ["10.00", "5.00"])
        // The same trade is always on the same side, also when it is made.
        for number in 0..<5 {
            let trade = try ruled.json("TRADE CREATE luna mars water:100 ID c-\(number)")
            #expect(trade["lines"]?.array?.first?["unit_price"]?.string == prices[number])
        }
        #expect(try ruled.quote(100) == "10.00")
        try ruled.json("PLUGIN MODE bulk live")
        #expect(try ruled.quote(100) == "5.00")
        // A new version by command is a candidate beside the live one.
        try ruled.json(["PLUGIN", "LOAD", "bulk", bulk("2.0", "0.10")])
        #expect(try ruled.quote(100) == "5.00")
        try ruled.json("PLUGIN MODE bulk live")
        #expect(try ruled.quote(100) == "1.00")
        try ruled.json("PLUGIN ROLLBACK bulk")
        #expect(try ruled.quote(100) == "5.00")
        try ruled.restart()
        #expect(try ruled.quote(100) == "5.00")
        try ruled.json("PLUGIN MODE bulk off")
        #expect(try ruled.quote(100) == "10.00")
        #expect(try ruled.json("PLUGIN STATS bulk")["hooks"]?.array?.isEmpty == false)
        #expect(try ruled.json("PLUGIN TEST bulk")["ok"]?.bool == true)
        #expect(
            try ruled.refusal("PLUGIN LOAD bulk nonsense").hasPrefix("ERR the source is refused"))
    }

    @Test("a station's rule prices its own sales; refusals and errors of rules")
    func scopeAndRefusals() throws {
        let ruled = try RuledServer()
        try ruled.json(["PLUGIN", "LOAD", "bulk", bulk("1.0", "0.50", station: "luna")])
        try ruled.json("PLUGIN MODE bulk live")
        #expect(try ruled.quote(100) == "5.00")
        #expect(try ruled.quote(100, seller: "mars") == "10.00")
        let embargo = rule(
            "embargo",
            "validate = function(trade) if trade.lines[1].quantity == 13 then return "
                + "\"13 is unlucky\" end end")
        try ruled.json(["PLUGIN", "LOAD", "embargo", embargo])
        try ruled.json("PLUGIN MODE embargo live")
        let refused = try ruled.refusal("TRADE CREATE luna mars water:13")
        #expect(refused.hasPrefix("REJECTED") && refused.contains("13 is unlucky"), "\(refused)")
        try ruled.json("TRADE CREATE luna mars water:12")
        let strict = rule(
            "strict", "pricing = function(trade, line) error(\"broken\") end", onError: "reject")
        try ruled.json(["PLUGIN", "LOAD", "strict", strict])
        try ruled.json("PLUGIN MODE strict live")
        let failed = try ruled.refusal("TRADE CREATE luna mars water:1")
        #expect(failed.hasPrefix("RULEERROR"), "\(failed)")
        try ruled.json("PLUGIN REMOVE strict")
        try ruled.json("TRADE CREATE luna mars water:1")
    }

    @Test("a rule without end falls back by itself, and others do not wait for it")
    func endless() throws {
        let ruled = try RuledServer()
        try ruled.save("loop.lua", rule("loop", "pricing = function() while true do end end"))
        try ruled.eventually("loaded") { try !ruled.info("loop").isNull }
        try ruled.json("PLUGIN MODE loop live")
        let other = try ruled.server.connect()
        var slowest: UInt64 = 0
        let clock = SystemClock()
        for number in 0..<20 {
            ruled.client.send(
                Connection.request([
                    "TRADE", "CREATE", "luna", "mars", "water:1", "ID", "l-\(number)",
                ])
            )
            let began = clock.monotonicNanoseconds()
            #expect(try other.call("PING") == .simple("PONG"))
            slowest = max(slowest, clock.monotonicNanoseconds() - began)
            let reply = try ruled.client.reply()
            #expect(reply.errorText == nil)
        }
        #expect(slowest < 500_000_000, "a PING took \(slowest) ns")
        try ruled.eventually("plugin.disabled") {
            try ruled.events("plugin.disabled").count == 1
        }
        let disabled = try ruled.events("plugin.disabled").first
        #expect(disabled?["data"]?["name"]?.string == "loop")
        #expect(try ruled.info("loop")["mode"]?.string == "off")
        let stats = try ruled.json("PLUGIN STATS loop")["hooks"]?.array?.first
        #expect(stats?["kills"]?.int64 == 3)
    }

    @Test("a hook's notices are told exactly once, over a kill and a restart")
    func notices() throws {
        let ruled = try RuledServer()
        try ruled.json("CHANNEL ADD ops KIND log")
        let watch = rule(
            "watch",
            """
            on = { ["shipment.delayed"] = function(event)
              return { notices = { { channel = "ops", subject = event.data.shipment.trade } },
                       state = { n = (entrepot.state.n or 0) + 1 } }
            end }
            """)
        try ruled.json(["PLUGIN", "LOAD", "watch", watch])
        try ruled.json("PLUGIN MODE watch live")
        let count = 30
        for number in 0..<count {
            let eta = number < count / 2 ? "+1s" : "+3s"
            try ruled.json("TRADE CREATE luna mars water:1 ID d-\(number) ETA \(eta)")
        }
        try ruled.eventually("the first notice") { try !ruled.events("notice.logged").isEmpty }
        try ruled.restart()
        try ruled.eventually("all notices") {
            try ruled.events("notice.logged").count >= count
        }
        usleep(300_000)
        let subjects = try ruled.events("notice.logged").compactMap {
            $0["data"]?["subject"]?.string
        }
        #expect(subjects.count == count)
        #expect(Set(subjects) == Set((0..<count).map { "d-\($0)" }))
        try ruled.restart()
        usleep(500_000)
        #expect(try ruled.events("notice.logged").count == count)
        let stats = try ruled.json("PLUGIN STATS watch")
        #expect(stats["lag"]?.int64 == 0)
        let info = try ruled.client.call("INFO", "rules").text ?? ""
        #expect(info.contains("plugin_watch:mode=live"), "\(info)")
    }

    @Test("timers tick by the clock")
    func timers() throws {
        let ruled = try RuledServer()
        try ruled.json("CHANNEL ADD ops KIND log")
        let clock = rule(
            "clock",
            "every = { [\"1s\"] = function(now) return { { channel = \"ops\", "
                + "subject = \"tick\" } } end }")
        try ruled.save("clock.lua", clock)
        try ruled.eventually("loaded") { try !ruled.info("clock").isNull }
        try ruled.json("PLUGIN MODE clock live")
        try ruled.eventually("three ticks") { try ruled.events("notice.logged").count >= 3 }
        try ruled.json("PLUGIN MODE clock off")
        usleep(300_000)
        let ticks = try ruled.events("notice.logged").count
        usleep(1_500_000)
        #expect(try ruled.events("notice.logged").count == ticks)
    }

    @Test("the command line")
    func commandLine() throws {
        let ruled = try RuledServer()
        let folder = ruled.server.folder.path
        let binary = try #require(TestServer.binary)
        let at = ["--server", "127.0.0.1:\(ruled.server.port)"]
        func run(_ words: String...) throws -> (status: Int32?, output: String, error: String) {
            let needsServer = !["new", "check", "test"].contains(words[0])
            let done = try Program.run(
                [binary, "plugin"] + words + (needsServer ? at : []), in: folder)
            return (done.status, done.output, done.error)
        }
        let file = folder + "/night.lua"
        #expect(try run("new", "night", "--hook", "pricing", "--to", folder).status == 0)
        #expect(try run("new", "night", "--to", folder).status == 1)
        #expect(try run("check", file).output.contains("is good, 2 tests"))
        #expect(try run("test", file).output.contains("2 of 2 tests passed"))
        #expect(try run("test", "--json", file).output.hasPrefix("{\"file\":"))
        let bad = try ruled.server.folder.write("bad.lua", Array("return { }".utf8))
        #expect(try run("check", bad).status == 1)
        #expect(try run("check", folder + "/none.lua").status == 2)
        #expect(try run("mode").status == 2)
        let loaded = try run("load", file)
        #expect(loaded.status == 0 && loaded.output.hasPrefix("night is off, candidate 0.1.0@"))
        #expect(try run("load", bad).status == 1)
        #expect(try run("mode", "night", "canary", "10").output.hasPrefix("night is canary 10 %"))
        #expect(try run("mode", "night", "live").output.hasPrefix("night is live, live 0.1.0@"))
        #expect(try run("mode", "night", "sideways").status == 1)
        #expect(try run("list").output.contains("night  live  0.1.0@"))
        #expect(try run("info", "night").output.contains("mode: live\n"))
        #expect(try run("info", "nobody").status == 1)
        #expect(try run("source", "night").output == Folder.text(of: file))
        #expect(try run("rollback", "night").error.contains("BADSTATE"))
        #expect(try ruled.quote(100) == "9.50")
        #expect(try run("stats").output.contains("night"))
        #expect(try run("log", "night").status == 0)
        #expect(try run("remove", "night").output == "night is removed\n")
        #expect(try run("list").output.split(separator: "\n").count == 1)
    }
}
