import CLuaShims

/// One call of a script to its host: reads the arguments, takes the result.
///
/// Arguments are counted from 0. Reading one gives nil if it is of another kind or missing; nothing
/// is converted, except that a float with a whole value is an integer too. The result is nil until
/// one of `give…` or `fail` is called; the last one counts. Valid during the call only.
@safe package struct LuaHostCall: ~Copyable {
    // Invariant: lives inside the C frame that called the host, so `host` and the arguments on its
    // stack outlive it. Only functions of Lua that raise nothing are called.
    private let host: OpaquePointer
    private let state: OpaquePointer
    /// How many arguments there are.
    package let count: Int

    @unsafe init(_ host: OpaquePointer, _ state: OpaquePointer) {
        unsafe self.host = host
        unsafe self.state = state
        count = Int(unsafe lua_gettop(state))
    }

    /// What an argument is.
    package enum Kind: Sendable, Equatable {
        case none, boolean, integer, number, string, table, function, hostValue, record
    }

    /// The kind of argument `index`; `none` where there is none.
    package func kind(_ index: Int) -> Kind {
        guard let place = place(index) else { return .none }
        switch unsafe lua_type(state, place) {
        case LUA_TBOOLEAN: return .boolean
        case LUA_TNUMBER: return unsafe lua_isinteger(state, place) != 0 ? .integer : .number
        case LUA_TSTRING: return .string
        case LUA_TTABLE: return .table
        case LUA_TFUNCTION: return .function
        case LUA_TUSERDATA:
            return unsafe entrepot_lua_is_record(host, place) != 0 ? .record : .hostValue
        default: return .none
        }
    }

    /// The boolean at `index`.
    package func boolean(_ index: Int) -> Bool? {
        guard let place = place(index), unsafe lua_type(state, place) == LUA_TBOOLEAN else {
            return nil
        }
        return unsafe lua_toboolean(state, place) != 0
    }

    /// The integer at `index`, or the float there if it has a whole value that fits.
    package func integer(_ index: Int) -> Int64? {
        guard let place = place(index), unsafe lua_type(state, place) == LUA_TNUMBER else {
            return nil
        }
        var fits: Int32 = 0
        let number = unsafe lua_tointegerx(state, place, &fits)
        return fits != 0 ? number : nil
    }

    /// The number at `index` as a float.
    package func number(_ index: Int) -> Double? {
        guard let place = place(index), unsafe lua_type(state, place) == LUA_TNUMBER else {
            return nil
        }
        return unsafe lua_tonumberx(state, place, nil)
    }

    /// The string at `index`, if it is UTF-8. Allocates for more than 15 bytes.
    package func string(_ index: Int) -> String? {
        guard let place = place(index) else { return nil }
        return unsafe luaText(state, at: place, maximum: Int(ENTREPOT_LUA_STRING_MAX))
    }

    /// Calls `body` with the bytes of the string at `index`; nil if there is none.
    package func withBytes<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
        guard let place = place(index), unsafe lua_type(state, place) == LUA_TSTRING else {
            return nil
        }
        var length = 0
        guard let start = unsafe lua_tolstring(state, place, &length) else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe body($0.span) }
    }

    /// The host value at `index`.
    package func hostValue(_ index: Int) -> LuaHostValue? {
        guard let place = place(index) else { return nil }
        return unsafe luaHostValue(host, at: place)
    }

    /// Gives a boolean.
    package mutating func give(_ flag: Bool) {
        give(kind: flag ? ENTREPOT_CELL_TRUE : ENTREPOT_CELL_FALSE, 0)
    }

    /// Gives an integer.
    package mutating func give(_ number: Int64) {
        give(kind: ENTREPOT_CELL_INTEGER, UInt64(bitPattern: number))
    }

    /// Gives a float.
    package mutating func give(_ number: Double) {
        give(kind: ENTREPOT_CELL_NUMBER, number.bitPattern)
    }

    /// Gives nil.
    package mutating func giveNone() { give(kind: ENTREPOT_CELL_NIL, 0) }

    /// Gives a string; bytes beyond 64 KiB are cut off.
    package mutating func give(_ text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { bytes in
            unsafe entrepot_lua_return_string(host, bytes.baseAddress, bytes.count)
        }
    }

    /// Gives a string.
    package mutating func give(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        give(text.utf8.span)
    }

    /// Gives a host value.
    package mutating func give(_ value: LuaHostValue) {
        unsafe entrepot_lua_return_host_value(
            host, UInt8(clamping: value.tag), UInt64(bitPattern: value.first),
            UInt64(bitPattern: value.second))
    }

    /// Gives the first slot of `input`, usually a record. All inputs of one call together may have
    /// 8 MiB; beyond, the script gets an error.
    package mutating func give(_ input: borrowing LuaInput) {
        unsafe input.withBytes { bytes, length in
            unsafe entrepot_lua_return_cells(host, bytes, length)
        }
    }

    /// Raises an error in the script, with its line in front. The script may catch it.
    package mutating func fail(_ message: String) {
        var message = message
        message.makeContiguousUTF8()
        unsafe message.utf8.span.withUnsafeBufferPointer { bytes in
            unsafe entrepot_lua_return_error(host, bytes.baseAddress, bytes.count)
        }
    }

    private func give(kind: Int, _ payload: UInt64) {
        unsafe entrepot_lua_return_cell(
            host,
            entrepot_lua_cell(
                kind: UInt8(truncatingIfNeeded: kind), tag: 0, unused: 0, length: 0,
                payload: payload))
    }

    private func place(_ index: Int) -> Int32? {
        index >= 0 && index < count ? Int32(index + 1) : nil
    }
}
