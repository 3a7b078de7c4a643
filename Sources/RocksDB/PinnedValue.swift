internal import CRocksDB

/// A value where RocksDB holds it: in a cached block, or copied once out of a memtable.
///
/// Ownership: keeps the block in the cache and the database open; give it back soon.
@safe package struct PinnedValue: ~Copyable {
    // Invariant: `base` and `count` are the slice's and do not change while it lives; it is freed
    // once.
    @usableFromInline let slice: OpaquePointer
    @usableFromInline let base: UnsafePointer<UInt8>?
    /// The value's length.
    package let count: Int
    // Cached blocks belong to the database's cache.
    @usableFromInline let database: Database

    @inlinable init(_ slice: OpaquePointer, _ database: Database) {
        var length = 0
        let start = unsafe UnsafeRawPointer(rocksdb_pinnableslice_value(slice, &length))
        unsafe self.slice = slice
        unsafe base = start?.assumingMemoryBound(to: UInt8.self)
        count = length
        self.database = database
    }

    @inlinable deinit { unsafe rocksdb_pinnableslice_destroy(slice) }

    @inlinable package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let buffer = unsafe UnsafeBufferPointer(start: base, count: count)
            return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: self)
        }
    }
}
