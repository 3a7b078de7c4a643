/// The strict decimal number of a RESP header, ended by CRLF.
///
/// As in Redis: an optional `-`, no `+`, no leading zero, no `-0`, no blanks, inside 64 bits.
/// Stricter than Redis: the CR must be followed by LF. The verdict depends on the first offending
/// byte only, hence never on how the bytes were cut into pieces.
enum HeaderNumber: Equatable {
    case incomplete
    case invalid
    case number(Int64, next: Int)

    /// Reads the number that begins at `start`. Looks at 22 bytes at most.
    static func read(_ bytes: Span<UInt8>, at start: Int) -> HeaderNumber {
        var position = start
        guard position < bytes.count else { return .incomplete }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let firstDigit = position
        var value: Int64 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 13 {
                if position == firstDigit { return .invalid }
                guard position + 1 < bytes.count else { return .incomplete }
                if bytes[position + 1] != 10 { return .invalid }
                return .number(value, next: position + 2)
            }
            let digit = Int64(byte) - 48
            if digit < 0 || digit > 9 { return .invalid }
            // A zero stands alone and unsigned.
            if position > firstDigit && value == 0 { return .invalid }
            if isNegative && position == firstDigit && digit == 0 { return .invalid }
            // A negative number is counted downwards: the least one has no positive twin.
            let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if tooBig || over { return .invalid }
            value = sum
            position += 1
        }
        return .incomplete
    }
}
