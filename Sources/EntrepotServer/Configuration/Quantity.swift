/// What a number in the configuration counts.
package enum SettingUnit: Sendable {
    case count
    case bytes
    case microseconds
    case milliseconds
    case seconds
    case percent
    case instructions

    /// The suffixes that a written number may carry, with their factors; none means this unit.
    var suffixes: [(suffix: String, factor: Int)] {
        switch self {
        case .bytes: [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]
        case .microseconds:
            [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000)]
        case .milliseconds:
            [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        case .seconds: [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
        case .percent: [("%", 1)]
        case .count, .instructions: []
        }
    }

    /// The word behind a plain number, for help.
    var word: String {
        switch self {
        case .count: ""
        case .bytes: "bytes"
        case .microseconds: "microseconds"
        case .milliseconds: "milliseconds"
        case .seconds: "seconds"
        case .percent: "percent"
        case .instructions: "instructions"
        }
    }
}

/// Numbers with units, as people write them: `65536`, `64KiB`, `10s`, `5%`.
enum Quantity {
    /// The number in `unit`, or nil if the text is no such number or does not fit.
    static func parse(_ text: String, unit: SettingUnit) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int(digits) else { return nil }
        let suffix = text[digits.endIndex...].drop { $0 == " " }
        if suffix.isEmpty { return digits.endIndex == text.endIndex ? number : nil }
        let wanted = suffix.lowercased()
        guard let row = unit.suffixes.first(where: { $0.suffix.lowercased() == wanted }) else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: row.factor)
        return overflow ? nil : product
    }

    /// The number with the largest unit that divides it, for people: `64 KiB`, `10 s`.
    static func display(_ number: Int, unit: SettingUnit) -> String {
        switch unit {
        case .count: return grouped(number)
        case .instructions: return grouped(number)
        default: break
        }
        if number == 0 { return "0" }
        let best = unit.suffixes.filter { number % $0.factor == 0 }.max { $0.factor < $1.factor }
        guard let best else { return grouped(number) }
        let separator = unit == .percent ? "" : " "
        return grouped(number / best.factor) + separator + best.suffix
    }

    /// Digits in groups of three with spaces between.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(" ") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
