package import RocksDB
import System

/// The calls that write and wait for the disk, for the thread that makes them.
package struct StoreHandles: Sendable {
    private let database: Database
    private let mark: HighWaterMark

    private let files: FileRecord

    package init(_ store: Store) {
        database = store.database
        mark = store.mark
        files = store.files
    }

    /// Writes a sealed group as one batch. Its bytes are this process's until `handOver` or
    /// `synchronize`.
    ///
    /// - Throws: final; nothing may be acknowledged after it.
    package func write(_ group: SealedGroup) throws(StorageError) {
        do throws(RocksDBError) {
            try group.batch.write(to: database)
        } catch { throw StorageError(error) }
    }

    /// The store as of the last written group.
    package func snapshot() throws(StorageError) -> Snapshot {
        do throws(RocksDBError) { return try database.snapshot() } catch {
            throw StorageError(error)
        }
    }

    /// Hands everything that was written to the kernel: it outlives the process, not the machine.
    ///
    /// - Throws: final; nothing may be acknowledged after it.
    package func handOver() throws(StorageError) {
        do throws(RocksDBError) {
            try database.flushWAL(sync: false)
        } catch { throw StorageError(error) }
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

    /// Keeps the record of the database's files true; costs nothing while they stay as they are.
    ///
    /// - Parameter now: monotonic nanoseconds.
    package func recordFiles(now: UInt64) throws(StorageError) {
        try files.update(changes: database.fileChanges, now: now)
    }

    /// Writes the high-water mark and waits for it.
    package func writeMark(_ value: HighWaterMark.Value) throws(StorageError) {
        do throws(SystemError) { try mark.write(value) } catch {
            throw StorageError(error)
        }
    }
}
