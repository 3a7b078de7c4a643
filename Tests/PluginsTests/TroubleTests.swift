import Basics
import Domain
import Ledger
import Storage
import Testing

@testable import Plugins

@Suite("Rules in trouble")
struct TroubleTests {
    private static let endless = PluginSources.plugin("validate = function() while true do end end")

    @Test("a rule that does not end on an example is suspect, any other is not")
    func suspects() {
        let check = PluginCheck(source: Self.endless, file: "rule.lua", limits: Limits())
        #expect(check.hasPassed && check.isSuspect)
        #expect(check.warnings.first?.message.hasPrefix("validate did not end") == true)
        let bodies = [
            "pricing = function(trade, line) return line.price * 2 end",
            "pricing = function() error('broken') end",
            "eta = function(shipment) return nil end",
            "every = { [\"1h\"] = function() while true do end end }",
        ]
        for body in bodies {
            let source = PluginSources.plugin(body, station: "luna")
            let check = PluginCheck(source: source, file: "rule.lua", limits: Limits())
            #expect(check.hasPassed && !check.isSuspect, "\(body): \(check.failures)")
        }
    }

    @Test("a suspect gets a tenth of the time until a call of it has ended")
    func allowance() {
        func serving(isSuspect: Bool) -> Serving {
            Serving(
                plugin: Identifier(literal: "rule"),
                tag: VersionTag(digest: Digest128(high: 1, low: 2), declared: "1"), machine: nil,
                source: "", names: Names(), statistics: RuleStatistics(), isSuspect: isSuspect,
                fallback: nil)
        }
        #expect(serving(isSuspect: false).allowance(900, limit: 1_000) == 900)
        let suspect = serving(isSuspect: true)
        #expect(suspect.allowance(900, limit: 1_000) == 100)
        #expect(suspect.allowance(50, limit: 1_000) == 50)
        suspect.ended()
        #expect(suspect.allowance(900, limit: 1_000) == 900)
    }

    @Test("a version that no longer compiles fails as its on_error says, and is told")
    func brokenAtTheStart() throws {
        for (onError, refusal) in [("reject", "RULEERROR"), ("skip", nil)] {
            let market = try RuledMarket()
            market.setUp()
            market.load(
                PluginSources.plugin(
                    "pricing = function(trade, line) return line.price * 2 end", onError: onError))
            let view = market.ledger.durableView
            let rules = LiveRules(
                workshop: market.workshop, names: market.ledger.state.names, clock: market.clock,
                limits: Limits())
            let plugins = Array(market.ledger.state.plugins.values)
            rules.start(plugins) { digest in
                var version = (try? view.pluginVersion(digest)).flatMap { $0 }
                version?.source = "return { what = 1 }"
                return version
            }
            market.ledger.rules = rules
            let told = rules.log.lines(of: Identifier(literal: "rule"))
            #expect(told.map(\.level) == [.error])
            let trade = market.run("TRADE CREATE luna mars water:1")
            if let refusal {
                #expect(trade.error?.hasPrefix(refusal) == true, "\(trade)")
                #expect(trade.error?.contains("could not be compiled") == true)
            } else {
                #expect(trade.at("total") == "10.00")
            }
            #expect(market.lastEvents(1) == ["plugin.failed"])
        }
    }

    @Test("the rules of a MULTI share its time")
    func transactionTime() throws {
        var limits = Limits()
        limits.ruleMicroseconds = 1_000_000
        limits.ruleTradeMicroseconds = 4_000
        limits.ruleTransactionMicroseconds = 10_000
        limits.ruleInstructions = 1_000_000_000
        let market = try RuledMarket(limits: limits)
        market.setUp()
        market.load(
            PluginSources.plugin("pricing = function() local t = 0 while true do t = t + 1 end end")
        )
        let reply = market.multi((1...5).map { "TRADE CREATE luna mars water:1 ID t-\($0)" })
        #expect(reply.error == nil)
        func error(_ trade: Int) -> String {
            market.run("EXPLAIN TRADE t-\(trade)").at("steps.1.error")
        }
        #expect(error(1).contains("time budget used up"))
        #expect(error(5) == "the rules of this MULTI have used up their time")
        // The next command has its own.
        market.run("TRADE CREATE luna mars water:1 ID t-6")
        #expect(error(6).contains("time budget used up"))
    }

    @Test("a machine that a kill left without memory is replaced")
    func memory() throws {
        var limits = Limits()
        limits.ruleMicroseconds = 5_000_000
        limits.ruleTradeMicroseconds = 5_000_000
        limits.ruleInstructions = 1_000_000_000
        limits.ruleMemoryBytes = 1 << 20
        let market = try RuledMarket(limits: limits)
        market.setUp()
        let source = """
            local kept = {}
            return { name = "rule", version = "1.0", api = 1, station = "*", on_error = "skip",
              pricing = function(trade, line)
                while trade.reference == "grow" do
                  kept[#kept + 1] = string.rep("x", 10000) .. #kept
                end
                return line.price + #kept
              end }
            """
        market.load(source)
        func price() -> String {
            market.run("TRADE CREATE luna mars water:1", isDryRun: true)
                .at("result.lines.0.unit_price")
        }
        func grow() { market.run("TRADE CREATE luna mars water:1 REF grow", isDryRun: true) }
        let before = price()
        grow()
        #expect(market.figures("pricing").kills == 1)
        #expect(price() != before)
        for _ in 0..<1_000 where price() != before {
            breathe()
            grow()
        }
        #expect(price() == before)
    }

    @Test("a refused file is shown with its rule, or where there is none to those who see all")
    func refusedFiles() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(PluginSources.plugin("pricing = function() end"))
        market.ledger.refusedFiles = market.rules.log
        let time = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
        for name in ["rule", "other"] {
            let id = try #require(Identifier(name))
            let file = RefusedFile(file: "\(name).lua", reason: "\(name).lua:1: no", time: time)
            market.rules.log.keep(file, of: id)
        }
        let known = market.run("PLUGIN INFO rule")
        #expect(known.at("mode") == "live")
        #expect(known.at("refused.file") == "rule.lua")
        #expect(known.at("refused.reason") == "rule.lua:1: no")
        #expect(known.at("refused.time") == "2026-01-01T00:00:00.000Z")
        #expect(market.run("PLUGIN INFO other").at("name") == "other")
        #expect(market.run("PLUGIN INFO other").at("refused.file") == "other.lua")
        #expect(market.run("PLUGIN INFO nothing").description == "null")
        market.rules.log.keep(nil, of: Identifier(literal: "rule"))
        market.rules.log.forgetRefusals(of: "other.lua")
        #expect(market.run("PLUGIN INFO rule").at("refused") == "no refused")
        #expect(market.run("PLUGIN INFO other").description == "null")
    }
}
