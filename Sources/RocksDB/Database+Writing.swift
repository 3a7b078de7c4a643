internal import CRocksDB

// Invariant: `self` keeps the database and its families open for the length of each call, and what
// a call makes in C is given back on every path out of it.
extension Database {
    /// An empty batch for this database.
    package func batch() -> WriteBatch { WriteBatch(self) }

    /// Applies `batch` as one unit. An empty batch is no work.
    ///
    /// The log is only in this process's memory until `flushWAL`, unless `sync`.
    /// - Parameters:
    ///   - sync: return only when the log is on disk.
    ///   - disableWAL: keep out of the log; lost with the process until the families are flushed.
    /// - Throws: the batch's refusal; `invalidArgument` for another database's batch; `io`,
    ///   `noSpace`, after which the outcome is unknown and the database takes no writes.
    package func write(
        _ batch: borrowing WriteBatch, sync: Bool = false, disableWAL: Bool = false
    ) throws(RocksDBError) {
        if let refusal = batch.refusal { throw refusal }
        if batch.database !== self {
            throw RocksDBError(.invalidArgument, "the batch belongs to another database")
        }
        if sync && disableWAL {
            throw RocksDBError(.invalidArgument, "a write without a log cannot be synchronised")
        }
        if batch.isEmpty { return }
        let options = unsafe writeOptions(sync: sync, disableWAL: disableWAL)
        let changes = unsafe batch.handle
        unsafe try CCall.run { unsafe rocksdb_write(handle, options, changes, $0) }
    }

    /// Hands the log's buffer to the kernel and, where `sync`, to the disk.
    ///
    /// May run beside writes: those that began earlier are covered.
    /// - Throws: `io`, `noSpace`; both are final.
    package func flushWAL(sync: Bool) throws(RocksDBError) {
        unsafe try CCall.run { unsafe rocksdb_flush_wal(handle, sync ? 1 : 0, $0) }
    }

    /// Writes the memtables of `families` (of all where nil) to sorted files and waits for it.
    ///
    /// - Throws: `invalidArgument`, `io`, `noSpace`.
    package func flush(_ families: [Family]? = nil) throws(RocksDBError) {
        let options: OpaquePointer = unsafe rocksdb_flushoptions_create()
        defer { unsafe rocksdb_flushoptions_destroy(options) }
        unsafe rocksdb_flushoptions_set_wait(options, 1)
        for family in families ?? (0..<familyCount).map(Family.init(index:)) {
            let slot = try slot(family)
            unsafe try CCall.run { unsafe rocksdb_flush_cf(handle, options, slot.handle, $0) }
        }
    }

    /// RocksDB's number of the last write.
    package var latestSequenceNumber: UInt64 {
        unsafe rocksdb_get_latest_sequence_number(handle)
    }
}
