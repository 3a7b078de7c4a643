/// What one column family is made for.
package struct FamilyOptions: Equatable, Sendable {
    /// The structure that holds a family's newest rows in memory.
    package enum Memtable: Equatable, Sendable {
        /// Ordered: exact keys, iterators and ranges. A put of a random key costs some µs.
        case skiplist
        /// Hash buckets of short lists, under a prefix extractor that takes the whole key: exact
        /// keys only, all of `keyLength` bytes (1–1024). A put of a random key costs a quarter of a
        /// skiplist's; many versions of one key cost no more.
        /// An ordinary iterator over it would return no rows without an error, so none is given.
        case hashList(keyLength: Int)
    }

    package var name: String
    package var memtable: Memtable
    /// Bits of bloom filter per key (1–20), in sorted files and, for a skiplist, in memory too; nil
    /// for none. Worth having where misses are asked for.
    package var bloomBitsPerKey: Int?
    /// Bytes a memtable may hold before it is flushed; at least 64 KiB.
    package var writeBufferBytes: Int
    /// Further options in RocksDB's own `name=value;name=value` form, applied last. What `memtable`
    /// promises is verified after the open all the same.
    package var overrides: String

    package init(
        name: String, memtable: Memtable = .skiplist, bloomBitsPerKey: Int? = nil,
        writeBufferBytes: Int = 32 << 20, overrides: String = ""
    ) {
        self.name = name
        self.memtable = memtable
        self.bloomBitsPerKey = bloomBitsPerKey
        self.writeBufferBytes = writeBufferBytes
        self.overrides = overrides
    }

    /// The width that every key must have; 0 where any will do.
    var exactKeyLength: Int {
        switch memtable {
        case .skiplist: 0
        case .hashList(let keyLength): keyLength
        }
    }

    /// Refuses values that RocksDB would meet with an abort or silently change.
    func check() throws(RocksDBError) {
        func refuse(_ what: String) -> RocksDBError {
            RocksDBError(.invalidArgument, "family \(name): \(what)")
        }
        if name.isEmpty || name.utf8.contains(0) { throw refuse("bad name") }
        if writeBufferBytes < 64 << 10 || writeBufferBytes > 1 << 40 {
            throw refuse("write buffer must be 64 KiB to 1 TiB")
        }
        if let bits = bloomBitsPerKey, !(1...20).contains(bits) {
            throw refuse("bloom filter must be 1 to 20 bits per key")
        }
        if case .hashList(let keyLength) = memtable, !(1...1024).contains(keyLength) {
            throw refuse("key length must be 1 to 1024 bytes")
        }
        if overrides.utf8.contains(0) { throw refuse("bad overrides") }
    }
}

/// What concerns the whole database.
package struct DatabaseOptions: Equatable, Sendable {
    /// How much RocksDB writes to its own `LOG` file.
    package enum InfoLog: Int32, Equatable, Sendable {
        case debug, info, warn, error
    }

    /// Make the database, and families it lacks, instead of refusing.
    package var createIfMissing: Bool
    /// What a damaged write-ahead log means.
    package enum LogRecovery: Equatable, Sendable {
        /// A torn record at the very end is cut off; damage before it refuses to open.
        case tornTailOnly
        /// Everything from the first damage on is cut off: only where it is proven that nothing
        /// acknowledged lies there.
        case untilDamage
        /// Damaged records are left out, whatever follows them is taken: for salvage alone.
        case skipDamage
    }

    /// Bytes of the one block cache that all families share; index and filter blocks count.
    package var blockCacheBytes: Int
    /// Open without the lock and without the right to write.
    package var readOnly: Bool
    package var infoLog: InfoLog
    /// How many sorted files may be open at once, at least 16.
    package var maxOpenFiles: Int
    /// Bytes of write-ahead log after which the oldest memtables are flushed.
    package var maxTotalLogBytes: Int
    /// Threads for flushes and compactions.
    package var backgroundJobs: Int
    package var logRecovery = LogRecovery.tornTailOnly

    package init(
        createIfMissing: Bool = true, blockCacheBytes: Int = 64 << 20, readOnly: Bool = false,
        infoLog: InfoLog = .warn, maxOpenFiles: Int = 512, maxTotalLogBytes: Int = 128 << 20,
        backgroundJobs: Int = 2
    ) {
        self.createIfMissing = createIfMissing
        self.blockCacheBytes = blockCacheBytes
        self.readOnly = readOnly
        self.infoLog = infoLog
        self.maxOpenFiles = maxOpenFiles
        self.maxTotalLogBytes = maxTotalLogBytes
        self.backgroundJobs = backgroundJobs
    }
}

/// One column family of one open database: its place in the list that the database was opened with.
package struct Family: Equatable, Hashable, Sendable {
    @usableFromInline let index: Int

    /// - Parameter index: its place in the list that the database was opened with; a wrong one is
    ///   refused by every call that takes it.
    @inlinable package init(index: Int) { self.index = index }
}
