import Basics
import Domain
import Storage

/// What the records say by themselves and of one another.
extension AuditRun {
    // MARK: Stock

    func checkInventory() throws(StorageError) {
        try addUp(.inventory) { (bytes, value) throws(StorageError) in
            guard let key = StoreKey.stockKey(bytes) else {
                return problem("record", "inventory", 0, "a key is no stock row's")
            }
            report.inventory += 1
            do throws(DecodingError) {
                let row = try StockCodec.decode(value, key: key)
                rows[key] = row
                goods[key.item, default: Goods()].onHand += Int128(row.onHand)
                if let detail = Self.brokenInvariant(row) {
                    problem("stock", name(key), row.seq, detail)
                }
                if let capacity = row.capacity,
                    Int128(row.onHand) + Int128(row.incoming) > Int128(capacity)
                {
                    report.overCapacity.append(subject(key))
                }
            } catch { damaged(name(key), error) }
        }
    }

    /// What is wrong with a row's figures, if anything.
    static func brokenInvariant(_ row: Stock) -> String? {
        if row.onHand < 0 { return "on_hand is \(row.onHand)" }
        if row.reserved < 0 { return "reserved is \(row.reserved)" }
        if row.held < 0 { return "held is \(row.held)" }
        if row.incoming < 0 { return "incoming is \(row.incoming)" }
        if Int128(row.reserved) + Int128(row.held) > Int128(row.onHand) {
            return "reserved \(row.reserved) and held \(row.held) exceed on_hand \(row.onHand)"
        }
        return nil
    }

    /// Reserved and incoming figures against the trades and shipments that they come from.
    func checkOwed() {
        for (key, row) in rows {
            let expected = owed[key] ?? Owed()
            if Int128(row.reserved) != expected.reserved {
                problem(
                    "reserved", name(key), row.seq,
                    "reserved is \(row.reserved), open reservations hold \(expected.reserved)")
            }
            if Int128(row.incoming) != expected.incoming {
                problem(
                    "incoming", name(key), row.seq,
                    "incoming is \(row.incoming), open shipments and reservations bring "
                        + "\(expected.incoming)")
            }
        }
        for (key, expected) in owed
        where rows[key] == nil && (expected.reserved != 0 || expected.incoming != 0) {
            problem("stock", name(key), 0, "trades or shipments name it, the row is missing")
        }
    }

    // MARK: Catalog

    func checkCatalog() throws(StorageError) {
        try addUp(.catalog) { (bytes, value) throws(StorageError) in
            let id =
                bytes.count > 1
                ? bytes.extracting(1..<bytes.count).validatedText ?? "not text" : ""
            do throws(DecodingError) {
                switch bytes.isEmpty ? nil : StoreKey.CatalogKind(rawValue: bytes[0]) {
                case .station?:
                    let station = try StationCodec.decode(value)
                    checkNumber(
                        "station/\(id)", view.names.stations, station.id, station.number.raw,
                        station.seq)
                case .item?:
                    let item = try ItemCodec.decode(value)
                    checkNumber(
                        "item/\(id)", view.names.items, item.id, item.number.raw, item.seq)
                case .ship?:
                    let ship = try ShipCodec.decode(value)
                    checkNumber(
                        "ship/\(id)", view.names.ships, ship.id, ship.number.raw, ship.seq)
                case .currency?: _ = try CurrencyCodec.decode(value)
                case .rate?: _ = try RateCodec.decode(value)
                case .plugin?, .pluginVersion?, .pluginState?, .cursor?, .channel?, .user?,
                    .grant?:
                    features.takeRow(.catalog, bytes, value)
                    try Self.readFeature(bytes, value)
                case nil: problem("record", "catalog/\(id)", 0, "a key of an unknown kind")
                }
            } catch { damaged("catalog/\(id)", error) }
        }
    }

    /// Reads a record of the rules, channels or accounts, to see that it can be read.
    private static func readFeature(
        _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(DecodingError) {
        switch StoreKey.CatalogKind(rawValue: key[0]) {
        case .plugin?: _ = try PluginCodec.decode(value)
        case .pluginVersion?: _ = try PluginVersionCodec.decode(value)
        case .pluginState?: _ = try PluginStateCodec.decode(value)
        case .cursor?: _ = try HookCursorCodec.decode(value)
        case .channel?: _ = try ChannelCodec.decode(value)
        case .user?: _ = try UserCodec.decode(value)
        case .grant?: _ = try GrantCodec.decode(value)
        default: break
        }
    }

    func checkOutbox() throws(StorageError) {
        try addUp(.outbox) { (bytes, value) throws(StorageError) in
            features.takeRow(.outbox, bytes, value)
            guard let (key, part) = StoreKey.outboxKey(bytes) else {
                return problem("record", "outbox", 0, "a key is no notice's")
            }
            do throws(DecodingError) {
                switch part {
                case .notice: _ = try NoticeCodec.decode(value, key: key)
                case .delivery: _ = try DeliveryCodec.decode(value, key: key)
                }
            } catch { damaged("notice/\(key.channel)/\(key.sequence)", error) }
        }
    }

    private func checkNumber(
        _ key: String, _ table: SymbolTable, _ id: Identifier, _ number: UInt32, _ seq: UInt64
    ) {
        if table.identifier(of: number) != id || table.number(of: id) != number {
            problem("record", key, seq, "its number \(number) stands for another id")
        }
    }

    // MARK: Trades

    func checkTrades() throws(StorageError) {
        try addUp(.trades) { (bytes, value) throws(StorageError) in
            guard let key = StoreKey.recordKey(bytes) else {
                return problem("record", "trades", 0, "a key is no trade's")
            }
            report.trades += 1
            let trade: Trade
            do throws(DecodingError) { trade = try TradeCodec.decode(value, key: key) } catch {
                return damaged("trade at \(key.seq)", error)
            }
            let name = "trade/\(trade.id)"
            if trade.status == .reserved {
                for line in trade.lines {
                    let seller = StockKey(station: trade.seller, item: line.item)
                    owed[seller, default: Owed()].reserved += Int128(line.quantity)
                    let buyer = StockKey(station: trade.buyer, item: line.item)
                    owed[buyer, default: Owed()].incoming += Int128(line.quantity)
                }
            }
            try checkID(name, trade.id, .trade, key, trade.seq)
            for reference in trade.shipments {
                let shipment = try readable { () throws(StorageError) in
                    try view.shipment(reference.key)
                }
                if shipment?.trade != key || shipment?.id != reference.id {
                    problem(
                        "record", name, trade.seq, "its shipment \(reference.id) is not there")
                }
            }
            let change = try readable { () throws(StorageError) in
                try view.tradeChange(key, at: trade.seq)
            }
            if change?.after != trade {
                problem("record", name, trade.seq, "event \(trade.seq) does not hold it so")
            }
        }
    }

    /// What a read gives; nil where the value is damaged, which whoever walks over it reports.
    func readable<Result>(
        _ body: () throws(StorageError) -> Result?
    ) throws(StorageError) -> Result? {
        do throws(StorageError) { return try body() } catch {
            if case .damaged = error { return nil }
            throw error
        }
    }

    /// Whether a record is found by its id.
    private func checkID(
        _ name: String, _ id: Identifier, _ kind: RequestIdentity.Kind, _ key: RecordKey,
        _ seq: UInt64
    ) throws(StorageError) {
        if let ulid = ULID(id), ulid.seq == key.seq, ulid.n == key.index { return }
        let found = try readable { () throws(StorageError) in
            try view.identity(kind, name: id, actor: id)
        }
        if found?.seq != key.seq || found?.kind != kind {
            problem("id", name, seq, "it is not found by its id")
        }
    }

    // MARK: Cargo

    func checkCargo() throws(StorageError) {
        try addUp(.cargo) { (bytes, value) throws(StorageError) in
            guard let key = StoreKey.recordKey(bytes) else {
                return problem("record", "cargo", 0, "a key is no shipment's")
            }
            report.cargo += 1
            let shipment: Shipment
            do throws(DecodingError) {
                shipment = try ShipmentCodec.decode(value, key: key)
            } catch { return damaged("shipment at \(key.seq)", error) }
            let name = "shipment/\(shipment.id)"
            for line in shipment.lines {
                goods[line.item, default: Goods()].lost += Int128(line.lost)
                if line.delivered < 0 || line.lost < 0 || line.open < 0 {
                    problem(
                        "record", name, shipment.seq,
                        "\(line.delivered) delivered and \(line.lost) lost of \(line.quantity)")
                }
                if !shipment.status.isOpen { continue }
                goods[line.item, default: Goods()].open += Int128(line.open)
                let row = StockKey(station: shipment.destination, item: line.item)
                owed[row, default: Owed()].incoming += Int128(line.open)
            }
            try checkID(name, shipment.id, .shipment, key, shipment.seq)
            try checkTrade(of: shipment, name)
            let change = try readable { () throws(StorageError) in
                try view.shipmentChange(key, at: shipment.seq)
            }
            if change?.after != shipment {
                problem("record", name, shipment.seq, "event \(shipment.seq) does not hold it so")
            }
        }
    }

    private func checkTrade(of shipment: Shipment, _ name: String) throws(StorageError) {
        guard let key = shipment.trade else { return }
        let trade = try readable { () throws(StorageError) in try view.trade(key) }
        let isKnown = trade?.shipments.contains { $0.key == shipment.key } ?? false
        if !isKnown || trade?.id != shipment.tradeID {
            problem("record", name, shipment.seq, "its trade does not know it")
        }
    }

    // MARK: Ids

    func checkIdentities() throws(StorageError) {
        try addUp(.ids) { (bytes, value) throws(StorageError) in
            let stored: StoredIdentity
            do throws(DecodingError) { stored = try StoredIdentity.decode(value) } catch {
                return damaged("an id", error)
            }
            let event = try readable { () throws(StorageError) in try view.event(stored.seq) }
            let claimed = stored.kind == .key ? event?.key : event?.identity
            guard let event, let claimed, claimed.kind == stored.kind else {
                return problem("id", "ids", stored.seq, "event \(stored.seq) claims no such id")
            }
            let key = StoreKey.identity(
                claimed.kind, name: claimed.name, actor: event.actor, seed: view.identitySeed)
            if !key.bytes.equals(bytes) {
                problem(
                    "id", "ids/\(claimed.name)", stored.seq, "it is filed under another name")
            }
        }
    }
}
