/// How grave a log record is; a log writes the records at or above its own level.
package enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
    case debug = 0
    case info = 1
    case warning = 2
    case error = 3

    /// The lower-case word used in the configuration and in the output.
    package var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// - Parameter name: one of the words of `name`; nil for any other.
    package init?(name: String) {
        guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// The priority of syslog and of the systemd journal.
    package var priority: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The value of one field of a log record.
package enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)

    /// Any integer; a `UInt64` beyond `Int64.max` becomes text.
    package static func number(_ value: some BinaryInteger) -> LogValue {
        Int64(exactly: value).map { .integer($0) } ?? .text(String(value))
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// The fields of a record, in the order in which they are written.
package typealias LogFields = KeyValuePairs<String, LogValue>

/// The shape of a log line.
///
/// Line grammar:
/// ```
/// text     2026-11-20T14:03:09.123Z info  message key=value key="two words"
/// journal  <6>message key=value key="two words"          (the journal adds the time)
/// json     {"time":"2026-11-20T14:03:09.123Z","level":"info","message":"…","key":value}
/// ```
/// A record is always one line: line ends, control characters and quotes inside a message or value
/// are escaped, so nothing that came from outside can forge a second record.
package enum LogFormat: UInt8, Sendable, CaseIterable {
    case text = 0
    case journal = 1
    case json = 2

    /// Appends one line with its line end.
    ///
    /// - Parameters:
    ///   - milliseconds: the wall clock, since 1970 UTC.
    ///   - line: gets the line; what it holds already stays.
    package func append(
        level: LogLevel, milliseconds: Int64, message: String, fields: LogFields,
        to line: inout ByteBuffer
    ) {
        switch self {
        case .text:
            Timestamp.append(milliseconds, to: &line)
            line.append(" ")
            line.append(level.name)
            for _ in level.name.utf8.count..<8 { line.append(" ") }
            appendText(message: message, fields: fields, to: &line)
        case .journal:
            line.append("<")
            line.append(decimal: level.priority)
            line.append(">")
            appendText(message: message, fields: fields, to: &line)
        case .json:
            line.append("{\"time\":\"")
            Timestamp.append(milliseconds, to: &line)
            line.append("\",\"level\":\"")
            line.append(level.name)
            line.append("\",\"message\":")
            appendQuoted(message, to: &line)
            for (key, value) in fields {
                line.append(",")
                appendQuoted(key, to: &line)
                line.append(":")
                append(value, quoting: { _ in true }, to: &line)
            }
            line.append("}")
        }
        line.append(UInt8(ascii: "\n"))
    }

    private func appendText(message: String, fields: LogFields, to line: inout ByteBuffer) {
        for byte in message.utf8 { appendEscaped(byte, quoted: false, to: &line) }
        for (key, value) in fields {
            line.append(" ")
            for byte in key.utf8 { appendEscaped(byte, quoted: false, to: &line) }
            line.append("=")
            append(value, quoting: needsQuotes, to: &line)
        }
    }

    private func append(
        _ value: LogValue, quoting: (String) -> Bool, to line: inout ByteBuffer
    ) {
        switch value {
        case .integer(let number): line.append(decimal: number)
        case .boolean(let flag): line.append(flag ? "true" : "false")
        case .text(let text):
            if quoting(text) { appendQuoted(text, to: &line) } else { line.append(text) }
        }
    }

    /// A bare word stays bare; anything that a reader could split differently is quoted.
    private func needsQuotes(_ text: String) -> Bool {
        if text.isEmpty { return true }
        return text.utf8.contains { byte in
            byte <= 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=")
                || byte == UInt8(ascii: "\\")
        }
    }

    /// A JSON string; `String` is always valid UTF-8, so bytes from 0x80 on pass through.
    private func appendQuoted(_ text: String, to line: inout ByteBuffer) {
        line.append("\"")
        for byte in text.utf8 { appendEscaped(byte, quoted: true, to: &line) }
        line.append("\"")
    }

    private func appendEscaped(_ byte: UInt8, quoted: Bool, to line: inout ByteBuffer) {
        switch byte {
        case UInt8(ascii: "\n"): line.append("\\n")
        case UInt8(ascii: "\r"): line.append("\\r")
        case UInt8(ascii: "\t"): line.append("\\t")
        case UInt8(ascii: "\"") where quoted: line.append("\\\"")
        case UInt8(ascii: "\\") where quoted: line.append("\\\\")
        case 0..<0x20, 0x7f:
            line.append("\\u00")
            line.append(hexadecimalDigit(byte >> 4))
            line.append(hexadecimalDigit(byte & 15))
        default: line.append(byte)
        }
    }

    private func hexadecimalDigit(_ number: UInt8) -> UInt8 {
        number < 10 ? number + UInt8(ascii: "0") : number - 10 + UInt8(ascii: "a")
    }
}

/// RFC 3339 time of a log line, without a calendar library.
private enum Timestamp {
    static func append(_ milliseconds: Int64, to line: inout ByteBuffer) {
        // Years 0000–9999, so that no clock, however wrong, can overflow below.
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        var (days, rest) = clamped.quotientAndRemainder(dividingBy: 86_400_000)
        if rest < 0 {
            days -= 1
            rest += 86_400_000
        }
        let (year, month, day) = civil(days)
        append(year, digits: 4, to: &line)
        line.append("-")
        append(month, digits: 2, to: &line)
        line.append("-")
        append(day, digits: 2, to: &line)
        line.append("T")
        append(rest / 3_600_000, digits: 2, to: &line)
        line.append(":")
        append(rest / 60_000 % 60, digits: 2, to: &line)
        line.append(":")
        append(rest / 1_000 % 60, digits: 2, to: &line)
        line.append(".")
        append(rest % 1_000, digits: 3, to: &line)
        line.append("Z")
    }

    private static func append(_ number: Int64, digits: Int, to line: inout ByteBuffer) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            line.append(UInt8(truncatingIfNeeded: number / divisor % 10) + UInt8(ascii: "0"))
            divisor /= 10
        }
    }

    /// The Gregorian date of a day counted from 1970-01-01, by 400-year eras that begin in March.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, ofYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
