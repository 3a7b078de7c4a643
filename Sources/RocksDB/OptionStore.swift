internal import CRocksDB
internal import CRocksDBShims

/// Owns the C options that a database is opened with, its block cache and its listener.
///
/// They live as long as the database: sorted-file writers are made from a family's options, and the
/// listener is asked for errors.
@safe final class OptionStore: @unchecked Sendable {
    // Invariant: written only in `init`; RocksDB reads option objects without changing them, and
    // the listener locks for itself. That is why sharing it between threads is safe.
    private(set) var database: OpaquePointer
    let listener: OpaquePointer
    private(set) var families: [OpaquePointer] = unsafe []
    private let cache: OpaquePointer

    init(_ families: [FamilyOptions], _ options: DatabaseOptions) throws(RocksDBError) {
        if let problem = unsafe rocksdb_shim_check() {
            throw RocksDBError(.other, unsafe String(cString: problem))
        }
        unsafe database = rocksdb_options_create()
        unsafe listener = rocksdb_shim_listener_create()
        unsafe cache = rocksdb_cache_create_lru(max(options.blockCacheBytes, 1 << 20))
        try applyDatabase(options)
        for family in families {
            try family.check()
            try unsafe self.families.append(make(family))
        }
    }

    deinit {
        let count = unsafe families.count
        for index in 0..<count { unsafe rocksdb_options_destroy(families[index]) }
        unsafe rocksdb_options_destroy(database)
        unsafe rocksdb_cache_destroy(cache)
        unsafe rocksdb_shim_listener_destroy(listener)
    }

    /// Lets the threads that flush and compact run only when nobody else wants the processor: the
    /// thread that answers clients shares two cores with them. Once for the process.
    static let yieldingBackground: Void = {
        let environment: OpaquePointer = unsafe rocksdb_create_default_env()
        unsafe rocksdb_env_lower_thread_pool_cpu_priority(environment)
        unsafe rocksdb_env_lower_high_priority_thread_pool_cpu_priority(environment)
        // The handle only: the default environment itself lives as long as the process.
        unsafe rocksdb_env_destroy(environment)
    }()

    private func applyDatabase(_ options: DatabaseOptions) throws(RocksDBError) {
        // Options that the C interface has no call for. An error in the background is final here
        // (`max_bgerror_resume_count`), and 7.8 raises false alarms over tracked logs.
        Self.yieldingBackground
        let recovery =
            switch options.logRecovery {
            // The default mode drops acknowledged writes behind one flipped bit.
            case .tornTailOnly: "kTolerateCorruptedTailRecords"
            case .untilDamage: "kPointInTimeRecovery"
            case .skipDamage: "kSkipAnyCorruptedRecords"
            }
        let text = """
            max_bgerror_resume_count=0;track_and_verify_wals_in_manifest=false;\
            allow_concurrent_memtable_write=false;stats_persist_period_sec=0;\
            wal_recovery_mode=\(recovery)
            """
        unsafe database = try Self.replacing(database, text)
        unsafe rocksdb_options_set_create_if_missing(database, options.createIfMissing ? 1 : 0)
        unsafe rocksdb_options_set_create_missing_column_families(
            database, options.createIfMissing ? 1 : 0)
        unsafe rocksdb_options_set_manual_wal_flush(database, 1)
        unsafe rocksdb_options_set_max_total_wal_size(
            database, UInt64(max(options.maxTotalLogBytes, 1 << 20)))
        unsafe rocksdb_options_set_max_open_files(
            database, CInt(clamping: max(options.maxOpenFiles, 16)))
        unsafe rocksdb_options_set_keep_log_file_num(database, 3)
        unsafe rocksdb_options_set_max_log_file_size(database, 8 << 20)
        unsafe rocksdb_options_set_stats_dump_period_sec(database, 0)
        unsafe rocksdb_options_set_info_log_level(database, options.infoLog.rawValue)
        unsafe rocksdb_options_set_max_background_jobs(
            database, CInt(clamping: max(options.backgroundJobs, 1)))
        unsafe rocksdb_shim_listener_attach(listener, database)
    }

    private func make(_ family: FamilyOptions) throws(RocksDBError) -> OpaquePointer {
        var options: OpaquePointer = unsafe rocksdb_options_create_copy(database)
        do throws(RocksDBError) {
            unsafe options = try Self.replacing(
                options,
                """
                compression=kLZ4Compression;bottommost_compression=kZSTD;\
                level_compaction_dynamic_level_bytes=true;max_write_buffer_number=3
                """)
            unsafe rocksdb_options_set_write_buffer_size(options, family.writeBufferBytes)
            unsafe applyTable(family, options)
            unsafe applyMemtable(family, options)
            if !family.overrides.isEmpty {
                unsafe options = try Self.replacing(options, family.overrides)
            }
        } catch {
            unsafe rocksdb_options_destroy(options)
            throw error
        }
        return unsafe options
    }

    private func applyTable(_ family: FamilyOptions, _ options: OpaquePointer) {
        let table: OpaquePointer = unsafe rocksdb_block_based_options_create()
        unsafe rocksdb_block_based_options_set_block_cache(table, cache)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        unsafe rocksdb_block_based_options_set_format_version(table, 5)
        if let bits = family.bloomBitsPerKey {
            // The table options take the policy over; the factory below copies them.
            unsafe rocksdb_block_based_options_set_filter_policy(
                table, rocksdb_filterpolicy_create_bloom_full(Double(bits)))
            unsafe rocksdb_block_based_options_set_whole_key_filtering(table, 1)
        }
        unsafe rocksdb_options_set_block_based_table_factory(options, table)
        unsafe rocksdb_block_based_options_destroy(table)
    }

    private func applyMemtable(_ family: FamilyOptions, _ options: OpaquePointer) {
        switch family.memtable {
        case .skiplist:
            if family.bloomBitsPerKey != nil {
                unsafe rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.02)
                unsafe rocksdb_options_set_memtable_whole_key_filtering(options, 1)
            }
        case .hashList(let keyLength):
            // The extractor goes over to the options. A bucket is 8 bytes and a row rarely under
            // 128, so this keeps the lists near one row and the table at a sixteenth of the buffer.
            unsafe rocksdb_options_set_prefix_extractor(
                options, rocksdb_slicetransform_create_fixed_prefix(keyLength))
            let buckets = min(max(family.writeBufferBytes / 128, 256), 1 << 20)
            unsafe rocksdb_options_set_hash_link_list_rep(options, buckets)
        }
    }

    /// Options with `text` applied in place of `old`, which is destroyed where that succeeds.
    private static func replacing(
        _ old: OpaquePointer, _ text: String
    ) throws(RocksDBError) -> OpaquePointer {
        let new: OpaquePointer = unsafe rocksdb_options_create()
        do throws(RocksDBError) {
            try unsafe CCall.run { unsafe rocksdb_get_options_from_string(old, text, new, $0) }
        } catch {
            unsafe rocksdb_options_destroy(new)
            throw error
        }
        unsafe rocksdb_options_destroy(old)
        return unsafe new
    }
}
