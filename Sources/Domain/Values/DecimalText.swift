package import Basics

/// Decimal text and integers of a fixed scale: what money, rates, masses and quantities share.
///
/// Grammar: `-? (0 | [1-9][0-9]*) (. [0-9]+)?`. No exponent, no plus, no leading zeros, no spaces.
package enum DecimalText {
    /// What to say about a bad value: `amount "x" is not …`.
    struct Subject {
        let name: StaticString
        /// Behind the largest number in a message: ` minor units`, or nothing.
        let unit: StaticString
    }

    /// Reads a decimal as `mantissa × 10^-fractionDigits`.
    static func parse(
        _ bytes: Span<UInt8>, _ subject: Subject, maximumFractionDigits: Int
    ) throws(ValueError) -> (mantissa: Int64, fractionDigits: Int) {
        let count = bytes.count
        let isNegative = count > 0 && bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        var position = start
        var fractionStart: Int?
        // Accumulated below zero, where Int64 reaches one further.
        var value: Int64 = 0
        var isOverflowing = false
        while position < count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), fractionStart == nil, position > start {
                fractionStart = position + 1
            } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
                let scaled = value.multipliedReportingOverflow(by: 10)
                let next = scaled.partialValue.subtractingReportingOverflow(
                    Int64(byte &- UInt8(ascii: "0")))
                isOverflowing = isOverflowing || scaled.overflow || next.overflow
                value = next.partialValue
            } else {
                throw malformed(bytes, subject, fraction: maximumFractionDigits > 0)
            }
            position += 1
        }
        let wholeEnd = fractionStart.map { $0 - 1 } ?? count
        let fractionDigits = fractionStart.map { count - $0 } ?? 0
        let hasLeadingZero = wholeEnd - start > 1 && bytes[start] == UInt8(ascii: "0")
        if wholeEnd == start || hasLeadingZero || (fractionStart != nil && fractionDigits == 0) {
            throw malformed(bytes, subject, fraction: maximumFractionDigits > 0)
        }
        if fractionDigits > maximumFractionDigits {
            if maximumFractionDigits == 0 {
                throw .range("\(subject.name) \(ValueError.quoted(bytes)) must be a whole number")
            }
            throw .range(
                "\(subject.name) \(ValueError.quoted(bytes)) has \(fractionDigits) fraction digits"
                    + ", the scale is \(maximumFractionDigits)")
        }
        if isOverflowing || (!isNegative && value == .min) { throw beyond(bytes, subject) }
        return (isNegative ? value : -value, fractionDigits)
    }

    /// Reads a decimal as an integer of 10^-scale units.
    static func parse(
        _ bytes: Span<UInt8>, _ subject: Subject, scale: Int
    ) throws(ValueError) -> Int64 {
        let decimal = try parse(bytes, subject, maximumFractionDigits: scale)
        let scaled = decimal.mantissa.multipliedReportingOverflow(
            by: Int64(powerOfTen(scale - decimal.fractionDigits)))
        if scaled.overflow { throw beyond(bytes, subject) }
        return scaled.partialValue
    }

    private static func malformed(
        _ bytes: Span<UInt8>, _ subject: Subject, fraction: Bool
    ) -> ValueError {
        let form = fraction ? "a decimal number such as 12.50" : "a whole number"
        return .syntax("\(subject.name) \(ValueError.quoted(bytes)) is not \(form)")
    }

    private static func beyond(_ bytes: Span<UInt8>, _ subject: Subject) -> ValueError {
        let limit = bytes[0] == UInt8(ascii: "-") ? Int64.min : Int64.max
        return .range(
            "\(subject.name) \(ValueError.quoted(bytes)) is beyond the limit of "
                + "\(limit)\(subject.unit)")
    }

    /// 10^exponent for 0–18; what lies outside is taken as the nearer end.
    @inlinable package static func powerOfTen(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        case 8: 100_000_000
        case 9: 1_000_000_000
        case 10: 10_000_000_000
        case 11: 100_000_000_000
        case 12: 1_000_000_000_000
        case 13: 10_000_000_000_000
        case 14: 100_000_000_000_000
        case 15: 1_000_000_000_000_000
        case 16: 10_000_000_000_000_000
        case 17: 100_000_000_000_000_000
        default: exponent < 1 ? 1 : 1_000_000_000_000_000_000
        }
    }

    /// Appends `units × 10^-scale` with exactly `scale` fraction digits, for scales 0–9.
    ///
    /// Complexity: O(digits), no allocation.
    @inlinable package static func append(_ units: Int64, scale: Int, to buffer: inout ByteBuffer) {
        if units < 0 { buffer.append(UInt8(ascii: "-")) }
        let power = powerOfTen(min(scale, 9))
        let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: power)
        buffer.append(decimal: whole)
        if scale < 1 { return }
        buffer.append(UInt8(ascii: "."))
        var rest = fraction
        var digits = min(scale, 9)
        if digits == 9 {
            buffer.append(UInt8(truncatingIfNeeded: rest / 100_000_000) &+ 48)
            rest %= 100_000_000
            digits = 8
        }
        // The digits from the last to the first, each pushing the later ones up: the first digit
        // ends in the lowest byte. All eight bytes are stored, the surplus is cut off.
        var word: UInt64 = 0
        for _ in 0..<digits {
            let quotient = rest / 10
            word = word << 8 | (rest &- quotient &* 10 &+ 48)
            rest = quotient
        }
        buffer.append(littleEndian: word)
        buffer.truncate(to: buffer.count - (8 - digits))
    }

    /// Appends `units × 10^-scale` without trailing zeros: `1.5`, `18`. For scales 0–9.
    static func appendTrimmed(_ units: Int64, scale: Int, to buffer: inout ByteBuffer) {
        append(units, scale: scale, to: &buffer)
        if scale < 1 { return }
        while buffer[buffer.count - 1] == UInt8(ascii: "0") {
            buffer.truncate(to: buffer.count - 1)
        }
        if buffer[buffer.count - 1] == UInt8(ascii: ".") { buffer.truncate(to: buffer.count - 1) }
    }
}
