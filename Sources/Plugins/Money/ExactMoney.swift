package import Domain

/// An amount of money of which no digit is lost: a fraction of 10⁻⁹ of a currency's unit, with the
/// one rounding left to whoever takes the result.
///
/// Every amount that can be written (up to nine fraction digits, any scale) is a whole number of
/// those. The fraction is kept in lowest terms in 128 bits each. Sums, products and quotients are
/// exact; a result whose lowest terms need more than 128 bits is an error, never a rounded value.
/// Cost: one multiplication and no division while both operands are whole, about 50 ns else.
package struct ExactMoney: Sendable, Equatable {
    /// The amount in 10⁻⁹ units of the currency.
    let amount: Fraction
    package let currency: CurrencyCode

    /// 10⁻⁹ units of one unit of the currency, as an exponent of ten.
    private static let digits = MoneyText.maximumScale

    /// A whole number of minor units.
    ///
    /// - Parameter scale: the currency's fraction digits, 0–9.
    package init(minor: Int64, currency: CurrencyCode, scale: Int) {
        // At most 2^63 · 10^9: far inside 128 bits.
        let unit = Int128(DecimalText.powerOfTen(Self.digits - min(max(scale, 0), Self.digits)))
        self.init(Fraction(Int128(minor) * unit), currency: currency)
    }

    /// An amount as it is written, `12.50`, with up to nine fraction digits.
    ///
    /// - Throws: `MoneyError` for another form or an amount beyond 64 bits.
    package init(text: String, currency: CurrencyCode) throws(MoneyError) {
        let written = try Fraction(decimal: text, what: "amount")
        self.init(try ExactMoney.nano(written), currency: currency)
    }

    /// Whole units of the currency.
    package init(whole: Int64, currency: CurrencyCode) {
        self.init(minor: whole, currency: currency, scale: 0)
    }

    init(_ amount: Fraction, currency: CurrencyCode) {
        self.amount = amount
        self.currency = currency
    }

    /// A number of units as 10⁻⁹ units.
    private static func nano(_ units: Fraction) throws(MoneyError) -> Fraction {
        try units.multiplied(by: Fraction(Int128(DecimalText.powerOfTen(digits))))
    }

    private func with(_ amount: Fraction) -> ExactMoney {
        ExactMoney(amount, currency: currency)
    }

    // MARK: Arithmetic

    /// The sum.
    ///
    /// - Throws: where the currencies differ or the result is beyond the limit.
    package func adding(_ other: ExactMoney) throws(MoneyError) -> ExactMoney {
        try requireSame(other, "added")
        return with(try amount.adding(other.amount))
    }

    /// The difference.
    ///
    /// - Throws: where the currencies differ or the result is beyond the limit.
    package func subtracting(_ other: ExactMoney) throws(MoneyError) -> ExactMoney {
        try requireSame(other, "subtracted")
        return with(try amount.adding(other.amount.negated()))
    }

    /// The product with a plain number.
    ///
    /// - Throws: where the result is beyond the limit.
    package func multiplied(by factor: Fraction) throws(MoneyError) -> ExactMoney {
        with(try amount.multiplied(by: factor))
    }

    /// The exact quotient by a plain number.
    ///
    /// - Throws: for a division by zero, or where the result is beyond the limit.
    package func divided(by divisor: Fraction) throws(MoneyError) -> ExactMoney {
        with(try amount.multiplied(by: try divisor.inverted()))
    }

    /// The amount with the other sign.
    package func negated() throws(MoneyError) -> ExactMoney { with(try amount.negated()) }

    /// −1, 0 or 1 as the amount is below, equal to or above another.
    ///
    /// - Throws: where the currencies differ.
    package func compared(to other: ExactMoney) throws(MoneyError) -> Int {
        try requireSame(other, "compared")
        return amount.compared(to: other.amount)
    }

    private func requireSame(
        _ other: ExactMoney, _ operation: StaticString
    ) throws(MoneyError) {
        if other.currency != currency {
            throw MoneyError("\(currency) and \(other.currency) cannot be \(operation)")
        }
    }

    // MARK: Results

    /// Whole minor units, rounded once, half to even.
    ///
    /// - Parameter scale: the currency's fraction digits, 0–9.
    /// - Throws: where they are beyond 64 bits.
    package func minorUnits(scale: Int) throws(MoneyError) -> Int64 {
        let unit = Int128(DecimalText.powerOfTen(Self.digits - min(max(scale, 0), Self.digits)))
        let (divisor, overflow) = amount.denominator.multipliedReportingOverflow(by: unit)
        if !overflow, let minor = Int64(exactly: Rounding.halfEven(amount.numerator, divisor)) {
            return minor
        }
        throw MoneyError("an amount is beyond 64-bit minor units")
    }

    /// The amount with the currency's own fraction digits, rounded half to even where it has more.
    ///
    /// - Throws: as `minorUnits`.
    package func text(scale: Int) throws(MoneyError) -> String {
        MoneyText.text(try minorUnits(scale: scale), scale: scale)
    }

    /// The amount in whole minor units.
    ///
    /// - Throws: as `minorUnits`.
    package func rounded(scale: Int) throws(MoneyError) -> ExactMoney {
        ExactMoney(minor: try minorUnits(scale: scale), currency: currency, scale: scale)
    }
}

/// Why an operation on money has no result.
package struct MoneyError: Error, Equatable, Sendable {
    /// One sentence without its full stop.
    package let message: String

    package init(_ message: String) { self.message = message }
}
