package import Basics

// JSON is written straight into the reply or record buffer: keys are raw `StaticString`s such as
// `"\"id\":"`, values go through the functions below. There is no tree and no encoder object.

extension ByteBuffer {
    /// Appends `"…"` with `string` escaped. Complexity: O(n), copies whole runs.
    package mutating func appendJSON(string: String) {
        append(UInt8(ascii: "\""))
        // A String holds valid UTF-8 by construction: only ASCII has to be looked at.
        appendEscaped(string.utf8.span, trusted: true)
        append(UInt8(ascii: "\""))
    }

    /// Appends `"…"` with `bytes` escaped; each byte that is not part of valid UTF-8 becomes
    /// U+FFFD.
    ///
    /// Complexity: O(n), copies whole runs, no allocation beyond the buffer's own growth.
    package mutating func appendJSON(bytes: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        appendEscaped(bytes, trusted: false)
        append(UInt8(ascii: "\""))
    }

    /// Appends `"…"` around bytes that need no escape: ids, currency codes, digits, times.
    ///
    /// - Parameter plain: printable ASCII without `"` and `\`; the caller knows that.
    package mutating func appendJSON(plain: Span<UInt8>) {
        reserve(plain.count + 2)
        append(UInt8(ascii: "\""))
        append(plain)
        append(UInt8(ascii: "\""))
    }

    /// Appends `string` escaped, or `null`.
    package mutating func appendJSON(optional string: String?) {
        if let string { appendJSON(string: string) } else { appendJSONNull() }
    }

    /// Appends `null`.
    package mutating func appendJSONNull() { append("null" as StaticString) }

    /// Appends `true` or `false`.
    package mutating func appendJSON(bool: Bool) {
        append(bool ? "true" : "false" as StaticString)
    }

    /// Appends the shortest decimal that reads back as `double`; whole numbers below 2⁵³ have no
    /// fraction, and what JSON cannot say (infinities, NaN) becomes `null`.
    package mutating func appendJSON(double: Double) {
        if !double.isFinite { return appendJSONNull() }
        let isNegativeZero = double == 0 && double.sign == .minus
        if double.magnitude < 0x1p53, double == double.rounded(.towardZero), !isNegativeZero {
            return append(decimal: Int64(double))
        }
        append(double.description)
    }

    /// Appends the text inside the quotes.
    ///
    /// - Parameter trusted: the bytes are known to be valid UTF-8.
    private mutating func appendEscaped(_ source: Span<UInt8>, trusted: Bool) {
        let count = source.count
        reserve(count)
        var runStart = 0
        var index = 0
        while index < count {
            let byte = source[index]
            let isPrintable = byte >= 0x20 && byte != 0x22 && byte != 0x5c
            if isPrintable && (byte < 0x80 || trusted) {
                index += 1
                continue
            }
            let length = byte >= 0x80 ? UTF8Scan.sequenceLength(source, at: index) : 0
            if length > 0 {
                index += length
                continue
            }
            append(source.extracting(runStart..<index))
            if byte >= 0x80 { append("\u{fffd}" as StaticString) } else { appendEscape(byte) }
            index += 1
            runStart = index
        }
        append(source.extracting(runStart..<count))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"" as StaticString)
        case UInt8(ascii: "\\"): append("\\\\" as StaticString)
        case 0x0a: append("\\n" as StaticString)
        case 0x0d: append("\\r" as StaticString)
        case 0x09: append("\\t" as StaticString)
        case 0x08: append("\\b" as StaticString)
        case 0x0c: append("\\f" as StaticString)
        default:
            append("\\u00" as StaticString)
            append(hexadecimalDigit(byte >> 4))
            append(hexadecimalDigit(byte & 15))
        }
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
}

/// Checks UTF-8 sequences one at a time (Unicode table 3-7: no overlong forms, no surrogates).
enum UTF8Scan {
    /// The length (2–4) of the valid sequence at `index`, whose byte is at least 0x80; 0 if
    /// invalid.
    static func sequenceLength(_ source: Span<UInt8>, at index: Int) -> Int {
        let first = source[index]
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xbf
        switch first {
        case 0xc2...0xdf: length = 2
        case 0xe0...0xef:
            length = 3
            if first == 0xe0 { low = 0xa0 }
            if first == 0xed { high = 0x9f }
        case 0xf0...0xf4:
            length = 4
            if first == 0xf0 { low = 0x90 }
            if first == 0xf4 { high = 0x8f }
        default: return 0
        }
        if source.count - index < length { return 0 }
        if source[index + 1] < low || source[index + 1] > high { return 0 }
        for offset in 2..<length where source[index + offset] & 0xc0 != 0x80 { return 0 }
        return length
    }
}
