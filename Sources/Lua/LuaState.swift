import CLuaShims

/// One Lua 5.4 state in a sandbox: an allocator with a cap, an instruction budget, no library.
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
        if source.count > budget.sourceBytes {
            throw LuaError(
                .sourceTooLong, source: name,
                message: "is longer than \(budget.sourceBytes) bytes")
        }
        // Lua refuses bytecode itself (mode "t"); asked first, the error gets its own kind.
        if source.count > 0 && source[0] == 0x1b {
            throw LuaError(.bytecode, source: name, message: "is compiled code, not Lua text")
        }
        let outcome = unsafe source.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                // The fixed chunk name makes the place in messages easy to cut off again.
                unsafe entrepot_lua_evaluate(
                    host, text.baseAddress, text.count, LuaState.chunkName,
                    Int64(clamping: budget.instructions))
            }
        }
        let state = unsafe entrepot_lua_state(host)
        defer { unsafe lua_settop(state, 0) }
        if outcome != LuaState.succeeded { throw failure(outcome, name: name) }
        var reader = unsafe LuaValueReader(host: host, budget: budget, source: name)
        return try reader.value(depth: 0)
    }

    private static let chunkName = "=chunk"
    private static let succeeded = Int32(ENTREPOT_LUA_OK)

    /// The error on top of the stack, with the place taken from its text.
    private func failure(_ outcome: Int32, name: String) -> LuaError {
        let kind: LuaError.Kind
        switch outcome {
        case Int32(ENTREPOT_LUA_SYNTAX): kind = .syntax
        case Int32(ENTREPOT_LUA_MEMORY): kind = .memory
        case Int32(ENTREPOT_LUA_INSTRUCTIONS): kind = .instructions
        default: kind = .runtime
        }
        if kind == .memory {
            return LuaError(
                kind, source: name, message: "needs more than \(budget.memoryBytes) bytes")
        }
        let text =
            unsafe luaText(entrepot_lua_state(host), at: -1, maximum: 1_024)
            ?? "raised something that is not text"
        let (line, message) = split(text)
        return LuaError(kind, source: name, line: line, message: message)
    }

    /// `chunk:12: text` as 12 and `text`.
    private func split(_ text: String) -> (Int?, String) {
        guard text.hasPrefix("chunk:") else { return (nil, text) }
        let rest = text.dropFirst("chunk:".count)
        guard let colon = rest.firstIndex(of: ":"), let line = Int(rest[..<colon]) else {
            return (nil, text)
        }
        return (line, String(rest[rest.index(after: colon)...].drop { $0 == " " }))
    }
}
