internal import CRocksDB

/// Writes one sorted file outside the database, to be taken in whole by `Database.ingest`.
///
/// Ownership: noncopyable; keeps the database open. A writer that goes before `finish` leaves an
/// unusable file behind. Threading: none of its own.
@safe package struct SortedFileWriter: ~Copyable {
    // Invariant: both are owned here alone and freed once, in `deinit`.
    private let handle: OpaquePointer
    private let environment: OpaquePointer
    private let database: Database
    private let exactKeyLength: Int
    /// The number of rows put.
    package private(set) var count = 0

    init(_ database: Database, _ family: Family, path: String) throws(RocksDBError) {
        try CCall.checkPath(path)
        let slot = try database.slot(family)
        let environment: OpaquePointer = unsafe rocksdb_envoptions_create()
        let handle: OpaquePointer = unsafe rocksdb_sstfilewriter_create(
            environment, database.storeOptions(family))
        do throws(RocksDBError) {
            unsafe try CCall.run { unsafe rocksdb_sstfilewriter_open(handle, path, $0) }
        } catch {
            unsafe rocksdb_sstfilewriter_destroy(handle)
            unsafe rocksdb_envoptions_destroy(environment)
            throw error
        }
        unsafe self.environment = environment
        unsafe self.handle = handle
        self.database = database
        exactKeyLength = slot.exactKeyLength
    }

    deinit {
        unsafe rocksdb_sstfilewriter_destroy(handle)
        unsafe rocksdb_envoptions_destroy(environment)
    }

    /// Adds a row; keys must strictly ascend. Cost: about 1 µs.
    ///
    /// - Throws: `invalidArgument` for a key out of order or of the wrong width, `io`, `noSpace`.
    package mutating func put(
        _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(RocksDBError) {
        if exactKeyLength != 0 && key.count != exactKeyLength { throw Database.wrongKey }
        unsafe try key.withCBytes { (key, keyLength) throws(RocksDBError) in
            unsafe try value.withCBytes { (value, valueLength) throws(RocksDBError) in
                unsafe try CCall.run {
                    unsafe rocksdb_sstfilewriter_put(
                        handle, key, keyLength, value, valueLength, $0)
                }
            }
        }
        count += 1
    }

    /// Completes the file and fsyncs it.
    ///
    /// - Returns: its size in bytes.
    /// - Throws: `invalidArgument` where it has no rows, `io`, `noSpace`.
    package consuming func finish() throws(RocksDBError) -> UInt64 {
        unsafe try CCall.run { unsafe rocksdb_sstfilewriter_finish(handle, $0) }
        var size: UInt64 = 0
        unsafe rocksdb_sstfilewriter_file_size(handle, &size)
        return size
    }
}
