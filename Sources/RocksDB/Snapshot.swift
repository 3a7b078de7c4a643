internal import CRocksDB
internal import CRocksDBShims

/// A frozen view of all families of a database, as of the moment it was made.
///
/// Ownership: keeps the database open, and keeps RocksDB from dropping the versions that it sees,
/// until its last reference goes. Threading: any thread. Making one costs about 0.15 µs and reads
/// through it cost what others do: its read options are made once.
@safe package final class Snapshot: @unchecked Sendable {
    // Invariant: both pointers are set once and never changed; RocksDB only reads through them.
    package let database: Database
    private let handle: OpaquePointer
    @usableFromInline let readOptions: OpaquePointer

    init(_ database: Database) throws(RocksDBError) {
        guard let handle = unsafe rocksdb_create_snapshot(database.handle) else {
            throw RocksDBError(.other, "no snapshot was made")
        }
        self.database = database
        unsafe self.handle = handle
        unsafe readOptions = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_snapshot(readOptions, handle)
    }

    deinit {
        unsafe rocksdb_readoptions_destroy(readOptions)
        unsafe rocksdb_release_snapshot(database.handle, handle)
    }

    /// RocksDB's number of the last write that the snapshot sees.
    package var sequenceNumber: UInt64 { unsafe rocksdb_shim_snapshot_sequence(handle) }

    /// Makes reads under `options` see this snapshot.
    func apply(to options: OpaquePointer) {
        unsafe rocksdb_readoptions_set_snapshot(options, handle)
    }
}
