package import Basics

/// The code of a currency: 2–8 capitals `A`–`Z`. Ordered by bytes.
package struct CurrencyCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The code's ASCII bytes, first byte highest, zeros behind them: number order is byte order.
    package let raw: UInt64

    /// `CR`, Credits: the currency of a new store.
    package static let credits = CurrencyCode(unchecked: 0x4352_0000_0000_0000)

    /// Nil if `bytes` is not 2–8 capitals.
    package init?(_ bytes: Span<UInt8>) {
        let count = bytes.count
        if count < 2 || count > 8 { return nil }
        var raw: UInt64 = 0
        for index in 0..<count {
            let byte = bytes[index]
            if byte < UInt8(ascii: "A") || byte > UInt8(ascii: "Z") { return nil }
            raw |= UInt64(byte) << UInt64(56 - index * 8)
        }
        self.raw = raw
    }

    /// Nil if `text` is not 2–8 capitals.
    package init?(_ text: String) {
        self.init(text.utf8.span)
    }

    /// The code whose `raw` was stored; nil if no code has it.
    package init?(raw: UInt64) {
        let count = 8 - raw.trailingZeroBitCount / 8
        if count < 2 { return nil }
        for index in 0..<count {
            let byte = UInt8(truncatingIfNeeded: raw >> UInt64(56 - index * 8))
            if byte < UInt8(ascii: "A") || byte > UInt8(ascii: "Z") { return nil }
        }
        self.raw = raw
    }

    private init(unchecked raw: UInt64) { self.raw = raw }

    /// The number of letters, 2–8.
    @inlinable package var count: Int { 8 - raw.trailingZeroBitCount / 8 }

    /// The letters as text.
    package var text: String {
        var text = ""
        for index in 0..<count {
            text.unicodeScalars.append(
                Unicode.Scalar(UInt8(truncatingIfNeeded: raw >> UInt64(56 - index * 8))))
        }
        return text
    }

    package var description: String { text }

    @inlinable package static func < (left: CurrencyCode, right: CurrencyCode) -> Bool {
        left.raw < right.raw
    }
}

extension ByteBuffer {
    /// Appends the code's letters, nothing around them.
    package mutating func append(_ code: CurrencyCode) {
        append(bigEndian: code.raw)
        truncate(to: count - (8 - code.count))
    }

    /// Appends the code in quotes.
    package mutating func appendJSON(_ code: CurrencyCode) {
        append(UInt8(ascii: "\""))
        append(code)
        append(UInt8(ascii: "\""))
    }
}
