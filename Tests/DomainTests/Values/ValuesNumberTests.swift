import Basics
import Domain
import TestSupport
import Testing

/// What reading gave: the value, or the code of the refusal.
func outcome<Value>(_ read: () throws(ValueError) -> Value) -> Result<Value, ValueError> {
    do throws(ValueError) { return .success(try read()) } catch { return .failure(error) }
}

extension Result where Failure == ValueError {
    var value: Success? { try? get() }
    var code: ValueError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }
    var message: String {
        if case .failure(let error) = self { error.message } else { "no error" }
    }
}

private func money(_ text: String, _ scale: Int) -> Result<Int64, ValueError> {
    let bytes = Array(text.utf8)
    return outcome { () throws(ValueError) in try MoneyText.parse(bytes.span, scale: scale) }
}

private func quantity(_ text: String) -> Result<Int64, ValueError> {
    let bytes = Array(text.utf8)
    return outcome { () throws(ValueError) in try QuantityText.parse(bytes.span) }
}

private func rate(_ text: String) -> Result<Rate, ValueError> {
    let bytes = Array(text.utf8)
    return outcome { () throws(ValueError) in try Rate(bytes.span) }
}

/// Words that are no decimal number in any of the forms.
let malformedDecimals = [
    "", "-", ".", "-.", ".5", "5.", "-5.", "+5", "--5", "1..2", "1.2.3", "1e3", "1E3", "0x1", "01",
    "00", "-01", "00.5",
    "1,5", " 1", "1 ", "1_0", "NaN", "inf", "١", "1-", "1.-5", "1\0", "\u{ff11}",
]

@Suite struct MoneyTextTests {
    @Test(
        arguments: [
            ("12.50", 2, 1_250), ("12.5", 2, 1_250), ("12", 2, 1_200), ("0", 2, 0), ("-0", 2, 0),
            ("0.01", 2, 1), ("-0.01", 2, -1),
            ("-12.50", 2, -1_250), ("7", 0, 7), ("1.000000001", 9, 1_000_000_001),
            ("9223372036854775807", 0, .max),
            ("-9223372036854775808", 0, .min), ("92233720368547758.07", 2, .max),
            ("-92233720368547758.08", 2, .min),
            ("9223372036.854775807", 9, .max), ("9007199254740993", 0, 9_007_199_254_740_993),
            ("90071992547409.93", 2, 9_007_199_254_740_993),
        ] as [(String, Int, Int64)]) func reads(_ text: String, _ scale: Int, _ minor: Int64)
    {
        #expect(money(text, scale).value == minor)
    }

    @Test(arguments: malformedDecimals) func refusesTheForm(_ text: String) {
        #expect(money(text, 2).code == .syntax)
        let bytes = Array(text.utf8)
        #expect(
            outcome { () throws(ValueError) in try MoneyText.parseAnyScale(bytes.span) }.code
                == .syntax)
    }

    @Test func refusesTheRange() {
        for (text, scale) in [
            ("9223372036854775808", 0), ("-9223372036854775809", 0), ("92233720368547758.08", 2),
            ("92233720368547759", 2), ("9223372036.854775808", 9),
            ("1.001", 2), ("1.0", 0), ("1.000", 2), (String(repeating: "9", count: 10_000), 2),
            ("0." + String(repeating: "0", count: 10_000), 9),
        ] {
            #expect(money(text, scale).code == .range, "\(text.prefix(30))")
        }
        #expect(money("1", 10).code == .range)
        #expect(money("1", -1).code == .range)
        #expect(
            money("1.234", 2).message == "amount \"1.234\" has 3 fraction digits, the scale is 2")
        #expect(money("1.2", 0).message == "amount \"1.2\" must be a whole number")
        #expect(
            money("99999999999999999999", 2).message
                == "amount \"99999999999999999999\" is beyond the limit of "
                + "9223372036854775807 minor units"
        )
        #expect(
            money("a\"\n\u{1}é", 2).message
                == "amount \"a\\\"\\x0a\\x01\\xc3\\xa9\" is not a decimal number such as 12.50")
        #expect(money(String(repeating: "z", count: 500), 2).message.utf8.count < 120)
    }

    @Test func anyScale() throws {
        for (text, mantissa, digits) in [
            ("12.50", 1_250, 2), ("12", 12, 0), ("-0.000000001", -1, 9),
        ] as [(String, Int64, Int)] {
            let bytes = Array(text.utf8)
            let parsed = try MoneyText.parseAnyScale(bytes.span)
            #expect(parsed == (mantissa, digits))
        }
        #expect(try MoneyText.rescale(mantissa: 125, fractionDigits: 1, scale: 2) == 1_250)
        #expect(throws: ValueError.self) {
            try MoneyText.rescale(mantissa: 125, fractionDigits: 3, scale: 2)
        }
        #expect(throws: ValueError.self) {
            try MoneyText.rescale(mantissa: .max, fractionDigits: 0, scale: 1)
        }
    }

    @Test(
        arguments: [
            (1_250, 2, "12.50"), (0, 2, "0.00"), (1, 2, "0.01"), (-1, 2, "-0.01"),
            (-1_250, 2, "-12.50"), (7, 0, "7"), (5, 1, "0.5"),
            (.max, 0, "9223372036854775807"), (.min, 0, "-9223372036854775808"),
            (.min, 2, "-92233720368547758.08"), (.min, 9, "-9223372036.854775808"),
            (.max, 8, "92233720368.54775807"), (1, 9, "0.000000001"), (1, 8, "0.00000001"),
            (1, 7, "0.0000001"), (100_000_000, 9, "0.100000000"),
            (987_654_321, 9, "0.987654321"),
        ] as [(Int64, Int, String)]) func writes(_ minor: Int64, _ scale: Int, _ text: String)
    {
        #expect(MoneyText.text(minor, scale: scale) == text)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func comesBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let minor = generator.anyLengthInteger()
            for scale in 0...9 {
                #expect(
                    money(MoneyText.text(minor, scale: scale), scale).value == minor, "seed \(seed)"
                )
            }
        }
    }

    @Test func json() {
        var buffer = ByteBuffer(capacity: 16)
        buffer.append("[" as StaticString)
        MoneyText.appendJSON(-5, scale: 2, to: &buffer)
        MoneyText.append(3, scale: 0, to: &buffer)
        #expect(buffer.bytes.validatedText == "[\"-0.05\"3")
    }
}

@Suite struct QuantityTextTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("5", 5), ("-5", -5), ("9223372036854775807", .max),
            ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func reads(_ text: String, _ value: Int64) {
        #expect(quantity(text).value == value)
    }

    @Test(arguments: malformedDecimals) func refusesTheForm(_ text: String) {
        #expect(quantity(text).code == .syntax)
    }

    @Test func refusesTheRange() {
        for text in ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.5"] {
            #expect(quantity(text).code == .range, "\(text)")
        }
        #expect(quantity("x").message == "quantity \"x\" is not a whole number")
        let five = Array("5".utf8)
        #expect(
            outcome { () throws(ValueError) in
                try QuantityText.parse(five.span, name: "LIMIT", in: 1...5)
            }.value == 5)
        #expect(
            outcome { () throws(ValueError) in
                try QuantityText.parse(five.span, name: "LIMIT", in: 1...4)
            }.message == "LIMIT \"5\" is not within 1 and 4")
    }

    @Test(
        arguments: [
            ("1.5", 1_500, "1.5"), ("18", 18_000, "18"), ("0.001", 1, "0.001"), ("0", 0, "0"),
            ("10.050", 10_050, "10.05"), ("9223372036854775.807", .max, "9223372036854775.807"),
        ] as [(String, Int64, String)])
    func massAndVolume(_ text: String, _ units: Int64, _ written: String) throws {
        let bytes = Array(text.utf8)
        #expect(try QuantityText.parseMass(bytes.span) == units)
        #expect(try QuantityText.parseVolume(bytes.span) == units)
        var buffer = ByteBuffer()
        QuantityText.appendMass(grams: units, to: &buffer)
        buffer.append("|" as StaticString)
        QuantityText.appendVolume(cubicDecimetres: units, to: &buffer)
        #expect(buffer.bytes.validatedText == written + "|" + written)
    }

    @Test func refusesBadMass() {
        for text in ["-1", "-0.001", "0.0001", "9223372036854775.808"] {
            let bytes = Array(text.utf8)
            #expect(
                outcome { () throws(ValueError) in try QuantityText.parseMass(bytes.span) }.code
                    == .range, "\(text)")
        }
    }
}

@Suite struct RateTests {
    @Test(
        arguments: [
            ("1.5", 1_500_000_000, "1.5"), ("2", 2_000_000_000, "2"),
            ("0.000000001", 1, "0.000000001"), ("10.10", 10_100_000_000, "10.1"),
            ("9223372036.854775807", .max, "9223372036.854775807"),
        ] as [(String, Int64, String)])
    func reads(_ text: String, _ billionths: Int64, _ written: String) {
        #expect(rate(text).value?.billionths == billionths)
        #expect(Rate(billionths: billionths)?.text == written)
        #expect(rate(written).value?.billionths == billionths)
    }

    @Test func refuses() {
        for text in malformedDecimals { #expect(rate(text).code == .syntax, "\(text)") }
        for text in [
            "0", "-0", "-1", "0.000000000", "0.0000000001", "9223372036.854775808", "10000000000",
        ] {
            #expect(rate(text).code == .range, "\(text)")
        }
        #expect(Rate(billionths: 0) == nil)
        #expect(Rate(billionths: .min) == nil)
        #expect(Rate.one.text == "1")
    }
}

@Suite struct RoundingTests {
    @Test(
        arguments: [
            (0, 10, 0), (4, 10, 0), (5, 10, 0), (6, 10, 1), (14, 10, 1), (15, 10, 2), (16, 10, 2),
            (25, 10, 2), (35, 10, 4),
            (-4, 10, 0), (-5, 10, 0), (-6, 10, -1), (-15, 10, -2), (-25, 10, -2), (-35, 10, -4),
            (7, 1, 7), (-7, 1, -7),
            (1, 3, 0), (2, 3, 1), (-1, 3, 0), (-2, 3, -1), (1, 2, 0), (3, 2, 2), (-1, 2, 0),
            (-3, 2, -2),
        ] as [(Int128, Int128, Int128)]) func halfEven(
            _ numerator: Int128, _ denominator: Int128, _ rounded: Int128
        )
    {
        #expect(Rounding.halfEven(numerator, denominator) == rounded)
    }

    @Test func extremes() {
        #expect(Rounding.halfEven(.max, 1) == .max)
        #expect(Rounding.halfEven(.min, 1) == .min)
        #expect(Rounding.halfEven(.max, .max) == 1)
        #expect(Rounding.halfEven(.min, .max) == -1)
        #expect(Rounding.halfEven(.max, 2) == Int128.max / 2 + 1)
        #expect(Rounding.halfEven(.min, 2) == Int128.min / 2)
        #expect(Rounding.halfEven(.max / 2, .max) == 0)
        #expect(Rounding.halfEven(.max / 2 + 1, .max) == 1)
    }

    private func convert(_ minor: Int64, _ from: Int, _ to: Int, _ text: String) -> Result<
        Int64, ValueError
    > {
        let bytes = Array(text.utf8)
        return outcome { () throws(ValueError) in
            try Rounding.convert(minor, fromScale: from, toScale: to, rate: try Rate(bytes.span))
        }
    }

    @Test func converts() {
        #expect(convert(1_250, 2, 2, "1").value == 1_250)
        #expect(convert(1_250, 2, 2, "1.5").value == 1_875)
        #expect(convert(1, 2, 2, "0.5").value == 0)
        #expect(convert(3, 2, 2, "0.5").value == 2)
        #expect(convert(-3, 2, 2, "0.5").value == -2)
        #expect(convert(-1, 2, 2, "0.5").value == 0)
        #expect(convert(1_250, 2, 0, "1").value == 12)
        #expect(convert(1_350, 2, 0, "1").value == 14)
        #expect(convert(7, 0, 9, "1").value == 7_000_000_000)
        #expect(convert(7_500_000_000, 9, 0, "1").value == 8)
        #expect(convert(9_007_199_254_740_993, 0, 0, "1").value == 9_007_199_254_740_993)
        #expect(convert(.max, 0, 0, "1").value == .max)
        #expect(convert(.min, 9, 9, "1").value == .min)
        #expect(convert(.min, 0, 9, "0.000000001").value == .min)
        #expect(convert(.max, 0, 0, "1.000000001").code == .range)
        #expect(convert(.min, 0, 9, "9223372036.854775807").code == .range)
        #expect(convert(1, 10, 0, "1").code == .range)
        #expect(convert(1, 0, -1, "1").code == .range)
    }

    /// Against the definition: the result is a nearest one, and even where two are nearest.
    @Test(arguments: [11, 12] as [UInt64]) func isNearest(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let minor = generator.anyLengthInteger() >> 20
            let rate = try #require(
                Rate(billionths: Int64.random(in: 1...5_000_000_000, using: &generator)))
            let from = Int.random(in: 0...9, using: &generator)
            let to = Int.random(in: 0...9, using: &generator)
            let result = outcome { () throws(ValueError) in
                try Rounding.convert(minor, fromScale: from, toScale: to, rate: rate)
            }
            guard let value = result.value else { continue }
            var divisor: Int128 = 1
            for _ in 0..<(9 + from - to) { divisor *= 10 }
            let error = (Int128(value) * divisor - Int128(minor) * Int128(rate.billionths))
                .magnitude
            #expect(
                error * 2 < divisor.magnitude || (error * 2 == divisor.magnitude && value % 2 == 0),
                "seed \(seed)")
        }
    }
}
