package import Basics
import Glibc

/// The few file operations that the configuration needs.
package enum SystemFiles {
    /// Longest file that is read, bytes.
    package static let maximumBytes = 1 << 20

    /// Reads a whole file.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: one problem that names the file.
    package static func read(_ path: String) throws(ConfigurationError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        if file < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(path, "cannot be opened")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "cannot be read")
            }
            bytes += chunk[..<count]
            if bytes.count > maximumBytes {
                throw ConfigurationError(
                    place: path, message: "is longer than \(maximumBytes) bytes")
            }
        }
    }

    /// Replaces a file as a whole: after a power cut it has its old or its new content.
    ///
    /// - Parameter mode: permissions of the new file.
    /// - Throws: one problem that names the file; the old file is unchanged then.
    package static func replace(
        _ path: String, with text: String, mode: UInt32 = 0o600
    ) throws(ConfigurationError) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        if file < 0 { throw failure(temporary, "cannot be written") }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let rest = Array(bytes[done...])
            let count = Glibc.write(file, rest, rest.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            done += count
        }
        let isWhole = done == bytes.count && fsync(file) == 0
        let problem = failure(temporary, "cannot be written")
        close(file)
        if !isWhole {
            unlink(temporary)
            throw problem
        }
        if rename(temporary, path) != 0 { throw failure(path, "cannot be replaced") }
        try synchronizeFolder(of: path)
    }

    /// The name of a new file survives a power cut only once its folder is on the disk.
    private static func synchronizeFolder(of path: String) throws(ConfigurationError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if handle < 0 { throw failure(folder, "cannot be opened") }
        defer { close(handle) }
        if fsync(handle) != 0 { throw failure(folder, "cannot be written") }
    }

    private static func failure(_ path: String, _ what: String) -> ConfigurationError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return ConfigurationError(place: path, message: "\(what): \(reason)")
    }
}

extension Configuration {
    /// Writes `rewrite` to `DATA/settings.json`, atomically.
    ///
    /// - Throws: `ConfigurationError`; the file is unchanged then.
    package func keepSettings() throws(ConfigurationError) {
        try SystemFiles.replace(settingsPath, with: rewrite())
    }

    /// The password that `admin` gets at a first start: given, or the first line of its file.
    ///
    /// - Returns: nil if neither is configured.
    package func initialAdminPassword() throws(ConfigurationError) -> Redacted? {
        guard let path = adminPasswordFile else { return adminPassword }
        guard let bytes = try SystemFiles.read(path) else {
            throw ConfigurationError(place: path, message: "there is no such file")
        }
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw ConfigurationError(place: path, message: "has no password in its first line")
        }
        return Redacted(text)
    }
}
