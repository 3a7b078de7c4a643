import CLuaShims
import Synchronization

/// What one call may spend.
package struct LuaLimits: Sendable {
    /// Steps: VM instructions, and those that the libraries count (a comparison of a sort, a step
    /// of a pattern, 64 bytes of a string made).
    package var instructions: Int
    /// Time, of the thread's own where the machine is busy: a rule is not killed for others' work.
    package var microseconds: Int
    /// What `math.random` follows from; the same seed gives the same numbers.
    package var seed: UInt64

    package init(instructions: Int, microseconds: Int, seed: UInt64 = 0) {
        self.instructions = instructions
        self.microseconds = microseconds
        self.seed = seed
    }
}

/// A function of a script, for `LuaMachine.call`; dies with its machine.
package struct LuaFunction: Sendable {
    let reference: Int32
    let machine: UInt64
}

/// One script in its own Lua state: loaded once, then called.
///
/// Nothing that the script does crosses its budgets: a call ends by its limits plus usually under
/// 1 ms (10 ms where it compares the longest strings, or ends a full 16 MiB), memory stays under
/// the cap, and an error or kill leaves the machine usable, unless `needsReplacement` says that so
/// little memory is left that a new one is better. A script may keep values of its own between
/// calls; whoever wants the same result on every run uses a new machine or scripts without such
/// values.
///
/// What differs from the reference manual: strings are at most 64 KiB, patterns nest at most 160
/// deep, calls about 5 000; `pairs` and `next` go by integers, floats, strings by bytes, false,
/// true, and refuse other keys; a string is no number in arithmetic; functions and tables have no
/// address; `sort` is stable; the functions of `table` look past metatables; an `xpcall` handler
/// runs after unwinding; the standard tables and the metatable of strings cannot be changed;
/// `setmetatable` refuses `__gc` and `__mode` (a `__mode` stored into a metatable afterwards does
/// work: such a script sees when memory was collected, nothing else). Absent: `load` and its kin,
/// `require`, `collectgarbage`, `coroutine`, `debug`, `io`, `os`, `string.pack`, `string.dump`,
/// `math.randomseed`, `%q`, `%a` and `%p` of `format`.
///
/// Threading: one thread at a time, any thread with at least 512 KiB of stack; the owner sees to
/// it. Closing: `close` and deinit
/// run no code of the script, but freeing a full 16 MiB takes about 10 ms: do it on a thread that
/// serves nobody.
@safe package final class LuaMachine: @unchecked Sendable {
    // Invariant: `host` came from entrepot_lua_new and is set to nil when it is closed, once. Only
    // one thread uses the machine at a time, and no host function reaches it: `call` refuses while
    // a call is going on.
    private var host: OpaquePointer?
    private let identity: UInt64
    private let cap: Int
    /// The chunk's name as it stands in front of messages.
    private var chunk = LuaChunk.anonymous
    /// Whether a kill left so much memory in use that the next call may not get far.
    package private(set) var needsReplacement = false
    /// What loading spent.
    package private(set) var loadUsage = LuaUsage()

    /// The memory that a machine may have if nothing else is said: 16 MiB.
    package static let defaultMemory = 16 * 1_024 * 1_024
    /// Longest source, bytes.
    package static let sourceBytes = 256 * 1_024

    /// Cost: about 60 µs and 50 KiB.
    ///
    /// - Throws: `memory` if the cap is too small for the libraries.
    package init(
        _ interface: LuaInterface, memoryBytes: Int = LuaMachine.defaultMemory
    ) throws(LuaError) {
        cap = max(memoryBytes, 0)
        identity = LuaMachine.identities.wrappingAdd(1, ordering: .relaxed).newValue
        guard let made = unsafe entrepot_lua_new(cap) else { throw LuaMachine.tooSmall(cap) }
        let opened = unsafe interface.description.span.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe entrepot_lua_open(made, text.baseAddress, text.count)
            }
        }
        if opened != Int32(ENTREPOT_LUA_OK) {
            unsafe entrepot_lua_close(made)
            throw LuaMachine.tooSmall(cap)
        }
        unsafe host = made
    }

    deinit { close() }

    /// Frees everything now, on this thread; later calls fail with "closed".
    package func close() {
        guard let host = unsafe host else { return }
        unsafe entrepot_lua_close(host)
        unsafe self.host = nil
    }

    /// Bytes that the machine holds now.
    package var memoryUsed: Int {
        guard let host = unsafe host else { return 0 }
        return unsafe entrepot_lua_memory_used(host)
    }

    /// Compiles and runs a script, which must return a table, and copies that table.
    ///
    /// - Parameters:
    ///   - source: Lua text, at most 256 KiB; compiled code is refused.
    ///   - name: of the file, for messages.
    ///   - limits: for the compiler and the script's main part together.
    ///   - bounds: of the table; functions in it appear as `.function`.
    ///   - host: answers the host functions that the main part calls.
    /// - Throws: `LuaError` of any kind.
    package func load(
        _ source: Span<UInt8>, name: String, limits: LuaLimits, bounds: LuaBounds = LuaBounds(),
        host asked: any LuaHost
    ) throws(LuaError) -> LuaTable {
        try LuaChunk.check(source, name: name, maximum: LuaMachine.sourceBytes)
        guard let host = unsafe host, unsafe entrepot_lua_active(host) == 0 else {
            throw LuaError(.runtime, source: name, message: LuaMachine.notNow)
        }
        chunk = LuaChunk.shortened(name)
        let state = unsafe entrepot_lua_state(host)
        defer { unsafe lua_settop(state, 0) }
        var usage = entrepot_lua_usage()
        let result = unsafe withLimits(limits, asked) { limits in
            unsafe LuaChunk.load(host, source, name: chunk, keep: true, &limits, &usage)
        }
        loadUsage = LuaUsage(usage)
        let ending = LuaEnding(result)
        if ending != .finished {
            let failure = unsafe LuaFailure(host, ending, usage, chunk: chunk)
            throw failure.error(LuaError.Kind(result), source: name, memory: cap)
        }
        var reader = unsafe LuaValueReader(
            host: host, bounds: bounds, source: name, everything: true)
        guard case .table(let table) = try reader.value(depth: 0) else {
            throw LuaError(.notATable, source: name, message: "must return a table")
        }
        return table
    }

    /// The function at a path into the table that the script returned, such as
    /// `["on", "shipment.delayed"]` or `["tests", 1, "given"]`; nil if something else is there.
    ///
    /// Read without metamethods. Each reference lasts as long as the machine: take it once.
    package func function(at path: [LuaKey]) -> LuaFunction? {
        guard let host = unsafe host, unsafe entrepot_lua_active(host) == 0 else { return nil }
        let state = unsafe entrepot_lua_state(host)
        defer { unsafe lua_settop(state, 0) }
        unsafe entrepot_lua_push_root(host)
        for key in path {
            switch key {
            case .integer(let number): _ = unsafe entrepot_lua_element(host, number)
            case .string(let text): _ = unsafe entrepot_lua_field(host, text, text.utf8.count)
            }
        }
        let reference = unsafe entrepot_lua_reference(host)
        return reference > 0 ? LuaFunction(reference: reference, machine: identity) : nil
    }

    /// Calls a function of the script with the root slots of `input` as its arguments.
    ///
    /// Cost: about 0.3 µs around what the script does.
    ///
    /// - Parameters:
    ///   - results: how many are copied, 0 to 3.
    ///   - bounds: of all results; what exceeds them fails the call.
    ///   - host: answers the host functions.
    package func call(
        _ function: LuaFunction, _ input: borrowing LuaInput, limits: LuaLimits,
        results: Int = 2, bounds: LuaBounds = LuaBounds(), host asked: any LuaHost
    ) -> LuaOutcome {
        var outcome = LuaOutcome()
        guard let host = unsafe host, function.machine == identity,
            unsafe entrepot_lua_active(host) == 0
        else {
            outcome.ending = .failed
            outcome.message = LuaMachine.notNow
            return outcome
        }
        let wanted = Int32(min(max(results, 0), 3))
        var usage = entrepot_lua_usage()
        let result = unsafe withLimits(limits, asked) { limits in
            unsafe input.withBytes { bytes, length in
                unsafe entrepot_lua_call(
                    host, function.reference, bytes, length, Int32(input.root.count), wanted,
                    &limits, &usage)
            }
        }
        outcome.usage = LuaUsage(usage)
        outcome.ending = LuaEnding(result)
        let state = unsafe entrepot_lua_state(host)
        if outcome.ending == .finished {
            unsafe read(wanted, from: host, bounds, into: &outcome)
        } else {
            let failure = unsafe LuaFailure(host, outcome.ending, usage, chunk: chunk)
            outcome.message = failure.message
            outcome.line = failure.line
            if outcome.ending.isKill {
                needsReplacement = unsafe entrepot_lua_memory_used(host) > cap / 2
            }
        }
        unsafe lua_settop(state, 0)
        return outcome
    }

    /// Copies the results on the stack, the last one first.
    @unsafe private func read(
        _ count: Int32, from host: OpaquePointer, _ bounds: LuaBounds,
        into outcome: inout LuaOutcome
    ) {
        var reader = unsafe LuaValueReader(
            host: host, bounds: bounds, source: chunk, everything: true)
        do {
            if count > 2 { outcome.third = try unsafe popped(host, &reader) }
            if count > 1 { outcome.second = try unsafe popped(host, &reader) }
            if count > 0 { outcome.first = try unsafe popped(host, &reader) }
        } catch {
            outcome.ending = .failed
            outcome.message = "its result " + error.message
        }
    }

    @unsafe private func popped(
        _ host: OpaquePointer, _ reader: inout LuaValueReader
    ) throws(LuaError) -> LuaValue {
        let value = try reader.value(depth: 0)
        unsafe lua_settop(entrepot_lua_state(host), -2)
        return value
    }

    /// Runs `body` with what the C layer needs to know of the limits and to reach `asked`.
    @unsafe private func withLimits(
        _ limits: LuaLimits, _ asked: any LuaHost,
        _ body: (inout entrepot_lua_limits) -> Int32
    ) -> Int32 {
        var asked = asked
        return unsafe withUnsafeMutablePointer(to: &asked) { target in
            var given = unsafe entrepot_lua_limits()
            unsafe given.instructions = Int64(clamping: limits.instructions)
            let microseconds = min(UInt64(clamping: limits.microseconds), 3_600_000_000)
            unsafe given.nanoseconds = microseconds * 1_000
            unsafe given.seed = limits.seed
            unsafe given.callback = answerLua
            unsafe given.context = UnsafeMutableRawPointer(target)
            return unsafe body(&given)
        }
    }

    private static let identities = Atomic<UInt64>(0)
    private static let notNow = "the machine is closed or busy"

    private static func tooSmall(_ cap: Int) -> LuaError {
        LuaError(.memory, source: "lua", message: "a machine does not fit into \(cap) bytes")
    }
}

/// The C layer's way into Swift: `context` points to the `any LuaHost` of the running call.
///
/// Invariant: `context` is set by `LuaMachine.withLimits` for the time of one call, and the C layer
/// calls this within it only. Nothing here raises; errors are left in the host.
private func answerLua(
    _ context: UnsafeMutableRawPointer?, _ host: OpaquePointer?, _ what: Int32, _ number: Int32
) -> Int32 {
    guard let context = unsafe context, let host = unsafe host,
        let state = unsafe entrepot_lua_state(host)
    else { return -1 }
    let asked = unsafe context.assumingMemoryBound(to: (any LuaHost).self).pointee
    var call = unsafe LuaHostCall(host, state)
    switch what {
    case Int32(ENTREPOT_LUA_FUNCTION): asked.call(Int(number), &call)
    case Int32(ENTREPOT_LUA_OPERATION):
        asked.operate(LuaOperation(Int(number) & 255), tag: Int(number) >> 8, &call)
    default: call.withBytes(0) { asked.printed($0) }
    }
    return 0
}
