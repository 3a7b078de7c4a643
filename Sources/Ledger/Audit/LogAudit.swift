import Basics
import Crypto
import Domain
import RocksDB
import Storage

/// Walks the whole log once: no gaps, the chain of hashes, whole transactions, every figure after
/// every event, conservation of goods in every transaction, and that no record is older than its
/// last event.
final class LogAudit {
    private let audit: AuditRun
    private let view: ReadView
    private var hasher: SHA256
    private var chain = Digest128()
    private var next: UInt64 = 1
    private var lastTime = Timestamp(milliseconds: 0)

    // The transaction that is being walked.
    private var first: UInt64 = 1
    private var end: UInt64 = 0
    private var balance: [ItemNumber: Int128] = [:]

    // What the events say so far.
    private var rows: [StockKey: Stock] = [:]
    private var open: [RecordKey: Shipment] = [:]
    private var movements: [ItemNumber: [Counterpart: Int128]] = [:]
    private var reported: Set<StockKey> = []

    /// The sum of all postings of the events up to `indexed`, and those behind it.
    let indexed: UInt64
    private(set) var stored = PostingSum()
    private(set) var remembered = PostingSum()
    private(set) var totals: [DayKey: DayTotals] = [:]

    init(_ audit: AuditRun) throws(StorageError) {
        self.audit = audit
        view = audit.view
        do throws(CryptoError) { hasher = try SHA256() } catch {
            throw .invariant("\(error)")
        }
        indexed = try Projections.indexedSeq(of: audit.view)
    }

    func run() throws(StorageError) {
        var iterator = try view.fullScan(.events)
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        while iterator.isValid, audit.proceed("events", audit.report.events, of: view.head.seq) {
            if let seq = StoreKey.eventSeq(iterator.key), seq <= view.head.seq {
                try take(iterator.value, seq: seq)
            }
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
        if audit.isCancelled { return }
        if next != view.head.seq + 1 {
            gap(from: next, to: view.head.seq)
        } else if chain != view.head.chain {
            audit.problem("chain", "store", view.head.seq, "the log's end does not fit the head")
        }
        compareRows()
        compareGoods()
        audit.features.compare { audit.problem("record", $0, $1, $2) }
    }

    private func gap(from first: UInt64, to last: UInt64) {
        audit.problem(
            "event", "event/\(first)", first,
            first == last
                ? "event \(first) is missing" : "events \(first) to \(last) are missing")
    }

    // MARK: One event

    private func take(_ value: Span<UInt8>, seq: UInt64) throws(StorageError) {
        audit.report.events += 1
        if seq != next { gap(from: next, to: seq - 1) }
        let isConnected = seq == next
        next = seq + 1
        let event: Event
        do throws(DecodingError) {
            let opened = try StoredEvent.open(value, seq: seq)
            if isConnected {
                try checkChain(opened.body, opened.chain, seq)
            }
            chain = opened.chain
            event = try EventCodec.decode(opened.body, seq: seq)
        } catch {
            audit.problem(
                "event", "event/\(seq)", seq, StorageError(error, at: "event \(seq)").message)
            return
        }
        if event.time < lastTime {
            audit.problem("event", "event/\(seq)", seq, "its time lies before the one before it")
        }
        lastTime = event.time
        checkTransaction(event)
        count(event)
        try checkRecords(event)
        if seq + 1 == end { closeTransaction() }
    }

    private func checkChain(
        _ body: Span<UInt8>, _ found: Digest128, _ seq: UInt64
    ) throws(DecodingError) {
        let expected: Digest128
        do throws(CryptoError) {
            expected = try link(body, seq: seq)
        } catch { throw .malformed("\(error)") }
        if expected != found {
            audit.problem(
                "chain", "event/\(seq)", seq, "it does not continue the chain of hashes")
        }
    }

    private func link(_ body: Span<UInt8>, seq: UInt64) throws(CryptoError) -> Digest128 {
        try StoredEvent.link(body, seq: seq, previousChain: chain, hasher: &hasher)
    }

    private func checkTransaction(_ event: Event) {
        if event.first == event.seq {
            if end > event.seq {
                audit.problem(
                    "transaction", "event/\(first)", first,
                    "the transaction of \(end - first) events ends at \(event.seq - 1)")
            }
            first = event.seq
            end = event.seq &+ UInt64(event.count)
            balance.removeAll(keepingCapacity: true)
        } else if event.first != first || event.seq >= end {
            audit.problem(
                "transaction", "event/\(event.seq)", event.seq, "it belongs to no transaction")
        }
    }

    private func count(_ event: Event) {
        PostingEntry.forEach(in: event) { entry in
            if event.seq <= indexed { stored.add(entry) } else { remembered.add(entry) }
        }
        if event.seq > indexed { return }
        DayDelta.forEach(in: event) { delta in
            delta.forEachScope { key in
                totals[key, default: DayTotals()].add(delta, scope: key.scope)
            }
        }
    }

    // MARK: Records

    private func checkRecords(_ event: Event) throws(StorageError) {
        switch event.data {
        case .trade(let change):
            try checkTrade(change.trade, event)
            for row in change.stock { check(row, event.seq) }
        case .shipment(let change):
            try checkShipment(change.shipment, event)
            for row in change.stock { check(row, event.seq) }
            for trade in change.trades { try checkTrade(trade.after, event) }
        case .inventory(let change): check(change.stock, event.seq)
        case .ship(_, _, let aboard, _):
            for change in aboard { try checkShipment(change.after, event) }
        case .plugin, .channel, .notices, .user, .grant: audit.features.take(event, view.names)
        case .station, .item, .currency, .rate, .system: break
        }
        try checkIdentity(event.identity, event)
        try checkIdentity(event.key, event)
    }

    private func checkTrade(_ trade: Trade, _ event: Event) throws(StorageError) {
        let found = try audit.readable { () throws(StorageError) in try view.trade(trade.key) }
        if let found, found.seq >= event.seq, found.id == trade.id { return }
        audit.problem(
            "record", "trade/\(trade.id)", event.seq,
            found == nil ? "the record is missing" : "the record is older than event \(event.seq)")
    }

    private func checkShipment(_ shipment: Shipment, _ event: Event) throws(StorageError) {
        for line in shipment.lines {
            balance[line.item, default: 0] += Self.goods(line, of: shipment)
        }
        for line in open[shipment.key]?.lines ?? [] {
            if let before = open[shipment.key] {
                balance[line.item, default: 0] -= Self.goods(line, of: before)
            }
        }
        open[shipment.key] = shipment.status.isOpen ? shipment : nil
        let key = shipment.key
        let found = try audit.readable { () throws(StorageError) in try view.shipment(key) }
        if let found, found.seq >= event.seq, found.id == shipment.id { return }
        audit.problem(
            "record", "shipment/\(shipment.id)", event.seq,
            found == nil ? "the record is missing" : "the record is older than event \(event.seq)")
    }

    /// What a line keeps off the shelves: on its way, or lost.
    private static func goods(_ line: ShipmentLine, of shipment: Shipment) -> Int128 {
        (shipment.status.isOpen ? Int128(line.open) : 0) + Int128(line.lost)
    }

    private func checkIdentity(
        _ identity: RequestIdentity?, _ event: Event
    ) throws(StorageError) {
        guard let identity else { return }
        let found = try audit.readable { () throws(StorageError) in
            try view.identity(identity.kind, name: identity.name, actor: event.actor)
        }
        if let found, found.seq >= event.seq, found.kind == identity.kind { return }
        audit.problem("id", "ids/\(identity.name)", event.seq, "the id is not filed")
    }

    // MARK: Stock

    private func check(_ change: StockChange, _ seq: UInt64) {
        let key = change.after.key
        let before = rows[key] ?? Stock(station: key.station, item: key.item)
        rows[key] = change.after
        if let counterpart = change.counterpart, change.delta != 0 {
            movements[key.item, default: [:]][counterpart, default: 0] += Int128(change.delta)
            if counterpart == .transit {
                balance[key.item, default: 0] += Int128(change.delta)
            }
        }
        // The first bad event of a row is what matters.
        if reported.contains(key) { return }
        var detail = AuditRun.brokenInvariant(change.after)
        if change.previous != before.seq {
            detail = "event \(seq) follows \(change.previous), the row's last was \(before.seq)"
        } else if Int128(change.after.onHand) - Int128(before.onHand) != Int128(change.delta) {
            detail =
                "on_hand went from \(before.onHand) to \(change.after.onHand) by \(change.delta)"
        }
        guard let detail else { return }
        reported.insert(key)
        audit.problem("stock", audit.name(key), seq, detail)
    }

    private func closeTransaction() {
        for (item, rest) in balance where rest != 0 {
            audit.problem(
                "conservation", "item/\(view.names.item(item))", first,
                "\(rest) appeared between the shelves and TRANSIT")
        }
        balance.removeAll(keepingCapacity: true)
    }

    /// The rows as the events leave them against the rows as they are stored.
    private func compareRows() {
        for (key, row) in rows where audit.rows[key] != row {
            audit.problem(
                "stock", audit.name(key), row.seq,
                audit.rows[key] == nil
                    ? "the row is missing" : "the row differs from what event \(row.seq) left")
        }
        for (key, row) in audit.rows where rows[key] == nil {
            audit.problem("stock", audit.name(key), row.seq, "no event made the row")
        }
    }

    /// Conservation, item by item: what lies on shelves and is on its way is what was supplied,
    /// less what was consumed and lost, give or take the adjustments.
    private func compareGoods() {
        for item in Set(movements.keys).union(audit.goods.keys) {
            let moved = movements[item] ?? [:]
            let present = audit.goods[item] ?? AuditRun.Goods()
            var expected: Int128 = -present.lost
            for (counterpart, sum) in moved where counterpart != .transit { expected += sum }
            let found: Int128 = present.onHand + present.open
            if found == expected { continue }
            audit.problem(
                "conservation", "item/\(view.names.item(item))", 0,
                "\(present.onHand) on hand and \(present.open) on their way, "
                    + "\(expected) by the movements")
        }
    }
}

/// An order-free sum over postings: equal sums mean equal sets.
struct PostingSum: Equatable {
    private(set) var count: UInt64 = 0
    private var digest = Digest128()

    mutating func add(_ entry: PostingEntry) {
        count += 1
        let kind = UInt64(entry.kind.rawValue)
        let part = UInt64(entry.index) << 8 | UInt64(entry.roles.rawValue)
        let owner = FastHash.mix(entry.owner ^ (kind << 56))
        let low = FastHash.mix(FastHash.mix(owner ^ entry.seq) &+ part)
        digest += Digest128(high: FastHash.mix(low &+ 0x1405_7b7e), low: low)
    }
}
