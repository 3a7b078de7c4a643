/// The id that the server gives to a trade or shipment: 48 bits of time, then what finds the
/// record.
///
/// 26 characters of Crockford's base 32. The tail is not random but `n` (0 for the first record of
/// an event, counting up) and the seq of the creating event, so that no index row is needed. The
/// order of the texts is the order of (time, n, seq).
package struct ULID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 48 bits of time over 16 bits of `n`.
    private let head: UInt64
    /// The seq of the event that made the record.
    package let seq: UInt64

    /// The length of the text.
    package static let textBytes = 26
    /// The last millisecond that 48 bits hold.
    package static let maximumMilliseconds: Int64 = (1 << 48) - 1

    /// - Parameters:
    ///   - milliseconds: since 1970; taken as the nearest of 0…2⁴⁸−1.
    ///   - n: which record of the event.
    ///   - seq: the event's seq.
    package init(milliseconds: Int64, n: UInt16, seq: UInt64) {
        let time = min(max(milliseconds, 0), Self.maximumMilliseconds)
        head = UInt64(time) << 16 | UInt64(n)
        self.seq = seq
    }

    /// Strict: 26 capitals and digits of the alphabet (no I, L, O, U), the first at most `7`.
    package init?(_ bytes: Span<UInt8>) {
        if bytes.count != Self.textBytes || bytes[0] > UInt8(ascii: "7") { return nil }
        var value: UInt128 = 0
        for index in 0..<Self.textBytes {
            guard let digit = Self.digit(bytes[index]) else { return nil }
            // The first character has 3 significant bits: 3 + 25 × 5 = 128.
            value = value << 5 | UInt128(digit)
        }
        head = UInt64(truncatingIfNeeded: value >> 64)
        seq = UInt64(truncatingIfNeeded: value)
    }

    /// The server-chosen id behind `identifier`; nil for an id that a client chose freely.
    package init?(_ identifier: Identifier) {
        self.init(identifier.bytes)
    }

    /// Whether it could be one of the server's own. A client's ULIDs have random bits where those
    /// have their seq, and pass but for one in 2²⁴.
    package var isServerForm: Bool { seq < 1 << 48 && n < 256 }

    /// Milliseconds since 1970 UTC, 0…2⁴⁸−1.
    package var milliseconds: Int64 { Int64(head >> 16) }
    /// Which record of the event, from 0.
    package var n: UInt16 { UInt16(truncatingIfNeeded: head) }

    /// The 26 characters as an id. Complexity: 26 steps, no allocation.
    package var identifier: Identifier {
        var words = InlineArray<8, UInt64>(repeating: 0)
        var rest = UInt128(head) << 64 | UInt128(seq)
        for position in stride(from: Self.textBytes - 1, through: 0, by: -1) {
            let character = Self.character(UInt8(truncatingIfNeeded: rest) & 31)
            words[position >> 3] |= UInt64(character) << UInt64((position & 7) << 3)
            rest >>= 5
        }
        return Identifier(words: words, length: UInt8(Self.textBytes))
    }

    /// The 26 characters.
    package var text: String { identifier.text }
    package var description: String { text }

    package static func < (left: ULID, right: ULID) -> Bool {
        left.head != right.head ? left.head < right.head : left.seq < right.seq
    }

    // The alphabet in byte order: 0–9, then A–Z without I, L, O, U.
    private static func character(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0..<10: digit + UInt8(ascii: "0")
        case 10..<18: digit - 10 + UInt8(ascii: "A")
        case 18..<20: digit - 18 + UInt8(ascii: "J")
        case 20..<22: digit - 20 + UInt8(ascii: "M")
        case 22..<27: digit - 22 + UInt8(ascii: "P")
        default: digit - 27 + UInt8(ascii: "V")
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "H"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "J")...UInt8(ascii: "K"): character - UInt8(ascii: "J") + 18
        case UInt8(ascii: "M")...UInt8(ascii: "N"): character - UInt8(ascii: "M") + 20
        case UInt8(ascii: "P")...UInt8(ascii: "T"): character - UInt8(ascii: "P") + 22
        case UInt8(ascii: "V")...UInt8(ascii: "Z"): character - UInt8(ascii: "V") + 27
        default: nil
        }
    }
}
