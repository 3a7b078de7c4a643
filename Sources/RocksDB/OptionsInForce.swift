internal import CRocksDB
internal import CRocksDBShims

/// What RocksDB says of a family of an open database.
struct OptionsInForce {
    private let memtable: String
    private let prefix: String
    private let writeBufferBytes: UInt64
    private let safeForOneWriter: Bool
    private let recovery: CInt
    private let stopsAtErrors: Bool

    init(_ database: OpaquePointer, _ family: OpaquePointer) {
        // Invariant: the shim ends each text with a zero inside its array.
        var facts = rocksdb_shim_facts_t()
        unsafe rocksdb_shim_facts(database, family, &facts)
        memtable = Self.text(of: &facts.memtable)
        prefix = Self.text(of: &facts.prefix)
        writeBufferBytes = facts.write_buffer_size
        safeForOneWriter = facts.manual_wal_flush && !facts.allow_concurrent_memtable_write
        recovery = facts.wal_recovery_mode
        stopsAtErrors =
            facts.max_bgerror_resume_count == 0 && facts.paranoid_checks
            && !facts.track_and_verify_wals
    }

    /// The first thing that is not as `wanted` says, as a sentence; nil where all is.
    func difference(
        from wanted: FamilyOptions, logRecovery: DatabaseOptions.LogRecovery
    ) -> String? {
        let expected: (memtable: String, prefix: String) =
            switch wanted.memtable {
            case .skiplist: ("SkipListFactory", "")
            case .hashList(let length):
                ("HashLinkListRepFactory", "rocksdb.FixedPrefix.\(length)")
            }
        if memtable != expected.memtable {
            return "its memtable is \(memtable) and not \(expected.memtable)"
        }
        if prefix != expected.prefix {
            return "its prefix extractor is '\(prefix)' and not '\(expected.prefix)'"
        }
        if writeBufferBytes != UInt64(wanted.writeBufferBytes) && wanted.overrides.isEmpty {
            return "its write buffer is \(writeBufferBytes) bytes"
        }
        if !safeForOneWriter { return "the options for a single writer are not in force" }
        let wantedRecovery =
            switch logRecovery {
            case .tornTailOnly: rocksdb_tolerate_corrupted_tail_records_recovery
            case .untilDamage: rocksdb_point_in_time_recovery
            case .skipDamage: rocksdb_skip_any_corrupted_records_recovery
            }
        if recovery != CInt(wantedRecovery) { return "its log recovery is number \(recovery)" }
        if !stopsAtErrors { return "the options for recovery and errors are not in force" }
        return nil
    }

    /// The text of a C array of characters in a struct.
    private static func text<Array>(of array: inout Array) -> String {
        unsafe withUnsafeBytes(of: &array) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
