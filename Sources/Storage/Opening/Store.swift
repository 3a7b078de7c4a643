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

    /// Opens a directory, or makes it, and proves that the store is complete.
    ///
    /// - Throws: `locked`, `newerFormat`, `incomplete` (the proof failed), `damaged`, `database`.
    package init(directory: String, options: StoreOptions) throws(StorageError) {
        self.directory = directory
        self.options = options
        try FormatFile(directory: directory).check(mayCreate: !options.isReadOnly)
        database = try Self.openDatabase(directory, options)
        mark = try HighWaterMark(path: directory + "/mark")
        let meta = MetaRecords(database: database)
        let found = try meta.head()
        isNew = found == nil
        let head = found ?? LogHead()
        if isNew {
            if let lost = mark.found {
                throw .incomplete(
                    "the store is empty, but event \(lost.seq) was on disk: its files are gone")
            }
            history = HistoryTable(first: .init(id: try Self.randomHistory(), first: 1))
            identitySeed = try Self.randomNumber()
        } else {
            guard let table = try meta.history(), let seed = try meta.identitySeed() else {
                throw .incomplete("the store's history table is missing")
            }
            history = table
            identitySeed = seed
            try StartupProof(database: database, head: head, history: table).check(mark.found)
        }
        state = MarketState()
        try StateLoader(database: database).load(into: state)
        writeSet = WriteSet(
            database: database, head: head, identitySeed: identitySeed, hasher: try Self.hasher())
        if options.isReadOnly { return }
        if isNew {
            try meta.create(history: history, identitySeed: identitySeed)
        } else if try meta.wasUnclean(), try !meta.wasDurable() {
            // Replies may have been given for events that are gone: what follows is another history.
            endedHistory = history.current
            history.begin(.init(id: try Self.randomHistory(), first: head.seq + 1))
            try meta.setHistory(history)
        }
        try meta.beginSession(policy: options.syncPolicy)
    }

    /// A view of what was written last; the open group is not in it.
    package func latestView() -> ReadView {
        ReadView(
            database: database, snapshot: nil, names: state.names, head: writeSet.head,
            history: history, identitySeed: identitySeed)
    }

    /// A view that ends with a written group.
    package func view(of group: WrittenGroup) -> ReadView {
        ReadView(
            database: database, snapshot: group.snapshot, names: state.names, head: group.head,
            history: history, identitySeed: identitySeed)
    }

    /// Says that everything is on disk: the next start need not suspect a lost tail.
    package func endSession() throws(StorageError) {
        let head = writeSet.head
        do throws(SystemError) {
            try mark.write(
                .init(epoch: UInt64(history.epoch), seq: head.seq, chain: head.chain))
        } catch { throw StorageError(error) }
        try MetaRecords(database: database).endSession()
    }

    // MARK: Opening

    private static func openDatabase(
        _ directory: String, _ options: StoreOptions
    ) throws(StorageError) -> Database {
        let watchdog = RecoveryWatchdog(milliseconds: options.recoveryMilliseconds)
        defer { watchdog.stop() }
        var database = DatabaseOptions()
        database.createIfMissing = !options.isReadOnly
        database.blockCacheBytes = options.blockCacheBytes
        database.readOnly = options.isReadOnly
        do throws(RocksDBError) {
            return try Database(
                path: directory + "/db",
                families: Keyspace.allCases.map {
                    $0.options(writeBufferBytes: options.writeBufferBytes)
                }, options: database)
        } catch {
            if error.kind == .locked { throw .locked(path: directory) }
            if error.kind == .corruption {
                throw .incomplete(
                    "\(error.message). Nothing was changed; `entrepot verify --data \(directory)` "
                        + "tells more, `entrepot salvage` copies what is whole")
            }
            throw StorageError(error)
        }
    }

    private static func hasher() throws(StorageError) -> SHA256 {
        do throws(CryptoError) { return try SHA256() } catch {
            throw .invariant(error.message)
        }
    }

    private static func randomNumber() throws(StorageError) -> UInt64 {
        do throws(CryptoError) {
            return try Random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        } catch { throw .invariant(error.message) }
    }

    /// 16 hexadecimal digits that no other history has.
    private static func randomHistory() throws(StorageError) -> String {
        let digits = String(try randomNumber(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
