import Basics
package import Domain
package import RocksDB

/// Reads the catalog and all stock rows into memory at a start.
///
/// Complexity: one pass over two families, about 1 µs a row.
package struct StateLoader {
    let database: Database

    package init(database: Database) { self.database = database }

    package func load(into state: MarketState) throws(StorageError) {
        try loadCatalog(into: state)
        try loadStock(into: state)
        try loadSequences(into: state)
        state.commit()
    }

    private func loadCatalog(into state: MarketState) throws(StorageError) {
        var stations: [Station] = []
        var items: [Item] = []
        var ships: [Ship] = []
        var versions: [PluginVersion] = []
        try scan(.catalog) { (key, value) throws(DecodingError) in
            guard key.count > 1, let kind = StoreKey.CatalogKind(rawValue: key[0]) else { return }
            switch kind {
            case .station: stations.append(try StationCodec.decode(value))
            case .item: items.append(try ItemCodec.decode(value))
            case .ship: ships.append(try ShipCodec.decode(value))
            case .currency: state.set(try CurrencyCodec.decode(value))
            case .rate: state.set(try RateCodec.decode(value))
            case .plugin: state.set(try PluginCodec.decode(value))
            case .pluginVersion:
                var version = try PluginVersionCodec.decode(value)
                version.source = ""
                versions.append(version)
            case .pluginState: state.set(try PluginStateCodec.decode(value))
            case .cursor: state.set(try HookCursorCodec.decode(value))
            case .channel: state.set(try ChannelCodec.decode(value))
            case .user: state.set(try UserCodec.decode(value))
            case .grant: state.set(try GrantCodec.decode(value))
            }
        }
        for version in versions.sorted(by: { $0.seq < $1.seq }) { state.add(version) }
        // Numbers were given out in order, so the tables fill without gaps; a gap is lost data.
        for station in stations.sorted(by: { $0.number < $1.number }) { state.set(station) }
        for item in items.sorted(by: { $0.number < $1.number }) { state.set(item) }
        for ship in ships.sorted(by: { $0.number < $1.number }) { state.set(ship) }
        if state.stations.count != stations.count || state.items.count != items.count
            || state.ships.count != ships.count
        {
            throw .incomplete("the catalog has gaps: a station, item or ship is missing")
        }
    }

    private func loadStock(into state: MarketState) throws(StorageError) {
        try scan(.inventory) { (key, value) throws(DecodingError) in
            guard let stockKey = StoreKey.stockKey(key) else { return }
            let stock = try StockCodec.decode(value, key: stockKey)
            let row = state.stock.set(stock)
            state.stock.setHash(
                StateDigest.hash(.inventory, key: key, value: value), row: row)
        }
    }

    /// The last sequence of each channel: its newest notice never goes while the channel lives.
    private func loadSequences(into state: MarketState) throws(StorageError) {
        for channel in state.channels.values {
            let lower = StoreKey.outbox(NoticeKey(channel: channel.number, sequence: 0), .notice)
            let upper = StoreKey.outboxEnd(channel: channel.number)
            do throws(RocksDBError) {
                var iterator = try database.iterator(
                    Keyspace.outbox.family, lower: lower.bytes.array, upper: upper.bytes.array)
                if try iterator.seekToLast(), let last = StoreKey.outboxKey(iterator.key) {
                    state.noteSequence(last.key)
                }
            } catch { throw StorageError(error) }
        }
    }

    private func scan(
        _ keyspace: Keyspace,
        _ body: (Span<UInt8>, Span<UInt8>) throws(DecodingError) -> Void
    ) throws(StorageError) {
        do throws(RocksDBError) {
            var iterator = try database.fullScan(keyspace.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                do throws(DecodingError) { try body(iterator.key, iterator.value) } catch {
                    throw RocksDBError(
                        .corruption,
                        StorageError(error, at: "a row of \(keyspace.name)").message)
                }
                try iterator.next()
            }
        } catch { throw StorageError(error) }
    }
}
