import Plugins
import Testing

@Suite struct LuaMoneyTests {
    @Test(arguments: [
        ("money('10.00')", "10.00 CR"), ("money(3)", "3.00 CR"),
        ("money('1.5', 'EUR')", "1.50 EUR"),
        ("money('10.00') * '0.95'", "9.50 CR"), ("'0.95' * money('10.00')", "9.50 CR"),
        ("money('10') * 3", "30.00 CR"), ("3 * money('10')", "30.00 CR"),
        ("money('10') / 4", "2.50 CR"), ("money('10') / '0.5'", "20.00 CR"),
        ("money('10') / 3 * 3", "10.00 CR"), ("(money('10') / 3):round() * 3", "9.99 CR"),
        ("money('10') + '1.10'", "11.10 CR"), ("'1.10' + money('10')", "11.10 CR"),
        ("money('10') + 1", "11.00 CR"), ("10 - money('2.50')", "7.50 CR"),
        ("money('10') + money('1')", "11.00 CR"), ("-money('10')", "-10.00 CR"),
        ("money('0.285'):round()", "0.28 CR"), ("money('0.295'):round()", "0.30 CR"),
        ("money('9.5').amount", "9.50"), ("money('9.5', 'EUR').currency", "EUR"),
        ("money('10') < '10.01'", "true"), ("money('10') <= '10'", "true"),
        ("money('10') > 9", "true"), ("'11' >= money('10')", "true"),
        ("money('10') < money('9')", "false"), ("money('10') == money('10.00')", "true"),
        ("money('10') == money('10', 'EUR')", "false"), ("money('10') == '10.00'", "false"),
        ("money('10'):eq('10.00')", "true"), ("money('10'):eq(10)", "true"),
        ("money('10'):eq(money('10', 'EUR'))", "false"), ("money(money('10'))", "10.00 CR"),
        ("money(money('10'), 'CR')", "10.00 CR"), ("'is ' .. money('1')", "is 1.00 CR"),
        ("string.format('%s', money('1'))", "1.00 CR"), ("type(money('1'))", "userdata"),
        ("money('92233720368547758.07')", "92233720368547758.07 CR"),
        ("money('92233720368547758.07') * 1000 / 1000", "92233720368547758.07 CR"),
        ("money('1', 'YEN')", "1 YEN"), ("money('1.5', 'YEN'):round()", "2 YEN"),
        ("limit * 2", "20.00 CR"), ("large / 2", "40000000000.00 CR"),
        ("trade.total", "100.00 CR"), ("trade.lines[1].price * 2", "20.00 CR"),
    ])
    func values(expression: String, result: String) throws {
        let head = "local limit = money('10') local large = money('80000000000')"
        #expect(
            try RuleBench.value(
                expression, given: "currencies = { EUR = 2, YEN = 0 }", head: head) == result)
    }

    @Test(arguments: [
        (
            "money('10') * 0.95",
            "money and a float: use a string such as \"0.95\", or // for a whole number"
        ),
        (
            "money('10') + 1.0",
            "money and a float: use a string such as \"0.95\", or // for a whole number"
        ),
        (
            "money('10') < 9.5",
            "money and a float: use a string such as \"0.95\", or // for a whole number"
        ),
        (
            "money(9.5)",
            "money and a float: use a string such as \"0.95\", or // for a whole number"
        ),
        ("money('10') + money('1', 'EUR')", "CR and EUR cannot be added"),
        ("money('10') - money('1', 'EUR')", "CR and EUR cannot be subtracted"),
        ("money('10') < money('1', 'EUR')", "CR and EUR cannot be compared"),
        ("money('10') * money('2')", "money cannot be multiplied by money"),
        ("money('10') / money('2')", "money cannot be divided by money"),
        ("10 / money('2')", "a number cannot be divided by money"),
        ("money('10') / 0", "money divided by zero"),
        ("money('10') // 3", "money knows + - * / and :round(), neither // nor %"),
        ("money('10') % 3", "money knows + - * / and :round(), neither // nor %"),
        ("money('ten')", "amount \"ten\" is not a decimal number such as 12.50"),
        ("money('10') * 'x'", "factor \"x\" is not a decimal number such as 12.50"),
        ("money('10') + nil", "money and a nil"), ("money()", "money and a nil"),
        ("money({})", "money and a table"),
        (
            "money('1', 'eur')",
            "money(amount, currency): the currency must be a code such as \"CR\""
        ),
        ("money('1', 'ABC')", "currency ABC does not exist"),
        ("money(money('1'), 'EUR')", "money(amount, currency): the amount is in CR"),
        ("money('1').price", "money has no field price"),
        ("money.round(1)", "attempt to index a function value (global 'money')"),
        ("money('1').round()", "money is expected before the colon, as in price:round()"),
        ("entrepot.none + 1", "entrepot.none is no value to compute with"),
        (
            "money('9000000000') * 1000000000 * 1000000000 * 1000000000 * 1000000000",
            "money beyond 128 bits: round it earlier with :round()"
        ),
    ])
    func errors(expression: String, message: String) throws {
        #expect(
            try RuleBench.error(expression, given: "currencies = { EUR = 2 }") == message)
    }

    @Test func largeAmountsDoNotOutliveTheirCall() throws {
        let bench = try RuleBench(
            """
            validate = function(trade)
              if not kept then kept = money('90000000000') * 7 return 'kept' end
              return tostring(kept)
            end
            """)
        #expect(try bench.refusal() == "kept")
        #expect(throws: RuleFault.self) { try bench.refusal() }
    }

    @Test func smallAmountsMayBeKept() throws {
        let bench = try RuleBench(
            """
            validate = function(trade)
              if not kept then kept = money('9.50') / 3 return 'kept' end
              return tostring(kept * 3)
            end
            """)
        #expect(try bench.refusal() == "kept")
        #expect(try bench.refusal() == "9.50 CR")
    }
}
