import Lua

/// Why a call of a hook gave no answer.
package struct RuleFault: Error, Equatable, Sendable {
    /// One sentence without its full stop and without the place.
    package let message: String
    /// The line of the plugin's file, where known.
    package let line: Int?
    /// Whether a budget was used up.
    package let isKill: Bool
    /// Whether other rules had used up the time: the rule itself is not to blame.
    package internal(set) var isOfOthers = false

    package init(_ message: String, line: Int? = nil, isKill: Bool = false) {
        self.message = message
        self.line = line
        self.isKill = isKill
    }

    init(_ outcome: LuaOutcome) {
        self.init(outcome.message, line: outcome.line, isKill: outcome.ending.isKill)
    }

    /// `line 12: message`.
    package var text: String { line.map { "line \($0): \(message)" } ?? message }
}

/// What a call of a hook spent.
package struct RuleUsage: Sendable, Equatable {
    package var instructions: Int = 0
    package var nanoseconds: UInt64 = 0
    package var memoryPeak: Int = 0

    package init() {}

    init(_ usage: LuaUsage) {
        instructions = usage.instructions
        nanoseconds = UInt64(clamping: usage.microseconds) &* 1_000
        memoryPeak = usage.memoryPeak
    }
}

/// What one call may spend.
package struct RuleLimits: Sendable, Equatable {
    package var instructions: Int
    package var microseconds: Int

    package init(instructions: Int, microseconds: Int) {
        self.instructions = instructions
        self.microseconds = microseconds
    }
}
