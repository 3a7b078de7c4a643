package import Basics

/// An exchange rate or factor: an exact decimal above zero with up to 9 fraction digits.
package struct Rate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The rate in units of 10⁻⁹; at least 1.
    package let billionths: Int64

    /// The most digits behind the point.
    package static let maximumFractionDigits = 9
    /// One for one.
    package static let one = Rate(unchecked: 1_000_000_000)

    private static let subject = DecimalText.Subject(name: "rate", unit: " billionths")

    /// Nil unless `billionths` is above zero.
    package init?(billionths: Int64) {
        if billionths < 1 { return nil }
        self.billionths = billionths
    }

    private init(unchecked billionths: Int64) { self.billionths = billionths }

    /// Reads `1.5`.
    ///
    /// - Throws: `.syntax` for another form; `.range` for zero, a negative rate, more than 9
    ///   fraction digits, or more than 9223372036.854775807.
    package init(_ bytes: Span<UInt8>) throws(ValueError) {
        let billionths = try DecimalText.parse(
            bytes, Self.subject, scale: Self.maximumFractionDigits)
        if billionths < 1 { throw .range("rate \(ValueError.quoted(bytes)) must be above 0") }
        self.billionths = billionths
    }

    /// The same as `init`, for places where a function reads better.
    package static func parse(_ bytes: Span<UInt8>) throws(ValueError) -> Rate { try Rate(bytes) }

    package static func < (left: Rate, right: Rate) -> Bool { left.billionths < right.billionths }

    /// Appends the rate without trailing zeros: `1.5`, `2`.
    package func append(to buffer: inout ByteBuffer) {
        DecimalText.appendTrimmed(billionths, scale: Self.maximumFractionDigits, to: &buffer)
    }

    /// The text of `append`.
    package var text: String {
        var buffer = ByteBuffer(capacity: 32)
        append(to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    package var description: String { text }
}
