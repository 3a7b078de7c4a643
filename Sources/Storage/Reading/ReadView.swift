import Basics
package import Domain
package import RocksDB

/// The store as it was after one event, readable from any thread.
///
/// A view over a snapshot never changes; the `latest` view of the ledger's thread sees what was
/// written last, and lays the unwritten group over it.
package final class ReadView: Sendable {
    package let database: Database
    package let names: Names
    /// The log as the view sees it.
    package let head: LogHead
    package let history: HistoryTable
    package let identitySeed: UInt64
    private let snapshot: Snapshot?
    private let overlay: IndexedBatch?

    /// - Parameters:
    ///   - snapshot: nil reads what was written last.
    ///   - overlay: changes over what was written last; such a view stays on its thread.
    package init(
        database: Database, snapshot: Snapshot?, names: Names, head: LogHead,
        history: HistoryTable, identitySeed: UInt64, overlay: IndexedBatch? = nil
    ) {
        self.database = database
        self.overlay = overlay
        self.snapshot = snapshot
        self.names = names
        self.head = head
        self.history = history
        self.identitySeed = identitySeed
    }

    /// The value under a key, decoded by `body` while it is pinned.
    ///
    /// - Throws: `database` where reading fails, and what `body` throws as `damaged`.
    func value<Result>(
        _ keyspace: Keyspace, _ key: StoreKey, at place: @autoclosure () -> String,
        _ body: (Span<UInt8>) throws(DecodingError) -> Result
    ) throws(StorageError) -> Result? {
        var failure: DecodingError?
        var result: Result?
        func decode(_ bytes: Span<UInt8>) {
            do throws(DecodingError) { result = try body(bytes) } catch { failure = error }
        }
        do throws(RocksDBError) {
            if let overlay {
                if let copy = try overlay.value(keyspace.family, key.bytes) { decode(copy.span) }
            } else if let snapshot {
                if let pinned = try database.value(
                    keyspace.family, key.bytes, at: snapshot)
                {
                    decode(pinned.bytes)
                }
            } else if let pinned = try database.value(keyspace.family, key.bytes) {
                decode(pinned.bytes)
            }
        } catch { throw StorageError(error) }
        if let failure { throw StorageError(failure, at: place()) }
        return result
    }

    /// An iterator over a family with ordered memtables. Bounds: lower inclusive, upper exclusive.
    package func iterator(
        _ keyspace: Keyspace, lower: [UInt8]? = nil, upper: [UInt8]? = nil
    ) throws(StorageError) -> KeyIterator {
        do throws(RocksDBError) {
            return try database.iterator(
                keyspace.family, at: snapshot, lower: lower, upper: upper, under: overlay)
        } catch { throw StorageError(error) }
    }

    /// An iterator over any family, for verification only: over hash memtables it first sorts all
    /// that they hold. Leaves the block cache as it is.
    package func fullScan(_ keyspace: Keyspace) throws(StorageError) -> KeyIterator {
        do throws(RocksDBError) {
            return try database.fullScan(keyspace.family, at: snapshot)
        } catch { throw StorageError(error) }
    }

    // MARK: Records

    package func trade(_ key: RecordKey) throws(StorageError) -> Trade? {
        try value(.trades, .record(key), at: "trade \(key.seq)") { (bytes) throws(DecodingError) in
            try TradeCodec.decode(bytes, key: key)
        }
    }

    package func shipment(_ key: RecordKey) throws(StorageError) -> Shipment? {
        try value(.cargo, .record(key), at: "shipment \(key.seq)") {
            (bytes) throws(DecodingError) in try ShipmentCodec.decode(bytes, key: key)
        }
    }

    package func stock(_ key: StockKey) throws(StorageError) -> Stock? {
        try value(.inventory, .stock(key), at: "stock \(key.station.raw)/\(key.item.raw)") {
            (bytes) throws(DecodingError) in try StockCodec.decode(bytes, key: key)
        }
    }

    package func station(_ id: Identifier) throws(StorageError) -> Station? {
        try value(.catalog, .catalog(.station, id), at: "station \(id)") {
            (bytes) throws(DecodingError) in try StationCodec.decode(bytes)
        }
    }

    package func item(_ id: Identifier) throws(StorageError) -> Item? {
        try value(.catalog, .catalog(.item, id), at: "item \(id)") {
            (bytes) throws(DecodingError) in try ItemCodec.decode(bytes)
        }
    }

    package func ship(_ id: Identifier) throws(StorageError) -> Ship? {
        try value(.catalog, .catalog(.ship, id), at: "ship \(id)") {
            (bytes) throws(DecodingError) in try ShipCodec.decode(bytes)
        }
    }

    package func currency(_ code: CurrencyCode) throws(StorageError) -> Currency? {
        try value(.catalog, .currency(code), at: "currency \(code)") {
            (bytes) throws(DecodingError) in try CurrencyCodec.decode(bytes)
        }
    }

    package func rate(
        base: CurrencyCode, quote: CurrencyCode
    ) throws(StorageError) -> ExchangeRate? {
        try value(.catalog, .rate(base: base, quote: quote), at: "rate \(base)/\(quote)") {
            (bytes) throws(DecodingError) in try RateCodec.decode(bytes)
        }
    }

    /// An event of the log, its checksum checked; nil for a seq that the view does not reach.
    package func event(_ seq: UInt64) throws(StorageError) -> Event? {
        if seq == 0 || seq > head.seq { return nil }
        return try value(.events, .event(seq), at: "event \(seq)") {
            (bytes) throws(DecodingError) in
            try EventCodec.decode(try StoredEvent.open(bytes, seq: seq).body, seq: seq)
        }
    }

    package func identity(
        _ kind: RequestIdentity.Kind, name: Identifier, actor: Identifier
    ) throws(StorageError) -> StoredIdentity? {
        try identity(StoreKey.identity(kind, name: name, actor: actor, seed: identitySeed))
    }

    /// - Parameter key: of `ids`.
    package func identity(_ key: StoreKey) throws(StorageError) -> StoredIdentity? {
        try value(.ids, key, at: "an id") { (bytes) throws(DecodingError) in
            try StoredIdentity.decode(bytes)
        }
    }

    // MARK: Finding by id

    /// The trade of an id: a server-chosen one names its place, any other is looked up.
    package func trade(id: Identifier) throws(StorageError) -> Trade? {
        if let ulid = ULID(id), ulid.seq > 0, ulid.seq <= head.seq,
            let trade = try trade(RecordKey(seq: ulid.seq, index: ulid.n)), trade.id == id
        {
            return trade
        }
        guard let stored = try identity(.trade, name: id, actor: id), stored.seq <= head.seq else {
            return nil
        }
        return try trade(RecordKey(seq: stored.seq))
    }

    /// The shipment of an id: a server-chosen one names its place, any other is looked up.
    package func shipment(id: Identifier) throws(StorageError) -> Shipment? {
        if let ulid = ULID(id), ulid.seq > 0, ulid.seq <= head.seq,
            let shipment = try shipment(RecordKey(seq: ulid.seq, index: ulid.n)),
            shipment.id == id
        {
            return shipment
        }
        guard let stored = try identity(.shipment, name: id, actor: id), stored.seq <= head.seq
        else { return nil }
        return try shipment(RecordKey(seq: stored.seq))
    }
}
