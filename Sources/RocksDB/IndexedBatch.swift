import Basics
internal import CRocksDB

/// Changes that are not written and can be read as if they were: the newest value of a key comes
/// from here, everything else from the database.
///
/// Ownership: keeps the database; whoever reads keeps the batch. Threading: one thread at a time.
@safe package final class IndexedBatch: @unchecked Sendable {
    // Invariant: the handle is made here, freed once, and outlived by nothing that reads it, since
    // each iterator keeps this object.
    let handle: OpaquePointer
    let database: Database

    package init(_ database: Database) {
        self.database = database
        // Overwriting keeps one entry for each key, which is what iterators walk.
        unsafe handle = rocksdb_writebatch_wi_create(0, 1)
    }

    deinit { unsafe rocksdb_writebatch_wi_destroy(handle) }

    /// Sets a value. No iterator over this batch may be open.
    ///
    /// - Throws: `invalidArgument` for a key that the family cannot hold.
    package func put(
        _ family: Family, _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(RocksDBError) {
        let slot = try database.slot(family, keyLength: key.count)
        unsafe key.withCBytes { key, keyLength in
            unsafe value.withCBytes { value, valueLength in
                unsafe rocksdb_writebatch_wi_put_cf(
                    handle, slot.handle, key, keyLength, value, valueLength)
            }
        }
    }

    /// Takes a key away. No iterator over this batch may be open.
    package func delete(_ family: Family, _ key: Span<UInt8>) throws(RocksDBError) {
        let slot = try database.slot(family, keyLength: key.count)
        unsafe key.withCBytes { key, keyLength in
            unsafe rocksdb_writebatch_wi_delete_cf(handle, slot.handle, key, keyLength)
        }
    }

    /// A copy of the value under `key`, here or else in the database; nil where there is none.
    ///
    /// - Throws: `invalidArgument`, `io`, `corruption`.
    package func value(
        _ family: Family, _ key: Span<UInt8>
    ) throws(RocksDBError) -> [UInt8]? {
        let slot = try database.slot(family, keyLength: key.count)
        var length = 0
        let found: UnsafeMutablePointer<CChar>? = unsafe try CCall.run { error in
            unsafe key.withCBytes { key, keyLength in
                unsafe rocksdb_writebatch_wi_get_from_batch_and_db_cf(
                    handle, database.handle, database.readOptions, slot.handle, key, keyLength,
                    &length, error)
            }
        }
        guard let found = unsafe found else { return nil }
        defer { unsafe rocksdb_free(found) }
        return unsafe KeyIterator.span(found, length).array
    }
}
