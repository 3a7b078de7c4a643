package import Basics

/// Percent-encoding of RFC 3986, read strictly.
package enum PercentCoding {
    /// A segment of a path.
    ///
    /// - Throws: 400 for a percent sign without two digits, an encoded slash, a control character,
    ///   text that is not UTF-8, or a segment that is `.` or `..` when decoded.
    package static func segment(_ text: Span<UInt8>) throws(HTTPRefusal) -> String {
        let decoded = try decode(text, plusIsSpace: false, allowsSlash: false)
        if decoded == "." || decoded == ".." {
            throw HTTPRefusal(400, "a path must not have the segments . and ..")
        }
        return decoded
    }

    /// A name or a value of a query or a form.
    ///
    /// - Throws: 400 for a percent sign without two digits, a NUL, or text that is not UTF-8.
    package static func parameter(_ text: Span<UInt8>) throws(HTTPRefusal) -> String {
        try decode(text, plusIsSpace: true, allowsSlash: true)
    }

    /// Appends `text` so that it can stand as a segment of a path or a value of a query: all but
    /// letters, digits, `-`, `.`, `_` and `~` is encoded.
    package static func append(_ text: String, to buffer: inout ByteBuffer) {
        let digits = "0123456789ABCDEF".utf8.span
        let plain = CharacterClass.host
        let bytes = text.utf8.span
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if plain.contains(byte) {
                buffer.append(byte)
            } else {
                buffer.append(UInt8(ascii: "%"))
                buffer.append(digits[Int(byte >> 4)])
                buffer.append(digits[Int(byte & 15)])
            }
        }
    }

    /// `text` as `append` writes it.
    package static func encode(_ text: String) -> String {
        var buffer = ByteBuffer(capacity: text.utf8.count + 16)
        append(text, to: &buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    private static func decode(
        _ text: Span<UInt8>, plusIsSpace: Bool, allowsSlash: Bool
    ) throws(HTTPRefusal) -> String {
        if isPlain(text) {
            guard let plain = text.validatedText else {
                throw HTTPRefusal(400, "the target is not UTF-8")
            }
            return plain
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < text.count, let high = text[index].hexValue,
                    let low = text[index + 1].hexValue
                else { throw HTTPRefusal(400, "a percent sign without two hexadecimal digits") }
                byte = high << 4 | low
                index += 2
                if byte == 0 { throw HTTPRefusal(400, "an encoded NUL") }
                if !allowsSlash && (byte == UInt8(ascii: "/") || byte < 0x20 || byte == 0x7f) {
                    throw HTTPRefusal(400, "an encoded slash or control character in the path")
                }
            } else if plusIsSpace && byte == UInt8(ascii: "+") {
                byte = 0x20
            }
            bytes.append(byte)
        }
        guard let decoded = bytes.span.validatedText else {
            throw HTTPRefusal(400, "the target is not UTF-8")
        }
        return decoded
    }

    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for index in 0..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") || byte == 0 { return false }
        }
        return true
    }
}
