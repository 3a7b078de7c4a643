import Basics
import Domain
import RocksDB
import Storage

/// One run of postings and day sums, on its way into the store as one sorted file.
struct PostingRun {
    private let entries: [PostingEntry]
    private let totals: [DayKey: DayTotals]
    private let indexed: UInt64

    /// - Parameter indexed: the last event of the last segment.
    init(segments: [TailSegment], indexed: UInt64) {
        var gathered: [PostingEntry] = []
        gathered.reserveCapacity(segments.reduce(0) { $0 + $1.entries.count })
        var totals: [DayKey: DayTotals] = [:]
        for segment in segments {
            gathered += segment.entries
            for delta in segment.totals {
                delta.forEachScope { key in
                    totals[key, default: DayTotals()].add(delta, scope: key.scope)
                }
            }
        }
        gathered.sort(by: PostingEntry.inKeyOrder)
        self.entries = gathered
        self.totals = totals
        self.indexed = indexed
    }

    /// Writes the file, takes it into the family and with it moves the indexed seq.
    ///
    /// - Throws: what RocksDB throws; the store then holds all of the run or nothing.
    func store(in database: Database, path: String) throws(StorageError) {
        let family = Keyspace.postings.family
        let sums = try mergedTotals(database)
        do throws(RocksDBError) {
            var writer = try database.sortedFileWriter(family, path: path)
            let indexedKey = PostingEntry.indexedKey
            let position = PostingEntry.encodeIndexed(indexed)
            try writer.put(indexedKey.span, position.span)
            var key = ByteBuffer(capacity: 32)
            var index = 0
            while index < entries.count {
                let entry = entries[index]
                var roles = entry.roles
                index += 1
                // The same posting twice is one.
                while index < entries.count,
                    !PostingEntry.inKeyOrder(entry, entries[index])
                {
                    roles.formUnion(entries[index].roles)
                    index += 1
                }
                key.removeAll()
                entry.appendKey(to: &key)
                let value: InlineArray<1, UInt8> = [roles.rawValue]
                try writer.put(key.bytes, value.span)
            }
            for (dayKey, bytes) in sums { try writer.put(dayKey.span, bytes.span) }
            _ = try writer.finish()
            try database.ingest([path], into: family)
        } catch { throw StorageError(error) }
    }

    /// The stored sums of the days that the run touches, with the run added, in key order.
    private func mergedTotals(
        _ database: Database
    ) throws(StorageError) -> [(key: [UInt8], value: [UInt8])] {
        var result: [(key: [UInt8], value: [UInt8])] = []
        for (dayKey, delta) in totals {
            let key = dayKey.stored
            var sum = DayTotals()
            var failure: DecodingError?
            do throws(RocksDBError) {
                if let stored = try database.value(Keyspace.postings.family, key.span) {
                    do { sum = try DayTotals.decode(stored.bytes) } catch { failure = error }
                }
            } catch { throw StorageError(error) }
            if let failure { throw StorageError(failure, at: "the sums of a day") }
            sum.add(delta)
            var buffer = ByteBuffer(capacity: 128)
            sum.encode(into: &buffer)
            result.append((key, buffer.array))
        }
        return result.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
