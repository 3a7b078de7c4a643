import CLuaShims

/// One Lua 5.4 state for text that describes something, such as the configuration: an allocator
/// with a cap, an instruction budget, no library.
///
/// Ownership: noncopyable; the state closes with the value. Threading: one thread at a time, any
/// thread. A Lua error never crosses a Swift frame: whatever may raise runs in C under
/// `lua_pcallk`, and Swift calls only those functions of Lua that raise nothing.
@safe package struct LuaState: ~Copyable, @unchecked Sendable {
    // Invariant: `host` came from entrepot_lua_new and is closed exactly once, by deinit; nothing
    // else keeps it, which is also why the value may move between threads.
    private let host: OpaquePointer
    private let budget: LuaBudget

    /// - Parameter budget: holds for the life of the state.
    /// - Throws: `memory` if the cap is too small for an empty state.
    package init(budget: LuaBudget) throws(LuaError) {
        let cap = max(budget.memoryBytes, 0)
        guard let made = unsafe entrepot_lua_new(cap) else {
            throw LuaError(
                .memory, source: "lua",
                message: "a state does not fit into \(budget.memoryBytes) bytes")
        }
        unsafe host = made
        self.budget = budget
    }

    deinit { unsafe entrepot_lua_close(host) }

    /// Bytes that the state holds now.
    package var memoryUsed: Int { unsafe entrepot_lua_memory_used(host) }

    /// The most bytes that it ever held; never above the cap.
    package var memoryPeak: Int { unsafe entrepot_lua_memory_peak(host) }

    /// Runs a text chunk and copies the table that it returns.
    ///
    /// - Parameters:
    ///   - source: Lua text; compiled code is refused.
    ///   - name: the file's name, for messages.
    /// - Throws: `LuaError`; the state stays usable after each.
    package mutating func evaluateTable(
        _ source: Span<UInt8>, name: String
    ) throws(LuaError) -> LuaTable {
        let value = try evaluate(source, name: name)
        guard case .table(let table) = value else {
            throw LuaError(
                .notATable, source: name,
                message: "must return a table, returns \(value.kind)")
        }
        return table
    }

    /// Runs a text chunk and copies its first result; see `evaluateTable`.
    package mutating func evaluate(
        _ source: Span<UInt8>, name: String
    ) throws(LuaError) -> LuaValue {
        try LuaChunk.check(source, name: name, maximum: budget.sourceBytes)
        var limits = unsafe entrepot_lua_limits()
        unsafe limits.instructions = Int64(clamping: budget.instructions)
        unsafe limits.nanoseconds = LuaState.nanoseconds
        var usage = entrepot_lua_usage()
        let result = unsafe LuaChunk.load(
            host, source, name: LuaChunk.anonymous, keep: false, &limits, &usage)
        let state = unsafe entrepot_lua_state(host)
        defer { unsafe lua_settop(state, 0) }
        let ending = LuaEnding(result)
        if ending != .finished {
            let failure = unsafe LuaFailure(host, ending, usage, chunk: LuaChunk.anonymous)
            throw failure.error(LuaError.Kind(result), source: name, memory: budget.memoryBytes)
        }
        var reader = unsafe LuaValueReader(host: host, bounds: budget.bounds, source: name)
        return try reader.value(depth: 0)
    }

    /// Far more than the instruction budget lasts: only quadratic parts of the compiler reach it.
    private static let nanoseconds: UInt64 = 1_000_000_000
}
