import RocksDB

/// The versions that `entrepot version`, `INFO` and the log of a start report.
package enum Versions {
    /// This program.
    package static let entrepot = "0.1.0"

    /// The compiler that built it.
    package static var swift: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// Names and versions, in the order to show.
    package static var all: [(name: String, version: String)] {
        [("entrepot", entrepot), ("swift", swift), ("librocksdb", LibraryVersion.rocksDB)]
    }
}
