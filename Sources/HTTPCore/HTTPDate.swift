import Basics

/// Dates of header fields: written as `Sun, 06 Nov 1994 08:49:37 GMT`, and read in the older forms
/// as well.
package enum HTTPDate {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
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

    /// Seconds since 1970 UTC of a date in one of the three forms that RFC 9110, section 5.6.7, has
    /// recipients read; nil for any other text. The day of the week must be one, and is not
    /// compared with the date.
    ///
    /// - Parameter now: seconds since 1970 UTC: a year of two digits is the last one that is at
    ///   most fifty years ahead of it.
    package static func parse(_ text: String, now: Int64) -> Int64? {
        let bytes = Array(text.utf8)
        guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else {
            return asctime(bytes)
        }
        let (name, rest) = (bytes[..<comma], Array(bytes[(comma + 1)...]))
        if name.count == 3 { return fixed(name, rest) }
        return obsolete(name, rest, now)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func fixed(_ name: ArraySlice<UInt8>, _ rest: [UInt8]) -> Int64? {
        guard isDay(name), fits(rest, " 00 aaa 0000 00:00:00 GMT"), let year = number(rest[8..<12])
        else { return nil }
        return seconds(year, rest[4..<7], rest[1..<3], rest[13..<21])
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func obsolete(
        _ name: ArraySlice<UInt8>, _ rest: [UInt8], _ now: Int64
    ) -> Int64? {
        guard isDay(name), fits(rest, " 00-aaa-00 00:00:00 GMT"),
            let digits = number(rest[8..<10])
        else { return nil }
        let now = min(max(now, range.lowerBound), range.upperBound)
        let present = civil(floorDivide(now, secondsOfDay)).0
        var year = present - present % 100 + digits
        if year > present + 50 { year -= 100 }
        if year <= present - 50 { year += 100 }
        return seconds(year, rest[4..<7], rest[1..<3], rest[11..<19])
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count == 24, isDay(bytes[..<3]) else { return nil }
        let day = bytes[8] == 0x20 ? bytes[9..<10] : bytes[8..<10]
        let shape: StaticString =
            bytes[8] == 0x20 ? " aaa  0 00:00:00 0000" : " aaa 00 00:00:00 0000"
        guard fits(Array(bytes[3...]), shape), let year = number(bytes[20...]) else { return nil }
        return seconds(year, bytes[4..<7], day, bytes[11..<19])
    }

    private static func seconds(
        _ year: Int, _ name: ArraySlice<UInt8>, _ days: ArraySlice<UInt8>,
        _ time: ArraySlice<UInt8>
    ) -> Int64? {
        let time = Array(time)
        guard let month = months.firstIndex(where: { name.elementsEqual($0.utf8) }),
            let day = number(days), let hour = number(time[0..<2]),
            let minute = number(time[3..<5]), let second = number(time[6..<8]),
            year >= 1, hour < 24, minute < 60, second < 60
        else { return nil }
        let count = dayCount(year, month + 1, day)
        // A day that the month does not have comes back as another.
        if civil(count) != (year, month + 1, day) { return nil }
        return count * secondsOfDay + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// Whether this is `Sun` or `Sunday` and so on.
    private static func isDay(_ name: ArraySlice<UInt8>) -> Bool {
        (name.count == 3 ? days : longDays).contains { name.elementsEqual($0.utf8) }
    }

    /// Whether `text` has digits where `shape` has `0`, anything where it has `a`, and else the
    /// same.
    private static func fits(_ text: [UInt8], _ shape: StaticString) -> Bool {
        if text.count != shape.utf8CodeUnitCount { return false }
        let wanted = shape.description.utf8
        return zip(text, wanted).allSatisfy { byte, place in
            switch place {
            case UInt8(ascii: "0"): byte.isDigit
            case UInt8(ascii: "a"): true
            default: byte == place
            }
        }
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
