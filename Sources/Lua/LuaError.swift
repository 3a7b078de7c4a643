import CLuaShims

/// Why a Lua chunk gave no value.
package struct LuaError: Error, Equatable {
    /// What kind of failure it is; each kind is a budget or a rule of the sandbox.
    package enum Kind: Sendable, Equatable {
        /// The text is not Lua.
        case syntax
        /// The chunk raised an error.
        case runtime
        /// The memory cap was reached.
        case memory
        /// The instruction budget was used up.
        case instructions
        /// The time budget was used up.
        case time
        /// The source is compiled code, which is never accepted.
        case bytecode
        /// The source is longer than allowed.
        case sourceTooLong
        /// The result nests deeper than allowed (a cycle does).
        case tooDeep
        /// The result has more entries, or longer strings, than allowed.
        case tooLarge
        /// The result holds something that cannot be copied out: a function, bytes that are not
        /// UTF-8, a key that is neither text nor integer.
        case badValue
        /// The chunk did not return a table.
        case notATable
    }

    package let kind: Kind
    /// The name of the chunk, usually its file.
    package let source: String
    /// The line, counted from 1, where Lua knows it.
    package let line: Int?
    /// One sentence without the place.
    package let message: String

    package init(_ kind: Kind, source: String, line: Int? = nil, message: String) {
        self.kind = kind
        self.source = source
        self.line = line
        self.message = message
    }
}

extension LuaError: CustomStringConvertible {
    /// `file:line: message`.
    package var description: String {
        line.map { "\(source):\($0): \(message)" } ?? "\(source): \(message)"
    }
}

extension LuaError.Kind {
    /// The kind for a result of the C layer that is not success.
    init(_ result: Int32) {
        switch result {
        case Int32(ENTREPOT_LUA_SYNTAX): self = .syntax
        case Int32(ENTREPOT_LUA_NOT_A_TABLE): self = .notATable
        case Int32(ENTREPOT_LUA_MEMORY): self = .memory
        case Int32(ENTREPOT_LUA_INSTRUCTIONS): self = .instructions
        case Int32(ENTREPOT_LUA_TIME): self = .time
        default: self = .runtime
        }
    }
}
