/// What a chunk may use: nothing in Lua can go beyond it, catch its end, or change it.
package struct LuaBudget: Sendable {
    /// Memory of the state, bytes; a state alone needs about 4 KiB.
    package var memoryBytes: Int
    /// VM instructions of one evaluation, to the nearest 100.
    package var instructions: Int
    /// Length of the source, bytes.
    package var sourceBytes: Int
    /// Depth of tables in the result.
    package var depth: Int
    /// Entries of all tables in the result.
    package var entries: Int
    /// Length of each string in the result, bytes.
    package var stringBytes: Int

    package init(
        memoryBytes: Int, instructions: Int, sourceBytes: Int, depth: Int, entries: Int,
        stringBytes: Int
    ) {
        self.memoryBytes = memoryBytes
        self.instructions = instructions
        self.sourceBytes = sourceBytes
        self.depth = depth
        self.entries = entries
        self.stringBytes = stringBytes
    }

    /// What a result may be.
    var bounds: LuaBounds {
        LuaBounds(depth: depth, entries: entries, stringBytes: stringBytes)
    }

    /// Enough for any configuration file, and used up within about 10 ms.
    package static let configuration = LuaBudget(
        memoryBytes: 4 * 1_024 * 1_024, instructions: 1_000_000, sourceBytes: 256 * 1_024,
        depth: 8, entries: 10_000, stringBytes: 64 * 1_024)
}

/// How large a value may be that is copied out of a state.
package struct LuaBounds: Sendable {
    /// Depth of tables.
    package var depth: Int
    /// Entries of all tables.
    package var entries: Int
    /// Length of each string, bytes.
    package var stringBytes: Int

    package init(depth: Int = 16, entries: Int = 10_000, stringBytes: Int = 64 * 1_024) {
        self.depth = depth
        self.entries = entries
        self.stringBytes = stringBytes
    }
}
