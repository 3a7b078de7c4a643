import Basics
import Domain

/// A rational number in lowest terms, 128 bits each, whose operations are exact or an error.
package struct Fraction: Sendable, Equatable {
    let numerator: Int128
    /// Above zero.
    let denominator: Int128

    /// A whole number.
    package init(_ whole: Int128) {
        numerator = whole
        denominator = 1
    }

    /// Two numbers in lowest terms.
    ///
    /// - Parameter denominator: above zero.
    init(numerator: Int128, denominator: Int128) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// A decimal as it is written, `0.95`: at most nine fraction digits.
    ///
    /// - Parameter what: the word that a message begins with.
    package init(decimal text: String, what: StaticString = "factor") throws(MoneyError) {
        let parsed: (mantissa: Int64, fractionDigits: Int)
        do throws(ValueError) {
            parsed = try MoneyText.parseAnyScale(text.utf8.span)
        } catch {
            let reason = error.message
            throw MoneyError(
                reason.hasPrefix("amount ") ? "\(what) \(reason.dropFirst(7))" : reason)
        }
        self = Fraction.reduced(
            Int128(parsed.mantissa), Int128(DecimalText.powerOfTen(parsed.fractionDigits)))
    }

    /// The lowest terms of two numbers, the second above zero.
    static func reduced(_ numerator: Int128, _ denominator: Int128) -> Fraction {
        if denominator == 1 { return Fraction(numerator) }
        let divisor = commonDivisor(numerator.magnitude, denominator.magnitude)
        guard divisor > 1, let common = Int128(exactly: divisor) else {
            return Fraction(numerator: numerator, denominator: denominator)
        }
        return Fraction(numerator: numerator / common, denominator: denominator / common)
    }

    func adding(_ other: Fraction) throws(MoneyError) -> Fraction {
        if denominator == 1 && other.denominator == 1 {
            return Fraction(try checked(numerator.addingReportingOverflow(other.numerator)))
        }
        let common = Int128(
            truncatingIfNeeded: commonDivisor(denominator.magnitude, other.denominator.magnitude))
        let widened = other.denominator / common
        let left = try checked(numerator.multipliedReportingOverflow(by: widened))
        let right = try checked(
            other.numerator.multipliedReportingOverflow(by: denominator / common))
        return Fraction.reduced(
            try checked(left.addingReportingOverflow(right)),
            try checked(denominator.multipliedReportingOverflow(by: widened)))
    }

    func multiplied(by other: Fraction) throws(MoneyError) -> Fraction {
        // Reduced crosswise first: the product is in lowest terms and no larger than it must be.
        let first = Fraction.reduced(numerator, other.denominator)
        let second = Fraction.reduced(other.numerator, denominator)
        return Fraction(
            numerator: try checked(
                first.numerator.multipliedReportingOverflow(by: second.numerator)),
            denominator: try checked(
                first.denominator.multipliedReportingOverflow(by: second.denominator)))
    }

    func inverted() throws(MoneyError) -> Fraction {
        if numerator == 0 { throw MoneyError("money divided by zero") }
        if numerator > 0 { return Fraction(numerator: denominator, denominator: numerator) }
        return Fraction(
            numerator: -denominator,
            denominator: try checked((0 as Int128).subtractingReportingOverflow(numerator)))
    }

    func negated() throws(MoneyError) -> Fraction {
        Fraction(
            numerator: try checked((0 as Int128).subtractingReportingOverflow(numerator)),
            denominator: denominator)
    }

    /// −1, 0 or 1; the cross products are compared in 256 bits.
    func compared(to other: Fraction) -> Int {
        let left = numerator.multipliedFullWidth(by: other.denominator)
        let right = other.numerator.multipliedFullWidth(by: denominator)
        if left.high != right.high { return left.high < right.high ? -1 : 1 }
        if left.low != right.low { return left.low < right.low ? -1 : 1 }
        return 0
    }

    private func checked(
        _ result: (partialValue: Int128, overflow: Bool)
    ) throws(MoneyError) -> Int128 {
        // The lowest number has no opposite: left out, negation and magnitudes are always safe.
        if result.overflow || result.partialValue == .min {
            throw MoneyError("money beyond 128 bits: round it earlier with :round()")
        }
        return result.partialValue
    }
}

/// The greatest common divisor; 64-bit steps as soon as both fit.
private func commonDivisor(_ left: UInt128, _ right: UInt128) -> UInt128 {
    var (larger, smaller) = (left, right)
    while smaller != 0 {
        if let low = UInt64(exactly: larger), let lower = UInt64(exactly: smaller) {
            return UInt128(commonDivisor(low, lower))
        }
        (larger, smaller) = (smaller, larger % smaller)
    }
    return larger
}

private func commonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    var (larger, smaller) = (left, right)
    while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
    return larger
}
