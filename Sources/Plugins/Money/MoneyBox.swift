import Domain
import Lua

/// Money on its way into Lua and back: 16 bytes a value, the rare large ones kept aside.
///
/// The first word is the numerator, the second the number of the currency (16 bits), a mark (1
/// bit) and the denominator (47 bits). An amount that does not fit so is kept in a list until the
/// next call begins; a script that holds such a value longer gets an error when it uses it. Those
/// that the main part of a script made are kept for good. One per machine; its thread only.
final class MoneyBox {
    /// The number of money's type in the interface.
    static let tag = 0
    /// The most amounts kept aside in one call.
    static let limit = 65_536

    private var currencies: [CurrencyCode] = []
    private var kept: [ExactMoney] = []
    /// Those at the front of `kept` that stay.
    private var permanent = 0
    private var generation: UInt64 = 1

    private static let mark: UInt64 = 1 << 16
    private static let shift: UInt64 = 17

    /// Keeps for good what was put aside so far.
    func keepAll() { permanent = kept.count }

    /// Drops what the last call put aside.
    func beginCall() {
        if kept.count == permanent { return }
        kept.removeLast(kept.count - permanent)
        generation &+= 1
    }

    /// The value that stands for an amount.
    ///
    /// - Throws: where too many large amounts are kept, or there are too many currencies.
    func value(_ money: ExactMoney) throws(MoneyError) -> LuaHostValue {
        let currency = try number(money.currency)
        let (numerator, denominator) = (money.amount.numerator, money.amount.denominator)
        if let small = Int64(exactly: numerator), denominator < 1 << 46 {
            let second = currency | UInt64(denominator) << Self.shift
            return LuaHostValue(
                tag: Self.tag, first: small, second: Int64(bitPattern: second))
        }
        if kept.count - permanent >= Self.limit {
            throw MoneyError("more than \(Self.limit) large amounts in one call")
        }
        kept.append(money)
        let second = currency | Self.mark | (generation & (1 << 46 - 1)) << Self.shift
        return LuaHostValue(
            tag: Self.tag, first: Int64(kept.count - 1), second: Int64(bitPattern: second))
    }

    /// The amount that a value stands for.
    ///
    /// - Throws: where the value is none of this machine and time.
    func money(_ value: LuaHostValue) throws(MoneyError) -> ExactMoney {
        let second = UInt64(bitPattern: value.second)
        let currency = Int(second & 0xffff)
        guard value.tag == Self.tag, currency < currencies.count else {
            throw MoneyError("this is no money")
        }
        if second & Self.mark == 0 {
            return ExactMoney(
                Fraction(
                    numerator: Int128(value.first),
                    denominator: Int128(max(second >> Self.shift, 1))),
                currency: currencies[currency])
        }
        let isPermanent = value.first < permanent
        let isOfThisCall = second >> Self.shift == generation & (1 << 46 - 1)
        guard value.first >= 0, value.first < kept.count, isPermanent || isOfThisCall else {
            throw MoneyError("a large amount of money was kept after its call")
        }
        return kept[Int(value.first)]
    }

    private func number(_ code: CurrencyCode) throws(MoneyError) -> UInt64 {
        for index in currencies.indices where currencies[index] == code { return UInt64(index) }
        if currencies.count == 0xffff { throw MoneyError("too many currencies") }
        currencies.append(code)
        return UInt64(currencies.count - 1)
    }
}
