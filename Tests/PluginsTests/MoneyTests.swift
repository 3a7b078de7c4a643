import Domain
import Plugins
import Testing

private func money(_ text: String) throws(MoneyError) -> ExactMoney {
    try ExactMoney(text: text, currency: .credits)
}

extension ExactMoney {
    fileprivate func text() throws(MoneyError) -> String { try text(scale: 2) }
}

@Suite struct ExactMoneyTests {
    @Test(arguments: [
        ("10.00", "0.95", "9.50"), ("0.30", "0.95", "0.28"), ("0.10", "0.95", "0.10"),
        ("0.00", "0.95", "0.00"), ("-10.00", "0.95", "-9.50"), ("10.00", "-1", "-10.00"),
        ("0.01", "0.5", "0.00"), ("0.03", "0.5", "0.02"), ("0.05", "0.5", "0.02"),
        ("92233720368547758.07", "1", "92233720368547758.07"),
        ("10.00", "0.000000001", "0.00"), ("1.005", "1", "1.00"), ("1.015", "1", "1.02"),
    ])
    func products(amount: String, factor: String, result: String) throws {
        let product = try money(amount).multiplied(by: Fraction(decimal: factor))
        #expect(try product.text() == result)
    }

    @Test func nothingIsRoundedBeforeTheEnd() throws {
        var value = try money("10.00")
        for divisor in [3, 7, 9, 11, 13] as [Int128] {
            value = try value.divided(by: Fraction(divisor))
        }
        for factor in [13, 11, 9, 7, 3] as [Int128] {
            value = try value.multiplied(by: Fraction(factor))
        }
        #expect(try value == money("10.00"))
        let third = try money("10.00").divided(by: Fraction(3))
        #expect(try third.text() == "3.33")
        #expect(try third.adding(third).adding(third) == money("10.00"))
        #expect(try third.rounded(scale: 2).multiplied(by: Fraction(3)).text() == "9.99")
    }

    @Test func sumsAndComparisons() throws {
        let one = try money("1.10")
        let two = try money("2.205")
        #expect(try one.adding(two).text() == "3.30")
        #expect(try one.subtracting(two).text() == "-1.10")
        #expect(try one.compared(to: two) == -1)
        #expect(try two.compared(to: one) == 1)
        #expect(try one.compared(to: money("1.1")) == 0)
        #expect(try one.negated().text() == "-1.10")
        #expect(try money("0.00").compared(to: money("-0.01")) == 1)
    }

    @Test func errors() throws {
        let euro = try #require(CurrencyCode("EUR"))
        let other = ExactMoney(minor: 100, currency: euro, scale: 2)
        #expect(throws: MoneyError("CR and EUR cannot be added")) {
            try money("1.00").adding(other)
        }
        #expect(throws: MoneyError("CR and EUR cannot be compared")) {
            try money("1.00").compared(to: other)
        }
        #expect(throws: MoneyError("money divided by zero")) {
            try money("1.00").divided(by: Fraction(0))
        }
        #expect(throws: MoneyError.self) { try money("1e3") }
        #expect(throws: MoneyError.self) { try money("12,50") }
        #expect(throws: MoneyError.self) { try money("0.0000000001") }
        #expect(throws: MoneyError.self) { try money("99999999999999999999") }
        #expect(throws: MoneyError("factor \"five\" is not a decimal number such as 12.50")) {
            try Fraction(decimal: "five")
        }
    }

    @Test func nothingTraps() throws {
        // Each step either is exact or throws; the last value before the error still has a text or
        // says that it has none.
        for factor in [Int128(Int64.max), 3, 10, -7, Int128(Int64.min)] {
            var value = ExactMoney(minor: .max, currency: .credits, scale: 9)
            var quotient = value
            for _ in 0..<64 {
                do throws(MoneyError) {
                    value = try value.multiplied(by: Fraction(factor))
                    _ = try value.compared(to: quotient)
                    quotient = try quotient.divided(by: Fraction(factor))
                    value = try value.adding(quotient)
                } catch { break }
            }
            _ = try? value.minorUnits(scale: 0)
            _ = try? quotient.minorUnits(scale: 0)
        }
        let lowest = ExactMoney(minor: .min, currency: .credits, scale: 0)
        #expect(try lowest.negated().negated() == lowest)
        #expect(throws: MoneyError.self) { try lowest.negated().minorUnits(scale: 0) }
    }
}
