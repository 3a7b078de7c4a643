internal import CRocksDB
internal import CRocksDBShims

/// One open RocksDB database with a fixed list of column families.
///
/// Ownership: a class, because snapshots, iterators, batches and pinned values each keep it open;
/// the last of them closes it. Closing hands the log's buffer to the kernel but does not fsync it:
/// call `flushWAL(sync: true)` before letting go. Threading: every call may come from any thread.
/// One writer at a time is assumed (concurrent memtable writes are off), more than one only wait
/// for each other.
@safe package final class Database: @unchecked Sendable {
    // Invariant: all set once in `init` and freed in `deinit`; RocksDB's database and family
    // handles and its option objects for reads and writes are thread-safe. That is why sharing is
    // safe.
    @usableFromInline let handle: OpaquePointer
    @usableFromInline let slots: UnsafeMutablePointer<Slot>
    /// The number of families, `default` not counted unless it was asked for.
    package let familyCount: Int
    @usableFromInline let readOptions: OpaquePointer
    private let writeOptions: InlineArray<4, OpaquePointer>
    private let store: OptionStore
    private let slotCount: Int
    private let families: [FamilyOptions]

    /// What a batch or a read needs to know of a family.
    @safe package struct Slot {
        @usableFromInline let handle: OpaquePointer
        /// 0 where any length will do.
        @usableFromInline let exactKeyLength: Int

        init(handle: OpaquePointer, exactKeyLength: Int) {
            unsafe self.handle = handle
            self.exactKeyLength = exactKeyLength
        }
    }

    /// Opens the database in the folder `path`, taking its lock unless `options.readOnly`.
    ///
    /// Recovery reads the whole log: may take seconds. `default` is opened besides where the list
    /// lacks it, and stays out of reach.
    /// - Parameter families: must name every family that exists; their order numbers them.
    /// - Throws: `locked`, `invalidArgument` where the families differ from those on disk,
    ///   `optionMismatch` where an option in force is not the one asked for, `corruption`, `io`.
    package init(
        path: String, families: [FamilyOptions], options: DatabaseOptions = DatabaseOptions()
    ) throws(RocksDBError) {
        try CCall.checkPath(path)
        if Set(families.map(\.name)).count != families.count {
            throw RocksDBError(.invalidArgument, "a family is named twice")
        }
        var all = families
        if !all.contains(where: { $0.name == "default" }) {
            all.append(FamilyOptions(name: "default", writeBufferBytes: 1 << 20))
        }
        store = try OptionStore(all, options)
        let opened = try unsafe Self.open(path, all, store, readOnly: options.readOnly)
        unsafe handle = opened.database
        unsafe slots = opened.slots
        slotCount = all.count
        familyCount = families.count
        self.families = all
        unsafe readOptions = rocksdb_readoptions_create()
        unsafe writeOptions = InlineArray { index in
            let options: OpaquePointer = unsafe rocksdb_writeoptions_create()
            unsafe rocksdb_writeoptions_set_sync(options, index & 1 == 0 ? 0 : 1)
            unsafe rocksdb_writeoptions_disable_WAL(options, index & 2 == 0 ? 0 : 1)
            return unsafe options
        }
        try verifyOptionsInForce(options.logRecovery)
    }

    deinit {
        for index in 0..<slotCount {
            unsafe rocksdb_column_family_handle_destroy(slots[index].handle)
        }
        unsafe slots.deallocate()
        unsafe rocksdb_close(handle)
        unsafe rocksdb_readoptions_destroy(readOptions)
        for index in 0..<4 {
            unsafe rocksdb_writeoptions_destroy(writeOptions[index])
        }
    }

    private static func open(
        _ path: String, _ families: [FamilyOptions], _ store: OptionStore, readOnly: Bool
    ) throws(RocksDBError) -> (database: OpaquePointer, slots: UnsafeMutablePointer<Slot>) {
        var handles: [OpaquePointer?] = unsafe Array(repeating: nil, count: families.count)
        var options: [OpaquePointer?] = unsafe store.families
        let count = CInt(clamping: families.count)
        let database: OpaquePointer? = unsafe try CCall.withStrings(families.map(\.name)) {
            (names) throws(RocksDBError) in
            unsafe try CCall.run { error in
                if readOnly {
                    return unsafe rocksdb_open_for_read_only_column_families(
                        store.database, path, count, names, &options, &handles, 0, error)
                }
                return unsafe rocksdb_open_column_families(
                    store.database, path, count, names, &options, &handles, error)
            }
        }
        guard let database = unsafe database else {
            throw RocksDBError(.other, "open gave neither a database nor an error")
        }
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: families.count)
        for (index, family) in families.enumerated() {
            guard let handle = unsafe handles[index] else {
                throw RocksDBError(.other, "open gave no handle for family \(family.name)")
            }
            unsafe (slots + index).initialize(
                to: Slot(handle: handle, exactKeyLength: family.exactKeyLength))
        }
        return unsafe (database, slots)
    }

    /// Compares what RocksDB runs with and what was asked for: it replaces options that it does not
    /// know or like without a word.
    private func verifyOptionsInForce(
        _ logRecovery: DatabaseOptions.LogRecovery
    ) throws(RocksDBError) {
        for (index, family) in families.enumerated() {
            let facts = unsafe OptionsInForce(handle, slots[index].handle)
            if let difference = facts.difference(from: family, logRecovery: logRecovery) {
                throw RocksDBError(.optionMismatch, "family \(family.name): \(difference)")
            }
        }
    }

    /// The token of the family that stands at `index` of the list given to `init`.
    ///
    /// - Throws: `invalidArgument` where there is none.
    package func family(_ index: Int) throws(RocksDBError) -> Family {
        if index < 0 || index >= familyCount {
            throw RocksDBError(.invalidArgument, "no family number \(index)")
        }
        return Family(index: index)
    }

    /// The token of the family called `name`; nil where there is none. Cost: a walk of the list.
    package func family(named name: String) -> Family? {
        families.prefix(familyCount).firstIndex { $0.name == name }.map(Family.init(index:))
    }

    /// The options that `family` was opened with.
    ///
    /// - Throws: `invalidArgument` for another database's family.
    package func options(of family: Family) throws(RocksDBError) -> FamilyOptions {
        _ = try slot(family)
        return families[family.index]
    }

    @inlinable @inline(__always)
    package func slot(_ family: Family) throws(RocksDBError) -> Slot {
        if family.index >= familyCount { throw Self.foreignFamily }
        return unsafe slots[family.index]
    }

    /// The slot, once the key is known to be one that the family can take.
    @inlinable @inline(__always)
    package func slot(_ family: Family, keyLength: Int) throws(RocksDBError) -> Slot {
        let slot = try slot(family)
        if slot.exactKeyLength != 0 && slot.exactKeyLength != keyLength { throw Self.wrongKey }
        return slot
    }

    package static var foreignFamily: RocksDBError {
        RocksDBError(.invalidArgument, "the family belongs to another database")
    }

    package static var wrongKey: RocksDBError {
        RocksDBError(.invalidArgument, "the key has not the one width of its family")
    }

    /// The write options for a pair of flags.
    func writeOptions(sync: Bool, disableWAL: Bool) -> OpaquePointer {
        unsafe writeOptions[(sync ? 1 : 0) | (disableWAL ? 2 : 0)]
    }

    /// The C options of a family, for sorted-file writers.
    func storeOptions(_ family: Family) -> OpaquePointer { unsafe store.families[family.index] }

    /// A number that moves whenever a write-ahead log was ended, or files were made or removed.
    /// Cost: one atomic load.
    package var fileChanges: UInt64 { unsafe rocksdb_shim_listener_changes(store.listener) }

    /// The first error that RocksDB met in a flush, a compaction or its manifest; nil where all is
    /// well. From then on the database takes no writes, and nothing is retried.
    /// Cost: one atomic load where all is well.
    package func backgroundError() -> String? {
        if unsafe rocksdb_shim_listener_errors(store.listener) == 0 { return nil }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 2048) { buffer, count in
            let start = UnsafeMutableRawPointer(buffer.baseAddress)
            unsafe count = rocksdb_shim_listener_text(
                store.listener, start?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
