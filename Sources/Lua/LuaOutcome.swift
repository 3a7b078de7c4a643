/// What a call gave.
package struct LuaOutcome: Sendable {
    /// How it ended; the rest depends on it.
    package var ending = LuaEnding.finished
    /// What went wrong, one sentence without the place; empty if nothing did.
    package var message = ""
    /// The line of the script where it went wrong, from 1, where known.
    package var line: Int?
    /// What it spent.
    package var usage = LuaUsage()
    /// The results of a call that finished; `none` for those that it did not return.
    package var first = LuaValue.none
    package var second = LuaValue.none
    package var third = LuaValue.none

    /// Finished, with nothing.
    package init() {}
}
