package import Basics

/// Quoted-printable (RFC 2045): text that stays readable, in lines of at most 76 bytes of ASCII.
package enum QuotedPrintable {
    /// Appends `text` with CRLF line ends, the last line ended too.
    ///
    /// LF, CRLF and CR end a line; spaces at a line's end and all that is not printable ASCII are
    /// written as `=XX`; a full stop at a line's start too, so that no server on the way takes it
    /// for the end.
    package static func append(_ text: String, to mail: inout ByteBuffer) {
        var column = 0
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0a || byte == 0x0d {
                if byte == 0x0d && index + 1 < bytes.count && bytes[index + 1] == 0x0a {
                    index += 1
                }
                mail.append("\r\n" as StaticString)
                column = 0
                index += 1
                continue
            }
            let isAtEnd =
                index + 1 == bytes.count || bytes[index + 1] == 0x0a || bytes[index + 1] == 0x0d
            let isSpace = byte == 0x20 || byte == 0x09
            var isPlain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
            if isSpace { isPlain = !isAtEnd }
            if column == 0 && byte == UInt8(ascii: ".") { isPlain = false }
            let width = isPlain ? 1 : 3
            // One column stays free for the `=` of a soft break.
            if column + width > 75 {
                mail.append("=\r\n" as StaticString)
                column = 0
                continue
            }
            if isPlain { mail.append(byte) } else { appendEscape(byte, to: &mail) }
            column += width
            index += 1
        }
        if column > 0 || bytes.isEmpty { mail.append("\r\n" as StaticString) }
    }

    private static func appendEscape(_ byte: UInt8, to mail: inout ByteBuffer) {
        mail.append(UInt8(ascii: "="))
        mail.append(digit(byte >> 4))
        mail.append(digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x41 + value - 10
    }
}
