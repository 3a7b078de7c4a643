import Domain

/// Sums of money before and after a rule, wide enough for every log; what is wider is an error.
struct BacktestSum: Equatable {
    private(set) var before: Int128 = 0
    private(set) var after: Int128 = 0
    private(set) var quantity: Int128 = 0

    var difference: Int128 { after - before }

    mutating func add(quantity: Int64, before: Int64, after: Int64) throws(BacktestError) {
        // Two factors of 64 bits fit in 127.
        try Self.add(Int128(quantity) * Int128(before), to: &self.before)
        try Self.add(Int128(quantity) * Int128(after), to: &self.after)
        try Self.add(Int128(quantity), to: &self.quantity)
        if self.after.subtractingReportingOverflow(self.before).overflow {
            throw .range("the difference of two sums")
        }
    }

    static func add(_ amount: Int128, to sum: inout Int128) throws(BacktestError) {
        let (result, overflow) = sum.addingReportingOverflow(amount)
        if overflow { throw .range("a sum of money") }
        sum = result
    }
}

/// The sums per currency, and per item and currency.
struct BacktestTotals {
    struct ItemKey: Hashable {
        let item: ItemNumber
        let currency: CurrencyCode
    }

    private(set) var money: [CurrencyCode: BacktestSum] = [:]
    private(set) var items: [ItemKey: BacktestSum] = [:]

    mutating func add(
        _ item: ItemNumber, _ currency: CurrencyCode, quantity: Int64, before: Int64, after: Int64
    ) throws(BacktestError) {
        try money[currency, default: BacktestSum()].add(
            quantity: quantity, before: before, after: after)
        try items[ItemKey(item: item, currency: currency), default: BacktestSum()].add(
            quantity: quantity, before: before, after: after)
    }
}

/// Amounts that are wider than 64 bits.
enum WideMoney {
    /// `-12.50` for −1250 at scale 2.
    static func text(_ amount: Int128, scale: Int) -> String {
        let digits = String(amount.magnitude)
        let sign = amount < 0 ? "-" : ""
        if scale <= 0 { return sign + digits }
        let padding = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count))
        let padded = padding + digits
        return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }

    /// A measure of size that does not depend on a currency's scale.
    static func size(_ amount: Int128, scale: Int) -> Double {
        var size = Double(amount.magnitude)
        for _ in 0..<min(max(scale, 0), MoneyText.maximumScale) { size /= 10 }
        return size
    }
}

/// Why a back-test cannot go on.
package struct BacktestError: Error, Equatable, Sendable {
    /// One sentence without its full stop.
    package let message: String
    /// Whether a figure left its range.
    package let isRange: Bool

    package init(_ message: String) {
        self.message = message
        isRange = false
    }

    private init(range what: String) {
        message = "\(what) leaves the range of 128-bit numbers"
        isRange = true
    }

    static func range(_ what: String) -> BacktestError { BacktestError(range: what) }
}
