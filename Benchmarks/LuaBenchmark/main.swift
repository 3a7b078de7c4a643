import Glibc
import Lua

/// What one call of a rule costs, by kind of rule: thread time of the whole call, with results.
final class Desk: LuaHost {
    static let interface = LuaInterface(
        entries: [.function("echo"), .function("entrepot.stock")],
        values: [.init(name: "money", methods: [])],
        records: [
            .init(name: "trade", fields: ["id", "seller", "buyer", "total", "lines"]),
            .init(name: "line", fields: ["item", "quantity", "price"]),
        ])

    func printed(_ text: Span<UInt8>) {}

    func call(_ function: Int, _ call: inout LuaHostCall) {
        if function == 0 { return call.give(call.integer(0) ?? 0) }
        var input = LuaInput()
        let fields = input.record(input.root, 0, Self.interface.shape(1))
        input.set(fields, 1, Int64(500))
        call.give(input)
    }

    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall) {
        guard operation == .multiply, let value = call.hostValue(0),
            let hundredths = call.withBytes(1, Self.hundredths)
        else { return call.fail("not here") }
        call.give(LuaHostValue(tag: 0, first: value.first * hundredths / 100, second: 0))
    }

    /// The digits of "0.95" as 95.
    private static func hundredths(_ text: Span<UInt8>) -> Int64 {
        var number: Int64 = 0
        for index in text.indices where text[index] >= 48 && text[index] < 58 {
            number = number &* 10 &+ Int64(text[index] - 48)
        }
        return number
    }
}

/// Fills a trade of three lines and its first line, as for one call of a pricing rule.
func fill(_ input: inout LuaInput, quantity: Int64) {
    input.reset(count: 2)
    let trade = input.record(input.root, 0, Desk.interface.shape(0))
    input.set(trade, 0, "0196f2a0-trade")
    input.set(trade, 1, "luna-1")
    input.set(trade, 2, "mars-2")
    input.set(trade, 3, LuaHostValue(tag: 0, first: 300_000, second: 0))
    let lines = input.list(trade, 4, count: 3)
    for place in 0..<3 { fillLine(&input, lines, place, quantity) }
    fillLine(&input, input.root, 1, quantity)
}

func fillLine(_ input: inout LuaInput, _ slots: LuaSlots, _ index: Int, _ quantity: Int64) {
    let line = input.record(slots, index, Desk.interface.shape(1))
    input.set(line, 0, "water")
    input.set(line, 1, quantity)
    input.set(line, 2, LuaHostValue(tag: 0, first: 1_000, second: 0))
}

func report(_ name: String, _ calls: Int, _ body: () -> Void) {
    body()
    let started = threadNanoseconds()
    for _ in 0..<calls { body() }
    print("\(name): \((threadNanoseconds() - started) / calls) ns")
}

func threadNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

let source = """
    local round = 0
    return {
      discount = function(trade, line)
        if line.quantity >= 100 then return line.price * "0.95", "bulk discount" end
      end,
      pass = function(trade, line) if line.quantity >= 1000 then return 1 end end,
      empty = function() end,
      lines = function(trade)
        local sum = 0
        for i, l in ipairs(trade.lines) do sum = sum + l.quantity end
        return sum
      end,
      echo = function() return echo(7) end,
      stock = function() return entrepot.stock("luna-1", "water").quantity end,
      text = function(trade) return ("%s:%d"):format(trade.seller, 7):gsub("-", "+") end,
      thousand = function() local n = 0 for i = 1, 330 do n = n + i end return n end,
    }
    """
let host = Desk()
let limits = LuaLimits(instructions: 100_000, microseconds: 1_000, seed: 1)
let bytes = Array(source.utf8)
do {
    let machine = try LuaMachine(Desk.interface)
    _ = try machine.load(bytes.span, name: "bench.lua", limits: limits, host: host)
    var input = LuaInput(count: 2)
    fill(&input, quantity: 100)
    for name in ["empty", "pass", "discount", "lines", "echo", "stock", "text", "thousand"] {
        guard let function = machine.function(at: [.string(name)]) else { continue }
        report(name, 300_000) {
            let outcome = machine.call(function, input, limits: limits, results: 2, host: host)
            if outcome.ending != .finished { print(outcome) }
        }
        print("  uses \(machine.memoryUsed / 1_024) KiB")
    }
    report("fill a trade of three lines", 300_000) { fill(&input, quantity: 100) }
    report("new machine, load, close", 3_000) {
        if let fresh = try? LuaMachine(Desk.interface) {
            _ = try? fresh.load(bytes.span, name: "bench.lua", limits: limits, host: host)
            fresh.close()
        }
    }
} catch { print(error) }
