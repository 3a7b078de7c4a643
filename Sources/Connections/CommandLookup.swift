package import Basics
package import Domain
package import Ledger

/// The command table as the edges use it: commands are known by their place.
package struct CommandLookup: Sendable {
    /// The rows in the order of the table.
    package let all: [CommandSpec] = CommandTable.all
    private let indices: [String: Int]
    /// The place of `INVENTORY LEVEL`, and who may ask for it.
    package let level: Int
    package let levelRole: Role

    /// - Complexity: O(rows), once per server.
    package init() {
        var indices: [String: Int] = [:]
        for (index, spec) in CommandTable.all.enumerated() { indices[spec.name] = index }
        self.indices = indices
        level = CommandTable.all.firstIndex { $0.flags.contains(.level) } ?? -1
        levelRole = level < 0 ? .admin : CommandTable.all[level].role
    }

    /// - Throws: Redis's own texts for unknown commands and wrong numbers of words.
    @inlinable package func find(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> Int {
        try CommandTable.place(request)
    }

    /// The place of a command by its name as written by clients: `TRADE CREATE`, `trade|create`.
    package func index(named name: String) -> Int? {
        let canonical = String(name.uppercased().map { $0 == "|" ? " " : $0 })
        return indices[canonical]
    }
}

extension CommandLookup {
    /// The places of a command, or of all that begin with its word.
    package func indices(matching name: String) -> [Int] {
        if let exact = index(named: name) { return [exact] }
        let prefix = name.uppercased() + " "
        return all.indices.filter { all[$0].name.hasPrefix(prefix) }
    }
}
