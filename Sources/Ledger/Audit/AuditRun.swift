import Basics
import Domain
import RocksDB
package import Storage

/// Checks that a store keeps its promises: online for `AUDIT`, offline for `entrepot verify`.
///
/// Every record is read once, then every event; what the records say and what the events say must
/// agree in both directions: figures and invariants, sums of reservations and of goods on their
/// way, conservation of goods, ids, the chain of hashes, postings and the sums of days, and the
/// digest.
/// Damaged values are reported as problems; only a failing disk ends the run with an error.
/// Cost: 5 to 10 µs for each event, one copy of all stock rows and open shipments in memory.
/// Threading: one thread, any; other threads may go on writing where the view has a snapshot.
package final class AuditRun {
    /// How far a run has come.
    package struct Progress: Sendable {
        /// `inventory`, `catalog`, `trades`, `cargo`, `ids`, `events`, `postings`.
        package let phase: StaticString
        package let done: UInt64
        /// 0 where it is not known.
        package let total: UInt64
    }

    /// Gets the progress now and then; false ends the run.
    package typealias Observer = (Progress) -> Bool

    let view: ReadView
    let projections: Projections?
    var report = AuditReport()

    // What the records say.
    var rows: [StockKey: Stock] = [:]
    var owed: [StockKey: Owed] = [:]
    var goods: [ItemNumber: Goods] = [:]
    let features = FeatureAudit()

    private let observer: Observer
    private(set) var isCancelled = false

    /// What open trades and shipments ask of a row.
    struct Owed {
        var reserved: Int128 = 0
        var incoming: Int128 = 0
    }

    /// Goods of one item off the shelves.
    struct Goods {
        /// In open shipments.
        var open: Int128 = 0
        /// Lost on the way.
        var lost: Int128 = 0
        var onHand: Int128 = 0
    }

    /// - Parameters:
    ///   - view: durable, with a snapshot, or over a store that nobody writes to.
    ///   - projections: nil leaves the postings unchecked.
    ///   - observer: called on the run's thread.
    package init(
        view: ReadView, projections: Projections?, observer: @escaping Observer = { _ in true }
    ) {
        self.view = view
        self.projections = projections
        self.observer = observer
        report.seq = view.head.seq
    }

    /// Checks everything.
    ///
    /// - Returns: what was found, or nil where the observer ended the run.
    /// - Throws: `database` where the disk fails.
    package func run() throws(StorageError) -> AuditReport? {
        try checkInventory()
        try checkCatalog()
        try checkTrades()
        try checkCargo()
        try checkIdentities()
        try checkOutbox()
        if isCancelled { return nil }
        checkOwed()
        if report.digest != view.head.digest {
            problem(
                "digest", "store", view.head.seq,
                "the records give \(report.digest.text), the head says \(view.head.digest.text)")
        }
        let walk = try LogAudit(self)
        try walk.run()
        if isCancelled { return nil }
        if let projections { try PostingAudit(self, projections, walk).run() }
        return isCancelled ? nil : report
    }

    func problem(_ kind: String, _ key: String, _ seq: UInt64, _ detail: String) {
        report.add(AuditProblem(kind: kind, key: key, seq: seq, detail: detail))
    }

    /// Tells the observer at every 4 096th step.
    ///
    /// - Returns: false where the run is to end.
    func proceed(_ phase: StaticString, _ done: UInt64, of total: UInt64 = 0) -> Bool {
        if isCancelled { return false }
        if done & 4_095 == 0, !observer(Progress(phase: phase, done: done, total: total)) {
            isCancelled = true
        }
        return !isCancelled
    }

    /// A row as the subjects of events name it.
    func subject(_ key: StockKey) -> String {
        "inventory/\(view.names.station(key.station))/\(view.names.item(key.item))"
    }

    func name(_ key: StockKey) -> String {
        "stock/\(view.names.station(key.station))/\(view.names.item(key.item))"
    }

    // MARK: Walking

    /// Visits the rows of a family and adds them to the digest.
    func addUp(
        _ keyspace: Keyspace, _ body: (Span<UInt8>, Span<UInt8>) throws(StorageError) -> Void
    ) throws(StorageError) {
        var iterator = try view.fullScan(keyspace)
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        var done: UInt64 = 0
        while iterator.isValid, proceed(Self.phase(keyspace), done) {
            done += 1
            report.digest += StateDigest.hash(
                keyspace, key: iterator.key, value: iterator.value)
            try body(iterator.key, iterator.value)
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
    }

    private static func phase(_ keyspace: Keyspace) -> StaticString {
        switch keyspace {
        case .inventory: "inventory"
        case .trades: "trades"
        case .cargo: "cargo"
        case .ids: "ids"
        case .outbox: "outbox"
        default: "catalog"
        }
    }

    /// A value that cannot be read as its record.
    func damaged(_ key: String, _ error: DecodingError) {
        problem("record", key, 0, StorageError(error, at: key).message)
    }
}
