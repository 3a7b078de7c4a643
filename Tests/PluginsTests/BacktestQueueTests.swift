import Basics
import Domain
import Ledger
import Plugins
import Synchronization
import Testing

@Suite("Jobs of back-tests", .timeLimit(.minutes(5)))
struct BacktestQueueTests {
    private let market: RuledMarket
    private let queue: BacktestQueue

    init() throws {
        market = try RuledMarket()
        market.setUp()
        queue = BacktestQueue(
            inbox: market.ledger.inbox, limits: Limits(), clock: market.clock)
    }

    private func ask(_ line: String, as caller: Caller = .local) -> String {
        let answer = Mutex<String?>(nil)
        let words = line.split(separator: " ").map { Array($0.utf8) }
        queue.run(words, caller: caller) { result in
            let text =
                switch result {
                case .proceed: "proceed"
                case .error(let error): "\(error.code.rawValue) \(error.message)"
                case .reply(.json(let bytes)): String(decoding: bytes, as: UTF8.self)
                case .reply(let value): "\(value)"
                }
            answer.withLock { $0 = text }
        }
        for _ in 0..<20_000 where answer.withLock({ $0 }) == nil { breathe() }
        return answer.withLock { $0 } ?? "no answer"
    }

    private func settled(_ job: String, _ state: String) -> String {
        var status = ""
        for _ in 0..<20_000 {
            status = ask("PLUGIN BACKTEST STATUS \(job)")
            if status.contains("\"state\":\"\(state)\"") { break }
            breathe()
        }
        return status
    }

    private func user(_ name: StaticString, _ station: StaticString) -> Caller {
        Caller(
            name: Identifier(literal: name), role: .operator,
            stations: [Identifier(literal: station)])
    }

    @Test("a job is begun, looked at, and has its report; nothing is enabled")
    func life() throws {
        defer { queue.stop() }
        market.run("TRADE CREATE luna mars water:100")
        market.load(BacktestTests.bulk, mode: nil)
        let began = ask("PLUGIN BACKTEST rule")
        #expect(began.hasPrefix("{\"job\":\"bt-1\",\"plugin\":\"rule\",\"version\":\"1.0@"))
        let status = settled("bt-1", "done")
        #expect(status.contains("\"progress\":1,"), "\(status)")
        #expect(status.contains("\"difference\":\"-50.00\""), "\(status)")
        #expect(market.run("PLUGIN INFO rule").at("mode") == "off")
        #expect(market.run("TRADE CREATE luna mars water:100").at("total") == "1000.00")
        // A period, a version, and words that are none.
        #expect(ask("PLUGIN BACKTEST rule VERSION 1.0 FROM 5 TO 7").contains("\"from\":5,\"to\":7"))
        #expect(settled("bt-2", "done").contains("\"examined\":0"))
        #expect(ask("PLUGIN BACKTEST rule VERSION 9.9").hasPrefix("NOTFOUND version"))
        #expect(ask("PLUGIN BACKTEST nobody").hasPrefix("NOTFOUND plugin"))
        #expect(ask("PLUGIN BACKTEST rule FROM yesterday").hasPrefix("SYNTAX"))
        #expect(ask("PLUGIN BACKTEST STATUS bt-99").hasPrefix("NOTFOUND"))
        #expect(ask("PLUGIN BACKTEST STOP bt-1").contains("\"state\":\"done\""))
    }

    @Test("two at a time; a stop ends a job, the end of the server all")
    func stops() throws {
        for _ in 0..<1_200 { market.run("TRADE CREATE luna mars water:1") }
        // Uses up its budget at each trade: a long job.
        market.load(
            PluginSources.plugin("pricing = function() while true do end end"), mode: nil)
        #expect(ask("PLUGIN BACKTEST rule").hasPrefix("{"))
        #expect(ask("PLUGIN BACKTEST rule").hasPrefix("{"))
        #expect(ask("PLUGIN BACKTEST rule").hasPrefix("BUSY 2 back-tests"))
        #expect(ask("PLUGIN BACKTEST STATUS bt-1").contains("\"state\":\"running\""))
        #expect(ask("PLUGIN BACKTEST STOP bt-1").contains("\"state\":\"stopped\""))
        queue.stop()
        #expect(ask("PLUGIN BACKTEST STATUS bt-2").contains("\"state\":\"stopped\""))
        #expect(ask("PLUGIN BACKTEST rule").hasPrefix("BUSY the server is stopping"))
    }

    @Test("whose rule it is may try it")
    func scope() throws {
        defer { queue.stop() }
        market.load(
            PluginSources.plugin("pricing = function() end", station: "luna"), mode: nil)
        market.load(
            PluginSources.plugin("pricing = function() end", name: "all"), name: "all", mode: nil)
        let luna = user("lu", "luna")
        let mars = user("ma", "mars")
        #expect(ask("PLUGIN BACKTEST rule", as: luna).hasPrefix("{"))
        #expect(ask("PLUGIN BACKTEST rule", as: mars).hasPrefix("NOTFOUND"))
        #expect(ask("PLUGIN BACKTEST all", as: luna).hasPrefix("NOPERM"))
        #expect(ask("PLUGIN BACKTEST STATUS bt-1", as: luna).hasPrefix("{"))
        for command in ["STATUS", "STOP"] {
            #expect(ask("PLUGIN BACKTEST \(command) bt-1", as: mars).hasPrefix("NOTFOUND"))
        }
    }

    @Test("the last results are kept")
    func memory() throws {
        defer { queue.stop() }
        market.load(PluginSources.plugin("pricing = function() end"), mode: nil)
        let runs = BacktestQueue.memory + 3
        for number in 1...runs {
            #expect(ask("PLUGIN BACKTEST rule").contains("\"bt-\(number)\""))
            #expect(settled("bt-\(number)", "done").contains("\"progress\":1"))
        }
        #expect(ask("PLUGIN BACKTEST STATUS bt-3").hasPrefix("NOTFOUND"))
        #expect(ask("PLUGIN BACKTEST STATUS bt-4").hasPrefix("{"))
    }
}
