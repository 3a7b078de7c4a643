import Basics

/// The last commands that took long or were large, newest first when read.
struct Slowlog {
    struct Entry {
        let id: Int64
        /// Seconds since 1970.
        let time: Int64
        let microseconds: Int64
        let words: [[UInt8]]
        let address: String
        let clientName: String
    }

    private static let maximumWords = 32
    private static let maximumWordBytes = 128

    /// Oldest first.
    private(set) var entries: [Entry] = []
    private var nextID: Int64 = 0

    /// Keeps an entry, and at most `limit` of them.
    mutating func add(
        _ words: [[UInt8]], seconds: Int64, microseconds: Int64, address: String,
        clientName: String, limit: Int
    ) {
        entries.append(
            Entry(
                id: nextID, time: seconds, microseconds: microseconds,
                words: Self.shortened(words), address: address, clientName: clientName))
        nextID += 1
        if entries.count > max(limit, 0) { entries.removeFirst(entries.count - max(limit, 0)) }
    }

    mutating func reset() { entries.removeAll() }

    /// As Redis cuts them: 32 words of 128 bytes.
    static func shortened(_ words: [[UInt8]]) -> [[UInt8]] {
        var kept = words.prefix(maximumWords).map { word -> [UInt8] in
            if word.count <= maximumWordBytes { return word }
            let note = "... (\(word.count - maximumWordBytes) more bytes)"
            return word.prefix(maximumWordBytes) + Array(note.utf8)
        }
        if words.count > maximumWords {
            let note = "... (\(words.count - maximumWords + 1) more arguments)"
            kept[maximumWords - 1] = Array(note.utf8)
        }
        return kept
    }
}
