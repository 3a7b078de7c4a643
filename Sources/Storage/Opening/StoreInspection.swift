import Basics
package import RocksDB
import System

/// A data directory opened to be looked at: nothing is written, nothing has to be whole, and no
/// server can start meanwhile.
///
/// What cannot be read is nil here, and told in `findings`. Threading: one thread.
package final class StoreInspection {
    /// What is wrong with a part that every store has.
    package struct Finding: Sendable {
        /// `mark`, `head`, `history`, `seed`.
        package let part: String
        package let detail: String
    }

    package let directory: String
    package let database: Database
    package private(set) var mark: HighWaterMark.Value?
    package private(set) var head: LogHead?
    package private(set) var history: HistoryTable?
    package private(set) var identitySeed: UInt64?
    package private(set) var findings: [Finding] = []
    private let lock: DirectoryLock

    /// - Parameters:
    ///   - copy: a copy of the database to look at instead of the directory's own.
    ///   - logRecovery: of the copy.
    /// - Throws: `locked`, `newerFormat`, `damaged` for `FORMAT`, `incomplete` where there is no
    ///   store or its database does not open.
    package init(
        directory: String, options: StoreOptions, copy: String? = nil,
        logRecovery: DatabaseOptions.LogRecovery = .tornTailOnly
    ) throws(StorageError) {
        self.directory = directory
        try FormatFile(directory: directory).check(mayCreate: false)
        lock = try DirectoryLock(directory: directory)
        var settings = DatabaseOptions(createIfMissing: false, readOnly: true)
        settings.blockCacheBytes = options.blockCacheBytes
        settings.logRecovery = logRecovery
        let watchdog = RecoveryWatchdog(milliseconds: options.recoveryMilliseconds)
        defer { watchdog.stop() }
        do throws(RocksDBError) {
            database = try Database(
                path: copy ?? directory + "/db", families: Keyspace.families(options),
                options: settings)
        } catch { throw .incomplete("the database does not open: \(error.message)") }
        readParts()
    }

    private func readParts() {
        let meta = MetaRecords(database: database)
        mark = read("mark") { () throws(StorageError) in
            try HighWaterMark(path: directory + "/mark", isReadOnly: true).found
        }
        head = read("head") { () throws(StorageError) in try meta.head() }
        history = read("history") { () throws(StorageError) in try meta.history() }
        identitySeed = read("seed") { () throws(StorageError) in try meta.identitySeed() }
    }

    private func read<Value>(
        _ part: String, _ body: () throws(StorageError) -> Value?
    ) -> Value? {
        do throws(StorageError) {
            if let value = try body() { return value }
            findings.append(Finding(part: part, detail: "it is missing"))
        } catch { findings.append(Finding(part: part, detail: error.message)) }
        return nil
    }

    /// The seq at which a family's marker stands; 0 where it has none.
    package func marker(of keyspace: Keyspace) throws(StorageError) -> UInt64 {
        try StartupProof.marker(of: keyspace, in: database)
    }
}
