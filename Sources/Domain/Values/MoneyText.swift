package import Basics

/// Amounts of money as text: decimal strings in every interface, Int64 minor units inside.
package enum MoneyText {
    /// A currency's fraction digits: 0–9.
    package static let maximumScale = 9

    private static let subject = DecimalText.Subject(name: "amount", unit: " minor units")

    /// `12.50` at scale 2 is 1250.
    ///
    /// - Parameter scale: the currency's fraction digits, 0–9.
    /// - Throws: `.syntax` for another form; `.range` for more fraction digits than `scale` and for
    ///   an amount beyond Int64 minor units.
    package static func parse(_ bytes: Span<UInt8>, scale: Int) throws(ValueError) -> Int64 {
        try checkScale(scale)
        return try DecimalText.parse(bytes, subject, scale: scale)
    }

    /// For text whose currency is not known yet: `12.50` is (1250, 2).
    ///
    /// - Throws: as `parse`, with a scale of 9.
    package static func parseAnyScale(
        _ bytes: Span<UInt8>
    ) throws(ValueError) -> (mantissa: Int64, fractionDigits: Int) {
        try DecimalText.parse(bytes, subject, maximumFractionDigits: maximumScale)
    }

    /// Brings what `parseAnyScale` gave to a currency's minor units.
    ///
    /// - Throws: `.range` if digits would be lost or the amount is beyond Int64 minor units.
    package static func rescale(
        mantissa: Int64, fractionDigits: Int, scale: Int
    ) throws(ValueError) -> Int64 {
        try checkScale(scale)
        try checkScale(fractionDigits)
        if fractionDigits > scale {
            throw .range("an amount has \(fractionDigits) fraction digits, the scale is \(scale)")
        }
        let scaled = mantissa.multipliedReportingOverflow(
            by: Int64(DecimalText.powerOfTen(scale - fractionDigits)))
        if scaled.overflow {
            throw .range("an amount is beyond the limit of \(Int64.max) minor units")
        }
        return scaled.partialValue
    }

    /// Appends `minor` with exactly `scale` fraction digits (0–9), nothing around them.
    ///
    /// Complexity: O(digits), no allocation.
    @inlinable package static func append(_ minor: Int64, scale: Int, to buffer: inout ByteBuffer) {
        DecimalText.append(minor, scale: scale, to: &buffer)
    }

    /// Appends `"12.50"`, the form of money in JSON.
    @inlinable package static func appendJSON(
        _ minor: Int64, scale: Int, to buffer: inout ByteBuffer
    ) {
        buffer.append(UInt8(ascii: "\""))
        DecimalText.append(minor, scale: scale, to: &buffer)
        buffer.append(UInt8(ascii: "\""))
    }

    /// The text of `append`, for messages.
    package static func text(_ minor: Int64, scale: Int) -> String {
        var buffer = ByteBuffer(capacity: 32)
        append(minor, scale: scale, to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    private static func checkScale(_ scale: Int) throws(ValueError) {
        if scale < 0 || scale > maximumScale {
            throw .range("scale \(scale) is not within 0 and \(maximumScale)")
        }
    }
}
