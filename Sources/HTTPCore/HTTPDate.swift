import Basics

/// Dates of header fields: `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let secondsOfDay: Int64 = 86_400
    /// The first second of the year 1 and the last of 9999: others cannot be written.
    private static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The text of a time.
    ///
    /// - Parameter seconds: since 1970 UTC; beyond the years 1 to 9999 the nearest of them is
    ///   taken.
    package static func format(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, range.lowerBound), range.upperBound)
        let day = floorDivide(seconds, secondsOfDay)
        let (year, month, dayOfMonth) = civil(day)
        let second = Int(seconds - day * secondsOfDay)
        var text = ByteBuffer(capacity: 32)
        text.append(days[weekday(day)])
        text.append(", " as StaticString)
        append(dayOfMonth, 2, to: &text)
        text.append(UInt8(ascii: " "))
        text.append(months[month - 1])
        text.append(UInt8(ascii: " "))
        append(year, 4, to: &text)
        text.append(UInt8(ascii: " "))
        append(second / 3_600, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(second / 60 % 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(second % 60, 2, to: &text)
        text.append(" GMT" as StaticString)
        return String(decoding: text.array, as: UTF8.self)
    }

    /// Seconds since 1970 UTC of a date in exactly this form, with its right day of the week; nil
    /// for any other text.
    package static func parse(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == UInt8(ascii: ","),
            [4, 7, 11, 16, 25].allSatisfy({ bytes[$0] == 0x20 }),
            bytes[19] == UInt8(ascii: ":"), bytes[22] == UInt8(ascii: ":"),
            bytes[26...].elementsEqual("GMT".utf8),
            let month = months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
            let day = number(bytes[5..<7]), let year = number(bytes[12..<16]),
            let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]),
            let second = number(bytes[23..<25]), year >= 1, hour < 24, minute < 60, second < 60
        else { return nil }
        let count = dayCount(year, month + 1, day)
        // A day that the month does not have comes back as another.
        guard civil(count) == (year, month + 1, day),
            bytes[..<3].elementsEqual(days[weekday(count)].utf8)
        else { return nil }
        return count * secondsOfDay + Int64(hour * 3_600 + minute * 60 + second)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard digit.isDigit else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }

    private static func append(_ number: Int, _ width: Int, to text: inout ByteBuffer) {
        var scale = 1
        for _ in 1..<width { scale *= 10 }
        while scale > 0 {
            text.append(UInt8(truncatingIfNeeded: number / scale % 10) + 0x30)
            scale /= 10
        }
    }

    /// 0 is Monday; 1970-01-01 was a Thursday.
    private static func weekday(_ day: Int64) -> Int {
        let rest = (day + 3) % 7
        return Int(rest < 0 ? rest + 7 : rest)
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    /// The date of a day since 1970 in the Gregorian calendar, by eras of 400 years.
    private static func civil(_ day: Int64) -> (Int, Int, Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = Int(shifted - era * 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }

    private static func dayCount(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let fromMarch = month <= 2 ? year - 1 : year
        let era = floorDivide(Int64(fromMarch), 400)
        let yearOfEra = fromMarch - Int(era) * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + Int64(dayOfEra) - 719_468
    }
}
