import Basics
import Domain
import JSON
import Ledger
import Lua
import Plugins

/// Calls every hook of one rule in a small world, and notes what came of each.
final class RuleRun {
    /// What each call gave, what it read and what it cost.
    private(set) var notes: [String] = []
    /// What must not have happened.
    private(set) var problem: String?
    /// Whether a call was ended by its time, after which two runs may differ.
    private(set) var wasSlow = false

    private let source: String
    private let world: GivenWorld
    private var machine: RuleMachine
    /// What the probe said of the new machine.
    private var probed: String?

    private static let before = RuleLimits(
        instructions: RulesTarget.limits.ruleInstructions,
        microseconds: RulesTarget.limits.ruleMicroseconds)
    private static let after = RuleLimits(
        instructions: RulesTarget.limits.ruleAfterInstructions,
        microseconds: RulesTarget.limits.ruleAfterMilliseconds * 1_000)
    private static let now = Timestamp(milliseconds: 1_795_000_000_000)

    /// - Throws: where the source cannot be loaded.
    init(source: String, given: String?) throws(PluginProblem) {
        self.source = source
        world = Self.world(given)
        machine = try Self.machine(source, world)
        probed = probe()
        run()
    }

    private static func machine(
        _ source: String, _ world: GivenWorld
    ) throws(PluginProblem) -> RuleMachine {
        let machine = try RuleMachine(
            source: source, file: "rule.lua", limits: RulesTarget.limits)
        if let station = machine.definition.station {
            machine.scope = world.names.stations.number(of: station).map { StationNumber($0) }
        }
        return machine
    }

    // MARK: The world

    /// The world that a text describes, or a plain one where it describes none.
    private static func world(_ given: String?) -> GivenWorld {
        for text in [given, plain] {
            guard let text, let machine = try? LuaMachine(noHost),
                let table = try? machine.load(
                    Array("return \(text)".utf8).span, name: "given",
                    limits: LuaLimits(instructions: 10_000, microseconds: 100_000),
                    host: NoHost()),
                let world = try? GivenWorld(.table(table), now: now)
            else { continue }
            return world
        }
        return GivenWorld(now: now)
    }

    private static let noHost = LuaInterface(entries: [], values: [], records: [])

    private static let plain = """
        { stations = { luna = { position = { x = 0, y = 0, z = 0 } }, mars = {}, vega = {} },
          items = { water = { price = "12.50", mass = 1.5 } },
          stock = { ["luna/water"] = { on_hand = 90, reserved = 20, capacity = 1000 } },
          rates = { ["CR/EUR"] = "0.5" }, currencies = { EUR = 2 },
          trades = { ["t-9"] = { seller = "vega", buyer = "mars" } },
          shipments = { ["c-9"] = { origin = "vega", destination = "luna" } },
          state = { count = 3, list = { 1, 2 }, deep = { {} } } }
        """

    private func station(_ name: StaticString) -> StationNumber {
        StationNumber(world.names.stations.number(of: Identifier(literal: name)) ?? 1)
    }

    private var water: ItemNumber {
        ItemNumber(world.names.items.number(of: Identifier(literal: "water")) ?? 1)
    }

    private func trade(_ quantity: Int64, _ price: Int64) -> RuleTrade {
        let line = TradeLine(
            item: water, quantity: quantity, unitPrice: price,
            lineTotal: quantity.multipliedReportingOverflow(by: price).partialValue)
        var trade = RuleTrade(
            id: Identifier(literal: "t-1"), hasID: true, seller: station("luna"),
            buyer: station("mars"), currency: world.currency(.credits) ?? Currency.credits(seq: 1),
            lines: [line], total: line.lineTotal, now: Self.now)
        trade.attributes = "{\"dock\":3,\"list\":[1,{}],\"huge\":1e300}"
        return trade
    }

    private var shipment: Shipment {
        Shipment(
            key: RecordKey(seq: 7), id: Identifier(literal: "c-1"), trade: nil,
            tradeID: Identifier(literal: "t-1"), origin: station("luna"),
            destination: station("mars"), lines: [ShipmentLine(item: water, quantity: 3)],
            mass: 1_500, volume: 2_000, eta: Self.now, created: Self.now)
    }

    private static let events = [
        "{\"id\":\"H:1\",\"type\":\"trade.completed\",\"data\":{\"n\":1,\"x\":[1e300,null,\"y\"]}}",
        "{}",
        "{\"type\":5,\"data\":{\"\":{\"a\":[[[[]]]]},\"n\":9223372036854775808}}",
    ]

    // MARK: The calls

    private func run() {
        for (quantity, price) in [(10, 1_000), (1, 0), (Int64.max, 1), (1, Int64.max)] {
            let trade = trade(quantity, price)
            call("pricing") { () throws(RuleFault) in
                let price = try machine.price(
                    trade, line: 0, isNamed: false, world: world, limits: Self.before)
                if let price, price.amount < 0 { problem = "a price below zero" }
                return "\(price as Any)"
            }
            call("validate") { () throws(RuleFault) in
                "\(try machine.refusal(trade, world: world, limits: Self.before) as Any)"
            }
        }
        call("eta") { () throws(RuleFault) in
            let eta = try machine.arrival(shipment, world: world, limits: Self.before)
            if let eta, eta < Self.now || eta > .latest { problem = "an ETA of \(eta)" }
            return "\(eta as Any)"
        }
        for text in Self.events {
            guard let event = try? JSONReader.parse(text.utf8.span) else { continue }
            for hook in machine.definition.on.indices {
                call("on") { () throws(RuleFault) in
                    said(
                        try machine.hear(
                            event, id: "H:1", hook: hook, world: world, limits: Self.after))
                }
            }
        }
        for timer in machine.definition.every.indices {
            call("every") { () throws(RuleFault) in
                said(try machine.tick(timer, world: world, limits: Self.after))
            }
        }
    }

    /// What a hook returned, checked as the engine does before it writes it.
    private func said(_ result: AfterResult) -> String {
        for value in result.notices.compactMap(\.data) + result.state.compactMap(\.value)
        where (try? JSONReader.parse(value.utf8.span, maximumDepth: 64)) == nil {
            problem = "returned what is no JSON: \(value.prefix(200))"
        }
        return "\(result)"
    }

    private func call(_ hook: StaticString, _ body: () throws(RuleFault) -> String) {
        if problem != nil { return }
        let limits =
            hook.description == "on" || hook.description == "every"
            ? Self.after : Self.before
        let started = ThreadTime.microseconds
        var note: String
        do throws(RuleFault) { note = try body() } catch {
            note = "fault \(error.text)"
            if error.message.isEmpty { problem = "\(hook) failed without a reason" }
            if error.message.contains("time budget") { wasSlow = true }
        }
        let spent = ThreadTime.microseconds - started
        note += " read \(machine.takeInputs() ?? "nothing") for \(machine.usage.instructions)"
        notes.append("\(hook): \(note)")
        if spent > ThreadTime.mostMicroseconds(budget: limits.microseconds) {
            problem = "\(hook) took \(spent) µs"
        }
        if machine.usage.memoryPeak > RulesTarget.limits.ruleMemoryBytes {
            problem = "\(hook) held \(machine.usage.memoryPeak) bytes"
        }
        checkMachine(hook)
    }

    // MARK: The machine afterwards

    /// A machine that needs no replacement answers the probe as it did when it was new.
    private func checkMachine(_ hook: StaticString) {
        if !machine.needsReplacement && probe() == probed { return }
        if !machine.needsReplacement {
            problem = "after \(hook) the probe says \(probe() ?? "nothing"), not \(probed ?? "")"
            return
        }
        do throws(PluginProblem) { machine = try Self.machine(source, world) } catch {
            wasSlow = true
            if !error.message.contains("time budget") {
                problem = "no new machine: \(error.message)"
            }
        }
    }

    /// What the timer that every generated rule has says; nil without it.
    private func probe() -> String? {
        guard
            let timer = machine.definition.every.firstIndex(where: {
                $0.text == RuleWriter.probe
            })
        else { return nil }
        do throws(RuleFault) {
            return "\(try machine.tick(timer, world: world, limits: Self.after))"
        } catch {
            if error.message.contains("time budget") { wasSlow = true }
            return "fault \(error.text)"
        }
    }
}

/// Answers nothing: worlds are made without host functions.
private final class NoHost: LuaHost {
    func call(_ function: Int, _ call: inout LuaHostCall) {}
    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall) {}
    func printed(_ text: Span<UInt8>) {}
}
