/// The tokens of a Lua text as far as messages need them: names, strings, numbers and signs, each
/// with its line; comments left out.
///
/// The text need not be right Lua: whatever it is, scanning ends, and what is found is used for
/// hints alone. Complexity: O(length).
struct SourceTokens {
    enum Kind: Equatable {
        case name
        case string
        case number
        /// One sign, or one of `==`, `~=`, `<=`, `>=`, `//`, `..`, `::`.
        case sign
    }

    struct Token: Equatable {
        let kind: Kind
        /// A string without its quotes, escapes unread.
        let text: String
        /// Counted from 1.
        let line: Int
    }

    private(set) var tokens: [Token] = []
    private let text: [UInt8]
    private var position = 0
    private var line = 1

    init(_ source: [UInt8]) {
        text = source
        while position < text.count { step() }
    }

    private mutating func step() {
        let byte = text[position]
        if byte == UInt8(ascii: "\n") {
            line += 1
            position += 1
        } else if byte == 0x20 || (9...13).contains(byte) {
            position += 1
        } else if byte == UInt8(ascii: "-") && at(1) == byte {
            skipComment()
        } else if isNameByte(byte) {
            word(byte)
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            quoted(byte)
        } else if byte == UInt8(ascii: "["), let level = longBracket() {
            let first = line
            let body = long(level)
            tokens.append(Token(kind: .string, text: body, line: first))
        } else {
            sign(byte)
        }
    }

    private func at(_ offset: Int) -> UInt8? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (48...57).contains(byte)
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private mutating func word(_ first: UInt8) {
        let start = position
        let isNumber = (48...57).contains(first)
        while let byte = at(0), isNameByte(byte) || (isNumber && byte == UInt8(ascii: ".")) {
            position += 1
        }
        add(isNumber ? .number : .name, start)
    }

    private mutating func sign(_ byte: UInt8) {
        let start = position
        let next = at(1)
        let isDouble =
            next == UInt8(ascii: "=") && "=~<>".utf8.contains(byte)
            || next == byte && "/.:".utf8.contains(byte)
        position += isDouble ? 2 : 1
        add(.sign, start)
    }

    private mutating func quoted(_ quote: UInt8) {
        position += 1
        let start = position
        while let byte = at(0), byte != quote, byte != UInt8(ascii: "\n") {
            position += byte == UInt8(ascii: "\\") && at(1) != nil ? 2 : 1
        }
        position = min(position, text.count)
        add(.string, start)
        if at(0) == quote { position += 1 }
    }

    private mutating func add(_ kind: Kind, _ start: Int) {
        let bytes = text[start..<position]
        tokens.append(Token(kind: kind, text: String(decoding: bytes, as: UTF8.self), line: line))
        // An escaped line end inside a string still counts.
        if kind == .string { line += bytes.count { $0 == UInt8(ascii: "\n") } }
    }

    private mutating func skipComment() {
        position += 2
        if at(0) == UInt8(ascii: "["), let level = longBracket() {
            _ = long(level)
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

    private mutating func long(_ level: Int) -> String {
        position += level + 2
        let start = position
        while position < text.count {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            if text[position] == UInt8(ascii: "]") && closes(level) {
                let body = String(decoding: text[start..<position], as: UTF8.self)
                position += level + 2
                return body
            }
            position += 1
        }
        return ""
    }

    private func closes(_ level: Int) -> Bool {
        for offset in 0..<level where at(1 + offset) != UInt8(ascii: "=") { return false }
        return at(1 + level) == UInt8(ascii: "]")
    }
}

extension SourceTokens {
    /// The line where the returned table sets `key`, counted from 1; nil where the text does not
    /// show it. Keys of inner tables are found only behind `within`.
    func line(ofKey key: String, within outer: String? = nil) -> Int? {
        var depth = 0
        var path: [String?] = []
        var last: String?
        for (index, token) in tokens.enumerated() {
            switch (token.kind, token.text) {
            case (.sign, "{"):
                depth += 1
                path.append(last)
                last = nil
            case (.sign, "}"):
                depth -= 1
                _ = path.popLast()
                last = nil
            case (.name, _), (.string, _):
                if isKey(at: index) {
                    last = token.text
                    if token.text == key && depth == (outer == nil ? 1 : 2)
                        && (outer == nil || path.last == .some(outer))
                    {
                        return token.line
                    }
                }
            default: break
            }
        }
        return nil
    }

    /// Whether the token is followed by `=`, with a `]` between where it is a quoted key.
    private func isKey(at index: Int) -> Bool {
        let next = index + (tokens[index].kind == .string ? 2 : 1)
        return next < tokens.count && tokens[next].kind == .sign && tokens[next].text == "="
    }
}
