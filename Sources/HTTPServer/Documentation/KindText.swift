/// The forms of values in a word or two, for people.
enum KindText {
    static func of(_ kind: FieldKind) -> String {
        switch kind {
        case .id, .newID: "id"
        case .text(let range): range.lowerBound > 0 ? "text, not empty" : "text"
        case .secret: "text"
        case .form(let form): form.title
        case .scope: "\"*\", or a list of ids"
        case .choice(let words): words.joined(separator: ", ")
        case .integer(let range):
            range.upperBound == FieldKind.largestQuantity
                ? "whole number from \(range.lowerBound)"
                : "\(range.lowerBound) to \(range.upperBound)"
        case .delta: "whole number, not 0"
        case .boolean: "true, false"
        case .money: "money, a string"
        case .measure: "number"
        case .rate: "decimal string"
        case .currency: "currency code"
        case .eta: "time, or +7d"
        case .time: "time"
        case .position: "{x, y, z}"
        case .attributes, .settings: "object"
        case .emptyObject: "{}"
        case .list(_, let counts): "list of \(counts.lowerBound) to \(counts.upperBound)"
        }
    }

    static func of(_ kind: QueryField.Kind) -> String {
        switch kind {
        case .limit(let standard): "1 to 1000, default \(standard)"
        case .cursor: "cursor"
        case .id: "id"
        case .currency: "currency code"
        case .choice(let words): words.joined(separator: ", ")
        case .text: "text"
        case .place: "seq or time"
        case .integer(let range):
            range.upperBound == FieldKind.largestQuantity
                ? "whole number from \(range.lowerBound)"
                : "\(range.lowerBound) to \(range.upperBound)"
        case .money: "decimal"
        case .flag: "true, false"
        case .list(let patterns): patterns ? "patterns, by comma" : "ids, by comma"
        }
    }

    static func of(_ kind: ValueKind) -> String {
        switch kind {
        case .id: "id"
        case .text: "text"
        case .integer: "whole number"
        case .number: "number"
        case .boolean: "true, false"
        case .money: "money, a string"
        case .rate: "decimal string"
        case .currency: "currency code"
        case .time: "time"
        case .day: "day"
        case .choice(let words): words.joined(separator: ", ")
        case .record(let name): name
        case .list(let kind): "list of \(of(kind))"
        case .object: "object"
        case .any: "anything"
        case .constant(let text): text
        case .either(let one, let other): "\(of(one)) or \(of(other))"
        }
    }
}
