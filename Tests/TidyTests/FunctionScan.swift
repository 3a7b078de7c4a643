/// Finds the functions and initialisers of masked source text and counts their lines.
enum FunctionScan {
    struct Function {
        var name: String
        /// Of the declaration, counted from 1.
        var line: Int
        /// From the declaration to the closing brace.
        var count: Int
    }

    private struct Token {
        var text: Substring.UTF8View
        var line: Int
    }

    /// Functions with a body; the requirements of a protocol have none.
    static func functions(in lines: [String]) -> [Function] {
        let tokens = tokens(of: lines)
        var found: [Function] = []
        for index in tokens.indices {
            let isFunction = matches(tokens[index], "func")
            let isInit = matches(tokens[index], "init") && follows(tokens, index + 1, "(<?")
            guard isFunction || isInit else { continue }
            // `self.init(…)` and `.init(…)` are calls.
            if isInit, index > 0, matches(tokens[index - 1], ".") { continue }
            guard let end = bodyEnd(tokens, from: index + 1) else { continue }
            let name = isFunction && index + 1 < tokens.count ? tokens[index + 1].text : nil
            found.append(
                Function(
                    name: name.map { String(Substring($0)) } ?? "init", line: tokens[index].line,
                    count: end - tokens[index].line + 1))
        }
        return found
    }

    /// The line of the closing brace, or nil where the next declaration comes first.
    private static func bodyEnd(_ tokens: [Token], from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for token in tokens[start...] {
            if matches(token, "(") || matches(token, "[") { parentheses += 1 }
            if matches(token, ")") || matches(token, "]") { parentheses -= 1 }
            if parentheses > 0 && braces == 0 { continue }
            if matches(token, "{") { braces += 1 }
            if matches(token, "}") {
                braces -= 1
                if braces == 0 { return token.line }
                if braces < 0 { return nil }
            }
            if braces == 0 && Self.declarations.contains(where: { matches(token, $0) }) {
                return nil
            }
        }
        return nil
    }

    private static let declarations = ["func", "var", "let", "init", "static", "associatedtype"]

    private static func matches(_ token: Token, _ text: String) -> Bool {
        token.text.elementsEqual(text.utf8)
    }

    private static func follows(_ tokens: [Token], _ index: Int, _ any: String) -> Bool {
        index < tokens.count && any.utf8.contains { tokens[index].text.elementsEqual([$0]) }
    }

    /// Words, and every other visible byte by itself.
    private static func tokens(of lines: [String]) -> [Token] {
        var found: [Token] = []
        for (index, line) in lines.enumerated() {
            let text = Substring(line).utf8
            var position = text.startIndex
            while position < text.endIndex {
                let start = position
                while position < text.endIndex && isWord(text[position]) {
                    position = text.index(after: position)
                }
                if position == start {
                    position = text.index(after: position)
                    if text[start] <= UInt8(ascii: " ") { continue }
                }
                found.append(Token(text: text[start..<position], line: index + 1))
            }
        }
        return found
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }
}
