package import Basics
import Glibc

/// Names, folders and whole files. Every call blocks its thread.
package enum FileSystem {
    /// What stands behind a name.
    package enum Kind: Sendable {
        case file, folder, socket, other
    }

    /// What `path` is (a symbolic link is followed), or nil if there is nothing.
    package static func kind(of path: String) throws(SystemError) -> Kind? {
        var status = stat()
        do {
            try calling("stat \(path)") { unsafe stat(path, &status) }
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFSOCK: return .socket
        default: return .other
        }
    }

    /// The permission bits of `path`.
    package static func permissions(of path: String) throws(SystemError) -> UInt32 {
        var status = stat()
        try calling("stat \(path)") { unsafe stat(path, &status) }
        return UInt32(status.st_mode) & 0o7777
    }

    /// The bytes of the file `path`.
    package static func size(of path: String) throws(SystemError) -> Int {
        var status = stat()
        try calling("stat \(path)") { unsafe stat(path, &status) }
        return Int(status.st_size)
    }

    /// Makes the folder `path` and those above it, where missing.
    ///
    /// - Parameter permissions: of `path`; those above it are for everybody to look into.
    package static func makeFolder(
        _ path: String, permissions: UInt32 = 0o755
    ) throws(SystemError) {
        do {
            try calling("mkdir \(path)") { unsafe mkdir(path, permissions) }
        } catch {
            if error.isExists, try kind(of: path) == .folder { return }
            guard error.isNotFound, let parent = parent(of: path) else { throw error }
            try makeFolder(parent)
            try calling("mkdir \(path)") { unsafe mkdir(path, permissions) }
        }
    }

    /// The names in the folder `path`, sorted, without `.` and `..`.
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw SystemError.last("opendir \(path)") }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { break }
            // Invariant: the name is a C string inside the entry, valid until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw SystemError.last("readdir \(path)") }
        return names.sorted()
    }

    /// Removes a file, socket or link; false if there was none.
    @discardableResult
    package static func remove(_ path: String) throws(SystemError) -> Bool {
        do {
            try calling("unlink \(path)") { unsafe unlink(path) }
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }

    /// Removes `path` with everything in it; nothing happens if it is missing. Links inside are
    /// removed, not followed.
    package static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        do {
            try calling("lstat \(path)") { unsafe lstat(path, &status) }
        } catch {
            if error.isNotFound { return }
            throw error
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try list(path) { try removeTree(path + "/" + name) }
            try calling("rmdir \(path)") { unsafe rmdir(path) }
        } else {
            try remove(path)
        }
    }

    /// Gives `from` the name `to`, replacing what was there, in one step.
    package static func rename(_ from: String, to: String) throws(SystemError) {
        try calling("rename \(from) to \(to)") { unsafe Glibc.rename(from, to) }
    }

    /// Waits until the names inside the folder `path` are on the disk.
    package static func synchronizeFolder(_ path: String) throws(SystemError) {
        let descriptor = try calling("open \(path)") {
            unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { _ = close(descriptor) }
        try calling("fsync \(path)") { fsync(descriptor) }
    }

    /// The whole content of `path`.
    /// - Parameter limit: bytes; a longer file throws `EFBIG`.
    package static func read(
        _ path: String, limit: Int = 64 << 20
    ) throws(SystemError) -> ByteBuffer {
        let file = try FileHandle(path: path, mode: .read)
        // Read one byte more than allowed: files in /proc announce a size of 0.
        var content = ByteBuffer(capacity: min(try file.size(), limit) + 16)
        while true {
            let got = try file.read(into: &content, at: content.count, count: 64 << 10)
            if content.count > limit {
                throw SystemError(number: EFBIG, operation: "read \(path)")
            }
            if got == 0 { return content }
        }
    }

    /// Replaces the file `path` by `bytes`: after a crash it holds the old or the new content.
    ///
    /// Writes `path.tmp`, flushes it, renames it, flushes the folder.
    package static func writeAtomically(
        _ bytes: Span<UInt8>, to path: String, permissions: UInt32 = 0o644
    ) throws(SystemError) {
        let temporary = path + ".tmp"
        try remove(temporary)
        do {
            let file = try FileHandle(path: temporary, mode: .create, permissions: permissions)
            try file.write(bytes)
            try file.synchronize()
            try rename(temporary, to: path)
        } catch {
            _ = try? remove(temporary)
            throw error
        }
        try synchronizeFolder(parent(of: path) ?? ".")
    }

    /// The path from the root; a relative one counts from the process's folder. The path itself
    /// where that folder is gone.
    package static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        // Invariant: getcwd gives a string of its own, freed below.
        guard let bytes = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(bytes) }
        var rest = Substring(path)
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        let folder = unsafe String(cString: bytes)
        return rest.isEmpty || rest == "." ? folder : folder + "/" + rest
    }

    /// The path in front of the last `/`: nil if there is none, `/` below the root.
    package static func parent(of path: String) -> String? {
        var text = Substring(path)
        while text.count > 1 && text.last == "/" { text.removeLast() }
        guard let slash = text.lastIndex(of: "/") else { return nil }
        return slash == text.startIndex ? (text.count > 1 ? "/" : nil) : String(text[..<slash])
    }
}

/// The space of the file system behind a path.
package struct FreeSpace: Equatable, Sendable {
    /// Bytes an ordinary user may still write.
    package let available: UInt64
    package let total: UInt64

    package init(available: UInt64, total: UInt64) {
        self.available = available
        self.total = total
    }

    /// Asks the file system that holds `path`.
    package static func bytes(_ path: String) throws(SystemError) -> FreeSpace {
        var status = statvfs()
        try calling("statvfs \(path)") { unsafe statvfs(path, &status) }
        let block = UInt64(status.f_frsize)
        return FreeSpace(
            available: UInt64(status.f_bavail).multipliedReportingOverflow(by: block).partialValue,
            total: UInt64(status.f_blocks).multipliedReportingOverflow(by: block).partialValue)
    }
}
