import Basics
import Domain
import RocksDB
import Storage

/// Postings and sums of days against the events that they come from, in both directions.
struct PostingAudit {
    private let audit: AuditRun
    private let projections: Projections
    private let walk: LogAudit
    private let view: ReadView

    /// - Parameter walk: has walked the log.
    init(_ audit: AuditRun, _ projections: Projections, _ walk: LogAudit) {
        self.audit = audit
        self.projections = projections
        self.walk = walk
        view = audit.view
    }

    func run() throws(StorageError) {
        let tail = try projections.tail(of: view)
        if tail.indexed != walk.indexed {
            // Without a snapshot a run may come in while the log is walked: nothing to compare.
            return
        }
        var remembered = PostingSum()
        tail.forEachEntry { remembered.add($0) }
        if remembered != walk.remembered {
            audit.problem(
                "posting", "memory", walk.indexed + 1,
                "\(remembered.count) postings in memory, the events give "
                    + "\(walk.remembered.count)")
        }
        var stored = PostingSum()
        var totals = walk.totals
        try forEachRow { (entry) throws(StorageError) in
            if entry.seq <= walk.indexed { stored.add(entry) }
        } days: { key, sum in
            if totals.removeValue(forKey: key) != sum { wrongDay(key) }
        }
        if audit.isCancelled { return }
        for key in totals.keys { wrongDay(key) }
        if stored != walk.stored { try findDifference() }
    }

    private func wrongDay(_ key: DayKey) {
        let owner =
            key.scope == 0 ? "all" : view.names.station(StationNumber(key.scope)).text
        audit.problem(
            "totals", "day/\(owner)/\(Timestamp.dayText(key.day))", 0,
            "the sums differ from those of the events")
    }

    /// Names the postings that are too many, then the ones that are missing.
    private func findDifference() throws(StorageError) {
        try forEachRow { (entry) throws(StorageError) in
            if entry.seq > walk.indexed { return }
            let event = try audit.readable { () throws(StorageError) in
                try view.event(entry.seq)
            }
            var isGiven = false
            if let event { PostingEntry.forEach(in: event) { if $0 == entry { isGiven = true } } }
            if !isGiven {
                audit.problem("posting", Self.name(entry), entry.seq, "no event gives it")
            }
        } days: { _, _ in
        }
        if walk.indexed == 0 { return }
        try view.forEachEvent(in: 1...walk.indexed) { (event) throws(StorageError) in
            var given: [PostingEntry] = []
            PostingEntry.forEach(in: event) { given.append($0) }
            for entry in given {
                let key = PostingEntry.key(
                    entry.kind, owner: entry.owner, seq: entry.seq, index: entry.index)
                let found = try view.bytes(.postings, StoreKey(key.span))
                if found != [entry.roles.rawValue] {
                    audit.problem("posting", Self.name(entry), entry.seq, "it is missing")
                }
            }
        }
    }

    private static func name(_ entry: PostingEntry) -> String {
        "posting/\(entry.kind)/\(entry.owner)"
    }

    private func forEachRow(
        _ body: (PostingEntry) throws(StorageError) -> Void,
        days: (DayKey, DayTotals) -> Void
    ) throws(StorageError) {
        var iterator = try view.iterator(.postings, lower: [1])
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        var done: UInt64 = 0
        while iterator.isValid, audit.proceed("postings", done) {
            done += 1
            var entry: PostingEntry?
            do throws(DecodingError) {
                if iterator.key[0] == PostingKind.day.rawValue {
                    let (key, sum) = try Self.day(at: iterator)
                    days(key, sum)
                } else {
                    entry = try PostingEntry.decode(key: iterator.key, value: iterator.value)
                }
            } catch { audit.damaged("a posting", error) }
            if let entry { try body(entry) }
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
    }

    private static func day(
        at iterator: borrowing KeyIterator
    ) throws(DecodingError) -> (key: DayKey, sum: DayTotals) {
        var reader = ByteReader(iterator.key)
        _ = try reader.byte()
        let scope = try reader.bigEndian(UInt64.self)
        let day = DayKey.day(biased: try reader.bigEndian())
        let sum = try DayTotals.decode(iterator.value)
        return (DayKey(scope: UInt32(clamping: scope), day: day), sum)
    }
}
