import RocksDB

/// How the database can be opened where its files give reason for doubt: first without the right to
/// write, to see what it would be, and only then for good.
///
/// Two ways are tried: with everything, and without what follows the first damage. The second may
/// only lose what lies behind the high-water mark, as a power cut leaves it when the disk had taken
/// a part of the last, unfinished groups.
struct RecoveryTrial {
    let path: String
    let families: [FamilyOptions]
    let settings: DatabaseOptions
    let mark: HighWaterMark.Value

    /// What came of it.
    struct Outcome {
        let database: Database
        /// The last event before what was cut off; nil where nothing was.
        let cutBehind: UInt64?
    }

    /// Opens for good where a trial holds.
    ///
    /// - Parameter needsWholeProof: the doubt is not about the tail: all records must be proven.
    /// - Throws: why the first way does not hold, where none does; nothing was changed then.
    func open(needsWholeProof: Bool) throws(StorageError) -> Outcome {
        var failure: StorageError?
        for recovery in [DatabaseOptions.LogRecovery.tornTailOnly, .untilDamage] {
            let end: UInt64
            do throws(StorageError) {
                end = try lastEvent(recovery, needsWholeProof: needsWholeProof)
            } catch {
                failure = failure ?? error
                continue
            }
            var options = settings
            options.createIfMissing = false
            options.logRecovery = recovery
            do throws(RocksDBError) {
                return Outcome(
                    database: try Database(path: path, families: families, options: options),
                    cutBehind: recovery == .untilDamage ? end : nil)
            } catch { throw StorageError(error) }
        }
        throw failure ?? .incomplete("no way to open the database was tried")
    }

    /// The last event of what a trial shows.
    ///
    /// - Throws: what is missing of what was acknowledged.
    private func lastEvent(
        _ recovery: DatabaseOptions.LogRecovery, needsWholeProof: Bool
    ) throws(StorageError) -> UInt64 {
        // Without a mark nothing says what was acknowledged.
        if mark.seq == 0 { throw .incomplete("nothing says what was on disk") }
        var trial = settings
        trial.createIfMissing = false
        trial.readOnly = true
        trial.logRecovery = recovery
        let database: Database
        do throws(RocksDBError) {
            database = try Database(path: path, families: families, options: trial)
        } catch { throw StorageError(error) }
        let meta = MetaRecords(database: database)
        guard let head = try meta.head() else { throw .incomplete("the head is gone") }
        guard let history = try meta.history(), try meta.identitySeed() != nil else {
            throw .incomplete("the store's history table is missing")
        }
        try StartupProof(database: database, head: head, history: history).check(mark)
        if needsWholeProof { try WholeProof(database: database, head: head).check() }
        return head.seq
    }
}
