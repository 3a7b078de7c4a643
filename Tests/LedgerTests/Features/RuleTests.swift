import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite("Rules inside a trade") struct RuleTests {
    private func market() throws -> (TestLedger, StubRules) {
        let market = try TestLedger()
        let rules = StubRules()
        market.ledger.rules = rules
        market.setUpMarket()
        return (market, rules)
    }

    @Test func pricesAreMadeLineByLine() throws {
        let (market, rules) = try market()
        var seen: [[Int64]] = []
        rules.pricing = { (trade, line, base) throws(CommandError) in
            seen.append(trade.lines.map(\.unitPrice) + [trade.total])
            return line == 0 ? base / 2 : base
        }
        let trade = market.run("TRADE CREATE luna mars water:2 ore:10 ID t-1")
        #expect(trade.json().at("total") == "42.50")
        #expect(trade.json().at("lines.0.unit_price") == "6.25")
        #expect(seen == [[1_250, 300, 5_500], [625, 300, 4_250]])
        let explained = market.run("EXPLAIN TRADE t-1").json()
        let outcomes = (0..<4).map {
            explained.at("steps.\($0).source") + " " + explained.at("steps.\($0).outcome")
        }
        #expect(outcomes == ["list changed", "rule changed", "list changed", "rule unchanged"])
        #expect(explained.at("steps.1.rule") == "stub")
        #expect(explained.at("steps.1.reason") == "because")
        #expect(explained.at("steps.1.inputs.n") == "1")
        #expect(explained.at("steps.1.before") == "12.50")
        let event = try #require(try market.context().view.trade(id: Identifier(literal: "t-1")))
        let made = try #require(try market.context().view.event(event.key.seq))
        #expect(made.cause.rules.map(\.hook) == ["pricing"])
    }

    @Test func aQuoteSeesTheSameAndIsTold() throws {
        let (market, rules) = try market()
        var quotes: [Bool] = []
        rules.pricing = { (trade, _, base) throws(CommandError) in
            quotes.append(trade.isQuote && trade.hasID)
            return base + 1
        }
        let quote = market.run("TRADE QUOTE luna mars water:2 ID q-1").json()
        #expect(quote.at("total") == "25.02")
        #expect(quote.at("steps.1.source") == "rule")
        #expect(quotes == [true])
        #expect(market.run("TRADE GET q-1").isNull)
    }

    @Test func aRefusalLeavesNothing() throws {
        let (market, rules) = try market()
        rules.refusal = { trade in
            trade.total > 10_000 ? CommandError(.rejected, "too much at once") : nil
        }
        let digest = market.ledger.store.writeSet.head.digest
        #expect(market.run("TRADE CREATE luna mars water:100").error == "REJECTED too much at once")
        #expect(market.run("TRADE QUOTE luna mars water:100").code == .rejected)
        #expect(market.ledger.store.writeSet.head.digest == digest)
        #expect(market.run("INVENTORY LEVEL luna water").integer == 1_000)
        let trade = market.run("TRADE CREATE luna mars water:1 ID t-1")
        #expect(trade.error == nil)
        let made = try #require(try market.context().view.trade(id: Identifier(literal: "t-1")))
        let event = try #require(try market.context().view.event(made.key.seq))
        #expect(event.cause.rules.first?.inputs == #"{"stock":3}"#)
    }

    @Test func aFailingRuleThatRejects() throws {
        let (market, rules) = try market()
        rules.pricing = { (_, _, _) throws(CommandError) in
            throw CommandError(.ruleError, "stub: boom")
        }
        #expect(market.run("TRADE CREATE luna mars water:1").error == "RULEERROR stub: boom")
        #expect(market.run("INVENTORY LEVEL luna water").integer == 1_000)
        rules.pricing = { (_, _, _) throws(CommandError) in -1 }
        #expect(market.run("TRADE CREATE luna mars water:1").code == .ruleError)
        rules.pricing = { (_, _, _) throws(CommandError) in .max }
        #expect(market.run("TRADE CREATE luna mars water:2").code == .range)
    }

    @Test func theBuyersMaximumHoldsAgainstRules() throws {
        let (market, rules) = try market()
        rules.pricing = { (_, _, base) throws(CommandError) in base * 2 }
        #expect(market.run("TRADE CREATE luna mars water:1 MAX 20").code == .rejected)
        #expect(market.run("TRADE CREATE luna mars water:1 MAX 25").error == nil)
    }

    @Test func etasWhereNoneIsNamed() throws {
        let (market, rules) = try market()
        let day: Int64 = 86_400_000
        rules.arrival = { Timestamp(milliseconds: $0.created.milliseconds + day) }
        let now = Timestamp(milliseconds: market.clock.wallMilliseconds())
        let expected = "\(Timestamp(milliseconds: now.milliseconds + day))"
        func eta(_ line: String) -> String {
            let id = market.run(line).json().at("shipments.0")
            let shipment = market.run("CARGO GET \(id)").json()
            return shipment.at("eta") == shipment.at("promised") ? shipment.at("eta") : "?"
        }
        #expect(eta("TRADE CREATE luna mars water:1") == expected)
        #expect(eta("TRADE CREATE luna mars water:1 ETA +2d") != expected)
        #expect(market.run("TRADE QUOTE luna mars water:1").json().at("eta") == expected)
        market.setUp(["TRADE RESERVE luna mars water:1 TTL 60 ID r-1"])
        #expect(eta("TRADE COMMIT r-1") == expected)
        let cargo = market.run("CARGO CREATE luna mars water:1 ID c-1").json()
        #expect(cargo.at("eta") == expected)
        // Never in the past.
        rules.arrival = { _ in Timestamp(milliseconds: 0) }
        #expect(eta("TRADE CREATE luna mars water:1") == "\(now)")
    }

    @Test func budgetsBeginWithEachCommand() throws {
        let (market, rules) = try market()
        let before = rules.begun.count
        market.run("TRADE CREATE luna mars water:1")
        let reply = Reply()
        market.ledger.executeTransaction(
            ["TRADE CREATE luna mars water:1", "TRADE CREATE luna mars water:1"].map {
                $0.split(separator: " ").map { Array($0.utf8) }
            }, caller: .local, reply: reply)
        market.settle()
        #expect(rules.begun.dropFirst(before).map(\.isMulti) == [false, true])
    }

    /// What the log says is enough: no rule is asked again.
    @Test func replayNeedsNoRules() throws {
        let folder = try TestFolder()
        try fill(folder)
        let report = try Verification.run(directory: folder.path)
        #expect(report.problems.isEmpty, "\(report.problems)")
        let again = try TestLedger(folder: folder)
        #expect(again.run("TRADE GET t-1").json().at("total") == "13.50")
    }

    private func fill(_ folder: TestFolder) throws {
        let market = try TestLedger(folder: folder)
        let rules = StubRules()
        market.ledger.rules = rules
        market.setUpMarket()
        rules.pricing = { (_, _, base) throws(CommandError) in base + 100 }
        rules.arrival = { Timestamp(milliseconds: $0.created.milliseconds + 1_000) }
        market.setUp(["TRADE CREATE luna mars water:1 ID t-1"])
    }
}
