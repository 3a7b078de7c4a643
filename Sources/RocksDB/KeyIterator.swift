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
    /// What lies over the database, with the bounds that its rows must be held against: RocksDB
    /// holds only its own rows against them.
    private let overlay: Overlay?

    private struct Overlay {
        let batch: IndexedBatch
        let lower: [UInt8]
        let upper: [UInt8]?

        func contains(_ key: Span<UInt8>) -> Bool {
            if Self.isBefore(key, lower.span) { return false }
            guard let upper else { return true }
            return Self.isBefore(key, upper.span)
        }

        private static func isBefore(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
            let shared = min(left.count, right.count)
            for index in 0..<shared where left[index] != right[index] {
                return left[index] < right[index]
            }
            return left.count < right.count
        }
    }

    /// Whether it stands on a row.
    @usableFromInline package private(set) var isValid = false

    /// - Parameters:
    ///   - lower: the first key that may be seen, nil for no bound.
    ///   - upper: the first key beyond, nil for no bound.
    ///   - overlay: what lies over the database.
    init(
        _ database: Database, _ family: OpaquePointer, _ snapshot: Snapshot?, lower: [UInt8]?,
        upper: [UInt8]?, fillCache: Bool, overlay: IndexedBatch?
    ) {
        self.database = database
        self.snapshot = snapshot
        self.overlay = overlay.map { Overlay(batch: $0, lower: lower ?? [], upper: upper) }
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
        let base: OpaquePointer = unsafe rocksdb_create_iterator_cf(
            database.handle, readOptions, family)
        if let overlay {
            // It takes the base over.
            unsafe handle = rocksdb_writebatch_wi_create_iterator_with_base_cf(
                overlay.handle, base, family)
        } else {
            unsafe handle = base
        }
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
        if let overlay { return try seek(overlay.lower.span) }
        unsafe rocksdb_iter_seek_to_first(handle)
        return try settle()
    }

    /// To the last row. Returns whether there is one.
    @discardableResult package mutating func seekToLast() throws(RocksDBError) -> Bool {
        if let upper = overlay?.upper {
            unsafe upper.span.withCBytes { start, length in
                unsafe rocksdb_iter_seek_for_prev(handle, start, length)
            }
            // The bound itself lies beyond.
            if unsafe rocksdb_iter_valid(handle) != 0, try !settle() {
                unsafe rocksdb_iter_prev(handle)
            }
            return try settle()
        }
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
        if let overlay, isValid { isValid = overlay.contains(key) }
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
    ///   - overlay: changes to be seen as if they were written.
    /// - Throws: `exactKeyOnly` for a family of hash memtables, `invalidArgument`.
    package func iterator(
        _ family: Family, at snapshot: Snapshot? = nil, lower: [UInt8]? = nil,
        upper: [UInt8]? = nil, under overlay: IndexedBatch? = nil
    ) throws(RocksDBError) -> KeyIterator {
        if try slot(family).exactKeyLength != 0 {
            throw RocksDBError(.exactKeyOnly, "the family answers exact keys only")
        }
        return try makeIterator(
            family, snapshot, lower, upper, fillCache: true, overlay: overlay)
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
        fillCache: Bool, overlay: IndexedBatch? = nil
    ) throws(RocksDBError) -> KeyIterator {
        if let snapshot, snapshot.database !== self { throw Self.foreignSnapshot }
        let slot = try slot(family)
        return unsafe KeyIterator(
            self, slot.handle, snapshot, lower: lower, upper: upper, fillCache: fillCache,
            overlay: overlay)
    }
}
