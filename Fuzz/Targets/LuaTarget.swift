import Basics
import Lua

/// Raw bytes as a script: compiled, run, and every function of the table that it returns called.
enum LuaTarget {
    private static let memory = 1 << 20
    private static let limits = LuaLimits(instructions: 50_000, microseconds: 50_000, seed: 7)

    static func finding(_ bytes: [UInt8]) -> String? {
        if bytes.count > LuaMachine.sourceBytes { return nil }
        let first = LuaRun(bytes, memory: memory, limits: limits)
        if let problem = first.problem { return problem }
        let second = LuaRun(bytes, memory: memory, limits: limits)
        if let problem = second.problem { return problem }
        if first.wasSlow || second.wasSlow { return nil }
        for (one, other) in zip(first.notes, second.notes) where one != other {
            return "two runs differ: \(one) and \(other)"
        }
        return nil
    }
}

/// One machine with one script.
private final class LuaRun: LuaHost {
    private(set) var notes: [String] = []
    private(set) var problem: String?
    private(set) var wasSlow = false

    private static let interface = LuaInterface(
        entries: [
            .function("money"), .function("entrepot.echo"), .function("entrepot.fail"),
            .field("entrepot.state"),
        ],
        values: [.init(name: "money", methods: ["round"])],
        records: [.init(name: "trade", fields: ["id", "total", "lines", "attributes"])])

    init(_ bytes: [UInt8], memory: Int, limits: LuaLimits) {
        guard let machine = try? LuaMachine(Self.interface, memoryBytes: memory) else {
            problem = "no machine"
            return
        }
        let started = ThreadTime.microseconds
        do throws(LuaError) {
            let table = try machine.load(bytes.span, name: "fuzz", limits: limits, host: self)
            note("load", "\(table)", machine.loadUsage, since: started, memory, limits)
            for pair in table.pairs.prefix(8) where pair.value == .function {
                if let function = machine.function(at: [pair.key]) {
                    call(function, of: machine, memory, limits)
                }
            }
        } catch {
            if error.message.isEmpty { problem = "an error without words" }
            let text = "\(error.kind) \(error.message) \(error.line ?? 0)"
            note("load", text, machine.loadUsage, since: started, memory, limits)
        }
    }

    private func call(
        _ function: LuaFunction, of machine: LuaMachine, _ memory: Int, _ limits: LuaLimits
    ) {
        var input = LuaInput(count: 2)
        let trade = input.record(input.root, 0, Self.interface.shape(0))
        input.set(trade, 0, "t-1")
        input.set(trade, 1, LuaHostValue(tag: 0, first: 1_000, second: 0))
        let lines = input.list(trade, 2, count: 2)
        input.set(lines, 0, Int64(1))
        let attributes = input.map(trade, 3, count: 1)
        input.set(attributes, 0, "dock")
        input.set(attributes, 1, 2.5)
        input.set(input.root, 1, "line")
        let started = ThreadTime.microseconds
        let outcome = machine.call(function, input, limits: limits, host: self)
        let said = "\(outcome.ending) \(outcome.message) \(outcome.line ?? 0) \(outcome.first)"
        if outcome.ending != .finished && outcome.message.isEmpty {
            problem = "an error without words"
        }
        note(
            "call", said + " \(outcome.second)", outcome.usage, since: started, memory, limits)
    }

    private func note(
        _ what: String, _ text: String, _ usage: LuaUsage, since started: Int, _ memory: Int,
        _ limits: LuaLimits
    ) {
        let spent = ThreadTime.microseconds - started
        notes.append("\(what): \(text) for \(usage.instructions)")
        if text.contains("time budget") || text.hasPrefix("\(LuaEnding.killedTime)") {
            wasSlow = true
        }
        if spent > ThreadTime.mostMicroseconds(budget: limits.microseconds) {
            problem = "\(what) took \(spent) µs"
        }
        if usage.memoryPeak > memory { problem = "\(what) held \(usage.memoryPeak) bytes" }
    }

    // MARK: The host

    func call(_ function: Int, _ call: inout LuaHostCall) {
        switch function {
        case 0: call.give(LuaHostValue(tag: 0, first: call.integer(0) ?? 0, second: 0))
        case 1:
            if let text = call.string(0) { call.give(text) } else { call.give(Int64(call.count)) }
        case 2: call.fail(call.string(0) ?? "no text")
        default:
            var answer = LuaInput()
            let map = answer.map(answer.root, 0, count: 1)
            answer.set(map, 0, "count")
            answer.set(map, 1, Int64(3))
            call.give(answer)
        }
    }

    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall) {
        guard let value = call.hostValue(0) ?? call.hostValue(1) else {
            return call.fail("no money")
        }
        switch operation {
        case .add, .subtract, .multiply, .divide, .modulo, .floorDivide, .negate, .method:
            let (sum, hasOverflow) = value.first.addingReportingOverflow(call.integer(1) ?? 1)
            if hasOverflow { return call.fail("too large") }
            call.give(LuaHostValue(tag: 0, first: sum, second: 0))
        case .less, .lessOrEqual, .equal: call.give(call.hostValue(0) == call.hostValue(1))
        case .text: call.give("\(value.first)")
        case .index: call.give(value.first)
        }
    }

    func printed(_ text: Span<UInt8>) { notes.append("printed \(text.count)") }
}
