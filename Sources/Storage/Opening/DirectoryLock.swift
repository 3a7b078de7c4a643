import System

/// Keeps other processes out of a data directory: servers, and readers that need it to stand still.
///
/// RocksDB's own lock does not stop a process that opens without the right to write. Ownership:
/// a class; lives as long as whoever uses the directory, and goes with the process.
package final class DirectoryLock: Sendable {
    private let file: FileHandle

    /// - Throws: `locked` where somebody else has it, `database` where there is no `FORMAT`.
    package init(directory: String) throws(StorageError) {
        file = try Self.open(directory + "/FORMAT")
        if try !Self.lock(file) { throw .locked(path: directory) }
    }

    private static func open(_ path: String) throws(StorageError) -> FileHandle {
        do throws(SystemError) { return try FileHandle(path: path, mode: .read) } catch {
            throw StorageError(error)
        }
    }

    private static func lock(_ file: borrowing FileHandle) throws(StorageError) -> Bool {
        do throws(SystemError) { return try file.lockExclusively() } catch {
            throw StorageError(error)
        }
    }
}
