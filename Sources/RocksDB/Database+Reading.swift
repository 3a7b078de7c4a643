internal import CRocksDB

// Invariant: `self` keeps the database and its families open for the length of each call, and what
// a call makes in C is given back on every path out of it.
extension Database {
    /// A view of all families as they are now.
    ///
    /// - Throws: `other` where RocksDB makes none.
    package func snapshot() throws(RocksDBError) -> Snapshot { try Snapshot(self) }

    /// The value under `key`, without a copy where it lies in a cached block; nil where there is
    /// none.
    ///
    /// Cost: 0.3 µs from a hash memtable to some µs from a sorted file.
    /// - Throws: `invalidArgument` for a key that the family cannot hold, `io`, `corruption`.
    @inlinable package func value(
        _ family: Family, _ key: Span<UInt8>
    ) throws(RocksDBError) -> PinnedValue? {
        unsafe try pinned(family, key, readOptions)
    }

    /// The same, as `snapshot` sees it. The snapshot must be this database's.
    @inlinable package func value(
        _ family: Family, _ key: Span<UInt8>, at snapshot: borrowing Snapshot
    ) throws(RocksDBError) -> PinnedValue? {
        if snapshot.database !== self { throw Self.foreignSnapshot }
        return unsafe try pinned(family, key, snapshot.readOptions)
    }

    /// Hands the value under `key` to `body`; nil where there is none.
    ///
    /// - Throws: what `value` and `body` do.
    @inlinable package func get<Result>(
        _ family: Family, _ key: Span<UInt8>,
        _ body: (Span<UInt8>) throws(RocksDBError) -> Result
    ) throws(RocksDBError) -> Result? {
        guard let value = unsafe try pinned(family, key, readOptions) else { return nil }
        return try body(value.bytes)
    }

    /// The same, as `snapshot` sees it. The snapshot must be this database's.
    @inlinable package func get<Result>(
        _ family: Family, _ key: Span<UInt8>, at snapshot: borrowing Snapshot,
        _ body: (Span<UInt8>) throws(RocksDBError) -> Result
    ) throws(RocksDBError) -> Result? {
        guard let value = try value(family, key, at: snapshot) else { return nil }
        return try body(value.bytes)
    }

    /// Whether there is a value under `key`. Costs what `value` does.
    @inlinable package func contains(
        _ family: Family, _ key: Span<UInt8>
    ) throws(RocksDBError) -> Bool {
        switch try value(family, key) {
        case .none: false
        case .some: true
        }
    }

    /// The same, as `snapshot` sees it. The snapshot must be this database's.
    @inlinable package func contains(
        _ family: Family, _ key: Span<UInt8>, at snapshot: borrowing Snapshot
    ) throws(RocksDBError) -> Bool {
        switch try value(family, key, at: snapshot) {
        case .none: false
        case .some: true
        }
    }

    /// Reads many keys of one width at once, which shares the work within blocks and filters.
    ///
    /// - Parameters:
    ///   - keys: the keys, one behind the other, in any order; ascending is fastest.
    ///   - keyLength: bytes per key, at least 1; `keys` must be a whole multiple.
    ///   - body: gets each key's number and its value, nil where there is none, in order.
    /// - Throws: `invalidArgument`, `io`, `corruption`, and what `body` throws.
    package func multiGet(
        _ family: Family, keys: Span<UInt8>, keyLength: Int, at snapshot: Snapshot? = nil,
        _ body: (Int, Span<UInt8>?) throws(RocksDBError) -> Void
    ) throws(RocksDBError) {
        if let snapshot, snapshot.database !== self { throw Self.foreignSnapshot }
        if keyLength < 1 || keys.count % keyLength != 0 { throw Self.wrongKey }
        let handle = unsafe try slot(family, keyLength: keyLength).handle
        let options = unsafe snapshot?.readOptions ?? readOptions
        let total = keys.count / keyLength
        var first = 0
        while first < total {
            // Bounded, so that the pinned blocks of a long list do not fill the cache.
            let number = min(total - first, 128)
            let part = keys.extracting(first * keyLength..<(first + number) * keyLength)
            unsafe try readSome(handle, options, part, number, keyLength) {
                (index, value) throws(RocksDBError) in try body(first + index, value)
            }
            first += number
        }
    }

    private func readSome(
        _ family: OpaquePointer, _ options: OpaquePointer, _ keys: Span<UInt8>, _ number: Int,
        _ keyLength: Int, _ body: (Int, Span<UInt8>?) throws(RocksDBError) -> Void
    ) throws(RocksDBError) {
        var slices: [OpaquePointer?] = unsafe Array(repeating: nil, count: number)
        var errors: [UnsafeMutablePointer<CChar>?] = unsafe Array(repeating: nil, count: number)
        unsafe keys.withCBytes { start, _ in
            var starts = unsafe (0..<number).map { index in
                unsafe start.map { unsafe $0 + index * keyLength }
            }
            let lengths = Array(repeating: keyLength, count: number)
            unsafe rocksdb_batched_multi_get_cf(
                handle, options, family, number, &starts, lengths, &slices, &errors, false)
        }
        var failure: RocksDBError?
        for index in 0..<number {
            if let text = unsafe errors[index] {
                let error = unsafe CCall.taking(text)
                failure = failure ?? error
            }
            guard let slice = unsafe slices[index] else {
                if failure == nil {
                    failure = Self.failure { () throws(RocksDBError) in
                        try body(index, nil)
                    }
                }
                continue
            }
            let value = unsafe PinnedValue(slice, self)
            if failure == nil {
                failure = Self.failure { () throws(RocksDBError) in try body(index, value.bytes) }
            }
        }
        if let failure { throw failure }
    }

    /// What `body` throws, kept so that the rest of a list can be freed first.
    private static func failure(_ body: () throws(RocksDBError) -> Void) -> RocksDBError? {
        do throws(RocksDBError) { try body() } catch { return error }
        return nil
    }

    @inlinable @inline(__always)
    package func pinned(
        _ family: Family, _ key: Span<UInt8>, _ options: OpaquePointer
    ) throws(RocksDBError) -> PinnedValue? {
        let slot = try slot(family, keyLength: key.count)
        let slice: OpaquePointer? = unsafe try CCall.run { error in
            unsafe key.withCBytes { start, length in
                unsafe rocksdb_get_pinned_cf(handle, options, slot.handle, start, length, error)
            }
        }
        guard let slice = unsafe slice else { return nil }
        return unsafe PinnedValue(slice, self)
    }

    package static var foreignSnapshot: RocksDBError {
        RocksDBError(.invalidArgument, "the snapshot belongs to another database")
    }
}
