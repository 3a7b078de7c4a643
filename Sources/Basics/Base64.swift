/// Base64 by RFC 4648 section 4: the standard alphabet, padded, no line breaks.
package enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The text of `bytes`: four characters for each three bytes, the last group padded with `=`.
    package static func encode(_ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let present = min(3, bytes.count - index)
            let second = present > 1 ? bytes[index + 1] : 0
            let third = present > 2 ? bytes[index + 2] : 0
            text.append(digits[Int(bytes[index] >> 2)])
            text.append(digits[Int((bytes[index] & 3) << 4 | second >> 4)])
            text.append(present > 1 ? digits[Int((second & 15) << 2 | third >> 6)] : 0x3d)
            text.append(present > 2 ? digits[Int(third & 63)] : 0x3d)
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`; nil unless it is whole groups of four characters of the alphabet, the
    /// last one padded, with zeros in the bits that say nothing: one text for each run of bytes.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        if text.count % 4 != 0 { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var index = 0
        while index < text.count {
            let isLast = index + 4 == text.count
            let padding =
                isLast && text[index + 3] == 0x3d ? (text[index + 2] == 0x3d ? 2 : 1) : 0
            var group: UInt32 = 0
            for offset in 0..<4 {
                let digit = offset >= 4 - padding ? 0 : value(of: text[index + offset])
                guard let digit else { return nil }
                group = group << 6 | UInt32(digit)
            }
            if padding == 1 && group & 0xff != 0 { return nil }
            if padding == 2 && group & 0xffff != 0 { return nil }
            bytes.append(UInt8(truncatingIfNeeded: group >> 16))
            if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
            if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
            index += 4
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5a: character - 0x41
        case 0x61...0x7a: character - 0x61 + 26
        case 0x30...0x39: character - 0x30 + 52
        case 0x2b: 62
        case 0x2f: 63
        default: nil
        }
    }
}
