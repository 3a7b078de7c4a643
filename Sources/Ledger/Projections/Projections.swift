package import Domain
package import RocksDB
package import Storage
package import System

/// Replaced by the real one.
package final class Projections: Sendable {
    package init(database: Database, names: Names) throws(StorageError) {}
    package func load(_ view: ReadView) throws(StorageError) {}
    package func append(_ events: [Event], view: ReadView) {}
    package func start() throws(SystemError) {}
    package func stop() {}
    package var indexedSeq: UInt64 { 0 }
}
