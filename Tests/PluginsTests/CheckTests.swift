import Basics
import Domain
import Ledger
import Plugins
import Testing

@Suite struct CheckTests {
    private func failures(_ source: String) -> [String] {
        PluginCheck(source: source, file: "r.lua", limits: Limits()).failures
    }

    private func tests(_ hooks: String, _ tests: String) -> [String] {
        failures(PluginSources.plugin("\(hooks), tests = { \(tests) }"))
    }

    private static let discount = """
        pricing = function(trade, line)
          if line.quantity >= 100 then return line.price * "0.95", "bulk" end
        end
        """

    @Test(arguments: [
        (
            "{ hook = 'pricing', line = { item = 'w', quantity = 100, price = 10 }, expect='9.5' }",
            ""
        ),
        (
            "{ hook = 'pricing', line = { item = 'w', quantity = 9, price = 10 }, expect = '10' }",
            ""
        ),
        ("{ hook = 'pricing', line = { item = 'w', quantity = 9, price = '10' } }", ""),
        (
            "{ hook = 'pricing', line = { item = 'w', quantity = 100, price = '10' }, "
                + "expect = '9.5', expect_reason = 'bulk' }", ""
        ),
        (
            "{ hook = 'pricing', line = { item = 'w', quantity = 100, price = '10' } }",
            "r.lua: test 1 (pricing): expected 10.00, is 9.50"
        ),
        (
            "{ hook = 'pricing', name = 'big', line = { item = 'w', quantity = 100, price = 10 }, "
                + "expect = 9 }", "r.lua: test 1 (big): expected 9.00, is 9.50"
        ),
        (
            "{ hook = 'pricing', line = { item = 'w', quantity = 100, price = '10' }, "
                + "expect_reason = 'rebate' }",
            "r.lua: test 1 (pricing): expected a reason with \"rebate\", is \"bulk\""
        ),
        (
            "{ hook = 'pricing', line = { item = 'w' }, expect_error = true }",
            "r.lua: test 1 (pricing): expected an error, is nothing"
        ),
        ("{ hook = 'pricing' }", "r.lua: test 1 (pricing): a test of pricing needs a line"),
        ("{ hook = 'validate' }", "r.lua: test 1 (validate): the plugin has no validate"),
        (
            "{ hook = 'prycing' }",
            "r.lua: test 1 (prycing): there is no hook \"prycing\"; did you mean \"pricing\"?"
        ),
        (
            "{ }",
            "r.lua: test 1: hook is missing: \"pricing\", \"validate\", \"eta\", \"on\" or "
                + "\"every\""
        ),
        ("7", "r.lua: test 1: test 1 must be a table, is integer"),
        (
            "{ hook = 'pricing', lines = {}, line = { item = 'w' } }",
            "r.lua: test 1 (pricing): test 1 has no \"lines\"; did you mean \"line\"?"
        ),
        (
            "{ hook = 'pricing', line = { item = 'w', price = 9.5 } }",
            "r.lua: test 1 (pricing): test 1.line.price must be an amount such as \"12.50\", "
                + "is number"
        ),
        (
            "{ hook = 'pricing', line = { item = 'w' }, given = { stocks = {} } }",
            "r.lua: test 1 (pricing): given has no \"stocks\"; did you mean \"stock\"?"
        ),
        (
            "{ hook = 'pricing', line = { item = 'w' }, expect_reject = 'x' }",
            "r.lua: test 1 (pricing): tests of this hook have expect, expect_error, expect_reason, "
                + "no expect_reject"
        ),
        (
            "{ hook = 'pricing', line = { item = 'w' }, given = { stock = { w = {} } } }",
            "r.lua: test 1 (pricing): given.stock[\"w\"] is no \"station/item\""
        ),
    ])
    func testsOfPricing(test: String, failure: String) {
        #expect(tests(Self.discount, test) == (failure.isEmpty ? [] : [failure]))
    }

    @Test(arguments: [
        ("{ hook = 'validate', trade = { reference = 'ok' } }", ""),
        ("{ hook = 'validate', trade = { reference = 'bad' }, expect_reject = 'no' }", ""),
        ("{ hook = 'validate', trade = { reference = 'bad' }, expect_reject = true }", ""),
        (
            "{ hook = 'validate', trade = { reference = 'bad' } }",
            "r.lua: test 1 (validate): expected no refusal, is \"not so\""
        ),
        (
            "{ hook = 'validate', expect_reject = true }",
            "r.lua: test 1 (validate): expected a refusal, but it passed"
        ),
        (
            "{ hook = 'validate', trade = { reference = 'bad' }, expect_reject = 'yes' }",
            "r.lua: test 1 (validate): expected a refusal with \"yes\", is \"not so\""
        ),
        ("{ hook = 'validate', trade = { reference = 'err' }, expect_error = 'boom' }", ""),
        (
            "{ hook = 'validate', trade = { reference = 'err' } }",
            "r.lua: test 1 (validate): line 6: boom"
        ),
        (
            "{ hook = 'eta', shipment = { id = 'c' }, now = '2026-01-01T00:00:00Z', "
                + "expect = '2026-01-04T00:00:00Z' }", ""
        ),
        ("{ hook = 'eta', expect = '+72h' }", ""),
        (
            "{ hook = 'eta', expect = '+1h' }",
            "r.lua: test 1 (eta): expected 2026-01-01T01:00:00.000Z, is 2026-01-04T00:00:00.000Z"
        ),
        (
            "{ hook = 'eta' }",
            "r.lua: test 1 (eta): expected nothing, is 2026-01-04T00:00:00.000Z"
        ),
    ])
    func testsOfValidateAndETA(test: String, failure: String) {
        let hooks = """
            validate = function(trade)
              if trade.reference == 'bad' then return 'not so' end
              if trade.reference == 'err' then error('boom') end
            end,
            eta = function(shipment) return '+3d' end
            """
        #expect(tests(hooks, test) == (failure.isEmpty ? [] : [failure]))
    }

    @Test(arguments: [
        (
            "{ hook = 'on', event = { type = 'trade.paid', data = { trade = { id = 't' } } }, "
                + "expect_notices = { { channel = 'ops', text = 'paid t', data = { n = 1 } } } }",
            ""
        ),
        ("{ hook = 'on', event = { type = 'trade.expired' }, expect_notices = 0 }", ""),
        (
            "{ hook = 'on', event = { type = 'trade.expired' }, "
                + "expect_state = { gone = false, count = 3 }, given = { state = { count = 2 } } }",
            ""
        ),
        (
            "{ hook = 'on', event = { type = 'trade.expired' }, expect_notices = 2 }",
            "r.lua: test 1 (on): expected 2 notices, are 0"
        ),
        (
            "{ hook = 'on', event = { type = 'trade.payd' } }",
            "r.lua: test 1 (on): event.type is no type of event"
        ),
        (
            "{ hook = 'on', event = { type = 'item.added' } }",
            "r.lua: test 1 (on): no hook of \"on\" hears item.added"
        ),
        ("{ hook = 'every', every = '1h', expect_notices = 1 }", ""),
        (
            "{ hook = 'every', every = '2h' }",
            "r.lua: test 1 (every): the plugin has no timer \"2h\"; did you mean \"1h\"?"
        ),
    ])
    func testsOfAfterHooks(test: String, failure: String) {
        let hooks = """
            on = {
              ["trade.paid"] = function(event)
                return { { channel = "ops", text = "paid " .. event.data.trade.id,
                           data = { n = 1 } } }
              end,
              ["trade.expired"] = function(event)
                return { state = { count = (entrepot.state.count or 0) + 1,
                                   gone = entrepot.none } }
              end,
            },
            every = { ["1h"] = function(now) return { { channel = "ops", key = "k" .. now } } end }
            """
        #expect(tests(hooks, test) == (failure.isEmpty ? [] : [failure]))
    }

    @Test func aTestSeesNothingOfAnother() {
        let source = PluginSources.plugin(
            """
            validate = function() n = n + 1 if n > 1 then return 'again' end end,
            tests = { { hook = 'validate' }, { hook = 'validate' } }
            """, head: "local n = 0")
        #expect(failures(source) == [])
    }

    @Test func endlessRules() {
        let hooks = "validate = function() while true do end end"
        #expect(
            tests(hooks, "{ hook = 'validate' }").first?.contains("budget used up") == true)
        #expect(failures("while true do end").first?.contains("budget used up") == true)
    }

    @Test func namesMustBeTheSame() {
        let check = PluginCheck(
            source: PluginSources.plugin(Self.discount), file: "r.lua",
            expectedName: Identifier(literal: "other"), limits: Limits())
        #expect(
            check.sentence == "r.lua:2: the file says that its name is rule, not other")
        #expect(check.metadata == nil)
    }
}
