/// The last commands that took long or were large, newest first when read.
///
/// Threading: the loop's thread.
package final class Slowlog {
    package struct Entry: Sendable {
        package let id: Int64
        /// Seconds since 1970.
        package let time: Int64
        package let microseconds: Int64
        package let words: [[UInt8]]
        package let address: String
        package let clientName: String
    }

    private static let maximumWords = 32
    private static let maximumWordBytes = 128

    /// Oldest first.
    package private(set) var entries: [Entry] = []
    private var nextID: Int64 = 0

    package init() {}

    /// Keeps an entry, and at most `limit` of them.
    package func add(
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

    /// Forgets all; numbers go on.
    package func reset() { entries.removeAll() }

    /// As Redis cuts them: 32 words of 128 bytes.
    package static func shortened(_ words: [[UInt8]]) -> [[UInt8]] {
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
