package import Basics
import JSON

/// A place in space: finite coordinates in light-years.
package struct Position: Hashable, Sendable {
    /// Light-years along the first axis.
    package let x: Double
    /// Light-years along the second axis.
    package let y: Double
    /// Light-years along the third axis.
    package let z: Double

    /// Bytes of one coordinate on the wire.
    package static let maximumCoordinateBytes = 64

    /// Zero on all axes.
    package static let origin = Position(unchecked: 0, 0, 0)

    /// Nil unless all three are finite.
    package init?(x: Double, y: Double, z: Double) {
        if !x.isFinite || !y.isFinite || !z.isFinite { return nil }
        self.init(unchecked: x, y, z)
    }

    private init(unchecked x: Double, _ y: Double, _ z: Double) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// Reads the three words behind `AT`.
    ///
    /// - Throws: `.syntax` if a word is not a decimal number (an exponent is allowed), `.range` if
    ///   it is beyond a double or longer than 64 bytes.
    package init(
        x: Span<UInt8>, y: Span<UInt8>, z: Span<UInt8>
    ) throws(ValueError) {
        self.init(
            unchecked: try Self.coordinate(x), try Self.coordinate(y), try Self.coordinate(z))
    }

    /// One coordinate: `-? digits (. digits)? (e ±? digits)?`.
    package static func coordinate(_ bytes: Span<UInt8>) throws(ValueError) -> Double {
        if bytes.count > maximumCoordinateBytes {
            throw .range(
                "coordinate \(ValueError.quoted(bytes)) is longer than "
                    + "\(maximumCoordinateBytes) bytes"
            )
        }
        // The library's own reader also takes `inf`, `nan` and hexadecimal: the grammar comes
        // first.
        guard hasDecimalForm(bytes), let text = bytes.validatedText, let value = Double(text) else {
            throw .syntax("coordinate \(ValueError.quoted(bytes)) is not a decimal number")
        }
        if !value.isFinite {
            throw .range("coordinate \(ValueError.quoted(bytes)) is beyond the limit of a double")
        }
        // There is one zero.
        return value == 0 ? 0 : value
    }

    private static func hasDecimalForm(_ bytes: Span<UInt8>) -> Bool {
        var position = 0
        func take(_ byte: UInt8) -> Bool {
            if position >= bytes.count || bytes[position] | 0x20 != byte | 0x20 { return false }
            position += 1
            return true
        }
        func digits() -> Bool {
            let start = position
            while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
            return position > start
        }
        _ = take(UInt8(ascii: "-"))
        if !digits() { return false }
        if take(UInt8(ascii: ".")) && !digits() { return false }
        if take(UInt8(ascii: "e")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if !digits() { return false }
        }
        return position == bytes.count
    }

    /// Light-years between two places; always finite.
    package func distance(to other: Position) -> Double {
        let deltas = (abs(x - other.x), abs(y - other.y), abs(z - other.z))
        // Scaled by the largest, so that the squares neither overflow nor vanish.
        let largest = max(deltas.0, deltas.1, deltas.2)
        if largest == 0 { return 0 }
        if !largest.isFinite { return .greatestFiniteMagnitude }
        let (a, b, c) = (deltas.0 / largest, deltas.1 / largest, deltas.2 / largest)
        let distance = largest * (a * a + b * b + c * c).squareRoot()
        return min(distance, .greatestFiniteMagnitude)
    }
}

extension ByteBuffer {
    /// Appends `{"x":…,"y":…,"z":…}`.
    package mutating func appendJSON(_ position: Position) {
        // Adding zero makes -0, which older programs stored, a plain 0.
        append("{\"x\":")
        appendJSON(double: position.x + 0)
        append(",\"y\":")
        appendJSON(double: position.y + 0)
        append(",\"z\":")
        appendJSON(double: position.z + 0)
        append(UInt8(ascii: "}"))
    }
}
