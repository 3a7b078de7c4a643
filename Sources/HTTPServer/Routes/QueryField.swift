import Basics
import Domain
import Ledger

/// A parameter of a query: what it may be, and what it becomes among the words of the command.
package struct QueryField: Sendable {
    package enum Kind: Sendable {
        /// Records of a page, 1 to 1 000.
        case limit(standard: Int)
        /// The `next` of the page before.
        case cursor(CursorForm)
        case id
        case currency
        case choice([String])
        case text(ClosedRange<Int>)
        /// A seq or a time.
        case place
        case integer(ClosedRange<Int64>)
        case money
        /// `true` says the option's word alone, `false` nothing.
        case flag
        /// Names or patterns between commas.
        case list(patterns: Bool)
    }

    package let name: String
    package let kind: Kind
    /// The command's option; nil: the route looks at the value by itself.
    package let option: String?
    package let isRequired: Bool
    package let summary: String

    package init(
        _ name: String, _ kind: Kind, option: String? = nil, required: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.option = option
        isRequired = required
        self.summary = summary
    }
}

/// What the cursors of a list look like, so that one of another list is found out at once.
package enum CursorForm: Sendable {
    /// Records by seq: the list's letter, the direction, seq and index in base 36.
    case records(Character, reversible: Bool)
    /// The last id of a catalog's page.
    case ids
    /// An event's id.
    case event
    /// Where a feed begins: `now`, `earliest` or an event's id.
    case feed

    /// The form as a regular expression.
    package var pattern: String {
        switch self {
        case .records(let letter, let reversible):
            "^\(letter)\(reversible ? "[ad]" : "a")(0|[1-9a-z][0-9a-z]{0,10})"
                + "\\.(0|[1-9a-z][0-9a-z]{0,2})$"
        case .ids: "^ia[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
        case .event: "^[A-Za-z0-9]{1,64}:(0|[1-9][0-9]{0,14})$"
        case .feed: "^(now|earliest|[0-9a-f]{16}:(0|[1-9][0-9]{0,18}))$"
        }
    }

    /// What a text that is none is told.
    var fault: String {
        if case .feed = self {
            return "must be now, earliest or a cursor such as 0123456789abcdef:42"
        }
        return "is not the next of such a list"
    }

    func allows(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        switch self {
        case .records(let letter, let reversible):
            guard bytes.count >= 5, bytes[0] == letter.asciiValue,
                bytes[1] == UInt8(ascii: "a") || reversible && bytes[1] == UInt8(ascii: "d")
            else { return false }
            let parts = bytes[2...].split(
                separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.count == 2 && Self.isBase36(parts[0], 11) && Self.isBase36(parts[1], 3)
        case .ids:
            return text.hasPrefix("ia") && Identifier(String(text.dropFirst(2))) != nil
        case .event:
            let parts = bytes.split(
                separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return parts.count == 2 && (1...64).contains(parts[0].count)
                && parts[0].allSatisfy(Self.isAlphanumeric) && Self.isSeq(parts[1])
        case .feed: return FeedAnchor(text) != .unknown
        }
    }

    private static func isBase36(_ digits: ArraySlice<UInt8>, _ limit: Int) -> Bool {
        guard let first = digits.first, digits.count <= limit else { return false }
        if first == UInt8(ascii: "0") && digits.count > 1 { return false }
        return digits.allSatisfy { isDigit($0) || $0 >= 0x61 && $0 <= 0x7a }
    }

    private static func isSeq(_ digits: ArraySlice<UInt8>) -> Bool {
        guard let first = digits.first, digits.count <= 15 else { return false }
        return digits.allSatisfy(isDigit) && (first != UInt8(ascii: "0") || digits.count == 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte >= 0x41 && byte <= 0x5a || byte >= 0x61 && byte <= 0x7a
    }
}

/// Why a value of a query will not do.
struct QueryFault {
    let code: ErrorCode
    let detail: String

    init(_ detail: String, _ code: ErrorCode = .syntax) {
        self.code = code
        self.detail = detail
    }
}

extension QueryField {
    /// What is wrong with a value; nil where nothing is.
    func fault(_ text: String, limits: Limits) -> QueryFault? {
        switch kind {
        case .limit: Self.integer(text, 1...Int64(limits.pageRecords))
        case .integer(let range): Self.integer(text, range)
        case .cursor(let form):
            form.allows(text) ? nil : QueryFault(form.fault)
        case .id:
            Identifier(text) == nil
                ? QueryFault("is not an id: 1-64 letters, digits, '.', '_' or '-'") : nil
        case .currency:
            CurrencyCode(text) == nil ? QueryFault("must be a code of 2-8 capitals") : nil
        case .choice(let words):
            words.contains(text)
                ? nil : QueryFault("must be one of " + words.joined(separator: ", "))
        case .text(let range): Self.text(text, range)
        case .place: Self.place(text)
        case .money:
            (try? MoneyText.parseAnyScale(text.utf8.span)) == nil
                ? QueryFault("must be a decimal number such as 12.50") : nil
        case .flag:
            text == "true" || text == "false" ? nil : QueryFault("must be true or false")
        case .list(let patterns): Self.list(text, patterns)
        }
    }

    private static func integer(_ text: String, _ range: ClosedRange<Int64>) -> QueryFault? {
        if let number = try? QuantityText.parse(text.utf8.span) {
            if range.contains(number) { return nil }
        } else if text.isEmpty || !text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return QueryFault("must be a whole number")
        }
        return QueryFault("must be \(range.lowerBound) to \(range.upperBound)", .range)
    }

    private static func text(_ text: String, _ range: ClosedRange<Int>) -> QueryFault? {
        if !range.contains(text.unicodeScalars.count) {
            return QueryFault(
                "must have \(range.lowerBound) to \(range.upperBound) characters", .range)
        }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !($0.value >= 0x7f && $0.value < 0xa0)
        }
        return isPlain ? nil : QueryFault("must not hold control characters")
    }

    private static func place(_ text: String) -> QueryFault? {
        if let first = text.utf8.first, first >= 0x30, first <= 0x39, text.utf8.count <= 15,
            (try? QuantityText.parse(text.utf8.span)) != nil
        {
            return nil
        }
        return Timestamp(rfc3339: text) == nil
            ? QueryFault("must be a seq or a time such as 2026-11-20T12:00:00Z") : nil
    }

    private static func list(_ text: String, _ patterns: Bool) -> QueryFault? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        if parts.count > 64 { return QueryFault("must have at most 64 parts", .range) }
        for part in parts {
            if patterns ? !isPattern(part) : Identifier(String(part)) == nil {
                return QueryFault(
                    patterns
                        ? "must be event types or patterns such as trade.*, between commas"
                        : "must be ids between commas")
            }
        }
        return nil
    }

    private static func isPattern(_ text: Substring) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                $0 >= 0x61 && $0 <= 0x7a || $0 == 0x2e || $0 == 0x2a || $0 == 0x5f
            }
    }
}
