import CLuaShims

/// Copies the value on top of the stack into Swift, within the budget.
///
/// Recursion is bounded by `budget.depth`, the whole by `budget.entries`, so that cycles and shared
/// tables end in an error.
///
/// Invariant: it lives only inside one call of `LuaState.evaluate`, so the state that it points
/// into outlives it.
@safe struct LuaValueReader {
    private let host: OpaquePointer
    private let state: OpaquePointer?
    private let budget: LuaBudget
    private let source: String
    private var entries = 0

    init(host: OpaquePointer, budget: LuaBudget, source: String) {
        unsafe self.host = host
        unsafe self.state = entrepot_lua_state(host)
        self.budget = budget
        self.source = source
    }

    /// The value on top of the stack, which stays there.
    mutating func value(depth: Int) throws(LuaError) -> LuaValue {
        switch unsafe lua_type(state, -1) {
        case LUA_TNIL: return .none
        case LUA_TBOOLEAN: return .boolean(unsafe lua_toboolean(state, -1) != 0)
        case LUA_TNUMBER:
            if unsafe lua_isinteger(state, -1) != 0 {
                return .integer(unsafe lua_tointegerx(state, -1, nil))
            }
            return .number(unsafe lua_tonumberx(state, -1, nil))
        case LUA_TSTRING: return .string(try text(at: -1))
        case LUA_TTABLE: return .table(try table(depth: depth + 1))
        default:
            let name = unsafe String(cString: lua_typename(state, lua_type(state, -1)))
            throw error(.badValue, "holds a \(name)")
        }
    }

    private mutating func table(depth: Int) throws(LuaError) -> LuaTable {
        if depth > budget.depth {
            throw error(.tooDeep, "nests deeper than \(budget.depth) tables")
        }
        if unsafe lua_checkstack(state, 8) == 0 {
            throw error(.memory, "needs more than \(budget.memoryBytes) bytes")
        }
        var pairs: [LuaTable.Pair] = []
        unsafe lua_pushnil(state)
        while try next() {
            entries += 1
            if entries > budget.entries {
                throw error(.tooLarge, "has more than \(budget.entries) entries")
            }
            let key = try key(at: -2)
            pairs.append(LuaTable.Pair(key: key, value: try value(depth: depth)))
            unsafe lua_settop(state, -2)
        }
        return LuaTable(pairs)
    }

    /// One step through the table under the key on top of the stack.
    private func next() throws(LuaError) -> Bool {
        var more: Int32 = 0
        if unsafe entrepot_lua_next(host, -2, &more) != 0 {
            throw error(.memory, "could not be read within \(budget.memoryBytes) bytes")
        }
        return more != 0
    }

    private func key(at index: Int32) throws(LuaError) -> LuaKey {
        switch unsafe lua_type(state, index) {
        case LUA_TSTRING: return .string(try text(at: index))
        case LUA_TNUMBER where unsafe lua_isinteger(state, index) != 0:
            return .integer(unsafe lua_tointegerx(state, index, nil))
        default: throw error(.badValue, "has a key that is neither text nor integer")
        }
    }

    private func text(at index: Int32) throws(LuaError) -> String {
        if unsafe lua_rawlen(state, index) > UInt64(max(budget.stringBytes, 0)) {
            throw error(.tooLarge, "has a string of more than \(budget.stringBytes) bytes")
        }
        guard let text = unsafe luaText(state, at: index, maximum: budget.stringBytes) else {
            throw error(.badValue, "has a string that is not UTF-8")
        }
        return text
    }

    private func error(_ kind: LuaError.Kind, _ message: String) -> LuaError {
        LuaError(kind, source: source, message: message)
    }
}

/// The string at `index`, at most its first `maximum` bytes; nil if it is none or is not UTF-8.
///
/// Asks for the type first: `lua_tolstring` would convert a number in place, which allocates.
@unsafe func luaText(_ state: OpaquePointer?, at index: Int32, maximum: Int) -> String? {
    if unsafe lua_type(state, index) != LUA_TSTRING { return nil }
    var length = 0
    guard let start = unsafe lua_tolstring(state, index, &length) else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: min(length, maximum))
    return unsafe String(validating: bytes, as: UTF8.self)
}
