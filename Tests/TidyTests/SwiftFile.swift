/// A Swift file, and the same text with comments and the insides of literals blanked: what the
/// searches for calls and operators look at.
struct SwiftFile: Sendable {
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The masked lines: same count and, in bytes, same columns.
    let code: [String]

    /// The folder below `Sources` or `Tests`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    init(_ file: TextFile) {
        self.init(path: file.path, bytes: file.bytes)
    }

    init(path: String, bytes: [UInt8]) {
        self.path = path
        lines = Self.lines(bytes)
        code = Self.lines(Mask.apply(to: bytes))
    }

    /// The module of each import line, with its line number.
    var imports: [(module: String, line: Int)] {
        var found: [(String, Int)] = []
        for (index, text) in code.enumerated() {
            var words = text.split(separator: " ").map(String.init)
            while let first = words.first, Self.importPrefixes.contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { continue }
            let kinds: Set<String> = ["struct", "class", "enum", "func", "protocol", "typealias"]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            found.append((String(name.prefix { $0 != "." && $0 != ";" }), index + 1))
        }
        return found
    }

    private static let importPrefixes: Set<String> = [
        "package", "public", "internal", "private", "fileprivate", "@testable", "@_exported",
        "@preconcurrency", "@_implementationOnly", "@unsafe",
    ]

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var parts = bytes.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Blanks comments and the insides of string literals, byte for byte.
struct Mask {
    private let source: [UInt8]
    private var output: [UInt8]
    private var position = 0

    /// The source with blanks where comments and string contents were; line ends stay.
    static func apply(to source: [UInt8]) -> [UInt8] {
        var mask = Mask(source: source, output: source)
        mask.run()
        return mask.output
    }

    private init(source: [UInt8], output: [UInt8]) {
        self.source = source
        self.output = output
    }

    private mutating func run() {
        while position < source.count {
            if matches("//") {
                while position < source.count && source[position] != UInt8(ascii: "\n") { blank() }
            } else if matches("/*") {
                blockComment()
            } else if source[position] == UInt8(ascii: "\"") {
                string(pounds: 0)
            } else if source[position] == UInt8(ascii: "#"), let pounds = rawPounds() {
                position += pounds
                string(pounds: pounds)
            } else {
                position += 1
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        while position < source.count {
            if matches("/*") {
                depth += 1
                blank()
            } else if matches("*/") {
                depth -= 1
                blank()
                if depth == 0 {
                    blank()
                    return
                }
            }
            blank()
        }
    }

    /// A literal, from its opening quote; an interpolation counts as its content.
    private mutating func string(pounds: Int) {
        let multiline = matches("\"\"\"")
        position += multiline ? 3 : 1
        let escape = "\\" + String(repeating: "#", count: pounds)
        let end = (multiline ? "\"\"\"" : "\"") + String(repeating: "#", count: pounds)
        while position < source.count {
            if matches(escape) {
                for _ in 0..<escape.utf8.count { blank() }
                if position < source.count && source[position] == UInt8(ascii: "(") {
                    interpolation()
                } else {
                    blank()
                }
            } else if matches(end) {
                position += end.utf8.count
                return
            } else if !multiline && source[position] == UInt8(ascii: "\n") {
                return
            } else {
                blank()
            }
        }
    }

    private mutating func interpolation() {
        var depth = 0
        while position < source.count {
            let byte = source[position]
            if byte == UInt8(ascii: "\"") {
                string(pounds: 0)
                continue
            }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            blank()
            if depth == 0 { return }
        }
    }

    private func rawPounds() -> Int? {
        var end = position
        while end < source.count && source[end] == UInt8(ascii: "#") { end += 1 }
        return end < source.count && source[end] == UInt8(ascii: "\"") ? end - position : nil
    }

    private func matches(_ text: String) -> Bool {
        var index = position
        for byte in text.utf8 {
            guard index < source.count && source[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func blank() {
        guard position < source.count else { return }
        if source[position] != UInt8(ascii: "\n") { output[position] = UInt8(ascii: " ") }
        position += 1
    }
}
