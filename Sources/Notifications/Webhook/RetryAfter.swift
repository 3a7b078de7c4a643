package import Domain

/// What a `Retry-After` header asks: whole seconds, or a date as HTTP writes it.
package enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// How long to wait in milliseconds, 0 for a date that has passed; nil for anything that is
    /// neither form. More than 24 hours is 24 hours.
    package static func milliseconds(_ text: String, now: Timestamp) -> Int64? {
        let parts = text.split { $0 == " " || $0 == "\t" }
        if parts.count == 1, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // Too many digits for a number are a long time.
            let seconds = Int64(parts[0]) ?? .max
            return min(seconds, RetrySchedule.longest / 1_000) * 1_000
        }
        let words = parts.flatMap { $0.split { $0 == "-" || $0 == "," || $0 == ":" } }
        guard let date = date(words) else { return nil }
        return min(max(date.milliseconds - now.milliseconds, 0), RetrySchedule.longest)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or
    /// `Sun Nov  6 08:49:37 1994`, cut into words.
    private static func date(_ words: [Substring]) -> Timestamp? {
        if words.count == 8, words[7] == "GMT" {
            return date(
                year: words[3], month: words[2], day: words[1], time: Array(words[4..<7]))
        }
        if words.count == 7 {
            return date(
                year: words[6], month: words[1], day: words[2], time: Array(words[3..<6]))
        }
        return nil
    }

    private static func date(
        year: Substring, month: Substring, day: Substring, time: [Substring]
    ) -> Timestamp? {
        guard let month = months.firstIndex(where: { $0 == month }), time.count == 3,
            let days = digits(day, 1...2), var years = digits(year, 2...4)
        else { return nil }
        // Two digits belong to the century in which such dates are still written.
        if year.utf8.count == 2 { years += years < 70 ? 2_000 : 1_900 }
        if year.utf8.count == 3 { return nil }
        var text = padded(years, 4) + "-" + padded(month + 1, 2) + "-" + padded(days, 2) + "T"
        for (place, part) in time.enumerated() {
            guard let number = digits(part, 2...2) else { return nil }
            text += (place > 0 ? ":" : "") + padded(number, 2)
        }
        return Timestamp(rfc3339: text + "Z")
    }

    private static func digits(_ text: Substring, _ counts: ClosedRange<Int>) -> Int? {
        if !counts.contains(text.utf8.count) { return nil }
        if !text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return nil }
        return Int(text)
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }
}
