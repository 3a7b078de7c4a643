import Basics
import Lua

/// A host for tests: a little money, a stock, and what was printed.
final class Station: LuaHost {
    static let interface = LuaInterface(
        entries: [
            .function("money"), .function("entrepot.stock"), .function("entrepot.echo"),
            .field("entrepot.state"), .function("entrepot.fail"), .function("entrepot.flood"),
        ],
        values: [.init(name: "money", methods: ["round", "same"])],
        records: [
            .init(name: "trade", fields: ["id", "seller", "total", "lines", "attributes", "paid"]),
            .init(name: "line", fields: ["item", "quantity", "price"]),
            .init(name: "item", fields: ["id", "mass"]),
        ])
    static let trade = interface.shape(0)
    static let line = interface.shape(1)
    static let item = interface.shape(2)

    var printed: [String] = []
    var calls = 0

    func printed(_ text: Span<UInt8>) { printed.append(text.validatedText ?? "?") }

    func call(_ function: Int, _ call: inout LuaHostCall) {
        calls += 1
        switch function {
        case 0:
            if let text = call.string(0), let amount = Self.amount(text) {
                call.give(LuaHostValue(tag: 0, first: amount, second: 0))
            } else {
                call.fail("money: not an amount")
            }
        case 1:
            guard let station = call.string(0), let item = call.string(1) else {
                return call.fail("stock: two texts, please")
            }
            var input = LuaInput()
            let fields = input.record(input.root, 0, Self.item)
            input.set(fields, 0, station + "/" + item)
            input.set(fields, 1, Int64(500))
            call.give(input)
        case 2: echo(&call)
        case 3:
            var input = LuaInput()
            let pairs = input.map(input.root, 0, count: 1)
            input.set(pairs, 0, "seen")
            input.set(pairs, 1, Int64(3))
            call.give(input)
        case 4: call.fail("no such station")
        default:
            var input = LuaInput()
            let elements = input.list(input.root, 0, count: 60_000)
            input.set(elements, 0, "x")
            call.give(input)
        }
    }

    private func echo(_ call: inout LuaHostCall) {
        switch call.kind(0) {
        case .boolean: call.give(call.boolean(0) ?? false)
        case .integer: call.give(call.integer(0) ?? 0)
        case .number: call.give(call.number(0) ?? 0)
        case .string: call.give(call.string(0) ?? "?")
        case .hostValue: if let value = call.hostValue(0) { call.give(value) }
        case .none, .table, .function, .record: call.give("\(call.kind(0))")
        }
    }

    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall) {
        let left = amount(0, call)
        let right = amount(1, call)
        switch operation {
        case .text: call.give("\(left ?? 0)c")
        case .index:
            call.withBytes(1) { $0.equals("amount") } == true
                ? call.give(left ?? 0) : call.fail("no such field in money")
        case .method(0): call.hostValue(0).map { call.give($0) } ?? call.fail("not money")
        case .negate: call.give(LuaHostValue(tag: 0, first: -(left ?? 0), second: 0))
        case .equal: call.give(left == right)
        case .less:
            guard let left, let right else { return call.fail("money: not comparable") }
            call.give(left < right)
        case .multiply:
            guard let left, let right else { return call.fail("money: use a string or //") }
            call.give(LuaHostValue(tag: 0, first: left &* right / 100, second: 0))
        case .add:
            guard let left, let right else { return call.fail("money: use a string") }
            call.give(LuaHostValue(tag: 0, first: left &+ right, second: 0))
        default: call.fail("money cannot do that")
        }
    }

    private func amount(_ index: Int, _ call: borrowing LuaHostCall) -> Int64? {
        if let value = call.hostValue(index) { return value.first }
        if call.kind(index) == .integer { return (call.integer(index) ?? 0) &* 100 }
        return call.string(index).flatMap(Self.amount)
    }

    /// "1.25" as 125.
    static func amount(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int64(parts[0]) else { return nil }
        guard parts.count == 2 else { return whole &* 100 }
        guard parts[1].utf8.count == 2, let cents = Int64(parts[1]) else { return nil }
        return whole &* 100 &+ cents
    }

    /// A trade with `count` lines in one slot.
    static func writeTrade(_ input: inout LuaInput, _ slots: LuaSlots, _ index: Int, lines: Int) {
        let fields = input.record(slots, index, trade)
        input.set(fields, 0, "trade-1")
        input.set(fields, 1, "luna-1")
        input.set(fields, 2, LuaHostValue(tag: 0, first: 1_000, second: 0))
        let list = input.list(fields, 3, count: lines)
        for place in 0..<lines { writeLine(&input, list, place, quantity: Int64(place + 1)) }
        let pairs = input.map(fields, 4, count: 2)
        input.set(pairs, 0, "class")
        input.set(pairs, 1, "A")
        input.set(pairs, 2, "urgent")
        input.set(pairs, 3, true)
    }

    static func writeLine(
        _ input: inout LuaInput, _ slots: LuaSlots, _ index: Int, quantity: Int64
    ) {
        let fields = input.record(slots, index, line)
        input.set(fields, 0, "water")
        input.set(fields, 1, quantity)
        input.set(fields, 2, LuaHostValue(tag: 0, first: 1_000, second: 0))
    }
}

/// One script, loaded, and its host.
struct Script {
    let machine: LuaMachine
    let host = Station()
    let table: LuaTable

    init(
        _ source: String,
        limits: LuaLimits = LuaLimits(instructions: 1_000_000, microseconds: 50_000)
    ) throws(LuaError) {
        machine = try LuaMachine(Station.interface)
        table = try machine.load(
            Array(source.utf8).span, name: "rule.lua", limits: limits, host: host)
    }

    /// Calls the function `name` with a trade of three lines and its first line.
    func call(
        _ name: String = "run",
        limits: LuaLimits = LuaLimits(instructions: 100_000, microseconds: 20_000)
    ) -> LuaOutcome {
        guard let function = machine.function(at: [.string(name)]) else {
            var none = LuaOutcome()
            none.message = "no function"
            none.ending = .failed
            return none
        }
        var input = LuaInput(count: 2)
        Station.writeTrade(&input, input.root, 0, lines: 3)
        Station.writeLine(&input, input.root, 1, quantity: 100)
        return machine.call(function, input, limits: limits, results: 3, host: host)
    }

    /// The outcome of a body with `trade` and `line`.
    static func run(
        _ body: String,
        limits: LuaLimits = LuaLimits(instructions: 100_000, microseconds: 20_000)
    ) throws(LuaError) -> LuaOutcome {
        try Script("return { run = function(trade, line)\n\(body)\nend }").call(limits: limits)
    }
}
