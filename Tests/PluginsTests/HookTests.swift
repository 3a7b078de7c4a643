import Basics
import Domain
import JSON
import Ledger
import Testing

@testable import Plugins

@Suite struct HostFunctionTests {
    private static let given = """
        stations = { luna = { name = "Luna", position = { x = 0, y = 0, z = 0 },
                              attributes = { dock = 3 } },
                     mars = { position = { x = 3, y = 4, z = 0 } }, vega = {} },
        items = { water = { price = "12.50", mass = 1.5, category = "fluids" } },
        stock = { ["luna/water"] = { on_hand = 90, reserved = 20, held = 5, capacity = 1000,
                                     ask = "9.00" } },
        rates = { ["CR/EUR"] = "0.5" }, currencies = { EUR = 2 },
        trades = { ["t-9"] = { seller = "vega", buyer = "mars", currency = "EUR",
                               lines = { { item = "water", quantity = 2, price = "3.00" } } },
                   ["t-8"] = { seller = "luna", buyer = "mars", status = "completed" } },
        shipments = { ["c-9"] = { origin = "vega", destination = "luna", delayed = true,
                                  eta = "2026-11-20T00:00:00Z" },
                      ["c-8"] = { origin = "vega", destination = "mars" } },
        state = { count = 3, list = { 1, 2 } }
        """

    @Test(arguments: [
        ("entrepot.stock('luna', 'water').available", "65"),
        ("entrepot.stock('luna', 'water').ask", "9.00 CR"),
        ("entrepot.stock('luna', 'water').low_at", "100"),
        ("entrepot.stock('luna', 'water').low", "true"),
        ("entrepot.stock('luna', 'ore')", "nil"), ("entrepot.stock('nowhere', 'water')", "nil"),
        ("entrepot.stock('no id', 'water')", "nil"),
        ("entrepot.station('luna').name", "Luna"), ("entrepot.station('mars').position.y", "4.0"),
        ("entrepot.station('luna').attributes.dock", "3"),
        ("entrepot.station('luna').attributes.gate", "nil"), ("entrepot.station('x')", "nil"),
        ("entrepot.station('luna').kind", "station"),
        ("entrepot.item('water').price", "12.50 CR"), ("entrepot.item('water').mass", "1.5"),
        ("entrepot.item('water').category", "fluids"), ("entrepot.item('ore')", "nil"),
        ("entrepot.trade('t-9').total", "6.00 EUR"), ("entrepot.trade('t-8').status", "completed"),
        ("entrepot.trade('t-9').lines[1].unit_price", "3.00 EUR"),
        ("#entrepot.trade('t-9').lines", "1"), ("entrepot.trade('t-7')", "nil"),
        ("entrepot.shipment('c-9').delayed", "true"),
        ("entrepot.shipment('c-9').eta", "2026-11-20T00:00:00.000Z"),
        ("entrepot.shipment('c-9').eta_ms", "1795132800000"), ("entrepot.shipment('c')", "nil"),
        ("entrepot.rate('CR', 'EUR')", "0.5"), ("entrepot.rate('EUR', 'CR')", "2"),
        ("entrepot.rate('CR', 'CR')", "1"), ("entrepot.rate('CR', 'YEN')", "nil"),
        ("entrepot.distance('luna', 'mars')", "5.0"), ("entrepot.distance('luna', 'vega')", "nil"),
        ("entrepot.distance('luna', 'nowhere')", "nil"), ("entrepot.now()", "1795000000000"),
        ("entrepot.state.count", "3"), ("entrepot.state.list[2]", "2"),
        ("entrepot.state.missing", "nil"), ("entrepot.none", "entrepot.none"),
        ("entrepot.random() < 1", "true"), ("entrepot.random(1)", "1"),
        ("entrepot.random(5, 5)", "5"), ("trade.id .. trade.seller .. trade.buyer", "t-1lunamars"),
        ("trade.currency", "CR"), ("trade.created_ms", "1795000000000"),
        ("trade.status", "initiated"), ("trade.quote", "false"),
        ("trade.attributes.x", "nil"), ("type(trade)", "table"),
        ("trade.lines[1].item", "water"), ("trade.lines[1].quantity", "10"),
        ("trade.lines[2]", "nil"),
    ])
    func answers(expression: String, result: String) throws {
        #expect(try RuleBench.value(expression, given: Self.given) == result)
    }

    @Test(arguments: [
        ("entrepot.stock('luna')", "entrepot.stock(station, item): argument 2 must be a string"),
        ("entrepot.station()", "entrepot.station(id): argument 1 must be a string"),
        ("entrepot.trade(7)", "entrepot.trade(id): argument 1 must be a string"),
        (
            "entrepot.rate('CR')",
            "entrepot.rate(from, to): both must be currency codes such as \"CR\""
        ),
        ("entrepot.distance('luna', {})", "entrepot.distance(a, b): argument 2 must be a string"),
        ("entrepot.random(2, 1)", "entrepot.random: the interval is empty"),
        ("entrepot.random('x')", "entrepot.random: the limits must be integers"),
        (
            "entrepot.log('loud', 'x')",
            "entrepot.log(level, text): the level is one of debug, info, warning, error"
        ),
        ("entrepot.log('info')", "entrepot.log(level, text): the text must be a string"),
        ("entrepot.ask", "no field 'ask' in entrepot"),
        ("trade.price", "no field 'price' in a trade"),
        ("(function() trade.id = 'x' end)()", "a trade is read-only"),
    ])
    func mistakes(expression: String, message: String) throws {
        #expect(try RuleBench.error(expression, given: Self.given) == message)
    }

    @Test(arguments: [
        ("entrepot.trade('t-9')", "nil"), ("entrepot.trade('t-8').id", "t-8"),
        ("entrepot.shipment('c-8')", "nil"), ("entrepot.shipment('c-9').id", "c-9"),
        ("entrepot.stock('luna', 'water').on_hand", "90"), ("entrepot.station('vega').id", "vega"),
    ])
    func aStationsRuleSeesItsOwn(expression: String, result: String) throws {
        #expect(try RuleBench.value(expression, given: Self.given, station: "luna") == result)
    }

    @Test func nothingCanBeAskedOutsideOfAHook() {
        #expect(
            throws: PluginProblem(
                line: 1, message: "entrepot.now can be asked inside a hook only")
        ) {
            try RuleBench("validate = function() end", head: "local x = entrepot.now()")
        }
    }

    @Test func inputsAreNoted() throws {
        let bench = try RuleBench(
            """
            pricing = function(trade, line)
              local stock = entrepot.stock(trade.seller, line.item)
              stock = entrepot.stock(trade.seller, line.item)
              return line.price * entrepot.rate("EUR", "CR"), tostring(entrepot.station("x"))
            end
            """, given: Self.given)
        #expect(try bench.price()?.amount == 2_000)
        let stock = """
            {"station":"luna","item":"water","on_hand":90,"reserved":20,"held":5,"incoming":0,\
            "available":65,"capacity":1000,"low_at":100,"low":true,"ask":"9.00","currency":"CR",\
            "seq":1}
            """
        #expect(
            bench.machine.takeInputs()
                == "{\"stock/luna/water\":\(stock),\"rate/EUR/CR\":\"2\",\"station/x\":null}")
        let quiet = try RuleBench("pricing = function(trade, line) return line.price end")
        #expect(try quiet.price()?.amount == 1_000)
        #expect(quiet.machine.takeInputs() == nil)
    }

    @Test func randomNumbersFollowFromTheVersionAndTheTrade() throws {
        let rule = """
            validate = function(trade)
              return entrepot.random(1000000) .. "/" .. entrepot.random(1000000) .. "/"
                .. math.random(1000000)
            end
            """
        let first = try RuleBench(rule)
        let again = try RuleBench(rule)
        let other = try RuleBench(rule, head: "-- another version")
        let text = try #require(try first.refusal())
        #expect(try first.refusal() == text)
        #expect(try again.refusal() == text)
        #expect(try other.refusal() != text)
        #expect(try first.refusal(first.trade(id: "t-2")) != text)
        #expect(text.split(separator: "/")[0] != text.split(separator: "/")[1])
    }
}

@Suite struct ReturnTests {
    @Test(
        arguments: [
            ("nil", nil), ("line.price", 1_000), ("line.price * '0.95'", 950), ("'9.5'", 950),
            ("9", 900), ("0", 0), ("money('9.505')", 950), ("money('9.515')", 952),
            ("'9.505'", 950),
            ("line.price / 3", 333), ("line.unit_price + line.line_total", 11_000),
        ] as [(String, Int64?)])
    func prices(expression: String, amount: Int64?) throws {
        let bench = try RuleBench("pricing = function(trade, line) return \(expression) end")
        #expect(try bench.price()?.amount == amount)
    }

    @Test(arguments: [
        ("9.5", "pricing returned a float: use a string such as \"9.50\", or //"),
        ("true", "pricing returned a boolean, not a price"),
        ("{}", "pricing returned a table, not a price"),
        ("'-1'", "pricing returned a negative price, -1.00"),
        ("-1", "pricing returned a negative price, -1.00"),
        ("'cheap'", "amount \"cheap\" is not a decimal number such as 12.50"),
        ("money('1', 'EUR')", "pricing returned EUR, the trade is in CR"),
        ("entrepot.none", "this is no money"),
        ("'1', 7", "pricing returned a integer, a reason must be a string"),
        ("'1', ('x'):rep(1025)", "pricing returned a reason of more than 1024 bytes"),
        ("line.price * '99999999999' * '9999999999'", "an amount is beyond 64-bit minor units"),
        ("trade", "its result holds a record that was given to it"),
        ("nil + 1", "attempt to perform arithmetic on a nil value"), ("error('no')", "no"),
        ("error()", "raised something that is not text"),
        ("setmetatable({}, {})", "pricing returned a table, not a price"),
    ])
    func badPrices(expression: String, message: String) throws {
        let bench = try RuleBench(
            "pricing = function(trade, line) return \(expression) end",
            given: "currencies = { EUR = 2 }")
        do throws(RuleFault) {
            let price = try bench.price()
            Issue.record("no error but \(String(describing: price))")
        } catch {
            #expect(error.message == message)
            #expect(!error.isKill)
        }
    }

    @Test(
        arguments: [
            ("nil", nil), ("'no'", "no"),
            ("false", "validate returned a boolean, a reason must be a string"),
            ("''", "validate returned an empty reason: nil lets the trade pass"),
            ("7", "validate returned a integer, a reason must be a string"),
        ] as [(String, String?)])
    func refusals(expression: String, result: String?) throws {
        let bench = try RuleBench("validate = function(trade) return \(expression) end")
        do throws(RuleFault) {
            #expect(try bench.refusal() == result)
        } catch { #expect(error.message == result) }
    }

    @Test(
        arguments: [
            ("nil", nil), ("'+72h'", "2026-11-21T11:06:40.000Z"),
            ("'2026-12-01T00:00:00Z'", "2026-12-01T00:00:00.000Z"),
            ("entrepot.now() + 1000", "2026-11-18T11:06:41.000Z"),
            ("shipment.eta", "2026-11-18T11:06:40.000Z"),
            ("shipment.eta_ms", "2026-11-18T11:06:40.000Z"),
            (
                "'2026-11-18T11:06:39Z'",
                "eta returned 2026-11-18T11:06:39.000Z, which is in the past"
            ),
            ("'72h'", "\"72h\" is no time such as 2026-11-20T00:00:00Z or +72h"),
            ("'+1y'", "\"+1y\" is no time such as 2026-11-20T00:00:00Z or +72h"),
            (
                "'+99999999999d'",
                "\"+99999999999d\" is no time such as 2026-11-20T00:00:00Z or +72h"
            ),
            ("7.5", "eta returned a number, not a time, milliseconds or a duration"),
            ("{}", "eta returned a table, not a time, milliseconds or a duration"),
            ("math.maxinteger", "eta returned a time beyond the year 9999"),
            ("0", "eta returned 1970-01-01T00:00:00.000Z, which is in the past"),
        ] as [(String, String?)])
    func arrivals(expression: String, result: String?) throws {
        let bench = try RuleBench("eta = function(shipment) return \(expression) end")
        do throws(RuleFault) {
            #expect(try bench.arrival()?.text == result)
        } catch { #expect(error.message == result) }
    }

    @Test(arguments: [
        ("nil", 0), ("{}", 0), ("{ notices = {} }", 0), ("{ { channel = 'ops' } }", 1),
        ("{ notices = { { channel = 'ops' }, { channel = 'x' } }, state = { a = 1 } }", 2),
    ])
    func notices(expression: String, count: Int) throws {
        let bench = try RuleBench(
            "on = { ['trade.*'] = function(event) return \(expression) end }")
        #expect(try bench.hear("{\"type\":\"trade.paid\"}").notices.count == count)
    }

    @Test(arguments: [
        ("7", "returned a integer, not a list of notices"),
        ("'x'", "returned a string, not a list of notices"),
        ("{ channel = 'ops' }", "one notice must stand in a list: { { channel = … } }"),
        ("{ note = 1 }", "a result has notices and state, no \"note\""),
        ("{ { channel = 'ops' }, state = {} }", "a result is a list or has notices and state"),
        ("{ notices = 7 }", "notices must be a list, is integer"),
        ("{ 7 }", "notice 1: must be a table, is integer"),
        ("{ { subject = 'x' } }", "notice 1: channel must be the id of a channel"),
        ("{ { channel = 'a b' } }", "notice 1: channel must be the id of a channel"),
        ("{ { channel = 'o', topic = 1 } }", "notice 1: there is no field \"topic\""),
        (
            "{ { channel = 'o', txt = 1 } }",
            "notice 1: there is no field \"txt\"; did you mean \"text\"?"
        ),
        ("{ { channel = 'o', text = 7 } }", "notice 1: text must be a string, is integer"),
        (
            "{ { channel = 'o', text = ('x'):rep(16385) } }",
            "notice 1: text is longer than 16384 bytes"
        ),
        (
            "{ { channel = 'o', data = function() end } }",
            "notice 1: data holds something that is no data: a function or entrepot.none"
        ),
        ("{ state = 7 }", "state must be a table, is integer"),
        ("{ state = { 1, 2 } }", "state has keys that are strings, not numbers"),
        (
            "(function() local t = {} for i = 1, 101 do t[i] = { channel = 'o' } end return t end)"
                + "()",
            "more than 100 notices at once"
        ),
        (
            "(function() local t = {} t.t = t return { state = t } end)()",
            "its result nests deeper than 16 tables"
        ),
    ])
    func badNotices(expression: String, message: String) throws {
        let bench = try RuleBench(
            "on = { ['trade.*'] = function(event) return \(expression) end }")
        do throws(RuleFault) {
            let result = try bench.machine.hear(
                .object([]), id: "H:1", hook: 0, world: bench.world, limits: RuleBench.limits)
            Issue.record("no error but \(result)")
        } catch { #expect(error.message == message) }
    }

    @Test func noticesHaveAllTheirFields() throws {
        let bench = try RuleBench(
            """
            on = { ['trade.*'] = function(event)
              return {
                notices = { { channel = 'ops', subject = 's', text = 't', key = 'k',
                              data = { list = { 1, 2 }, price = event.data.trade.total } } },
                state = { a = 1, b = entrepot.none, c = { 'x' } },
              }
            end }
            """)
        let result = try bench.hear(
            "{\"data\":{\"trade\":{\"total\":\"9.50\",\"currency\":\"CR\"}}}"
        )
        let notice = try #require(result.notices.first)
        #expect(notice.channel.text == "ops" && notice.subject == "s" && notice.text == "t")
        #expect(notice.key == "k" && notice.data == "{\"list\":[1,2],\"price\":\"9.50\"}")
        #expect(result.state.map(\.key) == ["a", "b", "c"])
        #expect(result.state.map(\.value) == ["1", nil, "[\"x\"]"])
    }

    @Test(arguments: [
        ("event.type", "trade.paid"), ("event.data.trade.total * 2", "19.00 CR"),
        ("event.data.trade.lines[1].unit_price", "4.75 CR"),
        ("event.time", "2026-11-20T00:00:00.000Z"),
        ("event.time_ms", "1795132800000"), ("event.data.steps[1].after", "4.75 CR"),
        ("event.data.nothing", "nil"), ("event.data.trade.reference", "nil"),
        ("#event.data.trade.lines", "1"), ("event.data.trade.seq", "7"),
    ])
    func events(expression: String, result: String) throws {
        let bench = try RuleBench(
            """
            on = { ['trade.*'] = function(event)
              return { { channel = 'ops', text = tostring(\(expression)) } }
            end }
            """)
        let event = """
            {"type":"trade.paid","time":"2026-11-20T00:00:00.000Z","data":{"trade":{\
            "currency":"CR",\
            "total":"9.50","reference":null,"seq":7,"lines":[{"item":"w","unit_price":"4.75"}]},\
            "steps":[{"line":0,"before":null,"after":"4.75"}]}}
            """
        #expect(try bench.hear(event).notices.first?.text == result)
    }

    @Test func states() throws {
        #expect(
            try RuleState.merging(nil, [("b", "1"), ("a", "[2]")], limit: 99)
                == "{\"a\":[2],\"b\":1}")
        #expect(
            try RuleState.merging("{\"a\":1,\"b\":2}", [("a", nil), ("c", "\"x\"")], limit: 99)
                == "{\"b\":2,\"c\":\"x\"}")
        #expect(throws: RuleFault.self) {
            try RuleState.merging("{\"a\":1}", [("b", "123456")], limit: 16)
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct BudgetTests {
    @Test(arguments: [
        "while true do end", "local s = 'x' while true do s = s .. s end",
        "local function f() return f() end return f()", "pcall(function() while true do end end)",
        "while true do pcall(error) end", "return ('x'):rep(1e9)",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
    ])
    func aRuleEndsWithinItsBudget(body: String) throws {
        let bench = try RuleBench("validate = function(trade) \(body) end")
        do throws(RuleFault) {
            let result = try bench.refusal()
            Issue.record("no error but \(String(describing: result))")
        } catch { #expect(error.isKill || error.message.contains("65536")) }
        // The machine goes on.
        let again = try RuleBench(
            "validate = function(trade) if trade.id == 't-1' then \(body) end return 'fine' end")
        _ = try? again.refusal()
        #expect(try again.refusal(again.trade(id: "t-2")) == "fine")
    }

    @Test func aKillCannotBeCaught() throws {
        let bench = try RuleBench(
            """
            validate = function(trade)
              pcall(function() while true do end end)
              return 'survived'
            end
            """)
        #expect(throws: RuleFault.self) { try bench.refusal() }
        #expect(bench.machine.usage.instructions >= 100_000)
    }
}
