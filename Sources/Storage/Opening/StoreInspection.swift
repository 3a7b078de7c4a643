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
    private let lock: DirectoryLock?

    /// A copy of the database to look at instead of the directory's own, made by whoever salvages.
    package struct Copy: Sendable {
        package let path: String
        /// Whether it went through `Database.repair`, which may have left families out.
        package let isRepaired: Bool

        package init(path: String, isRepaired: Bool) {
            self.path = path
            self.isRepaired = isRepaired
        }
    }

    /// - Parameters:
    ///   - copy: opened whatever its log looks like.
    ///   - logRecovery: how much of a damaged log is taken, where there is no copy.
    ///   - needsFormat: whether a missing or damaged `FORMAT` is an error.
    /// - Throws: `locked`, `newerFormat`, `damaged` for `FORMAT`, `incomplete` where there is no
    ///   store, `database` where RocksDB does not open it.
    package init(
        directory: String, options: StoreOptions, copy: Copy? = nil, needsFormat: Bool = true,
        logRecovery: DatabaseOptions.LogRecovery = .tornTailOnly
    ) throws(StorageError) {
        self.directory = directory
        do throws(StorageError) {
            try FormatFile(directory: directory).check(mayCreate: false)
            lock = try DirectoryLock(directory: directory)
        } catch {
            switch error {
            case .damaged where !needsFormat, .incomplete where !needsFormat: lock = nil
            default: throw error
            }
        }
        var settings = DatabaseOptions(createIfMissing: false, readOnly: true)
        settings.blockCacheBytes = options.blockCacheBytes
        settings.logRecovery = logRecovery
        if let copy {
            settings.logRecovery = .skipDamage
            settings.readOnly = !copy.isRepaired
            settings.createIfMissing = copy.isRepaired
        }
        let watchdog = RecoveryWatchdog(milliseconds: options.recoveryMilliseconds)
        defer { watchdog.stop() }
        do throws(RocksDBError) {
            database = try Database(
                path: copy?.path ?? directory + "/db", families: Keyspace.families(options),
                options: settings)
        } catch { throw StorageError(error) }
        readParts()
    }

    private func readParts() {
        let meta = MetaRecords(database: database)
        let file = read("mark") { () throws(StorageError) in
            try HighWaterMark(path: directory + "/mark", isReadOnly: true)
        }
        mark = file?.found
        head = read("head") { () throws(StorageError) in try meta.head() }
        history = read("history") { () throws(StorageError) in try meta.history() }
        identitySeed =
            read("seed") { () throws(StorageError) in try meta.identitySeed() } ?? file?.foundSeed
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

    /// What is wrong with a family's last row; nil where it is as it was put.
    package func witnessProblem(_ keyspace: Keyspace) throws(StorageError) -> String? {
        guard let witnesses = try MetaRecords(database: database).witnesses() else {
            return "the table of witnesses is gone"
        }
        return try witnesses.problem(keyspace, in: database)
    }
}
