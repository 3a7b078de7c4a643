import Basics
import Domain

/// Finds a row of the command table by the words of a request: one hash and, nearly always, one
/// probe, since every request pays for it.
final class CommandIndex: Sendable {
    struct Entry: Sendable {
        let hash: UInt64
        /// The row's place; nil where the word only begins rows of two words, such as `TRADE`.
        let place: Int?
        /// Whether rows of two words begin with it.
        let isContainer: Bool
    }

    private let slots: [Entry?]
    private let mask: Int

    init(_ specs: [CommandSpec]) {
        var entries: [UInt64: Entry] = [:]
        for (place, spec) in specs.enumerated() {
            let words = spec.name.split(separator: " ")
            let hash = Self.hash(of: spec.name)
            entries[hash] = Entry(
                hash: hash, place: place, isContainer: entries[hash]?.isContainer ?? false)
            if words.count > 1 {
                let first = Self.hash(of: String(words[0]))
                entries[first] = Entry(
                    hash: first, place: entries[first]?.place, isContainer: true)
            }
        }
        var slots = [Entry?](repeating: nil, count: 1_024)
        mask = slots.count - 1
        for entry in entries.values {
            var slot = Int(truncatingIfNeeded: entry.hash) & mask
            while slots[slot] != nil { slot = (slot + 1) & mask }
            slots[slot] = entry
        }
        self.slots = slots
    }

    func entry(_ hash: UInt64) -> Entry? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while let entry = slots[slot] {
            if entry.hash == hash { return entry }
            slot = (slot + 1) & mask
        }
        return nil
    }

    static func hash(of name: String) -> UInt64 {
        var hash: UInt64 = 0
        for word in name.split(whereSeparator: { $0 == " " || $0 == "|" }) {
            hash = fold(String(word).utf8.span, seed: hash)
        }
        return hash
    }

    /// A hash over a word in capitals.
    static func fold(_ word: Span<UInt8>, seed: UInt64) -> UInt64 {
        var hash = seed ^ 0x9e37_79b9_7f4a_7c15
        for index in 0..<word.count {
            hash = (hash ^ UInt64(FoldedWord.upper(word[index]))) &* 0x0000_0100_0000_01b3
        }
        return FastHash.mix(hash)
    }
}
