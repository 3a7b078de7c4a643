import Basics
import Domain
import JSON

/// What the value of a field may be. One declaration both checks bodies and describes them in
/// `/openapi.json`.
package indirect enum FieldKind: Sendable {
    /// An id that exists or is looked for.
    case id
    /// An id that the client chooses for something new.
    case newID
    /// Text without control characters, of so many characters.
    case text(ClosedRange<Int>)
    /// Text that is a secret: never echoed in a refusal.
    case secret(ClosedRange<Int>)
    /// Text of a form that has a name.
    case form(TextForm)
    /// `"*"` for all stations, or an array of their ids.
    case scope
    /// One of some words.
    case choice([String])
    /// A whole number within limits.
    case integer(ClosedRange<Int64>)
    /// A whole number within limits that is not 0.
    case delta(ClosedRange<Int64>)
    case boolean
    /// An amount of money: a decimal string, never a number.
    case money
    /// Kilograms or cubic metres: a number, kept to its thousandth.
    case measure
    /// An exchange rate: a decimal string above zero.
    case rate
    case currency
    /// RFC 3339, or `+7d` from now.
    case eta
    /// RFC 3339.
    case time
    /// `{"x","y","z"}`
    case position
    /// A JSON object that is kept with the record.
    case attributes
    /// A JSON object of texts, numbers and truth values, not empty.
    case settings
    /// `{}`
    case emptyObject
    case list(BodySchema, ClosedRange<Int>)

    /// The largest quantity: 2⁵³ − 1, so that every client can hold it.
    package static let largestQuantity: Int64 = (1 << 53) - 1
    /// A quantity of goods.
    package static let quantity = FieldKind.integer(1...largestQuantity)
    /// The largest mass or volume of one unit.
    package static let largestMeasure = 1e9
}

extension FieldKind {
    /// What is wrong with a value that is not null; nil where it will do. Lists are checked by
    /// `BodySchema`.
    ///
    /// - Returns: a sentence that reads on from the field's name.
    func fault(_ value: JSONValue) -> String? {
        switch self {
        case .id: Self.identifier(value)
        case .newID: Self.newIdentifier(value)
        case .text(let range): Self.text(value, range)
        case .secret(let range): Self.secret(value, range)
        case .form(let form):
            if let text = value.string { form.fault(text) } else { "must be a string" }
        case .scope: Self.scope(value)
        case .choice(let words): Self.choice(value, words)
        case .integer(let limits): Self.integer(value, limits)
        case .delta(let limits):
            Self.integer(value, limits) ?? (value.whole == 0 ? "must not be 0" : nil)
        case .boolean: value.bool == nil ? "must be true or false" : nil
        case .money: Self.money(value)
        case .measure: Self.measure(value)
        case .rate: Self.rate(value)
        case .currency: Self.currency(value)
        case .eta: Self.eta(value)
        case .time: Self.time(value)
        case .position: Self.position(value)
        case .attributes: value.object == nil ? "must be an object" : nil
        case .settings: Self.settings(value)
        case .emptyObject: value.object?.isEmpty ?? false ? nil : "must be an empty object"
        case .list: value.array == nil ? "must be an array" : nil
        }
    }

    // MARK: Texts

    private static func identifier(_ value: JSONValue) -> String? {
        guard let text = value.string else { return "must be a string" }
        if Identifier(text) != nil { return nil }
        return "is not an id: 1-64 letters, digits, '.', '_' or '-', beginning with a letter or "
            + "digit"
    }

    private static func newIdentifier(_ value: JSONValue) -> String? {
        if let fault = identifier(value) { return fault }
        guard let text = value.string, let id = Identifier(text) else { return nil }
        if id.isReserved || id.isVirtualPlace {
            return "\(id) is a word of the command language: choose another"
        }
        return nil
    }

    private static func text(_ value: JSONValue, _ range: ClosedRange<Int>) -> String? {
        guard let text = value.string else { return "must be a string" }
        if !range.contains(text.unicodeScalars.count) {
            return "must have \(range.lowerBound) to \(range.upperBound) characters"
        }
        return isPlain(text) ? nil : "must not hold control characters"
    }

    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !($0.value >= 0x7f && $0.value < 0xa0)
        }
    }

    private static func secret(_ value: JSONValue, _ range: ClosedRange<Int>) -> String? {
        guard let text = value.string else { return "must be a string" }
        if text.unicodeScalars.count < range.lowerBound || text.utf8.count > range.upperBound {
            return "must have \(range.lowerBound) to \(range.upperBound) characters"
        }
        return isPlain(text) ? nil : "must not hold control characters"
    }

    private static func scope(_ value: JSONValue) -> String? {
        if value.string == "*" { return nil }
        let isList =
            value.array?.allSatisfy { element in
                element.string.map { Identifier($0) != nil } ?? false
            } ?? false
        return isList && (value.array?.count ?? 0) <= 1_000
            ? nil : "must be \"*\" or an array of stations' ids"
    }

    private static func choice(_ value: JSONValue, _ words: [String]) -> String? {
        if let text = value.string, words.contains(text) { return nil }
        return "must be one of " + words.joined(separator: ", ")
    }

    // MARK: Numbers

    private static func integer(_ value: JSONValue, _ limits: ClosedRange<Int64>) -> String? {
        guard let number = value.whole else {
            let isWhole = value.double.map { $0 == $0.rounded(.towardZero) } ?? false
            return isWhole
                ? "must be \(limits.lowerBound) to \(limits.upperBound)"
                : "must be a whole number"
        }
        if limits.contains(number) { return nil }
        return "must be \(limits.lowerBound) to \(limits.upperBound)"
    }

    private static func money(_ value: JSONValue) -> String? {
        if case .number = value { return "is money: use a string such as \"12.50\"" }
        guard let text = value.string else { return "must be a string such as \"12.50\"" }
        guard let amount = try? MoneyText.parseAnyScale(text.utf8.span) else {
            return "must be a decimal number such as \"12.50\" with at most 18 digits, 9 of them "
                + "behind the point"
        }
        return amount.mantissa < 0 ? "must not be negative" : nil
    }

    private static func rate(_ value: JSONValue) -> String? {
        if case .number = value { return "is exact: use a string such as \"1.25\"" }
        guard let text = value.string, (try? Rate.parse(text.utf8.span)) != nil else {
            return "must be a string of a decimal number above 0 with at most 9 fraction digits"
        }
        return nil
    }

    private static func measure(_ value: JSONValue) -> String? {
        guard let number = value.double else { return "must be a number" }
        return number >= 0 && number <= FieldKind.largestMeasure
            ? nil : "must be 0 to 1000000000"
    }

    // MARK: Others

    private static func currency(_ value: JSONValue) -> String? {
        if let text = value.string, CurrencyCode(text) != nil { return nil }
        return "must be a currency's code of 2-8 capitals"
    }

    private static func eta(_ value: JSONValue) -> String? {
        guard let text = value.string else { return "must be a string" }
        let bytes = text.utf8.span
        if bytes.count > 1, bytes[0] == UInt8(ascii: "+") {
            if (try? DurationText.parse(bytes.extracting(1..<bytes.count))) != nil { return nil }
        } else if Timestamp(rfc3339: bytes) != nil {
            return nil
        }
        return "must be a time such as 2026-11-20T12:00:00Z or a duration such as +7d"
    }

    private static func time(_ value: JSONValue) -> String? {
        if let text = value.string, Timestamp(rfc3339: text) != nil { return nil }
        return "must be a time such as 2026-11-20T12:00:00Z"
    }

    private static func position(_ value: JSONValue) -> String? {
        guard let members = value.object else {
            return "must be an object of x, y and z"
        }
        for (key, coordinate) in members {
            if !["x", "y", "z"].contains(key) { return "has no coordinate \(shown(key))" }
            guard case .number(let text) = coordinate, text.utf8.count <= 64,
                coordinate.double != nil
            else { return "\(key) must be a number" }
        }
        return members.count == 3 ? nil : "must have x, y and z"
    }

    private static func settings(_ value: JSONValue) -> String? {
        guard let members = value.object else { return "must be an object" }
        if members.isEmpty { return "must not be empty" }
        for (key, member) in members {
            switch member {
            case .string, .number, .bool: continue
            default: return "\(shown(key)) must be a text, a number, true or false"
            }
        }
        return nil
    }

    /// A key of a request as a refusal may show it.
    static func shown(_ key: String) -> String { ValueError.quoted(key.utf8.span) }
}
