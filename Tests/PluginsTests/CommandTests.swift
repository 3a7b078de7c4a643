import Basics
import Domain
import Ledger
import Synchronization
import Testing

@testable import Plugins

@Suite("Commands about rules")
final class RuleCommandTests {
    private let market: RuledMarket
    private let commands: RuleCommands

    init() throws {
        let market = try RuledMarket()
        market.setUp()
        self.market = market
        commands = RuleCommands(
            RuleAnswers(
                inbox: market.ledger.inbox, workshop: market.workshop,
                statistics: market.rules.statistics, lines: market.rules.log,
                progress: {
                    [AfterFigures(plugin: Identifier(literal: "rule"), cursor: 7, lag: 2)]
                }))
        try commands.start()
    }

    deinit { commands.stop() }

    /// What one command says.
    private func ask(_ words: String..., as caller: Caller = .local) throws -> String {
        let answer = Mutex<String?>(nil)
        run(words, as: caller) { result in answer.withLock { $0 = result } }
        for _ in 0..<2_000 where answer.withLock({ $0 }) == nil { breathe() }
        return answer.withLock { $0 } ?? "no answer"
    }

    private func run(
        _ words: [String], as caller: Caller, _ complete: @escaping @Sendable (String) -> Void
    ) {
        var request = ArgumentVector()
        for word in words { request.append(word) }
        guard let spec = try? CommandTable.find(request) else { return complete("no command") }
        commands.run(spec, words.map { Array($0.utf8) }, caller: caller) { result in
            switch result {
            case .proceed: complete("proceed")
            case .error(let error): complete("\(error.code.rawValue) \(error.message)")
            case .reply(.json(let bytes)): complete(String(decoding: bytes, as: UTF8.self))
            case .reply(let value): complete("\(value)")
            }
        }
    }

    @Test("a source is checked before it is loaded")
    func check() throws {
        let good = PluginSources.plugin("pricing = function() end")
        #expect(try ask("PLUGIN", "LOAD", "rule", good) == "proceed")
        #expect(
            market.rules.checked(
                RuleMachine.digest(name: Identifier(literal: "rule"), source: good)) != nil)
        let other = try ask("PLUGIN", "LOAD", "other", good)
        #expect(other.hasPrefix("ERR the source is refused: other.lua:"), "\(other)")
        let bad = try ask("PLUGIN", "LOAD", "rule", "return {\nx")
        #expect(bad.hasPrefix("ERR the source is refused: rule.lua:2:"), "\(bad)")
    }

    @Test("a rule's tests, log and figures")
    func looks() throws {
        market.load(
            PluginSources.plugin(
                "pricing = function(trade, line) entrepot.log(\"info\", \"asked\") end, "
                    + "tests = { { hook = \"pricing\", line = { item = \"water\", quantity = 1, "
                    + "price = \"1.00\" }, expect = \"1.00\" } }"))
        market.run("TRADE CREATE luna mars water:1")
        let test = try ask("PLUGIN", "TEST", "rule")
        #expect(test.contains("\"ok\":true,\"passed\":1,\"failed\":0"), "\(test)")
        #expect(try ask("PLUGIN", "TEST", "rule", "9.9").hasPrefix("NOTFOUND version"))
        let log = try ask("PLUGIN", "LOG", "rule", "LIMIT", "1")
        #expect(log.contains("\"level\":\"info\""), "\(log)")
        #expect(log.contains("\"text\":\"asked\"}],\"next\":null}"), "\(log)")
        #expect(try ask("PLUGIN", "LOG", "rule", "LIMIT", "0").hasPrefix("RANGE"))
        let stats = try ask("PLUGIN", "STATS", "rule")
        #expect(stats.contains("\"hook\":\"pricing\",\"calls\":1,\"errors\":0"), "\(stats)")
        #expect(stats.hasSuffix("\"cursor\":7,\"lag\":2,\"refused\":null}"), "\(stats)")
        #expect(try ask("PLUGIN", "STATS").hasPrefix("{\"items\":[{\"name\":\"rule\""))
        for command in ["TEST", "LOG", "STATS"] {
            #expect(try ask("PLUGIN", command, "nobody").hasPrefix("NOTFOUND plugin"))
        }
    }

    @Test("another station's rule is like one that does not exist")
    func scope() throws {
        market.load(PluginSources.plugin("pricing = function() end", station: "luna"))
        let luna = Caller(
            name: Identifier(literal: "lu"), role: .operator,
            stations: [Identifier(literal: "luna")])
        let mars = Caller(
            name: Identifier(literal: "ma"), role: .operator,
            stations: [Identifier(literal: "mars")])
        for command in ["TEST", "STATS", "LOG"] {
            #expect(try ask("PLUGIN", command, "rule", as: luna).hasPrefix("{"))
            #expect(try ask("PLUGIN", command, "rule", as: mars).hasPrefix("NOTFOUND"))
        }
        #expect(try ask("PLUGIN", "STATS", as: mars) == "{\"items\":[],\"next\":null}")
    }

    @Test("a full queue refuses, and so does a stop; back-tests have their own door")
    func limits() throws {
        #expect(try ask("PLUGIN", "BACKTEST", "rule").hasPrefix("ERR back-tests"))
        let answers = Mutex<[String]>([])
        // Half a second of tests, and behind them more than may wait.
        let slow = PluginSources.plugin(
            """
            on = { ["trade.*"] = function(event) while true do end end },
            tests = { { hook = "on", event = { type = "trade.paid" }, expect_notices = {} },
                      { hook = "on", event = { type = "trade.paid" }, expect_notices = {} },
                      { hook = "on", event = { type = "trade.paid" }, expect_notices = {} } }
            """)
        run(["PLUGIN", "LOAD", "rule", slow], as: .local) { _ in }
        for _ in 0..<20 {
            run(["PLUGIN", "STATS"], as: .local) { text in answers.withLock { $0.append(text) } }
        }
        #expect(answers.withLock { $0 }.first?.hasPrefix("BUSY 16 commands") == true)
        commands.stop()
        run(["PLUGIN", "STATS"], as: .local) { text in answers.withLock { $0.append(text) } }
        let all = answers.withLock { $0 }
        #expect(all.count == 21 && all.last == "BUSY the server is stopping")
    }

    @Test("shares of a histogram")
    func shares() {
        var figures = HookFigures()
        #expect(figures.microseconds(share: 0.99) == 0)
        for _ in 0..<98 {
            figures.add(
                HookCall(instructions: 1, nanoseconds: 4_000, memoryPeak: 1, end: .passed))
        }
        for _ in 0..<2 {
            figures.add(
                HookCall(instructions: 1, nanoseconds: 900_000, memoryPeak: 1, end: .passed))
        }
        #expect(figures.microseconds(share: 0.5) == 5)
        #expect(figures.microseconds(share: 0.99) == 900)
    }
}
