import Glibc

/// A folder of one test, gone when the test ends.
final class Folder {
    let path: String

    init() throws {
        let place = Program.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(place)/entrepot-it.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("no folder in \(place): \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        var child: pid_t = 0
        let command = ["rm", "-rf", path]
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        if posix_spawnp(&child, "rm", nil, nil, &words, nil) == 0 { waitpid(child, nil, 0) }
    }

    /// The repository that holds this file.
    static let repository: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/")
    }()

    static func text(of path: String) -> String {
        String(decoding: bytes(of: path), as: UTF8.self)
    }

    /// The whole content; nothing where there is no such file.
    static func bytes(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return [] }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count <= 0 { return content }
            content += chunk[..<count]
        }
    }

    /// Writes a file of this folder; its path.
    func write(_ name: String, _ content: [UInt8]) throws -> String {
        let target = "\(path)/\(name)"
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw Trouble("\(target) cannot be written: \(errno)") }
        defer { close(descriptor) }
        var done = 0
        while done < content.count {
            let count = content[done...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count <= 0 { throw Trouble("\(target) cannot be written: \(errno)") }
            done += count
        }
        return target
    }
}
