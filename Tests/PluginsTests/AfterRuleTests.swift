import Basics
import Domain
import Ledger
import Storage
import Testing

@testable import Plugins

@Suite struct AfterRuleTests {
    /// The hooks of the version that is live.
    private func after(
        _ market: RuledMarket, _ name: String = "rule", log: RuleLog = RuleLog(),
        statistics: RuleStatistics = RuleStatistics(), limits: Limits = Limits()
    ) throws -> AfterRules {
        let id = try #require(Identifier(name))
        let plugin = try #require(market.ledger.state.plugins[id])
        let live = try #require(plugin.live)
        let version = try #require(
            try market.ledger.durableView.pluginVersion(live.digest))
        return try AfterRules(
            version, statistics: statistics, log: log, clock: market.clock, limits: limits)
    }

    private func events(_ market: RuledMarket) throws -> [Event] {
        let view = market.ledger.durableView
        return try (1...view.head.seq).compactMap { try view.event($0) }
    }

    private func hear(_ rules: AfterRules, _ market: RuledMarket) throws -> [RuleNotice] {
        let view = market.ledger.durableView
        return try events(market).filter { rules.hears($0) }.flatMap { event in
            rules.hear(event, history: "H", world: ViewWorld(view, now: event.time)).notices
        }
    }

    private static let teller = """
        on = {
          ["trade.*"] = function(event)
            local trade = entrepot.trade(event.data.trade.id)
            return { { channel = "ops", subject = event.type .. " " .. event.subject,
                       text = tostring(trade.total) .. " " .. tostring(event.data.trade.total),
                       data = { now = entrepot.now() == event.time_ms, id = event.id } } }
          end,
          ["inventory.low"] = function(event)
            return { { channel = "ops", subject = "low", text = event.data.stock.item } }
          end,
        }
        """

    @Test func eventsAsTheyAre() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(PluginSources.plugin(Self.teller))
        market.run("INVENTORY LIMITS luna ore LOW 4995")
        market.run("TRADE CREATE luna mars ore:10 ID t-1")
        market.run("TRADE PAY t-1")
        let rules = try after(market)
        let notices = try hear(rules, market)
        #expect(
            notices.map(\.subject)
                == ["trade.initiated trade/t-1", "low", "trade.paid trade/t-1"])
        #expect(notices.first?.text == "30.00 CR 30.00 CR")
        #expect(notices.first?.data?.hasSuffix("\"now\":true}") == true)
        #expect(try events(market).filter { $0.type.isOperational }.allSatisfy { !rules.hears($0) })
    }

    @Test func aStationHearsItsOwn() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(PluginSources.plugin(Self.teller, station: "vega"))
        market.run("TRADE CREATE luna mars ore:10 ID t-1")
        market.run("TRADE CREATE mars vega ore:10 ID t-2")
        #expect(
            try hear(try after(market), market).map(\.subject) == ["trade.initiated trade/t-2"])
    }

    @Test func timersAndStates() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                """
                every = { ["1h"] = function(now)
                  local n = (entrepot.state.n or 0) + 1
                  return { notices = { { channel = "ops", text = now .. "/" .. n } },
                           state = { n = n } }
                end }
                """))
        let rules = try after(market)
        var state: PluginState?
        var texts: [String?] = []
        for _ in 0..<3 {
            let name = Identifier(literal: "rule")
            let world = ViewWorld(
                market.ledger.durableView, now: Timestamp(milliseconds: 7),
                states: state.map { [name: $0] } ?? [:])
            let result = rules.tick(0, world: world)
            texts += result.notices.map(\.text)
            let json = try RuleState.merging(state?.json, result.state, limit: 64 << 10)
            state = PluginState(plugin: name, json: json, seq: 0)
        }
        #expect(texts == ["7/1", "7/2", "7/3"])
        #expect(state?.json == "{\"n\":3}")
    }

    @Test func failuresAreCountedAndTold() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin("on = { ['trade.*'] = function(event) error('broken') end }"))
        for _ in 0..<5 { market.run("TRADE CREATE luna mars ore:1") }
        let log = RuleLog()
        let statistics = RuleStatistics()
        let rules = try after(market, log: log, statistics: statistics)
        #expect(try hear(rules, market).isEmpty)
        #expect(statistics.snapshot().first { $0.key.hook == "on" }?.figures.errors == 5)
        #expect(log.lines(of: Identifier(literal: "rule")).count == 5)
        let actions = rules.takeActions()
        #expect(actions.map(\.kind) == [.failure, .fallback])
        #expect(actions.last?.error == "5 failures in 100 calls; the last: line 4: broken")
        #expect(rules.takeActions().isEmpty)
        try market.ledger.fallBack(try #require(actions.last))
        market.settle()
        #expect(market.lastEvents(1) == ["plugin.disabled"])
    }

    @Test func killsAfterTheCommit() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin("on = { ['trade.*'] = function() while true do end end }"))
        for _ in 0..<3 { market.run("TRADE CREATE luna mars ore:1") }
        var limits = Limits()
        limits.ruleAfterInstructions = 100_000
        let rules = try after(market, limits: limits)
        #expect(try hear(rules, market).isEmpty)
        #expect(rules.takeActions().last?.error.hasPrefix("3 kills in 60 s") == true)
    }
}

@Suite struct WorkshopTests {
    @Test func whatPassedIsReady() throws {
        let workshop = try RuleWorkshop(limits: Limits())
        defer { workshop.stop() }
        let good = PluginSources.plugin("validate = function() end")
        let bad = PluginSources.plugin("validate = function() end, tests = { {} }")
        let check = workshop.check(good, file: "rule.lua")
        let digest = try #require(check.tag?.digest)
        #expect(workshop.checked(digest)?.hooks == ["validate"])
        #expect(!workshop.check(bad, file: "rule.lua").hasPassed)
        #expect(
            workshop.checked(RuleMachine.digest(name: Identifier(literal: "rule"), source: bad))
                == nil)
        let machine = try #require(workshop.take(digest)?.machine)
        #expect(workshop.take(digest) == nil)
        // It is known as examined, and another machine can be had.
        #expect(workshop.checked(digest) != nil)
        workshop.order(digest, source: good)
        workshop.dispose(machine)
        var again: RuleMachine?
        for _ in 0..<2_000 where again == nil {
            again = workshop.take(digest)?.machine
            if again == nil { Sleep.millisecond() }
        }
        #expect(again != nil)
    }

    @Test func onlyTheLatestAreRemembered() throws {
        let workshop = try RuleWorkshop(limits: Limits())
        defer { workshop.stop() }
        var digests: [Digest128] = []
        for number in 0..<70 {
            let check = workshop.check(
                PluginSources.plugin("validate = function() return '\(number)' end"), file: "r")
            digests.append(try #require(check.tag?.digest))
        }
        #expect(workshop.checked(digests[0]) == nil)
        #expect(digests.suffix(64).allSatisfy { workshop.checked($0) != nil })
    }
}
