internal import CRocksDB

/// Changes that take effect together or not at all.
///
/// Ownership: noncopyable; keeps the database open. Threading: none of its own. Keep one and
/// `clear` it: its buffer stays. Calls do not throw, because a batch is filled in the hottest
/// loops; a change that the database could not take is left out, remembered, and makes
/// `Database.write` refuse the whole batch.
@safe package struct WriteBatch: ~Copyable, @unchecked Sendable {
    // Invariant: nothing else holds `handle`; that is why moving a batch between threads is safe.
    @usableFromInline let handle: OpaquePointer
    @usableFromInline let database: Database
    /// Why the batch cannot be written; nil where it can.
    package private(set) var refusal: RocksDBError?

    /// An empty batch for the families of `database`.
    package init(_ database: Database) {
        unsafe handle = rocksdb_writebatch_create()
        self.database = database
    }

    deinit { unsafe rocksdb_writebatch_destroy(handle) }

    /// Sets the value under `key`. Cost: about 40 ns.
    @inlinable package mutating func put(
        _ family: Family, _ key: Span<UInt8>, _ value: Span<UInt8>
    ) {
        guard let slot = admit(family, key.count, value.count) else { return }
        unsafe key.withCBytes { key, keyLength in
            unsafe value.withCBytes { value, valueLength in
                unsafe rocksdb_writebatch_put_cf(
                    handle, slot.handle, key, keyLength, value, valueLength)
            }
        }
    }

    /// Removes what is under `key`, if anything.
    @inlinable package mutating func delete(_ family: Family, _ key: Span<UInt8>) {
        guard let slot = admit(family, key.count, 0) else { return }
        unsafe key.withCBytes { key, keyLength in
            unsafe rocksdb_writebatch_delete_cf(handle, slot.handle, key, keyLength)
        }
    }

    /// Removes every key from `lower` on and before `upper`. Cheap to write; later reads in the
    /// range pay for it until a compaction.
    package mutating func deleteRange(
        _ family: Family, from lower: Span<UInt8>, to upper: Span<UInt8>
    ) {
        guard let slot = admit(family, lower.count, upper.count),
            admit(family, upper.count, 0) != nil
        else { return }
        unsafe lower.withCBytes { lower, lowerLength in
            unsafe upper.withCBytes { upper, upperLength in
                unsafe rocksdb_writebatch_delete_range_cf(
                    handle, slot.handle, lower, lowerLength, upper, upperLength)
            }
        }
    }

    /// Forgets all changes, save points and refusals, and keeps the buffer.
    package mutating func clear() {
        unsafe rocksdb_writebatch_clear(handle)
        refusal = nil
    }

    /// The number of changes.
    package var count: Int { unsafe Int(rocksdb_writebatch_count(handle)) }

    @inlinable package var isEmpty: Bool { unsafe rocksdb_writebatch_count(handle) == 0 }

    /// The bytes the changes take in the log.
    @inlinable package var byteCount: Int {
        var length = 0
        _ = unsafe rocksdb_writebatch_data(handle, &length)
        return length
    }

    // MARK: Save points

    /// Marks the present state, on top of earlier marks.
    @inlinable package mutating func setSavePoint() {
        unsafe rocksdb_writebatch_set_save_point(handle)
    }

    /// Goes back to the last mark and removes it.
    ///
    /// - Throws: `invalidArgument` where there is no mark.
    @inlinable package mutating func rollbackToSavePoint() throws(RocksDBError) {
        unsafe try CCall.run { unsafe rocksdb_writebatch_rollback_to_save_point(handle, $0) }
    }

    /// Removes the last mark and keeps the changes behind it.
    ///
    /// - Throws: `invalidArgument` where there is no mark.
    @inlinable package mutating func popSavePoint() throws(RocksDBError) {
        unsafe try CCall.run { unsafe rocksdb_writebatch_pop_save_point(handle, $0) }
    }

    // MARK: Checks

    /// The family's slot if it can take such a key and value, else nil and a refusal.
    @inlinable @inline(__always)
    package mutating func admit(
        _ family: Family, _ keyLength: Int, _ valueLength: Int
    ) -> Database.Slot? {
        do throws(RocksDBError) {
            let slot = try database.slot(family, keyLength: keyLength)
            // RocksDB's lengths are 32 bits wide.
            if keyLength | valueLength > Int(Int32.max) { throw Self.tooLong }
            return slot
        } catch {
            refuse(error)
            return nil
        }
    }

    package static var tooLong: RocksDBError {
        RocksDBError(.invalidArgument, "a key or value of 2 GiB or more")
    }

    package mutating func refuse(_ error: RocksDBError) { refusal = refusal ?? error }
}
