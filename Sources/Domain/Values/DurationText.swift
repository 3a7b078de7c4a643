package import Basics

/// Spans of time as words: `<n>(ms|s|m|h|d)`.
package enum DurationText {
    /// Milliseconds of `7d`, `90s`, `250ms`.
    ///
    /// - Throws: `.syntax` for another form, `.range` if it does not fit Int64 milliseconds.
    package static func parse(_ bytes: Span<UInt8>) throws(ValueError) -> Int64 {
        let count = bytes.count
        var digits = 0
        while digits < count, bytes[digits] >= UInt8(ascii: "0"), bytes[digits] <= UInt8(ascii: "9")
        {
            digits += 1
        }
        let unit = milliseconds(of: bytes.extracting(digits..<count))
        guard digits > 0, let unit, digits == 1 || bytes[0] != UInt8(ascii: "0") else {
            throw .syntax(
                "duration \(ValueError.quoted(bytes)) is not a number and ms, s, m, h or d")
        }
        var number: Int64 = 0
        for index in 0..<digits {
            let scaled = number.multipliedReportingOverflow(by: 10)
            let next = scaled.partialValue.addingReportingOverflow(
                Int64(bytes[index] &- UInt8(ascii: "0")))
            if scaled.overflow || next.overflow { throw beyond(bytes) }
            number = next.partialValue
        }
        let total = number.multipliedReportingOverflow(by: unit)
        if total.overflow { throw beyond(bytes) }
        return total.partialValue
    }

    private static func milliseconds(of unit: Span<UInt8>) -> Int64? {
        if unit.equals("ms") { return 1 }
        if unit.equals("s") { return 1_000 }
        if unit.equals("m") { return 60_000 }
        if unit.equals("h") { return 3_600_000 }
        if unit.equals("d") { return 86_400_000 }
        return nil
    }

    private static func beyond(_ bytes: Span<UInt8>) -> ValueError {
        .range(
            "duration \(ValueError.quoted(bytes)) is beyond the limit of \(Int64.max) milliseconds")
    }

    /// Appends the duration in the largest unit that says it exactly: `7d`, `90s`, `1500ms`, `0s`.
    ///
    /// A negative duration is written with `-`, which `parse` refuses.
    package static func append(milliseconds: Int64, to buffer: inout ByteBuffer) {
        let units: [(Int64, StaticString)] = [
            (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"),
        ]
        if milliseconds == 0 { return buffer.append("0s") }
        for (size, name) in units where milliseconds % size == 0 {
            buffer.append(decimal: milliseconds / size)
            buffer.append(name)
            return
        }
        buffer.append(decimal: milliseconds)
        buffer.append("ms")
    }

    /// The text of `append`.
    package static func text(milliseconds: Int64) -> String {
        var buffer = ByteBuffer(capacity: 24)
        append(milliseconds: milliseconds, to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }
}
