import Basics
import Domain
import Ledger

/// The very first call of each hook before the commit, with an example, where nobody waits for it.
///
/// A rule that does not come to an end here would most likely take its whole budget from every
/// trade until it falls back: whoever serves it can then be stingy with it from the start.
enum FirstCalls {
    /// The hooks that do not end within twice their budgets. What they return or fail with does not
    /// matter: an example knows nothing of the stations and goods that the rule is made for.
    ///
    /// Cost: a new machine, and at most a trade's time for each hook. Any thread.
    static func endless(
        _ definition: PluginDefinition, source: String, file: String, limits: Limits
    ) -> [String] {
        let isAsked = definition.hasPricing || definition.hasValidate || definition.hasETA
        guard isAsked, let machine = try? RuleMachine(source: source, file: file, limits: limits)
        else { return [] }
        let world = GivenWorld(now: PluginTests.defaultTime)
        guard let trade = trade(of: definition, in: world),
            let shipment = shipment(in: world)
        else { return [] }
        machine.scope = definition.station.map(world.stationNumber)
        let generous = RuleLimits(
            instructions: twice(limits.ruleInstructions),
            microseconds: min(twice(limits.ruleMicroseconds), limits.ruleTradeMicroseconds))
        var endless: [String] = []
        func call(_ hook: String, _ body: () throws(RuleFault) -> Void) {
            do throws(RuleFault) { try body() } catch { if error.isKill { endless.append(hook) } }
        }
        call("pricing") { () throws(RuleFault) in
            _ = try machine.price(trade, line: 0, isNamed: false, world: world, limits: generous)
        }
        call("validate") { () throws(RuleFault) in
            _ = try machine.refusal(trade, world: world, limits: generous)
        }
        call("eta") { () throws(RuleFault) in
            _ = try machine.arrival(shipment, world: world, limits: generous)
        }
        return endless
    }

    private static func twice(_ number: Int) -> Int {
        let (product, overflow) = number.multipliedReportingOverflow(by: 2)
        return overflow ? number : product
    }

    private static func trade(
        of definition: PluginDefinition, in world: GivenWorld
    ) -> RuleTrade? {
        guard let seller = definition.station ?? Identifier("example-seller"),
            let buyer = Identifier("example-buyer"), let item = Identifier("example"),
            let id = Identifier("example-trade")
        else { return nil }
        let line = TradeLine(
            item: world.itemNumber(item), quantity: 100, unitPrice: 1_000, lineTotal: 100_000)
        return RuleTrade(
            id: id, hasID: true, seller: world.stationNumber(seller),
            buyer: world.stationNumber(buyer), currency: world.currency(named: .credits),
            lines: [line], total: 100_000, now: world.now)
    }

    private static func shipment(in world: GivenWorld) -> Shipment? {
        var table = GivenTable(emptyAt: "shipment")
        return try? GivenRecords.shipment(&table, id: "example-shipment", in: world)
    }
}
