import Basics
import Storage
import System

/// Copies a folder file by file, so that the original stays as it is whatever happens to the copy.
enum FolderCopy {
    /// - Parameter target: made where missing; what is in it under the same names is replaced.
    /// - Throws: `database` with what the file system refused.
    static func copy(_ source: String, to target: String) throws(StorageError) {
        do throws(SystemError) { try copyFolder(source, target) } catch {
            throw StorageError(error)
        }
    }

    private static func copyFolder(_ source: String, _ target: String) throws(SystemError) {
        try FileSystem.makeFolder(target, permissions: 0o700)
        for name in try FileSystem.list(source) {
            let from = source + "/" + name
            switch try FileSystem.kind(of: from) {
            case .folder: try copyFolder(from, target + "/" + name)
            case .file: try copyFile(from, target + "/" + name)
            case .socket, .other, nil: break
            }
        }
    }

    private static func copyFile(_ source: String, _ target: String) throws(SystemError) {
        let from = try FileHandle(path: source, mode: .read)
        let to = try FileHandle(path: target, mode: .replace)
        var buffer = ByteBuffer(capacity: 1 << 20)
        var offset = 0
        while true {
            buffer.removeAll()
            let got = try from.read(into: &buffer, at: offset, count: 1 << 20)
            if got == 0 { return }
            try to.write(buffer.bytes, at: offset)
            offset += got
        }
    }
}
