import Basics
import Domain
import RocksDB
import Storage

/// Compares every stored record with what the log left, both ways, and open records with the
/// moments at which they are looked at.
///
/// Threading: one thread.
struct RecordProof: ~Copyable {
    let store: StoreInspection
    let report: VerificationReport
    let head: LogHead
    /// Whether the log is whole, so that what the store has and the log has not is wrong.
    let isLogWhole: Bool
    private var records: RecordTable
    private let names: Names
    private var digest = Digest128()
    /// The names of what the store has in `ids` are only in the log.
    private static let order: [Keyspace] = [
        .trades, .cargo, .inventory, .catalog, .ids, .outbox, .due,
    ]

    init(
        _ store: StoreInspection, _ report: VerificationReport, head: LogHead, names: Names,
        records: consuming RecordTable, isLogWhole: Bool
    ) {
        self.store = store
        self.report = report
        self.head = head
        self.names = names
        self.records = records
        self.isLogWhole = isLogWhole
    }

    /// - Parameter progress: gets the rows done, now and then.
    mutating func run(_ progress: (UInt64) -> Void) {
        var rows: UInt64 = 0
        var isReadable = true
        for keyspace in Self.order {
            do throws(RocksDBError) {
                var iterator = try store.database.fullScan(keyspace.family)
                try iterator.seekToFirst()
                while iterator.isValid {
                    take(keyspace, iterator.key, iterator.value)
                    rows += 1
                    if rows & 0x3ff == 0 { progress(rows) }
                    try iterator.next()
                }
            } catch {
                isReadable = false
                report.add(.database, keyspace.name, error.message)
            }
        }
        if isReadable && digest != head.digest {
            report.add(
                .digest, "head", seq: head.seq,
                "it says \(head.digest.text), the stored records give \(digest.text)")
        }
        reportMissing()
    }

    // MARK: Rows

    private mutating func take(_ keyspace: Keyspace, _ key: Span<UInt8>, _ value: Span<UInt8>) {
        let hash = StateDigest.hash(keyspace, key: key, value: value)
        if keyspace.isInDigest { digest += hash }
        let index = records.find(RecordTable.hash(keyspace, key))
        var name = name(of: keyspace, key)
        var failure: String?
        do throws(DecodingError) {
            name = try read(keyspace, key, value) ?? name
        } catch { failure = StorageError(error, at: "it").message }
        guard let index else {
            if isLogWhole || failure != nil {
                report.add(
                    .record, name, failure ?? "it is stored, and no event of the log made it")
            }
            return
        }
        records.markSeen(index)
        let entry = records.entries[index]
        if entry.isRemoved {
            report.add(
                .record, name, seq: entry.seq,
                failure ?? "it is stored, and event \(entry.seq) took it away")
            return
        }
        if entry.value == hash { return }
        report.add(
            .record, name, seq: entry.seq,
            failure ?? "it is not as event \(entry.seq), the last that changed it, left it")
    }

    private func name(of keyspace: Keyspace, _ key: Span<UInt8>) -> String {
        if let record = StoreKey.recordKey(key), keyspace == .trades || keyspace == .cargo {
            return "\(keyspace.name)/\(record.seq)"
        }
        if keyspace == .inventory, let key = StoreKey.stockKey(key) {
            return StoredForm.name(of: key, names)
        }
        if keyspace == .due, let due = StoreKey.dueKey(key) {
            return "due/\(due.time)/\(due.record.seq)"
        }
        var text = ""
        for index in 0..<key.count {
            let digits = String(key[index], radix: 16)
            text += digits.utf8.count == 1 ? "0" + digits : digits
        }
        return "\(keyspace.name)/\(text)"
    }

    /// Decodes a row and checks it against others.
    ///
    /// - Returns: what it is called.
    private mutating func read(
        _ keyspace: Keyspace, _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(DecodingError) -> String? {
        switch keyspace {
        case .trades:
            guard let key = StoreKey.recordKey(key) else { throw .malformed("a wrong key") }
            let trade = try TradeCodec.decode(value, key: key)
            report.trades += 1
            check(trade)
            return "trade/\(trade.id)"
        case .cargo:
            guard let key = StoreKey.recordKey(key) else { throw .malformed("a wrong key") }
            let shipment = try ShipmentCodec.decode(value, key: key)
            report.cargo += 1
            check(shipment)
            return "shipment/\(shipment.id)"
        case .inventory:
            guard let key = StoreKey.stockKey(key) else { throw .malformed("a wrong key") }
            _ = try StockCodec.decode(value, key: key)
            report.inventory += 1
            return nil
        case .catalog: return try readCatalog(key, value)
        case .ids:
            _ = try StoredIdentity.decode(value)
            return nil
        case .outbox:
            guard let (key, part) = StoreKey.outboxKey(key) else {
                throw .malformed("a wrong key")
            }
            switch part {
            case .notice: _ = try NoticeCodec.decode(value, key: key)
            case .delivery: _ = try DeliveryCodec.decode(value, key: key)
            }
            return StoredForm.name(of: key, part)
        default: return nil
        }
    }

    private func readCatalog(
        _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(DecodingError) -> String {
        guard key.count > 1, let kind = StoreKey.CatalogKind(rawValue: key[0]) else {
            throw .malformed("a wrong key")
        }
        switch kind {
        case .station: return "station/\(try StationCodec.decode(value).id)"
        case .item: return "item/\(try ItemCodec.decode(value).id)"
        case .ship: return "ship/\(try ShipCodec.decode(value).id)"
        case .currency: return "currency/\(try CurrencyCodec.decode(value).code)"
        case .rate:
            let rate = try RateCodec.decode(value)
            return "rate/\(rate.base)/\(rate.quote)"
        case .plugin: return "plugin/\(try PluginCodec.decode(value).name)"
        case .pluginVersion:
            let version = try PluginVersionCodec.decode(value)
            return "plugin/\(version.plugin)/\(version.tag.label)"
        case .pluginState: return "plugin/\(try PluginStateCodec.decode(value).plugin)/state"
        case .cursor: return "cursor/\(try HookCursorCodec.decode(value).owner)"
        case .channel: return "channel/\(try ChannelCodec.decode(value).id)"
        case .user: return "user/\(try UserCodec.decode(value).name)"
        case .grant: return "token/\(try GrantCodec.decode(value).id)"
        }
    }

    // MARK: Moments

    private func check(_ trade: Trade) {
        if trade.status == .reserved, let expires = trade.expires {
            checkDue(
                DueKey(time: expires, kind: .reservation, record: trade.key), "trade/\(trade.id)")
        }
    }

    private func check(_ shipment: Shipment) {
        if shipment.status.isOpen && !shipment.delayed {
            checkDue(
                DueKey(time: shipment.eta, kind: .eta, record: shipment.key),
                "shipment/\(shipment.id)")
        }
    }

    private func checkDue(_ due: DueKey, _ name: String) {
        if !contains(.due, .due(due)) {
            report.add(.due, name, "nothing looks at it when \(due.time) comes")
        } else if due.time < head.dueTime {
            report.add(.due, name, "its moment \(due.time) is behind what was looked at")
        }
    }

    private func contains(_ keyspace: Keyspace, _ key: StoreKey) -> Bool {
        do throws(RocksDBError) {
            return try store.database.contains(keyspace.family, key.bytes)
        } catch {
            // The scan of the family reports what cannot be read.
            return true
        }
    }

    // MARK: What the store lacks

    private func reportMissing() {
        for entry in records.entries where !entry.isSeen {
            // A moment goes when it has been looked at; that open ones are there is checked above.
            if entry.keyspace == .due || entry.isRemoved { continue }
            report.add(
                .record, name(ofMissing: entry), seq: entry.seq,
                "event \(entry.seq) left it, and it is not stored")
        }
    }

    /// What the log calls a record of which only the key's hash is known.
    private func name(ofMissing entry: RecordTable.Entry) -> String {
        var found = "\(entry.keyspace.name) of event \(entry.seq)"
        do throws(RocksDBError) {
            let stored = try store.database.value(
                Keyspace.events.family, StoreKey.event(entry.seq).bytes)
            guard let stored else { return found }
            let event = try? EventCodec.decode(
                try StoredEvent.open(stored.bytes, seq: entry.seq).body, seq: entry.seq)
            guard let event else { return found }
            var form = StoredForm(identitySeed: store.identitySeed ?? 0)
            event.forEachChange { change in
                if change.isRemoval { return }
                let (keyspace, key) = form.encode(change, time: event.time)
                if RecordTable.hash(keyspace, key.bytes) == entry.key {
                    found = StoredForm.name(of: change, names)
                }
            }
        } catch { return found }
        return found
    }
}
