package import Basics

/// Header fields of a message (RFC 5322), with words that are not ASCII encoded (RFC 2047).
package enum HeaderEncoding {
    /// Longest line without its CRLF, where it can be folded at all.
    static let lineBytes = 76

    /// Appends `name: value` and CRLF for free text such as a subject.
    ///
    /// A line break or another control character in `value` becomes a space: text from outside
    /// cannot begin a field of its own. Lines are folded at spaces.
    package static func append(_ name: StaticString, text value: String, to mail: inout ByteBuffer)
    {
        let clean = clean(value)
        mail.append(name)
        mail.append(": " as StaticString)
        let start = name.utf8CodeUnitCount + 2
        // What looks like an encoded word would be read as one: it is encoded itself.
        let isPlain = clean.allSatisfy { $0 < 0x7f } && !contains(clean, "=?")
        if isPlain && clean.split(separator: 0x20).allSatisfy({ $0.count < lineBytes - 1 }) {
            appendFolded(clean, column: start, to: &mail)
        } else {
            appendEncoded(clean, column: start, to: &mail)
        }
        mail.append("\r\n" as StaticString)
    }

    /// Appends `name: a, b` and CRLF, one address a line.
    ///
    /// - Parameter addresses: checked by `MailAddress`.
    package static func append(
        _ name: StaticString, addresses: [MailAddress], to mail: inout ByteBuffer
    ) {
        mail.append(name)
        mail.append(": " as StaticString)
        for (index, address) in addresses.enumerated() {
            if index > 0 { mail.append(",\r\n " as StaticString) }
            mail.append(address.text)
        }
        mail.append("\r\n" as StaticString)
    }

    /// The text with control characters as spaces, none at the ends.
    private static func clean(_ text: String) -> [UInt8] {
        var bytes = text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
        while bytes.last == 0x20 { bytes.removeLast() }
        return Array(bytes.drop { $0 == 0x20 })
    }

    private static func contains(_ bytes: [UInt8], _ two: StaticString) -> Bool {
        for index in bytes.indices.dropLast()
        where bytes[index] == two.utf8Start[0] && bytes[index + 1] == two.utf8Start[1] {
            return true
        }
        return false
    }

    private static func appendFolded(_ text: [UInt8], column: Int, to mail: inout ByteBuffer) {
        var column = column
        var isFirst = true
        for word in text.split(separator: 0x20, omittingEmptySubsequences: false) {
            if !isFirst {
                if column + 1 + word.count > lineBytes && !word.isEmpty {
                    mail.append("\r\n" as StaticString)
                    column = 0
                }
                mail.append(UInt8(ascii: " "))
                column += 1
            }
            mail.append(Array(word))
            column += word.count
            isFirst = false
        }
    }

    /// Words `=?UTF-8?B?…?=` of whole characters, one a line.
    private static func appendEncoded(_ text: [UInt8], column: Int, to mail: inout ByteBuffer) {
        // 12 bytes of frame; base64 makes four bytes of three.
        var room = (lineBytes - column - 12) / 4 * 3
        var start = 0
        while start < text.count || start == 0 {
            var end = min(start + max(room, 4), text.count)
            // Not inside a character: a word must be readable alone.
            while end < text.count && end > start && text[end] & 0xc0 == 0x80 { end -= 1 }
            if start > 0 { mail.append("\r\n " as StaticString) }
            mail.append("=?UTF-8?B?" as StaticString)
            mail.append(Base64.encode(Array(text[start..<end]).span))
            mail.append("?=" as StaticString)
            if end <= start { break }
            start = end
            room = (lineBytes - 1 - 12) / 4 * 3
        }
    }
}
