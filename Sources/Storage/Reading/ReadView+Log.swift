import Basics
package import Domain
import RocksDB

/// Reads of the log, and of families as a whole.
extension ReadView {
    /// An event's first fields; nil for a seq that the view does not reach. Cost: one read, 20 ns.
    package func eventHeader(_ seq: UInt64) throws(StorageError) -> EventHeader? {
        if seq == 0 || seq > head.seq { return nil }
        return try value(.events, .event(seq), at: "event \(seq)") {
            (bytes) throws(DecodingError) in
            try EventCodec.decodeHeader(StoredEvent.open(bytes, seq: seq).body, seq: seq)
        }
    }

    /// How event `seq` changed a stock row; nil where it did not.
    package func stockChange(
        _ key: StockKey, at seq: UInt64
    ) throws(StorageError) -> StockChange? {
        let found = try value(.events, .event(seq), at: "event \(seq)") {
            (bytes) throws(DecodingError) in
            try EventCodec.stockChange(
                of: key, in: StoredEvent.open(bytes, seq: seq).body, seq: seq)
        }
        return found ?? nil
    }

    /// How event `seq` changed a trade; nil where it did not.
    package func tradeChange(
        _ key: RecordKey, at seq: UInt64
    ) throws(StorageError) -> RecordChange<Trade>? {
        let found = try value(.events, .event(seq), at: "event \(seq)") {
            (bytes) throws(DecodingError) in
            try EventCodec.tradeChange(
                of: key, in: StoredEvent.open(bytes, seq: seq).body, seq: seq)
        }
        return found ?? nil
    }

    /// How event `seq` changed a shipment; nil where it did not.
    package func shipmentChange(
        _ key: RecordKey, at seq: UInt64
    ) throws(StorageError) -> RecordChange<Shipment>? {
        let found = try value(.events, .event(seq), at: "event \(seq)") {
            (bytes) throws(DecodingError) in
            try EventCodec.shipmentChange(
                of: key, in: StoredEvent.open(bytes, seq: seq).body, seq: seq)
        }
        return found ?? nil
    }

    /// Visits the events of a range that the view holds, in order, each checked by its checksum.
    ///
    /// - Parameter body: gets the events; may throw to stop.
    package func forEachEvent(
        in range: ClosedRange<UInt64>, _ body: (Event) throws(StorageError) -> Void
    ) throws(StorageError) {
        let lower = StoreKey.event(range.lowerBound)
        var iterator = try self.iterator(.events, lower: lower.bytes.array)
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        while iterator.isValid {
            guard let seq = StoreKey.eventSeq(iterator.key), seq <= range.upperBound,
                seq <= head.seq
            else { return }
            let event: Event
            do throws(DecodingError) {
                event = try EventCodec.decode(
                    StoredEvent.open(iterator.value, seq: seq).body, seq: seq)
            } catch { throw StorageError(error, at: "event \(seq)") }
            try body(event)
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
    }

    /// A copy of the value under a key; nil where there is none.
    package func bytes(_ keyspace: Keyspace, _ key: StoreKey) throws(StorageError) -> [UInt8]? {
        try value(keyspace, key, at: keyspace.name) { (bytes) throws(DecodingError) in bytes.array }
    }
}

extension StoreKey {
    /// `postings`: the bytes as they are, at most 72 of them (more are cut off).
    package init(_ bytes: Span<UInt8>) {
        self.init()
        for index in 0..<min(bytes.count, 72) { append(bytes[index]) }
    }
}
