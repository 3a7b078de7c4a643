/// Finds the line on which a configuration file sets a key, for messages.
///
/// Lua keeps no places of table entries, so the text is scanned for `key =` and `["key"] =`, with
/// comments and strings skipped. A key that the file computes has no line; nothing else depends
/// on the answer.
struct LuaKeyLines {
    private var lines: [String: Int] = [:]
    private let text: [UInt8]
    private var position = 0
    private var line = 1

    /// Complexity: O(length of the text).
    init(_ source: [UInt8]) {
        text = source
        var word: (text: String, line: Int)?
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\n") {
                line += 1
                position += 1
            } else if isSpace(byte) {
                position += 1
            } else if byte == UInt8(ascii: "-") && at(1) == byte {
                skipComment()
            } else if isNameStart(byte) {
                word = (name(), line)
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                word = (quoted(byte), line)
            } else if byte == UInt8(ascii: "["), let level = longBracket() {
                skipLong(level)
                word = nil
            } else if byte == UInt8(ascii: "=") && at(1) != byte {
                if let word { lines[word.text] = word.line }
                word = nil
                position += 1
            } else {
                // `]` between a quoted key and its `=` keeps the key.
                if byte != UInt8(ascii: "]") { word = nil }
                position += byte == UInt8(ascii: "=") ? 2 : 1
            }
        }
    }

    /// The line that sets `key` (the last one, as in Lua), counted from 1.
    subscript(_ key: String) -> Int? { lines[key] }

    private func at(_ offset: Int) -> UInt8? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

    private func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private mutating func name() -> String {
        let start = position
        while let byte = at(0), isNameStart(byte) || (48...57).contains(byte) { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func quoted(_ quote: UInt8) -> String {
        position += 1
        let start = position
        while let byte = at(0), byte != quote, byte != UInt8(ascii: "\n") {
            position += byte == UInt8(ascii: "\\") && at(1) != nil ? 2 : 1
        }
        let end = min(position, text.count)
        if at(0) == quote { position += 1 }
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    private mutating func skipComment() {
        position += 2
        if at(0) == UInt8(ascii: "["), let level = longBracket() {
            skipLong(level)
            return
        }
        while let byte = at(0), byte != UInt8(ascii: "\n") { position += 1 }
    }

    /// The number of `=` of a `[==[` that begins here.
    private func longBracket() -> Int? {
        var level = 0
        while at(1 + level) == UInt8(ascii: "=") { level += 1 }
        return at(1 + level) == UInt8(ascii: "[") ? level : nil
    }

    private mutating func skipLong(_ level: Int) {
        position += level + 2
        while position < text.count {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            if text[position] == UInt8(ascii: "]") && closes(level) {
                position += level + 2
                return
            }
            position += 1
        }
    }

    private func closes(_ level: Int) -> Bool {
        for offset in 0..<level where at(1 + offset) != UInt8(ascii: "=") { return false }
        return at(1 + level) == UInt8(ascii: "]")
    }
}
