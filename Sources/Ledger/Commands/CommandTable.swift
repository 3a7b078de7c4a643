package import Basics
import Domain

/// Every command there is. The rows stand in files of their own, one per area; edges, `COMMAND`,
/// `HELP` and the manual read them here.
package enum CommandTable {
    /// All rows, in the order of the manual.
    package static let all: [CommandSpec] =
        connectionCommands + serverCommands + catalogCommands + inventoryCommands
        + tradeCommands + cargoCommands + eventCommands + transactionCommands

    /// The rows by the hash of their words in capitals.
    private static let index: [UInt64: Int] = {
        var index: [UInt64: Int] = [:]
        for (position, spec) in all.enumerated() {
            var hash: UInt64 = 0
            for word in spec.name.split(separator: " ") {
                hash = fold(String(word).utf8.span, seed: hash)
            }
            index[hash] = position
        }
        return index
    }()

    /// Commands of one word that also have rows of two: `CONFIG GET`, but not `GET` alone.
    private static let containers: Set<UInt64> = {
        var hashes: Set<UInt64> = []
        for spec in all {
            let words = spec.name.split(separator: " ")
            if words.count > 1 { hashes.insert(fold(String(words[0]).utf8.span, seed: 0)) }
        }
        return hashes
    }()

    /// The row of a request.
    ///
    /// - Parameter first: where its own words begin, behind prefixes.
    /// - Throws: Redis's own texts for an unknown command, an unknown subcommand, and a wrong
    ///   number of arguments.
    /// - Complexity: two hashes of a short word each.
    package static func find(
        _ words: borrowing ArgumentVector, from first: Int = 0
    ) throws(CommandError) -> CommandSpec {
        if first >= words.count { throw CommandError(.err, "unknown command ''") }
        let hash = fold(words[first], seed: 0)
        var position: Int?
        if first + 1 < words.count, containers.contains(hash) {
            position = index[fold(words[first + 1], seed: hash)]
        }
        position = position ?? index[hash]
        guard let position else {
            throw unknown(words, first, isContainer: containers.contains(hash))
        }
        let spec = all[position]
        if !spec.words.contains(words.count - first) {
            throw CommandError(
                .err,
                "wrong number of arguments for '\(redisName(spec))' command")
        }
        return spec
    }

    /// The row of a name such as `TRADE CREATE`, in any case.
    package static func find(name: String) -> CommandSpec? {
        var hash: UInt64 = 0
        for word in name.split(whereSeparator: { $0 == " " || $0 == "|" }) {
            hash = fold(String(word).utf8.span, seed: hash)
        }
        return index[hash].map { all[$0] }
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
                "unknown subcommand \(ValueError.quoted(words[first + 1])). Try HELP "
                    + FoldedWord.upperCased(words[first]) + ".")
        }
        var text = "unknown command \(quoted(words[first])), with args beginning with: "
        for index in first + 1..<max(first + 1, min(words.count, first + 4)) {
            text += "\(quoted(words[index])) "
        }
        return CommandError(.err, text)
    }

    /// A word as Redis shows it: in single quotes, at most 128 bytes.
    private static func quoted(_ word: Span<UInt8>) -> String {
        var text = "'"
        for index in 0..<min(word.count, 128) {
            let byte = word[index]
            text += byte >= 0x20 && byte < 0x7f ? String(UnicodeScalar(byte)) : "."
        }
        return text + "'"
    }

    /// A hash over a word in capitals.
    private static func fold(_ word: Span<UInt8>, seed: UInt64) -> UInt64 {
        var hash = seed ^ 0x9e37_79b9_7f4a_7c15
        for index in 0..<word.count {
            hash = (hash ^ UInt64(FoldedWord.upper(word[index]))) &* 0x0000_0100_0000_01b3
        }
        return FastHash.mix(hash)
    }
}
