import Basics
import Domain
import RocksDB
import Storage

/// Walks the whole log once: checks it as a log, and applies it from empty.
///
/// What it leaves in `records`, `digest` and `postings` is what the store must hold.
/// Threading: one thread.
final class LogReplay {
    let store: StoreInspection
    let report: VerificationReport
    let head: LogHead
    let history: HistoryTable?
    let state = MarketState()
    private var records = RecordTable()
    private(set) var digest = Digest128()
    var postings: PostingProof
    /// The first event that is missing or damaged: what follows from the log is not proven from
    /// here on, and what merely follows from the damage is not reported.
    private(set) var firstBad: UInt64?

    private var chain: ChainWalk
    private var isChainKnown = true
    private var form: StoredForm
    private var expected: UInt64 = 1
    private var lastTime = Timestamp(milliseconds: 0)
    private var transaction: (first: UInt64, count: UInt32)?

    init(
        _ store: StoreInspection, _ report: VerificationReport, head: LogHead
    ) throws(StorageError) {
        self.store = store
        self.report = report
        self.head = head
        history = store.history
        chain = try ChainWalk()
        form = StoredForm(identitySeed: store.identitySeed ?? 0)
        postings = PostingProof(store.database, report, head: head.seq)
    }

    /// - Parameter progress: gets the events done, now and then.
    func run(_ progress: (UInt64) -> Void) throws(StorageError) {
        do throws(RocksDBError) {
            var iterator = try store.database.fullScan(Keyspace.events.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                if let seq = StoreKey.eventSeq(iterator.key) {
                    do throws(StorageError) { try take(iterator.value, seq: seq) } catch {
                        throw RocksDBError(.other, error.message)
                    }
                    if seq & 0x3ff == 0 { progress(seq) }
                } else {
                    report.add(.event, "events", "a key of \(iterator.key.count) bytes")
                }
                try iterator.next()
            }
        } catch {
            spoil(expected)
            report.add(.database, "events", seq: expected, error.message)
        }
        finish()
    }

    private func spoil(_ seq: UInt64) { firstBad = min(firstBad ?? seq, seq) }

    // MARK: The log as a log

    private func take(_ value: Span<UInt8>, seq: UInt64) throws(StorageError) {
        if seq > head.seq {
            report.add(.event, "event/\(seq)", seq: seq, "it lies behind the head \(head.seq)")
            spoil(seq)
        }
        if seq != expected {
            spoil(expected)
            report.add(
                .event, "event/\(expected)", seq: expected,
                expected == seq - 1
                    ? "it is missing" : "events \(expected) to \(seq - 1) are missing")
            isChainKnown = false
        }
        expected = seq &+ 1
        report.events += 1
        let event: Event
        do throws(DecodingError) {
            let opened = try StoredEvent.open(value, seq: seq)
            try checkChain(opened.body, opened.chain, seq: seq)
            event = try EventCodec.decode(opened.body, seq: seq)
        } catch {
            spoil(seq)
            report.add(.event, "event/\(seq)", seq: seq, StorageError(error, at: "it").message)
            resumeChain(value)
            return
        }
        check(event)
        apply(event)
    }

    private func checkChain(
        _ body: Span<UInt8>, _ stored: Digest128, seq: UInt64
    ) throws(DecodingError) {
        do throws(StorageError) {
            let computed = try chain.advance(body, seq: seq)
            if computed != stored && isChainKnown {
                spoil(seq)
                report.add(
                    .chain, "event/\(seq)", seq: seq, "its chain hash does not follow from the log")
            }
        } catch { throw .malformed(error.message) }
        if let mark = store.mark, mark.seq == seq, mark.chain != stored {
            report.add(.mark, "mark", seq: seq, "event \(seq) is not the one that was on disk")
        }
        chain.resume(after: stored)
        isChainKnown = true
    }

    /// A damaged event still says what its chain hash was; the next event tells whether that holds.
    private func resumeChain(_ value: Span<UInt8>) {
        isChainKnown = value.count >= StoredEvent.trailerCount
        if !isChainKnown { return }
        var reader = ByteReader(value.extracting(value.count - 16..<value.count))
        let high = try? reader.bigEndian(UInt64.self)
        let low = try? reader.bigEndian(UInt64.self)
        chain.resume(after: Digest128(high: high ?? 0, low: low ?? 0))
    }

    private func check(_ event: borrowing Event) {
        let seq = event.seq
        let key = "event/\(seq)"
        if event.time < lastTime {
            report.add(.time, key, seq: seq, "\(event.time) is before the event in front of it")
        }
        lastTime = max(lastTime, event.time)
        let end = transaction.map { $0.first &+ UInt64($0.count) }
        if event.first == seq {
            if let end, end != seq, firstBad == nil {
                report.add(
                    .transaction, key, seq: seq,
                    "it begins a transaction before the one in front of it ends at \(end - 1)")
            }
        } else if transaction?.first != event.first || transaction?.count != event.count,
            firstBad == nil
        {
            report.add(.transaction, key, seq: seq, "it belongs to no transaction")
        }
        if event.count == 0 || seq &- event.first >= UInt64(event.count) {
            report.add(
                .transaction, key, seq: seq,
                "it is not one of \(event.count) events from \(event.first)")
        }
        transaction = (event.first, event.count)
    }

    private func finish() {
        if expected != head.seq &+ 1 {
            if expected <= head.seq {
                spoil(expected)
                report.add(
                    .event, "event/\(expected)", seq: expected,
                    "events \(expected) to \(head.seq) are missing at the end of the log")
            }
        } else if chain.chain != head.chain {
            report.add(.head, "head", seq: head.seq, "its chain hash is not the last event's")
        } else if firstBad == nil && lastTime != head.time {
            report.add(.head, "head", seq: head.seq, "its time is not the last event's")
        }
        if let transaction, firstBad == nil,
            transaction.first &+ UInt64(transaction.count) != expected
        {
            report.add(
                .transaction, "event/\(transaction.first)", seq: transaction.first,
                "the last transaction is cut off")
        }
        if let mark = store.mark, mark.seq > 0, mark.seq >= expected {
            report.add(
                .mark, "mark", seq: expected,
                "events \(expected) to \(mark.seq) were on disk and are gone")
        }
    }

    /// Hands over what the records must be, once.
    func takeRecords() -> RecordTable {
        var taken = RecordTable()
        swap(&taken, &records)
        return taken
    }

    // MARK: Applying

    private func apply(_ event: borrowing Event) {
        checkLinks(event)
        checkSystem(event)
        postings.take(event)
        event.forEachChange { change in put(change, event.seq, event.time) }
        state.apply(event)
        state.commit()
    }

    private func put(_ change: StateChange, _ seq: UInt64, _ time: Timestamp) {
        if case .noticeRemoved(let key) = change { return remove(key, seq) }
        if case .grantRemoved(let id) = change {
            return remove(.catalog, .catalog(.grant, id), seq)
        }
        let (keyspace, key) = form.encode(change, time: time)
        let value = StateDigest.hash(keyspace, key: key.bytes, value: form.value.bytes)
        let before = records.set(
            keyspace, RecordTable.hash(keyspace, key.bytes), value: value, seq: seq)
        if keyspace.isInDigest {
            if let before { digest -= before }
            digest += value
        }
    }

    private func remove(_ notice: NoticeKey, _ seq: UInt64) {
        for part in StoreKey.OutboxPart.allCases {
            remove(.outbox, .outbox(notice, part), seq)
        }
    }

    private func remove(_ keyspace: Keyspace, _ key: StoreKey, _ seq: UInt64) {
        if let before = records.remove(RecordTable.hash(keyspace, key.bytes), seq: seq) {
            digest -= before
        }
    }

    /// Each change must name the event that changed the record before.
    private func checkLinks(_ event: borrowing Event) {
        let seq = event.seq
        event.forEachLink { (change, previous) in
            let (keyspace, key) = form.encode(change, time: event.time)
            let index = records.find(RecordTable.hash(keyspace, key.bytes))
            let actual = index.map { records.entries[$0].seq } ?? 0
            if actual == previous { return }
            // The change in between may be in a damaged event.
            if let firstBad, previous >= firstBad { return }
            report.add(
                .previous, StoredForm.name(of: change, state.names), seq: seq,
                "event \(seq) says that event \(previous) changed it before, event \(actual) did")
        }
        event.forEachBefore { change in
            let (keyspace, key) = form.encode(change, time: event.time)
            guard let index = records.find(RecordTable.hash(keyspace, key.bytes)) else { return }
            let value = StateDigest.hash(keyspace, key: key.bytes, value: form.value.bytes)
            if records.entries[index].value == value || firstBad != nil { return }
            report.add(
                .previous, StoredForm.name(of: change, state.names), seq: seq,
                "event \(seq) shows another record before it than the log does")
        }
    }

    private func checkSystem(_ event: borrowing Event) {
        guard case .system(let change) = event.data else { return }
        let seq = event.seq
        switch change {
        case .digest(let told):
            if told == digest || firstBad != nil { return }
            report.add(
                .digest, "event/\(seq)", seq: seq,
                "it says \(told.text), the log up to it gives \(digest.text)")
        case .promoted(let id, let previous, let endedAt):
            guard let history else { return }
            let index = history.epochs.firstIndex { $0.id == id } ?? 0
            if index > 0, history.epochs[index - 1].id == previous,
                history.epochs[index].first == endedAt &+ 1
            {
                return
            }
            report.add(
                .history, "history/\(id)", seq: seq,
                "event \(seq) begins a history that the table does not have like this")
        case .started, .timeAccepted, .action: break
        }
    }
}

extension Event {
    /// Visits the records that the event changes together with the seq that it names as the one
    /// before, before any of them is applied.
    fileprivate func forEachLink(_ body: (StateChange, UInt64) -> Void) {
        switch data {
        case .trade(let change):
            body(.trade(change.trade, isNew: false), change.previous)
            for row in change.stock { body(.stock(row.after), row.previous) }
        case .shipment(let change):
            body(.shipment(change.shipment, isNew: false), change.previous)
            for row in change.stock { body(.stock(row.after), row.previous) }
            for trade in change.trades { body(.trade(trade.after, isNew: false), trade.previous) }
            for ship in change.ships { body(.ship(ship.after, isNew: false), ship.previous) }
        case .inventory(let change): body(.stock(change.stock.after), change.stock.previous)
        case .ship(_, _, let aboard, _):
            for change in aboard {
                body(.shipment(change.after, isNew: false), change.previous)
            }
        case .station, .item, .currency, .rate, .system, .plugin, .channel, .notices, .user,
            .grant:
            break
        }
    }

    /// Visits the records that the event shows as they were before it.
    fileprivate func forEachBefore(_ body: (StateChange) -> Void) {
        switch data {
        case .station(let before?, _): body(.station(before, isNew: false))
        case .item(let before?, _): body(.item(before, isNew: false))
        case .ship(let before?, _, _, _): body(.ship(before, isNew: false))
        case .plugin(let change):
            if let before = change.before { body(.plugin(before, isNew: false)) }
        case .channel(let change):
            if let before = change.before { body(.channel(before, isNew: false)) }
        case .user(let change):
            if let before = change.before { body(.user(before, isNew: false)) }
        case .grant(let change):
            if let before = change.before { body(.grant(before, isNew: false)) }
        default: break
        }
    }
}
