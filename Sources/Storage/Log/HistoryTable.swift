package import Basics

/// The epochs of a store: each has a history id of its own, so that a cursor `H:seq` never names
/// another event than the one it was made for.
///
/// On disk as `meta/history`:
///
///     table = schema:varint(1) count:varint { id:length-prefixed first:varint }*count
package struct HistoryTable: Equatable, Sendable {
    package struct Epoch: Equatable, Sendable {
        /// 16 lower-case hexadecimal digits, random.
        package let id: String
        /// The seq of its first event.
        package let first: UInt64

        package init(id: String, first: UInt64) {
            self.id = id
            self.first = first
        }
    }

    /// Oldest first, never empty.
    package private(set) var epochs: [Epoch]

    package init(first: Epoch) { epochs = [first] }

    /// The history id in force.
    package var current: String { epochs.last?.id ?? "" }

    /// The number of the epoch in force, from 0.
    package var epoch: Int { epochs.count - 1 }

    /// The table of a store that begins.
    package static func new() throws(StorageError) -> HistoryTable {
        HistoryTable(first: .init(id: try randomID(), first: 1))
    }

    /// 16 hexadecimal digits that no other history has.
    package static func randomID() throws(StorageError) -> String {
        let digits = String(try Store.randomNumber(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Begins an epoch. Those that were to begin later never came to be here, where the log is
    /// shorter than it was: no cursor of theirs names an event.
    package mutating func begin(_ epoch: Epoch) {
        epochs = epochs.map { Epoch(id: $0.id, first: min($0.first, epoch.first)) }
        epochs.append(epoch)
    }

    /// What a cursor means here.
    package enum CursorVerdict: Equatable, Sendable {
        case good
        /// It names an event of an earlier history behind that history's end.
        case forked
        case unknown
    }

    /// - Parameter id: the history id of a cursor.
    package func verdict(id: String, seq: UInt64) -> CursorVerdict {
        guard let index = epochs.firstIndex(where: { $0.id == id }) else { return .unknown }
        if index == epochs.count - 1 { return .good }
        return seq < epochs[index + 1].first ? .good : .forked
    }

    /// The number of the epoch that an event belongs to.
    package func epoch(of seq: UInt64) -> Int {
        max(0, (epochs.lastIndex { $0.first <= seq }) ?? 0)
    }

    /// The history id that an event belongs to.
    package func history(of seq: UInt64) -> String { epochs[epoch(of: seq)].id }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        buffer.append(varint: UInt64(epochs.count))
        for epoch in epochs {
            buffer.append(varint: UInt64(epoch.id.utf8.count))
            buffer.append(epoch.id)
            buffer.append(varint: epoch.first)
        }
    }

    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> HistoryTable {
        var reader = ByteReader(bytes)
        let schema = try reader.varint()
        if schema != 1 { throw .newerSchema(schema) }
        let count = try reader.varint()
        if count == 0 || count > 1_000_000 { throw .malformed("\(count) epochs") }
        var epochs: [Epoch] = []
        for _ in 0..<count {
            guard let id = try reader.lengthPrefixed().validatedText else {
                throw .malformed("a history id is not text")
            }
            epochs.append(Epoch(id: id, first: try reader.varint()))
        }
        if !reader.isAtEnd { throw .malformed("bytes behind the epochs") }
        var table = HistoryTable(first: epochs[0])
        table.epochs = epochs
        return table
    }
}
