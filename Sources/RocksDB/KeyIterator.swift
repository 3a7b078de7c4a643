internal import CRocksDB

/// Walks the keys of one family in order, over one consistent view.
///
/// Ownership: noncopyable; owns its bounds, keeps its snapshot and the database. Threading: none of
/// its own. Every move says whether it stands on a row and throws where it stopped for an error, so
/// that a loop cannot mistake a broken file for the end. Off a row, keys and values are empty.
@safe package struct KeyIterator: ~Copyable {
    // Invariant: all four are owned here alone and freed once, the iterator before what it borrows;
    // the database outlives them. Spans of a row are borrows, so no move can pull it from under
    // them.
    @usableFromInline let handle: OpaquePointer
    private let readOptions: OpaquePointer
    private let lower: UnsafeMutableBufferPointer<UInt8>
    private let upper: UnsafeMutableBufferPointer<UInt8>
    private let database: Database
    private let snapshot: Snapshot?
    /// Whether it stands on a row.
    @usableFromInline package private(set) var isValid = false

    /// - Parameters:
    ///   - lower: the first key that may be seen, nil for no bound.
    ///   - upper: the first key beyond, nil for no bound.
    init(
        _ database: Database, _ family: OpaquePointer, _ snapshot: Snapshot?, lower: [UInt8]?,
        upper: [UInt8]?, fillCache: Bool
    ) {
        self.database = database
        self.snapshot = snapshot
        unsafe readOptions = rocksdb_readoptions_create()
        unsafe self.lower = Self.copy(lower)
        unsafe self.upper = Self.copy(upper)
        // Without it an iterator over hash memtables sees nothing.
        unsafe rocksdb_readoptions_set_total_order_seek(readOptions, 1)
        unsafe rocksdb_readoptions_set_fill_cache(readOptions, fillCache ? 1 : 0)
        if let snapshot { unsafe snapshot.apply(to: readOptions) }
        // RocksDB borrows the bounds and the options for as long as the iterator lives.
        if lower != nil {
            let start = unsafe UnsafeRawPointer(self.lower.baseAddress)
            unsafe rocksdb_readoptions_set_iterate_lower_bound(
                readOptions, start?.assumingMemoryBound(to: CChar.self), self.lower.count)
        }
        if upper != nil {
            let start = unsafe UnsafeRawPointer(self.upper.baseAddress)
            unsafe rocksdb_readoptions_set_iterate_upper_bound(
                readOptions, start?.assumingMemoryBound(to: CChar.self), self.upper.count)
        }
        unsafe handle = rocksdb_create_iterator_cf(database.handle, readOptions, family)
    }

    deinit {
        unsafe rocksdb_iter_destroy(handle)
        unsafe rocksdb_readoptions_destroy(readOptions)
        unsafe lower.deallocate()
        unsafe upper.deallocate()
    }

    private static func copy(_ bytes: [UInt8]?) -> UnsafeMutableBufferPointer<UInt8> {
        let source = bytes ?? []
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(source.count, 1))
        _ = unsafe buffer.initialize(from: source)
        return unsafe UnsafeMutableBufferPointer(
            start: buffer.baseAddress, count: source.count)
    }

    // MARK: Moves

    /// To the first row. Returns whether there is one.
    @discardableResult package mutating func seekToFirst() throws(RocksDBError) -> Bool {
        unsafe rocksdb_iter_seek_to_first(handle)
        return try settle()
    }

    /// To the last row. Returns whether there is one.
    @discardableResult package mutating func seekToLast() throws(RocksDBError) -> Bool {
        unsafe rocksdb_iter_seek_to_last(handle)
        return try settle()
    }

    /// To the first row at or behind `key`. Returns whether there is one.
    @discardableResult package mutating func seek(
        _ key: Span<UInt8>
    ) throws(RocksDBError) -> Bool {
        unsafe key.withCBytes { start, length in
            unsafe rocksdb_iter_seek(handle, start, length)
        }
        return try settle()
    }

    /// To the last row at or before `key`. Returns whether there is one.
    @discardableResult package mutating func seekForPrev(
        _ key: Span<UInt8>
    ) throws(RocksDBError) -> Bool {
        unsafe key.withCBytes { start, length in
            unsafe rocksdb_iter_seek_for_prev(handle, start, length)
        }
        return try settle()
    }

    /// To the next row; stays off where it is off. Returns whether there is one.
    @inlinable @discardableResult
    package mutating func next() throws(RocksDBError) -> Bool {
        if !isValid { return false }
        unsafe rocksdb_iter_next(handle)
        return try settle()
    }

    /// To the row before; stays off where it is off. Returns whether there is one.
    @inlinable @discardableResult
    package mutating func prev() throws(RocksDBError) -> Bool {
        if !isValid { return false }
        unsafe rocksdb_iter_prev(handle)
        return try settle()
    }

    package mutating func settle() throws(RocksDBError) -> Bool {
        isValid = unsafe rocksdb_iter_valid(handle) != 0
        if !isValid { try check() }
        return isValid
    }

    /// Throws the error that stopped the iterator, if one did. The moves have done it already.
    package func check() throws(RocksDBError) {
        unsafe try CCall.run { unsafe rocksdb_iter_get_error(handle, $0) }
    }

    // MARK: Rows

    /// The key of the row. Valid until the next move.
    @inlinable package var key: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            var length = 0
            let start = unsafe isValid ? rocksdb_iter_key(handle, &length) : nil
            return unsafe _overrideLifetime(Self.span(start, length), borrowing: self)
        }
    }

    /// The value of the row. Valid until the next move.
    @inlinable package var value: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            var length = 0
            let start = unsafe isValid ? rocksdb_iter_value(handle, &length) : nil
            return unsafe _overrideLifetime(Self.span(start, length), borrowing: self)
        }
    }

    @inlinable @_lifetime(immortal)
    static func span(_ start: UnsafePointer<CChar>?, _ length: Int) -> Span<UInt8> {
        let bytes = unsafe UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self)
        let buffer = unsafe UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : length)
        return unsafe _overrideLifetime(Span(_unsafeElements: buffer), copying: ())
    }

    /// Hands every row from the first on to `body`, until it returns false.
    ///
    /// - Throws: the error that stopped the iterator, and what `body` throws.
    package mutating func forEachRow(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(RocksDBError) -> Bool
    ) throws(RocksDBError) {
        try seekToFirst()
        while isValid {
            if try !body(key, value) { return }
            try next()
        }
    }
}

extension Database {
    /// An iterator over `family`, standing off a row until its first seek. Cost: about 1 µs.
    ///
    /// - Parameters:
    ///   - snapshot: whose view; nil for the present one, frozen.
    ///   - lower: the first key that may be seen, nil for no bound.
    ///   - upper: the first key beyond, nil for no bound.
    /// - Throws: `exactKeyOnly` for a family of hash memtables, `invalidArgument`.
    package func iterator(
        _ family: Family, at snapshot: Snapshot? = nil, lower: [UInt8]? = nil,
        upper: [UInt8]? = nil
    ) throws(RocksDBError) -> KeyIterator {
        if try slot(family).exactKeyLength != 0 {
            throw RocksDBError(.exactKeyOnly, "the family answers exact keys only")
        }
        return try makeIterator(family, snapshot, lower, upper, fillCache: true)
    }

    /// An iterator over any family, for start-up and verification.
    ///
    /// Over hash memtables it first sorts all that they hold, 140 ms for half a million rows: never
    /// for a request. Leaves the block cache as it is.
    /// - Throws: `invalidArgument`.
    package func fullScan(
        _ family: Family, at snapshot: Snapshot? = nil, lower: [UInt8]? = nil,
        upper: [UInt8]? = nil
    ) throws(RocksDBError) -> KeyIterator {
        try makeIterator(family, snapshot, lower, upper, fillCache: false)
    }

    private func makeIterator(
        _ family: Family, _ snapshot: Snapshot?, _ lower: [UInt8]?, _ upper: [UInt8]?,
        fillCache: Bool
    ) throws(RocksDBError) -> KeyIterator {
        if let snapshot, snapshot.database !== self { throw Self.foreignSnapshot }
        let slot = try slot(family)
        return unsafe KeyIterator(
            self, slot.handle, snapshot, lower: lower, upper: upper, fillCache: fillCache)
    }
}
