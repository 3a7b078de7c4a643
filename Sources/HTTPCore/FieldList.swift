import Basics

/// Comma-separated values of header fields.
enum FieldList {
    /// Calls `body` with each token of a list; empty elements are skipped.
    ///
    /// - Returns: false where an element is no token; `body` may have been called all the same.
    static func forEachToken(_ text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) -> Bool {
        var start = 0
        while start <= text.count {
            var end = start
            while end < text.count && text[end] != UInt8(ascii: ",") { end += 1 }
            let element = text.extracting(text.trimmed(start..<end))
            if !CharacterClass.token.containsAll(element) { return false }
            if !element.isEmpty { body(element) }
            start = end + 1
        }
        return true
    }

    /// The elements of a list, trimmed, without empty ones; a comma inside quotes divides nothing.
    static func elements(_ text: String, separator: UInt8 = UInt8(ascii: ",")) -> [String] {
        let bytes = text.utf8.span
        var found: [String] = []
        var start = 0
        var index = 0
        var isQuoted = false
        while index <= bytes.count {
            if index == bytes.count || (!isQuoted && bytes[index] == separator) {
                let range = bytes.trimmed(start..<index)
                if !range.isEmpty {
                    found.append(String(decoding: bytes.extracting(range).array, as: UTF8.self))
                }
                start = index + 1
            } else if bytes[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted && bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count {
                index += 1
            }
            index += 1
        }
        return found
    }
}
