package import Basics

/// Quantities, masses and volumes as words.
package enum QuantityText {
    private static let gramsScale = 3

    /// A whole number with an optional `-`.
    ///
    /// - Parameter name: what the message calls it.
    /// - Throws: `.syntax` for another form (`+5`, `05`, `5 `, empty), `.range` beyond Int64 and
    ///   for fractions.
    package static func parse(
        _ bytes: Span<UInt8>, name: StaticString = "quantity"
    ) throws(ValueError) -> Int64 {
        try DecimalText.parse(bytes, DecimalText.Subject(name: name, unit: ""), scale: 0)
    }

    /// As `parse`, and within `limits`.
    package static func parse(
        _ bytes: Span<UInt8>, name: StaticString, in limits: ClosedRange<Int64>
    ) throws(ValueError) -> Int64 {
        let value = try parse(bytes, name: name)
        if !limits.contains(value) {
            throw .range(
                "\(name) \(ValueError.quoted(bytes)) is not within \(limits.lowerBound) and "
                    + "\(limits.upperBound)")
        }
        return value
    }

    /// Kilograms with up to 3 fraction digits → grams; never negative.
    package static func parseMass(_ kilograms: Span<UInt8>) throws(ValueError) -> Int64 {
        try thousandths(kilograms, DecimalText.Subject(name: "mass", unit: " grams"))
    }

    /// Cubic metres with up to 3 fraction digits → dm³; never negative.
    package static func parseVolume(_ cubicMetres: Span<UInt8>) throws(ValueError) -> Int64 {
        try thousandths(cubicMetres, DecimalText.Subject(name: "volume", unit: " cubic decimetres"))
    }

    private static func thousandths(
        _ bytes: Span<UInt8>, _ subject: DecimalText.Subject
    ) throws(ValueError) -> Int64 {
        let value = try DecimalText.parse(bytes, subject, scale: gramsScale)
        if value < 0 {
            throw .range("\(subject.name) \(ValueError.quoted(bytes)) must not be below 0")
        }
        return value
    }

    /// Grams → kilograms without trailing zeros: `1.5`, `18`; also a JSON number.
    package static func appendMass(grams: Int64, to buffer: inout ByteBuffer) {
        DecimalText.appendTrimmed(grams, scale: gramsScale, to: &buffer)
    }

    /// dm³ → cubic metres without trailing zeros; also a JSON number.
    package static func appendVolume(cubicDecimetres: Int64, to buffer: inout ByteBuffer) {
        DecimalText.appendTrimmed(cubicDecimetres, scale: gramsScale, to: &buffer)
    }
}
