import RocksDB

/// Damage in the write-ahead log that begins behind the high-water mark: nothing that was
/// acknowledged lies there, so it may be cut off and the store may serve.
///
/// A power cut leaves such a tail when the disk had taken a part of the last, unfinished group.
struct DamagedTail {
    private let path: String
    private let families: [FamilyOptions]
    private var settings: DatabaseOptions

    init(path: String, families: [FamilyOptions], settings: DatabaseOptions) {
        self.path = path
        self.families = families
        self.settings = settings
        self.settings.createIfMissing = false
        self.settings.logRecovery = .untilDamage
    }

    /// The last event before the damage, where all up to the mark is there and the start-up proof
    /// holds; nil where anything is missing. Changes nothing: the trial opens without the right to
    /// write.
    func end(past mark: HighWaterMark.Value) -> UInt64? {
        // Without a mark nothing says what was acknowledged.
        if mark.seq == 0 { return nil }
        var trial = settings
        trial.readOnly = true
        guard let database = try? Database(path: path, families: families, options: trial)
        else { return nil }
        let meta = MetaRecords(database: database)
        guard let head = try? meta.head(), let history = try? meta.history() else { return nil }
        do throws(StorageError) {
            try StartupProof(database: database, head: head, history: history).check(mark)
        } catch { return nil }
        return head.seq
    }

    /// Opens for good, without the damage.
    func cut() throws(StorageError) -> Database {
        do throws(RocksDBError) {
            return try Database(path: path, families: families, options: settings)
        } catch { throw StorageError(error) }
    }
}
