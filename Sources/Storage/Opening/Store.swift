import Basics
import Crypto
package import Domain
package import RocksDB
import System

/// An open data directory: the database, the state in memory, and the way to write.
///
///     DATA/FORMAT         "entrepot <number>\n"
///     DATA/db/            RocksDB
///     DATA/mark           HighWaterMark
///     DATA/files          FileRecord
///
/// Threading: opened and closed by one thread; `writeSet` and `state` then belong to the ledger's.
package final class Store {
    /// The format that this program writes.
    package static let format = 1

    package let directory: String
    package let options: StoreOptions
    package let database: Database
    package let mark: HighWaterMark
    package let state: MarketState
    package let writeSet: WriteSet
    package private(set) var history: HistoryTable
    package let identitySeed: UInt64
    /// Whether the directory was empty: the first events are still to be written.
    package let isNew: Bool
    /// The history that ended with an unclean stop under a relaxed policy, where that happened.
    package private(set) var endedHistory: String?

    /// The last event before damage that was cut off, because it lay wholly past the mark; nil
    /// where there was none.
    package let cutBehind: UInt64?

    /// Why the whole store was proven before it was opened; nil where there was no reason to.
    package let doubt: String?
    /// Which files the database needs.
    package let files: FileRecord

    private let lock: DirectoryLock

    /// Opens a directory, or makes it, and proves that the store is complete.
    ///
    /// - Parameter origin: what a new store takes over from the one that it is a copy of.
    /// - Throws: `locked`, `newerFormat`, `incomplete` (the proof failed), `damaged`, `database`.
    package init(
        directory: String, options: StoreOptions, origin: StoreOrigin? = nil
    ) throws(StorageError) {
        self.directory = directory
        self.options = options
        try FormatFile(directory: directory).check(mayCreate: !options.isReadOnly)
        lock = try DirectoryLock(directory: directory)
        mark = try Self.openMark(directory, options)
        files = FileRecord(directory: directory)
        doubt = try files.suspicion()
        let opened = try Self.openDatabase(
            directory, options, mark: mark.found, suspicion: doubt)
        (database, cutBehind) = (opened.database, opened.cutBehind)
        let meta = MetaRecords(database: database)
        let found = try meta.head()
        isNew = found == nil
        let head = found ?? LogHead()
        if isNew {
            try StartupProof.checkEmpty(database, mark.found)
            let begun: StoreOrigin
            if let origin { begun = origin } else { begun = try StoreOrigin.new() }
            history = begun.history
            identitySeed = begun.identitySeed
        } else {
            guard let table = try meta.history(), let seed = try meta.identitySeed() else {
                throw .incomplete("the store's history table is missing")
            }
            history = table
            identitySeed = seed
            try StartupProof(database: database, head: head, history: table).check(mark.found)
        }
        mark.keep(seed: identitySeed)
        state = MarketState()
        try StateLoader(database: database).load(into: state)
        writeSet = WriteSet(
            database: database, head: head, witnesses: try meta.witnesses() ?? WitnessTable(),
            identitySeed: identitySeed, hasher: try Self.hasher())
        if !options.isReadOnly { try beginSession(meta, head) }
    }

    private func beginSession(_ meta: MetaRecords, _ head: LogHead) throws(StorageError) {
        if isNew {
            try meta.create(history: history, identitySeed: identitySeed)
        } else if try meta.wasUnclean(), try !meta.wasDurable() {
            // Replies may have been given for events that are gone: a new history begins.
            try beginHistory(meta)
        }
        // Also a history that began in a start which did not live to say so in the log.
        if history.epoch > 0, let last = history.epochs.last, last.first > head.seq {
            endedHistory = history.epochs[history.epoch - 1].id
        }
        try meta.beginSession(policy: options.syncPolicy)
        try files.write()
    }

    private func beginHistory(_ meta: MetaRecords) throws(StorageError) {
        history.begin(.init(id: try HistoryTable.randomID(), first: writeSet.head.seq + 1))
        try meta.setHistory(history)
    }

    /// Ends the history here: the next start writes on under another id, and cursors of what may
    /// have been behind the end are recognised. For a copy that is shorter than its original.
    package func endHistory() throws(StorageError) {
        try beginHistory(MetaRecords(database: database))
    }

    /// A view of what was written last. Neither the open group is in it nor those that are sealed
    /// and not written: whoever reads lists through it writes them first.
    package func latestView() -> ReadView {
        ReadView(
            database: database, snapshot: nil, names: state.names, head: writeSet.head,
            history: history, identitySeed: identitySeed)
    }

    /// A view that ends with a written group.
    ///
    /// - Parameters:
    ///   - snapshot: made when the group was written and none behind it.
    ///   - head: the log after that group.
    package func view(_ snapshot: Snapshot, head: LogHead) -> ReadView {
        ReadView(
            database: database, snapshot: snapshot, names: state.names, head: head,
            history: history, identitySeed: identitySeed)
    }

    /// Says that from now on replies may come before the disk: behind an unclean stop a new
    /// history begins.
    package func relaxSession(_ policy: StoreOptions.SyncPolicy) throws(StorageError) {
        try MetaRecords(database: database).beginSession(policy: policy)
    }

    /// Says that everything is on disk: the next start need not suspect a lost tail.
    package func endSession() throws(StorageError) {
        let head = writeSet.head
        do throws(SystemError) {
            try mark.write(
                .init(epoch: UInt64(history.epoch), seq: head.seq, chain: head.chain))
        } catch { throw StorageError(error) }
        try MetaRecords(database: database).endSession()
        try files.write()
    }

    // MARK: Opening

    /// Opens the mark, or makes it where there is no database either.
    private static func openMark(
        _ directory: String, _ options: StoreOptions
    ) throws(StorageError) -> HighWaterMark {
        let path = directory + "/mark"
        let hasDatabase: Bool
        let hasMark: Bool
        do throws(SystemError) {
            hasDatabase = try FileSystem.kind(of: directory + "/db/CURRENT") != nil
            hasMark = try FileSystem.kind(of: path) != nil
        } catch { throw StorageError(error) }
        if !hasMark && !hasDatabase && !options.isReadOnly {
            try HighWaterMark.create(path: path)
        }
        let mark = try HighWaterMark(path: path, isReadOnly: options.isReadOnly)
        if !hasDatabase && mark.found.seq > 0 {
            throw .incomplete(
                "event \(mark.found.seq) was on disk, and \(directory)/db is gone")
        }
        return mark
    }

    /// Opens the database; where its files give reason for doubt, only if a trial holds.
    private static func openDatabase(
        _ directory: String, _ options: StoreOptions, mark: HighWaterMark.Value,
        suspicion: String?
    ) throws(StorageError) -> RecoveryTrial.Outcome {
        let watchdog = RecoveryWatchdog(milliseconds: options.recoveryMilliseconds)
        defer { watchdog.stop() }
        var settings = DatabaseOptions()
        settings.createIfMissing = !options.isReadOnly && mark.seq == 0
        settings.blockCacheBytes = options.blockCacheBytes
        settings.maxTotalLogBytes = options.writeAheadLogBytes
        settings.readOnly = options.isReadOnly
        let trial = RecoveryTrial(
            path: directory + "/db", families: Keyspace.families(options), settings: settings,
            mark: mark)
        if let suspicion, !options.isReadOnly {
            do throws(StorageError) { return try trial.open(needsWholeProof: true) } catch {
                if case .locked = error { throw .locked(path: directory) }
                var reason = "\(suspicion): \(error.message)"
                if case .database(.corruption, _) = error, let lost = trial.lostEvents() {
                    reason += ": \(lost)"
                }
                throw Self.incomplete(reason, directory)
            }
        }
        do throws(RocksDBError) {
            return RecoveryTrial.Outcome(
                database: try Database(
                    path: trial.path, families: trial.families, options: settings),
                cutBehind: nil)
        } catch {
            if error.kind == .locked { throw .locked(path: directory) }
            if error.kind != .corruption { throw StorageError(error) }
            if !options.isReadOnly, let outcome = try? trial.open(needsWholeProof: false) {
                return outcome
            }
            let lost = trial.lostEvents().map { ": \($0)" } ?? ""
            throw Self.incomplete(error.message + lost, directory)
        }
    }

    private static func incomplete(_ reason: String, _ directory: String) -> StorageError {
        .incomplete(
            "\(reason). Nothing was changed; `entrepot verify --data \(directory)` tells more, "
                + "`entrepot salvage` copies what is whole")
    }

    static func hasher() throws(StorageError) -> SHA256 {
        do throws(CryptoError) { return try SHA256() } catch {
            throw .invariant(error.message)
        }
    }

    static func randomNumber() throws(StorageError) -> UInt64 {
        do throws(CryptoError) {
            return try Random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        } catch { throw .invariant(error.message) }
    }
}

/// What a copy of a store takes over from it: with both the same, the same events leave the same
/// records and the same digest.
package struct StoreOrigin: Sendable {
    package let history: HistoryTable
    package let identitySeed: UInt64

    package init(history: HistoryTable, identitySeed: UInt64) {
        self.history = history
        self.identitySeed = identitySeed
    }

    static func new() throws(StorageError) -> StoreOrigin {
        StoreOrigin(
            history: try .new(),
            identitySeed: try Store.randomNumber())
    }
}
