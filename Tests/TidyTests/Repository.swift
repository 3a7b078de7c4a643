import Glibc

/// The files of this repository as the tests see them: read once, build and data folders left out.
enum Repository {
    /// The folder that holds `Package.swift`.
    static let root: String = {
        var parts = #filePath.split(separator: "/").dropLast(3).map(String.init)
        parts.insert("", at: 0)
        return parts.joined(separator: "/")
    }()

    /// Every text file, in path order.
    static let files: [TextFile] = paths(under: "").sorted().compactMap { path in
        bytes(of: path).flatMap { TextFile(path: path, bytes: $0) }
    }

    /// The Swift files under a folder ("Sources/", "Tests/"), each with its masked text.
    static func swiftFiles(under folder: String) -> [SwiftFile] {
        parsed.filter { $0.path.hasPrefix(folder) }
    }

    /// Whether a file or folder is there.
    static func exists(_ path: String) -> Bool { access(root + "/" + path, F_OK) == 0 }

    /// Whether a file may be executed.
    static func isExecutable(_ path: String) -> Bool { access(root + "/" + path, X_OK) == 0 }

    private static let parsed: [SwiftFile] = files.filter { $0.path.hasSuffix(".swift") }
        .map(SwiftFile.init)

    /// Folders that hold products, never sources (as `.gitignore` says).
    private static let skipped: Set<String> = [
        ".git", ".build", ".venv", "__pycache__", "entrepot-data", "results", ".swiftpm",
    ]

    private static func paths(under folder: String) -> [String] {
        guard let directory = opendir(root + "/" + folder) else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." || skipped.contains(name) { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) {
                found += paths(under: path)
            } else if entry.pointee.d_type == UInt8(DT_REG) {
                found.append(path)
            }
        }
        return found
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open(root + "/" + path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count <= 0 { return count == 0 ? content : nil }
            content += chunk[..<count]
        }
    }
}

/// A text file, cut into lines. Line `n` of an editor is `lines[n - 1]`.
struct TextFile: Sendable {
    let path: String
    let bytes: [UInt8]
    let lines: [String]

    /// Nil where the content is not text.
    init?(path: String, bytes: [UInt8]) {
        if bytes.contains(0) { return nil }
        self.path = path
        self.bytes = bytes
        var parts = bytes.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        lines = parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
