package import RocksDB
import System

/// The two calls that wait for the disk, for the thread that makes them.
package struct StoreHandles: Sendable {
    private let database: Database
    private let mark: HighWaterMark

    package init(database: Database, mark: HighWaterMark) {
        self.database = database
        self.mark = mark
    }

    /// Waits until everything that was written is on disk.
    ///
    /// - Throws: final; nothing may be acknowledged after it.
    package func synchronize() throws(StorageError) {
        do throws(RocksDBError) {
            try database.flushWAL(sync: true)
        } catch { throw StorageError(error) }
        if let failure = database.backgroundError() {
            throw .database(kind: .io, message: failure)
        }
    }

    /// Writes the high-water mark and waits for it.
    package func writeMark(_ value: HighWaterMark.Value) throws(StorageError) {
        do throws(SystemError) { try mark.write(value) } catch {
            throw StorageError(error)
        }
    }
}
