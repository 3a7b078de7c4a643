import Basics
import Synchronization
import System

/// The side file that says which files the database needs: its ended write-ahead logs, whole, and
/// its manifest.
///
/// RocksDB takes a write-ahead log that was shortened, or that is gone, for one that ended there,
/// and goes on with the next: acknowledged rows in the middle would be missing without an error. A
/// start that finds less than this record proves the whole store before it serves.
///
///     file     = magic:4 "EFIL" schema:4 count:4 { length:1 name size:8 }*count checksum:8
///     checksum = FastHash.hash64 over the bytes before it; all numbers big-endian
///
/// The record may be older than the files by about a second: then a start looks closer than it
/// would have to, never less close.
/// Threading: one thread at a time; after opening that is the sync thread.
package final class FileRecord: Sendable {
    package struct Entry: Equatable, Sendable {
        package let name: String
        /// What the file holds at least.
        package let size: UInt64
    }

    private static let magic: UInt32 = 0x4546_494c
    private static let schema: UInt32 = 1
    /// Logs go some time after the change that made them superfluous.
    private static let settlingNanoseconds: UInt64 = 1_000_000_000

    private let path: String
    private let folder: String
    private let state: Mutex<State>

    private struct State {
        var written: [Entry] = []
        var changes: UInt64?
        var lookAgainAt: UInt64?
    }

    package init(directory: String) {
        path = directory + "/files"
        folder = directory + "/db"
        state = Mutex(State())
    }

    // MARK: Reading

    /// What is missing of what the record names, as a sentence; nil where nothing is, or where
    /// there is no record.
    package func suspicion() throws(StorageError) -> String? {
        do throws(SystemError) {
            if try FileSystem.kind(of: path) == nil { return nil }
            let bytes = try FileSystem.read(path, limit: 1 << 20).array
            guard let entries = Self.decode(bytes.span) else { return "\(path) is damaged" }
            for entry in entries {
                let file = folder + "/" + entry.name
                if try FileSystem.kind(of: file) == nil {
                    // A new manifest takes the place of the old one, and only then is that removed.
                    if entry.name.hasPrefix("MANIFEST"), try manifest() != entry.name { continue }
                    return "\(entry.name) is gone"
                }
                let size = try FileSystem.size(of: file)
                if size < entry.size {
                    return "\(entry.name) has \(size) bytes, it had \(entry.size)"
                }
            }
        } catch { throw StorageError(error) }
        return nil
    }

    private func manifest() throws(SystemError) -> String? {
        let current = folder + "/CURRENT"
        if try FileSystem.kind(of: current) == nil { return nil }
        let text = try FileSystem.read(current, limit: 4_096).array.span.validatedText ?? ""
        return text.split(separator: "\n").first.map(String.init)
    }

    // MARK: Writing

    /// Writes the record anew where the files may have changed since.
    ///
    /// - Parameters:
    ///   - changes: the database's count of changes.
    ///   - now: monotonic nanoseconds.
    package func update(changes: UInt64, now: UInt64) throws(StorageError) {
        let isDue = state.withLock { state in
            if state.changes != changes {
                state.changes = changes
                state.lookAgainAt = now &+ Self.settlingNanoseconds
                return true
            }
            guard let moment = state.lookAgainAt, now >= moment else { return false }
            state.lookAgainAt = nil
            return true
        }
        if isDue { try write() }
    }

    /// Writes the record of what is there now.
    package func write() throws(StorageError) {
        do throws(SystemError) {
            let entries = try present()
            if state.withLock({ $0.written == entries }) { return }
            try FileSystem.writeAtomically(Self.encode(entries).bytes, to: path)
            state.withLock { $0.written = entries }
        } catch { throw StorageError(error) }
    }

    private func present() throws(SystemError) -> [Entry] {
        var entries: [Entry] = []
        let names = try FileSystem.list(folder)
        let logs = names.filter { $0.hasSuffix(".log") }
        for name in logs {
            // The newest one is being written: only that it exists can be told.
            guard name != logs.last else {
                entries.append(Entry(name: name, size: 0))
                continue
            }
            if let size = try Self.size(of: folder + "/" + name) {
                entries.append(Entry(name: name, size: size))
            }
        }
        if let name = try manifest(), let size = try Self.size(of: folder + "/" + name) {
            entries.append(Entry(name: name, size: size))
        }
        return entries
    }

    /// Nil for a file that went in the meantime.
    private static func size(of path: String) throws(SystemError) -> UInt64? {
        do throws(SystemError) { return UInt64(try FileSystem.size(of: path)) } catch {
            if try FileSystem.kind(of: path) == nil { return nil }
            throw error
        }
    }

    // MARK: The file

    static func encode(_ entries: [Entry]) -> ByteBuffer {
        var buffer = ByteBuffer(capacity: 512)
        buffer.append(bigEndian: magic)
        buffer.append(bigEndian: schema)
        buffer.append(bigEndian: UInt32(clamping: entries.count))
        for entry in entries {
            let name = Array(entry.name.utf8.prefix(255))
            buffer.append(UInt8(name.count))
            buffer.append(name.span)
            buffer.append(bigEndian: entry.size)
        }
        buffer.append(bigEndian: FastHash.hash64(buffer.bytes, seed: 0))
        return buffer
    }

    /// Nil for what is no whole record.
    static func decode(_ bytes: Span<UInt8>) -> [Entry]? {
        if bytes.count < 20 { return nil }
        let body = bytes.extracting(0..<bytes.count - 8)
        var trailer = ByteReader(bytes.extracting(bytes.count - 8..<bytes.count))
        var reader = ByteReader(body)
        do throws(DecodingError) {
            if try trailer.bigEndian(UInt64.self) != FastHash.hash64(body, seed: 0) { return nil }
            if try reader.bigEndian(UInt32.self) != magic { return nil }
            if try reader.bigEndian(UInt32.self) != schema { return nil }
            let count: UInt32 = try reader.bigEndian()
            var entries: [Entry] = []
            for _ in 0..<count {
                let length = Int(try reader.byte())
                guard let name = try reader.bytes(length).validatedText else { return nil }
                entries.append(Entry(name: name, size: try reader.bigEndian()))
            }
            return reader.isAtEnd ? entries : nil
        } catch { return nil }
    }
}
