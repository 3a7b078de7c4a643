internal import CRocksDB
internal import CRocksDBShims

// Invariant: `self` keeps the database and its families open for the length of each call, and what
// a call makes in C is given back on every path out of it.
extension Database {
    /// Removes the database in the folder `path`, whatever families it has.
    ///
    /// - Throws: `locked` where it is open, `io`.
    package static func destroy(path: String) throws(RocksDBError) {
        try CCall.checkPath(path)
        let options: OpaquePointer = unsafe rocksdb_options_create()
        defer { unsafe rocksdb_options_destroy(options) }
        unsafe try CCall.run { unsafe rocksdb_destroy_db(options, path, $0) }
    }

    /// Makes the database in the folder `path` one that opens again, from whatever sorted files and
    /// logs can be read. Loses what cannot, and rows that were deleted may come back.
    ///
    /// - Throws: `io`, `corruption`.
    package static func repair(path: String) throws(RocksDBError) {
        try CCall.checkPath(path)
        let options: OpaquePointer = unsafe rocksdb_options_create()
        defer { unsafe rocksdb_options_destroy(options) }
        try unsafe CCall.run { unsafe rocksdb_repair_db(options, path, $0) }
    }

    /// The names of the families of the database in the folder `path`, `default` among them.
    ///
    /// - Throws: `io` where there is no database, `corruption`.
    package static func families(path: String) throws(RocksDBError) -> [String] {
        try CCall.checkPath(path)
        let options: OpaquePointer = unsafe rocksdb_options_create()
        defer { unsafe rocksdb_options_destroy(options) }
        var count = 0
        let names = unsafe try CCall.run {
            unsafe rocksdb_list_column_families(options, path, &count, $0)
        }
        guard let names = unsafe names else { return [] }
        defer { unsafe rocksdb_list_column_families_destroy(names, count) }
        return (0..<count).compactMap { index in
            unsafe names[index].map { unsafe String(cString: $0) }
        }
    }

    /// One of RocksDB's own figures as text, such as `rocksdb.stats`; nil where the name is
    /// unknown.
    ///
    /// - Parameter family: whose; nil for the database's.
    package func property(_ name: String, of family: Family? = nil) -> String? {
        guard let family else {
            return unsafe CCall.text(taking: rocksdb_property_value(handle, name))
        }
        guard let slot = try? slot(family) else { return nil }
        return unsafe CCall.text(taking: rocksdb_property_value_cf(handle, slot.handle, name))
    }

    /// One of RocksDB's own figures as a number, such as `rocksdb.estimate-num-keys`; nil where the
    /// name is unknown or is not a number's.
    ///
    /// - Parameter family: whose; nil for the database's.
    package func integerProperty(_ name: String, of family: Family? = nil) -> UInt64? {
        var value: UInt64 = 0
        guard let family else {
            return unsafe rocksdb_property_int(handle, name, &value) == 0 ? value : nil
        }
        guard let slot = try? slot(family) else { return nil }
        return unsafe rocksdb_property_int_cf(handle, slot.handle, name, &value) == 0 ? value : nil
    }

    /// Rewrites the sorted files that hold keys of the range, dropping what is deleted, and waits.
    ///
    /// An error shows as `backgroundError`.
    /// - Parameters:
    ///   - lower: the first key, nil for no bound.
    ///   - upper: the last key, nil for no bound.
    /// - Throws: `invalidArgument`.
    package func compactRange(
        _ family: Family, from lower: [UInt8]? = nil, to upper: [UInt8]? = nil
    ) throws(RocksDBError) {
        let slot = try slot(family)
        unsafe Self.withOptionalBytes(lower) { lowerStart, lowerLength in
            unsafe Self.withOptionalBytes(upper) { upperStart, upperLength in
                unsafe rocksdb_compact_range_cf(
                    handle, slot.handle, lowerStart, lowerLength, upperStart, upperLength)
            }
        }
    }

    private static func withOptionalBytes(
        _ bytes: [UInt8]?, _ body: (UnsafePointer<CChar>?, Int) -> Void
    ) {
        guard let bytes else { return body(nil, 0) }
        unsafe bytes.span.withCBytes(body)
    }

    /// Makes a database of its own in the new folder `path`: all that was written, without a log.
    ///
    /// Flushes the memtables first; files are linked where the file system allows it.
    /// - Throws: `invalidArgument` where the folder exists, `io`, `noSpace`.
    package func checkpoint(to path: String) throws(RocksDBError) {
        try CCall.checkPath(path)
        let checkpoint = unsafe try CCall.run {
            unsafe rocksdb_checkpoint_object_create(handle, $0)
        }
        guard let checkpoint = unsafe checkpoint else {
            throw RocksDBError(.other, "no checkpoint was made")
        }
        defer { unsafe rocksdb_checkpoint_object_destroy(checkpoint) }
        unsafe try CCall.run { unsafe rocksdb_checkpoint_create(checkpoint, path, 0, $0) }
    }

    /// A writer of one sorted file at `path` with the options of `family`.
    ///
    /// - Throws: `invalidArgument`, `io`, `noSpace`.
    package func sortedFileWriter(
        _ family: Family, path: String
    ) throws(RocksDBError) -> SortedFileWriter {
        try SortedFileWriter(self, family, path: path)
    }

    /// Takes finished sorted files into `family`, all or none. Their rows count as newer than what
    /// the family holds. The files must not overlap one another.
    ///
    /// Not in the log: durable by itself on return. Reads the files through to verify them, and
    /// flushes the family first where its memtable overlaps.
    /// - Parameter moveFiles: link the files in and remove the originals, instead of copying.
    /// - Throws: `invalidArgument`, `corruption`, `io`, `noSpace`.
    package func ingest(
        _ paths: [String], into family: Family, moveFiles: Bool = true
    ) throws(RocksDBError) {
        if paths.isEmpty { return }
        for path in paths { try CCall.checkPath(path) }
        let slot = try slot(family)
        let options: OpaquePointer = unsafe rocksdb_ingestexternalfileoptions_create()
        defer { unsafe rocksdb_ingestexternalfileoptions_destroy(options) }
        unsafe rocksdb_ingestexternalfileoptions_set_move_files(options, moveFiles ? 1 : 0)
        // By default a file is taken with damaged rows and fails when they are read.
        unsafe rocksdb_shim_ingest_verifying(options)
        unsafe try CCall.withStrings(paths) { (list) throws(RocksDBError) in
            unsafe try CCall.run {
                unsafe rocksdb_ingest_external_file_cf(
                    handle, slot.handle, list, paths.count, options, $0)
            }
        }
    }
}
