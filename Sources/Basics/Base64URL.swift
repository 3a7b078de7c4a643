/// Base64 by RFC 4648 section 5: `-` and `_` instead of `+` and `/`, no padding; the form of JSON
/// Web Tokens and of secrets that people copy.
package enum Base64URL {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The text of `bytes`: 43 characters for 32 bytes. Complexity: O(n).
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
            if present > 1 { text.append(digits[Int((second & 15) << 2 | third >> 6)]) }
            if present > 2 { text.append(digits[Int(third & 63)]) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`; nil for any character outside the alphabet, padding included, for a
    /// length that no bytes have, and where bits that say nothing are not zero: one text for each
    /// run of bytes. Complexity: O(n).
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        if text.count % 4 == 1 { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var held = 0
        for index in 0..<text.count {
            guard let digit = value(of: text[index]) else { return nil }
            bits = bits << 6 | UInt32(digit)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                bits &= (1 << UInt32(held)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5a: character - 0x41
        case 0x61...0x7a: character - 0x61 + 26
        case 0x30...0x39: character - 0x30 + 52
        case 0x2d: 62
        case 0x5f: 63
        default: nil
        }
    }
}
