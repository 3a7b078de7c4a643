import CLuaShims

/// How a call into Lua ended.
package enum LuaEnding: Sendable, Equatable {
    /// It returned.
    case finished
    /// It raised an error, or gave results that cannot be copied out.
    case failed
    /// It used up its instructions and was stopped; nothing in Lua can catch that.
    case killedInstructions
    /// It used up its time and was stopped.
    case killedTime
    /// It reached the memory cap, the longest string or the deepest stack, and was stopped.
    case killedMemory

    /// Whether the call was stopped from outside, not by its own error.
    package var isKill: Bool {
        switch self {
        case .finished, .failed: false
        case .killedInstructions, .killedTime, .killedMemory: true
        }
    }

    init(_ result: Int32) {
        switch result {
        case Int32(ENTREPOT_LUA_OK): self = .finished
        case Int32(ENTREPOT_LUA_MEMORY): self = .killedMemory
        case Int32(ENTREPOT_LUA_INSTRUCTIONS): self = .killedInstructions
        case Int32(ENTREPOT_LUA_TIME): self = .killedTime
        default: self = .failed
        }
    }
}

/// What one call spent.
package struct LuaUsage: Sendable, Equatable {
    /// Steps: VM instructions and those that the libraries count. Instructions are counted by the
    /// hundred, so a short call may show less than it took.
    package var instructions = 0
    /// Time by the monotonic clock.
    package var microseconds = 0
    /// The most memory that the whole state held during the call, bytes.
    package var memoryPeak = 0

    /// Nothing spent.
    package init() {}

    init(_ usage: entrepot_lua_usage) {
        instructions = Int(usage.instructions)
        microseconds = Int(clamping: usage.nanoseconds / 1_000)
        memoryPeak = usage.memory_peak
    }
}

/// Why a call gave no result: one sentence and its line.
///
/// Invariant: `host` is the caller's open state, whose stack has the error on top.
struct LuaFailure {
    let line: Int?
    let message: String

    /// The error on top of the stack, with the place taken from its text; for a kill, its reason.
    ///
    /// - Parameter chunk: the name under which the source was loaded.
    @unsafe init(
        _ host: OpaquePointer, _ ending: LuaEnding, _ usage: entrepot_lua_usage, chunk: String
    ) {
        let place = usage.line > 0 ? Int(usage.line) : nil
        switch ending {
        case .killedInstructions: (line, message) = (place, "instruction budget used up")
        case .killedTime: (line, message) = (place, "time budget used up")
        case .killedMemory:
            line = place
            message =
                usage.deep != 0 ? "calls nest too deep" : "memory used up, or a string too long"
        case .finished, .failed:
            let text =
                unsafe luaText(entrepot_lua_state(host), at: -1, maximum: 1_024)
                ?? "raised something that is not text"
            (line, message) = LuaFailure.split(text, chunk: chunk)
        }
    }

    /// As an error of `source`.
    func error(_ kind: LuaError.Kind, source: String, memory: Int) -> LuaError {
        if kind == .memory && line == nil {
            return LuaError(kind, source: source, message: "needs more than \(memory) bytes")
        }
        return LuaError(kind, source: source, line: line, message: message)
    }

    /// `chunk:12: text` as 12 and `text`.
    private static func split(_ text: String, chunk: String) -> (Int?, String) {
        guard text.hasPrefix(chunk + ":") else { return (nil, text) }
        let rest = text.dropFirst(chunk.count + 1)
        guard let colon = rest.firstIndex(of: ":"), let line = Int(rest[..<colon]) else {
            return (nil, text)
        }
        return (line, String(rest[rest.index(after: colon)...].drop { $0 == " " }))
    }
}
