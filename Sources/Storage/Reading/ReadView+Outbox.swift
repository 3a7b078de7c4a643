import Basics
package import Domain
import RocksDB

/// Reads of the outbox.
extension ReadView {
    /// One notice; nil where it is not there any more.
    package func outboxRow(_ key: NoticeKey) throws(StorageError) -> OutboxRow? {
        let name = "notice \(key.channel)/\(key.sequence)"
        let notice = try value(.outbox, .outbox(key, .notice), at: name) {
            (bytes) throws(DecodingError) in try NoticeCodec.decode(bytes, key: key)
        }
        guard let notice else { return nil }
        let delivery = try value(.outbox, .outbox(key, .delivery), at: name) {
            (bytes) throws(DecodingError) in try DeliveryCodec.decode(bytes, key: key)
        }
        return OutboxRow(notice: notice, delivery: delivery)
    }

    /// Visits the notices of a channel in the order of their sequences.
    ///
    /// Reads what is delivered too: begin behind what is known to be done.
    ///
    /// - Parameters:
    ///   - channel: its number.
    ///   - first: the first sequence that is visited.
    ///   - body: gets each notice; false ends the walk.
    package func forEachOutboxRow(
        channel: UInt32, from first: UInt64 = 1,
        _ body: (OutboxRow) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let lower = StoreKey.outbox(NoticeKey(channel: channel, sequence: first), .notice)
        let upper = StoreKey.outboxEnd(channel: channel)
        var iterator = try iterator(
            .outbox, lower: lower.bytes.array, upper: upper.bytes.array)
        // A notice is passed on when the row behind it shows that its delivery is known.
        var open: OutboxRow?
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        while iterator.isValid {
            switch try Self.part(iterator.key, iterator.value) {
            case .notice(let notice):
                if let row = open, try !body(row) { return }
                open = OutboxRow(notice: notice, delivery: nil)
            case .delivery(let delivery):
                if open?.key == delivery.key { open?.delivery = delivery }
            }
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
        if let open { _ = try body(open) }
    }

    private enum Part {
        case notice(Notice)
        case delivery(Delivery)
    }

    private static func part(
        _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(StorageError) -> Part {
        guard let (key, part) = StoreKey.outboxKey(key) else {
            throw StorageError(.malformed("a wrong key"), at: "outbox")
        }
        do throws(DecodingError) {
            return switch part {
            case .notice: .notice(try NoticeCodec.decode(value, key: key))
            case .delivery: .delivery(try DeliveryCodec.decode(value, key: key))
            }
        } catch { throw StorageError(error, at: "notice \(key.channel)/\(key.sequence)") }
    }

    /// Up to `limit` notices of a channel that a lane still has to do with.
    ///
    /// - Parameter first: the first sequence that is looked at.
    /// - Returns: the notices, and where to look next; nil: there are no more.
    package func openNotices(
        channel: UInt32, from first: UInt64, limit: Int
    ) throws(StorageError) -> (rows: [OutboxRow], next: UInt64?) {
        var rows: [OutboxRow] = []
        var next: UInt64?
        try forEachOutboxRow(channel: channel, from: first) { (row) throws(StorageError) in
            if rows.count == limit {
                next = row.key.sequence
                return false
            }
            if row.status.isOpen { rows.append(row) }
            return true
        }
        return (rows, next)
    }

    /// How many notices of a channel are where.
    ///
    /// - Complexity: O(notices of the channel).
    package func outboxCounts(channel: UInt32) throws(StorageError) -> OutboxCounts {
        var counts = OutboxCounts()
        try forEachOutboxRow(channel: channel) { (row) throws(StorageError) in
            counts.add(row)
            return true
        }
        return counts
    }
}
