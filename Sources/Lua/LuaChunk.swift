import CLuaShims

/// Text on its way into a state.
///
/// Invariant: `host` is the caller's open state, and pointers into the source last for one call.
enum LuaChunk {
    /// The chunk name in messages where the caller adds the place itself.
    static let anonymous = "chunk"
    /// Longest chunk name, bytes: Lua cuts messages' names at 59.
    private static let nameBytes = 48

    /// Refuses what is too long or compiled.
    ///
    /// Lua refuses bytecode itself (mode "t"); asked first, the error gets its own kind.
    static func check(
        _ source: Span<UInt8>, name: String, maximum: Int
    ) throws(LuaError) {
        if source.count > maximum {
            throw LuaError(
                .sourceTooLong, source: name, message: "is longer than \(maximum) bytes")
        }
        if source.count > 0 && source[0] == 0x1b {
            throw LuaError(.bytecode, source: name, message: "is compiled code, not Lua text")
        }
    }

    /// A name that can stand in front of `:line:` and be found there again.
    static func shortened(_ name: String) -> String {
        var kept = ""
        for scalar in name.unicodeScalars where scalar.value >= 32 {
            if kept.utf8.count + String(scalar).utf8.count > nameBytes { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept.isEmpty ? anonymous : kept
    }

    /// Compiles and runs; the result or the error is on top of the stack afterwards.
    @unsafe static func load(
        _ host: OpaquePointer, _ source: Span<UInt8>, name: String, keep: Bool,
        _ limits: inout entrepot_lua_limits, _ usage: inout entrepot_lua_usage
    ) -> Int32 {
        unsafe source.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe entrepot_lua_load(
                    host, text.baseAddress, text.count, "=" + name, keep ? 1 : 0, &limits, &usage)
            }
        }
    }
}
