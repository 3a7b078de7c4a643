import CLuaShims

/// Copies the value on top of the stack into Swift, within the bounds.
///
/// Recursion is bounded by `bounds.depth`, the whole by `bounds.entries`, so that cycles and shared
/// tables end in an error.
///
/// Invariant: it lives only inside one call of `LuaState` or `LuaMachine`, so the state that it
/// points into outlives it.
@safe struct LuaValueReader {
    private let host: OpaquePointer
    private let state: OpaquePointer?
    private let bounds: LuaBounds
    private let source: String
    /// Whether functions and host values are copied too, as what they are.
    private let everything: Bool
    private var entries = 0

    init(host: OpaquePointer, bounds: LuaBounds, source: String, everything: Bool = false) {
        unsafe self.host = host
        unsafe self.state = entrepot_lua_state(host)
        self.bounds = bounds
        self.source = source
        self.everything = everything
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
        case LUA_TFUNCTION where everything: return .function
        case LUA_TUSERDATA where everything:
            if let value = unsafe luaHostValue(host, at: -1) { return .hostValue(value) }
            throw error(.badValue, "holds a record that was given to it")
        default:
            let name = unsafe String(cString: lua_typename(state, lua_type(state, -1)))
            throw error(.badValue, "holds a \(name)")
        }
    }

    private mutating func table(depth: Int) throws(LuaError) -> LuaTable {
        if depth > bounds.depth {
            throw error(.tooDeep, "nests deeper than \(bounds.depth) tables")
        }
        if unsafe lua_checkstack(state, 8) == 0 {
            throw error(.memory, "is too large to be read")
        }
        var pairs: [LuaTable.Pair] = []
        // Lua walks its tables in another order on each run. So that the same mistake is told each
        // time, everything is looked at before one is told: the first by its text.
        var told: LuaError?
        unsafe lua_pushnil(state)
        while try next() {
            entries += 1
            if entries > bounds.entries {
                throw error(.tooLarge, "has more than \(bounds.entries) entries")
            }
            do throws(LuaError) {
                let value = try value(depth: depth)
                pairs.append(LuaTable.Pair(key: try key(at: -2), value: value))
            } catch {
                if error.kind == .memory || entries > bounds.entries { throw error }
                told = told.map { $0.message <= error.message ? $0 : error } ?? error
            }
            unsafe lua_settop(state, -2)
        }
        if let told { throw told }
        return LuaTable(pairs)
    }

    /// One step through the table under the key on top of the stack.
    private func next() throws(LuaError) -> Bool {
        var more: Int32 = 0
        if unsafe entrepot_lua_next(host, -2, &more) != 0 {
            throw error(.memory, "is too large to be read")
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
        if unsafe lua_rawlen(state, index) > UInt64(max(bounds.stringBytes, 0)) {
            throw error(.tooLarge, "has a string of more than \(bounds.stringBytes) bytes")
        }
        guard let text = unsafe luaText(state, at: index, maximum: bounds.stringBytes) else {
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

/// The host value at `index`, or nil if something else is there.
@unsafe func luaHostValue(_ host: OpaquePointer, at index: Int32) -> LuaHostValue? {
    var tag: UInt8 = 0
    guard let payload = unsafe entrepot_lua_host_value(host, index, &tag) else { return nil }
    return unsafe LuaHostValue(
        tag: Int(tag), first: payload.load(as: Int64.self),
        second: payload.load(fromByteOffset: 8, as: Int64.self))
}
