import Basics
import Domain
import RocksDB
import Storage

/// One list of postings, and how it becomes keys of records.
struct PostingSource {
    let reader: PostingReader
    /// Postings without all of these are passed over.
    let required: PostingRoles
    /// Whether the record is the shipment that a trade's posting stands for.
    let isCovered: Bool

    var key: RecordKey? {
        reader.current.map { entry in
            isCovered
                ? PostingEntry.coveredShipment(ofTradeAt: entry.seq)
                : RecordKey(seq: entry.seq, index: entry.index)
        }
    }
}

/// Walks trades or shipments in the order of their making, or against it: the whole family, or
/// only what the postings of some owners name.
final class RecordWalk<Record> {
    private let range: Range<RecordKey>
    private let isReversed: Bool
    private let get: (RecordKey) throws(StorageError) -> Record?
    private let decode: (Span<UInt8>, RecordKey) throws(DecodingError) -> Record
    private var sources: [PostingSource] = []
    private var iterator: KeyIterator?
    private var hasStarted = false
    private var last: RecordKey?

    /// A walk over the whole of a family.
    init(
        _ keyspace: Keyspace, in range: Range<RecordKey>, reversed: Bool, _ view: ReadView,
        decode: @escaping (Span<UInt8>, RecordKey) throws(DecodingError) -> Record
    ) throws(StorageError) {
        self.range = range
        isReversed = reversed
        self.decode = decode
        get = { (_) throws(StorageError) in nil }
        let lower = StoreKey.record(range.lowerBound)
        let upper = StoreKey.record(range.upperBound)
        iterator = try view.iterator(
            keyspace, lower: lower.bytes.array, upper: upper.bytes.array)
    }

    /// A walk over what postings name; several lists are merged.
    init(
        _ sources: [PostingSource], in range: Range<RecordKey>, reversed: Bool,
        get: @escaping (RecordKey) throws(StorageError) -> Record?
    ) {
        self.range = range
        isReversed = reversed
        self.get = get
        decode = { (_, key) throws(DecodingError) in
            throw .malformed("record \(key.seq) is not read from a row")
        }
        self.sources = sources
        iterator = nil
    }

    /// The next record and its key; nil at the end.
    func next() throws(StorageError) -> (key: RecordKey, record: Record)? {
        if iterator != nil { return try nextRow() }
        while let key = try nextKey() {
            if let record = try get(key) { return (key, record) }
        }
        return nil
    }

    private func nextRow() throws(StorageError) -> (key: RecordKey, record: Record)? {
        while true {
            do throws(RocksDBError) {
                switch (hasStarted, isReversed) {
                case (false, false): try iterator?.seekToFirst()
                case (false, true): try iterator?.seekToLast()
                case (true, false): try iterator?.next()
                case (true, true): try iterator?.prev()
                }
            } catch { throw StorageError(error) }
            hasStarted = true
            guard let row = try row() else { return nil }
            if let found = row { return found }
        }
    }

    /// The row that the iterator stands on: nil at the end, nil inside for a damaged key.
    private func row() throws(StorageError) -> (key: RecordKey, record: Record)?? {
        switch iterator {
        case .none: return nil
        case .some(let iterator):
            if !iterator.isValid { return nil }
            guard let key = StoreKey.recordKey(iterator.key) else { return .some(nil) }
            do throws(DecodingError) {
                return .some((key, try decode(iterator.value, key)))
            } catch { throw StorageError(error, at: "record \(key.seq)") }
        }
    }

    private func nextKey() throws(StorageError) -> RecordKey? {
        while true {
            var best: RecordKey?
            var place = 0
            for index in sources.indices {
                guard let key = sources[index].key else { continue }
                if let present = best, isReversed ? key <= present : key >= present { continue }
                best = key
                place = index
            }
            guard let key = best else { return nil }
            let roles = sources[place].reader.current?.roles ?? []
            let isWanted = roles.isSuperset(of: sources[place].required) && range.contains(key)
            try sources[place].reader.next()
            // The same record on two lists comes twice in a row.
            if isWanted && key != last {
                last = key
                return key
            }
        }
    }
}
