import Basics
import Domain
import JSON
import Ledger
import Lua
import Testing

@testable import Plugins

/// A rule and a world of tables for it to look at.
struct RuleBench {
    let machine: RuleMachine
    let world: GivenWorld
    static let now = Timestamp(milliseconds: 1_795_000_000_000)

    /// - Parameters:
    ///   - entries: of the plugin's table.
    ///   - given: the world as a plugin's tests write it, without the braces.
    init(
        _ entries: String, given: String = "", head: String = "", station: String? = nil,
        limits: Limits = Limits()
    ) throws {
        machine = try PluginSources.machine(
            PluginSources.plugin(entries, station: station ?? "*", head: head), limits: limits)
        var state = try LuaState(budget: .configuration)
        let tables = try state.evaluate(Array("return { \(given) }".utf8).span, name: "given")
        world = try GivenWorld(tables, now: Self.now)
        if let station {
            machine.scope = world.stationNumber(Identifier(literal: "luna").self)
            #expect(station == "luna")
        }
    }

    static let limits = RuleLimits(instructions: 100_000, microseconds: 100_000)

    /// A trade of luna with mars over water.
    func trade(
        quantity: Int64 = 10, price: Int64 = 1_000, id: String = "t-1", currency: String = "CR"
    ) -> RuleTrade {
        let code = CurrencyCode(currency) ?? .credits
        let line = TradeLine(
            item: world.itemNumber(Identifier(literal: "water")), quantity: quantity,
            unitPrice: price, lineTotal: quantity * price)
        return RuleTrade(
            id: Identifier(id) ?? .local, hasID: true,
            seller: world.stationNumber(Identifier(literal: "luna")),
            buyer: world.stationNumber(Identifier(literal: "mars")),
            currency: world.currency(named: code), lines: [line], total: line.lineTotal,
            now: Self.now)
    }

    func price(_ trade: RuleTrade? = nil) throws(RuleFault) -> RuleMachine.Price? {
        try machine.price(
            trade ?? self.trade(), line: 0, isNamed: false, world: world, limits: Self.limits)
    }

    func refusal(_ trade: RuleTrade? = nil) throws(RuleFault) -> String? {
        try machine.refusal(trade ?? self.trade(), world: world, limits: Self.limits)
    }

    func shipment() -> Shipment {
        Shipment(
            key: RecordKey(seq: 7), id: Identifier(literal: "c-1"), trade: nil,
            tradeID: Identifier(literal: "t-1"),
            origin: world.stationNumber(Identifier(literal: "luna")),
            destination: world.stationNumber(Identifier(literal: "mars")),
            lines: [
                ShipmentLine(item: world.itemNumber(Identifier(literal: "water")), quantity: 3)
            ], mass: 1_500, volume: 2_000, eta: Self.now, created: Self.now)
    }

    func arrival() throws(RuleFault) -> Timestamp? {
        try machine.arrival(shipment(), world: world, limits: Self.limits)
    }

    func hear(_ event: String) throws -> AfterResult {
        try machine.hear(
            try JSONReader.parse(Array(event.utf8).span), id: "H:1", hook: 0, world: world,
            limits: Self.limits)
    }

    /// What an expression gives, as the text of a refusal.
    static func value(
        _ expression: String, given: String = "", head: String = "", station: String? = nil
    ) throws -> String {
        let bench = try RuleBench(
            "validate = function(trade) return tostring(\(expression)) end", given: given,
            head: head, station: station)
        return try bench.refusal() ?? "nil"
    }

    /// The error of an expression, without its line.
    static func error(_ expression: String, given: String = "", head: String = "") throws -> String
    {
        let bench = try RuleBench(
            "validate = function(trade) return tostring(\(expression)) end", given: given,
            head: head)
        do throws(RuleFault) {
            return "no error but " + (try bench.refusal() ?? "nil")
        } catch { return error.message }
    }
}
