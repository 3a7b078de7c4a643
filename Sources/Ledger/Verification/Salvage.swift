import Basics
import Domain
import RocksDB
package import Storage
import System

/// Copies what is provably whole of a damaged store into a new directory.
///
/// What is whole is the longest run of transactions from event 1 on whose chain holds. They are
/// applied again, so the copy's records come from the log alone. The original is only read; where
/// its database does not open, a copy of its files is opened past the damage. The copy begins a new
/// history, so that cursors of what is lost are recognised. Threading: one thread.
package struct Salvage {
    /// What was copied, and what was not.
    package struct Outcome: Sendable {
        /// The last event of the copy.
        package internal(set) var copied: UInt64 = 0
        package internal(set) var transactions = 0
        /// The last event that is known to have been there.
        package internal(set) var known: UInt64 = 0
        /// Events behind `copied` that can be read and do not follow from what is whole.
        package internal(set) var unproven = 0
        /// Why the copy ends where it does; nil where it holds all.
        package internal(set) var reason: String?
        /// What had to be done to read the original.
        package internal(set) var notes: [String] = []

        /// The events that are lost.
        package var lost: ClosedRange<UInt64>? { known > copied ? copied + 1...known : nil }
    }

    private let source: String
    private let target: String
    private let options: StoreOptions
    private let progress: (_ done: UInt64, _ total: UInt64) -> Void
    private var outcome = Outcome()

    /// - Parameters:
    ///   - target: a directory that is empty or does not exist.
    ///   - progress: called now and then with the last event copied and the last one known.
    /// - Throws: `locked` where a server runs on the source, `newerFormat`, `incomplete` where the
    ///   target is not empty or nothing can be saved, `database`. The target is then gone again.
    package static func run(
        from source: String, to target: String, options: StoreOptions = StoreOptions(),
        progress: @escaping (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws(StorageError) -> Outcome {
        var salvage = Salvage(
            source: source, target: target, options: options, progress: progress)
        let isThere = try salvage.checkTarget()
        do throws(StorageError) { try salvage.run() } catch {
            salvage.clean(keepFolder: isThere)
            throw error
        }
        return salvage.outcome
    }

    private init(
        source: String, target: String, options: StoreOptions,
        progress: @escaping (_ done: UInt64, _ total: UInt64) -> Void
    ) {
        self.source = source
        self.target = target
        self.options = options
        self.progress = progress
    }

    // MARK: Folders

    private var scratch: String { target + "/source" }

    /// Whether the target folder is there already; it must be empty.
    private func checkTarget() throws(StorageError) -> Bool {
        do throws(SystemError) {
            switch try FileSystem.kind(of: target) {
            case nil: return false
            case .folder: if try FileSystem.list(target).isEmpty { return true }
            default: break
            }
        } catch { throw StorageError(error) }
        throw .incomplete("\(target) is not an empty directory")
    }

    private func clean(keepFolder: Bool) {
        do throws(SystemError) {
            if !keepFolder { return try FileSystem.removeTree(target) }
            for name in try FileSystem.list(target) {
                try FileSystem.removeTree(target + "/" + name)
            }
        } catch { return }
    }

    private func removeScratch() throws(StorageError) {
        do throws(SystemError) { try FileSystem.removeTree(scratch) } catch {
            throw StorageError(error)
        }
    }

    // MARK: Opening

    /// Opens the original, or a copy of it past the damage.
    private mutating func open() throws(StorageError) -> StoreInspection {
        do throws(StorageError) {
            return try StoreInspection(directory: source, options: options, needsFormat: false)
        } catch {
            guard case .database(_, let message) = error else { throw error }
            outcome.notes.append("The database does not open: \(message)")
        }
        try FolderCopy.copy(source + "/db", to: scratch)
        do throws(StorageError) {
            let opened = try StoreInspection(
                directory: source, options: options,
                copy: .init(path: scratch, isRepaired: false), needsFormat: false)
            outcome.notes.append("Damaged records of its log were left out")
            return opened
        } catch { outcome.notes.append("Not without damaged log records either") }
        try removeScratch()
        try FolderCopy.copy(source + "/db", to: scratch)
        do throws(RocksDBError) { try Database.repair(path: scratch) } catch {
            throw .incomplete("the database cannot be read at all: \(error.message)")
        }
        let opened = try StoreInspection(
            directory: source, options: options, copy: .init(path: scratch, isRepaired: true),
            needsFormat: false)
        outcome.notes.append("What can be read of its files was put together again")
        return opened
    }

    // MARK: Copying

    private mutating func run() throws(StorageError) {
        try copy(try open())
        try removeScratch()
    }

    private mutating func copy(_ original: StoreInspection) throws(StorageError) {
        if original.identitySeed == nil {
            outcome.notes.append("The store's seed is lost: digests in the log no longer match")
        }
        for finding in original.findings {
            outcome.notes.append("\(finding.part): \(finding.detail)")
        }
        var origin: StoreOrigin?
        if let seed = original.identitySeed {
            // Without its history cursors of the original mean nothing here.
            let history: HistoryTable
            if let table = original.history { history = table } else { history = try .new() }
            origin = StoreOrigin(history: history, identitySeed: seed)
        }
        outcome.known = max(original.mark?.seq ?? 0, original.head?.seq ?? 0)
        let store = try Store(directory: target, options: options, origin: origin)
        let log = try WholeLog(original.database)
        while let transaction = try log.next() {
            for event in transaction {
                store.state.apply(event)
                store.writeSet.stage(event)
            }
            store.state.commit()
            try store.writeSet.appendStaged(state: store.state)
            if store.writeSet.head.chain != log.chain {
                throw .invariant("event \(store.writeSet.head.seq) cannot be written as it was")
            }
            outcome.transactions += 1
            if store.writeSet.byteCount >= 1 << 20 {
                _ = try store.writeSet.commitGroup()
                progress(store.writeSet.head.seq, outcome.known)
            }
        }
        if !store.writeSet.isEmpty { _ = try store.writeSet.commitGroup() }
        outcome.copied = store.writeSet.head.seq
        outcome.unproven = log.unproven
        outcome.known = max(outcome.known, log.last)
        if outcome.lost != nil { outcome.reason = log.reason ?? "the log ends there" }
        if outcome.copied == 0 {
            throw .incomplete("not one transaction is whole: \(log.reason ?? "there is none")")
        }
        progress(outcome.copied, outcome.known)
        try removePassedMoments(store)
        try store.endHistory()
        try StoreHandles(store).synchronize()
        try store.endSession()
    }

    /// The log does not say which moments have been looked at: those of records that no longer wait
    /// for them go, the others come again.
    private func removePassedMoments(_ store: Store) throws(StorageError) {
        let view = store.latestView()
        var passed: [StoreKey] = []
        do throws(RocksDBError) {
            var iterator = try store.database.fullScan(Keyspace.due.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                if let due = StoreKey.dueKey(iterator.key), due.record.seq > 0 {
                    do throws(StorageError) {
                        if try !isAwaited(due, view) { passed.append(.due(due)) }
                    } catch { throw RocksDBError(.other, error.message) }
                }
                try iterator.next()
            }
        } catch { throw StorageError(error) }
        if passed.isEmpty { return }
        store.writeSet.advanceDue(to: Timestamp(milliseconds: 0), removing: passed)
        _ = try store.writeSet.commitGroup()
    }

    private func isAwaited(_ due: DueKey, _ view: ReadView) throws(StorageError) -> Bool {
        switch due.kind {
        case .reservation:
            guard let trade = try view.trade(due.record) else { return false }
            return trade.status == .reserved && trade.expires == due.time
        case .eta:
            guard let shipment = try view.shipment(due.record) else { return false }
            return shipment.status.isOpen && !shipment.delayed && shipment.eta == due.time
        }
    }
}
