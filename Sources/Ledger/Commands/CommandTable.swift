package import Basics
import Domain

/// Every command there is. The rows stand in files of their own, one per area; edges, `COMMAND`,
/// `HELP` and the manual read them here.
package enum CommandTable {
    /// All rows, in the order of the manual.
    package static let all: [CommandSpec] =
        connectionCommands + serverCommands + catalogCommands + inventoryCommands
        + tradeCommands + cargoCommands + logReads + eventCommands + transactionCommands
        + pluginCommands + accountCommands

    /// The rows, and the first words of rows of two words, by the hash of their words in capitals.
    private static let index = CommandIndex(all)

    /// The row of a request.
    ///
    /// - Parameter first: where its own words begin, behind prefixes.
    /// - Throws: Redis's own texts for an unknown command, an unknown subcommand, and a wrong
    ///   number of arguments.
    /// - Complexity: two hashes of a short word each.
    package static func find(
        _ words: borrowing ArgumentVector, from first: Int = 0
    ) throws(CommandError) -> CommandSpec {
        all[try place(words, from: first)]
    }

    private static let helpPlace = index.entry(CommandIndex.hash(of: "HELP"))?.place

    /// The place of a request's row in `all`; throws as `find` does.
    package static func place(
        _ words: borrowing ArgumentVector, from first: Int = 0
    ) throws(CommandError) -> Int {
        if first >= words.count { throw CommandError(.err, "unknown command ''") }
        let index = Self.index
        let hash = CommandIndex.fold(words[first], seed: 0)
        let entry = index.entry(hash)
        var found = entry?.place
        if first + 1 < words.count, entry?.isContainer == true {
            // `COMMAND FOO`: a row that takes no words is not meant.
            if let own = found, all[own].words.upperBound == 1 { found = nil }
            found = index.entry(CommandIndex.fold(words[first + 1], seed: hash))?.place ?? found
            // `CLIENT HELP`, as the message about an unknown subcommand advises.
            if found == nil, words[first + 1].equalsFolded("HELP") { found = helpPlace }
        }
        guard let found else {
            throw unknown(words, first, isContainer: entry?.isContainer == true)
        }
        let spec = all[found]
        if !spec.words.contains(words.count - first) {
            throw CommandError(
                .err,
                "wrong number of arguments for '\(redisName(spec))' command")
        }
        return found
    }

    /// The row of a name such as `TRADE CREATE`, in any case.
    package static func find(name: String) -> CommandSpec? {
        index.entry(CommandIndex.hash(of: name))?.place.map { all[$0] }
    }

    /// The name of a request for messages: its row's, else its first word.
    package static func name(of words: borrowing ArgumentVector) -> String {
        if let spec = try? find(words) { return spec.name }
        return words.isEmpty ? "" : FoldedWord.upperCased(words[0])
    }

    private static func redisName(_ spec: CommandSpec) -> String {
        spec.name.lowercased().split(separator: " ").joined(separator: "|")
    }

    private static func unknown(
        _ words: borrowing ArgumentVector, _ first: Int, isContainer: Bool
    ) -> CommandError {
        if isContainer {
            if first + 1 >= words.count {
                let name = FoldedWord.upperCased(words[first]).lowercased()
                return CommandError(.err, "wrong number of arguments for '\(name)' command")
            }
            return CommandError(
                .err,
                "unknown subcommand \(quoted(words[first + 1])). Try "
                    + FoldedWord.upperCased(words[first]) + " HELP.")
        }
        // Redis's own bound: arguments until 128 bytes of them stand there.
        var arguments = ""
        var index = first + 1
        while index < words.count, arguments.utf8.count < 128 {
            arguments += quoted(words[index], limit: 128 - arguments.utf8.count) + " "
            index += 1
        }
        return CommandError(
            .err,
            "unknown command \(quoted(words[first])), with args beginning with: \(arguments)")
    }

    /// A word as Redis shows it: in single quotes, at most `limit` bytes.
    private static func quoted(_ word: Span<UInt8>, limit: Int = 128) -> String {
        var text = "'"
        for index in 0..<min(word.count, limit) {
            let byte = word[index]
            text += byte >= 0x20 && byte < 0x7f ? String(UnicodeScalar(byte)) : "."
        }
        return text + "'"
    }
}
