/// The one place where an amount is rounded: once, half to even.
package enum Rounding {
    /// Converts an amount to another currency.
    ///
    /// - Parameters:
    ///   - minor: minor units of the source currency.
    ///   - fromScale: fraction digits of the source currency, 0–9.
    ///   - toScale: fraction digits of the target currency, 0–9.
    ///   - rate: units of the target currency for one unit of the source currency.
    /// - Returns: minor units of the target currency, exact in 128 bits and then rounded once.
    /// - Throws: `.range` if the result does not fit or a scale is not 0–9.
    package static func convert(
        _ minor: Int64, fromScale: Int, toScale: Int, rate: Rate
    ) throws(ValueError) -> Int64 {
        let scales = 0...MoneyText.maximumScale
        if !scales.contains(fromScale) || !scales.contains(toScale) {
            throw .range("a scale is not within 0 and \(MoneyText.maximumScale)")
        }
        // minor × billionths ÷ 10⁹ × 10^(to − from), and 9 + from − to is 0–18: the product stays
        // below 2¹²⁶ and the only division is by a power of ten that fits 64 bits.
        let product = Int128(minor) * Int128(rate.billionths)
        let divisor = Int128(DecimalText.powerOfTen(9 + fromScale - toScale))
        guard let converted = Int64(exactly: halfEven(product, divisor)) else {
            throw .range(
                "\(MoneyText.text(minor, scale: fromScale)) at rate \(rate) is beyond the limit of "
                    + "\(Int64.max) minor units")
        }
        return converted
    }

    /// `numerator ÷ denominator` to the nearest integer, a tie to the even one.
    ///
    /// - Parameter denominator: above zero; the caller's constant, never outside input.
    package static func halfEven(_ numerator: Int128, _ denominator: Int128) -> Int128 {
        precondition(denominator > 0, "a denominator is above zero")
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let rest = remainder.magnitude
        let missing = denominator.magnitude - rest
        // A quotient that is rounded away from zero is at most half the range: no overflow.
        if rest < missing || (rest == missing && quotient & 1 == 0) { return quotient }
        return numerator < 0 ? quotient - 1 : quotient + 1
    }
}
