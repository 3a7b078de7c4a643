internal import CRocksDBShims

/// Which RocksDB the process has loaded.
package enum LibraryVersion {
    /// `7.8.3`: of the library at run time, not of the headers.
    package static var rocksDB: String { unsafe String(cString: rocksdb_shim_version()) }
}
