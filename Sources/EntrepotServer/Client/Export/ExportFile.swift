import Basics
import System

/// Where exported text goes: standard output, or a file that has its name only once it is whole.
struct ExportFile: ~Copyable {
    private static let pieceBytes = 256 << 10

    private let path: String?
    private let file: FileHandle?
    private let console: any Console
    private var pending = ByteBuffer(capacity: 64 << 10)

    /// - Parameter path: nil for standard output.
    init(path: String?, console: any Console) throws(ClientError) {
        self.path = path
        self.console = console
        do throws(SystemError) {
            file = try path.map { (path) throws(SystemError) in
                try FileHandle(path: path + ".part", mode: .replace)
            }
        } catch { throw ClientError(error) }
    }

    /// Adds what `body` appends.
    mutating func append(_ body: (inout ByteBuffer) -> Void) throws(ClientError) {
        body(&pending)
        if pending.count >= Self.pieceBytes { try flush() }
    }

    private mutating func flush() throws(ClientError) {
        if path == nil {
            console.write(String(decoding: pending.array, as: UTF8.self))
        } else {
            do throws(SystemError) { try file?.write(pending.bytes) } catch {
                throw ClientError(error)
            }
        }
        pending.removeAll()
    }

    /// Writes the rest and gives the file its name.
    consuming func finish() throws(ClientError) {
        try flush()
        guard let path else { return }
        do throws(SystemError) {
            try file?.synchronizeData()
            try FileSystem.rename(path + ".part", to: path)
        } catch { throw ClientError(error) }
    }
}
