import Basics
import Lua
import Testing

@Suite struct Machines {
    @Test func theRuleOfTheHandbook() throws {
        let script = try Script(
            """
            return { name = "bulk-discount", version = "1.2.0", api = 1,
              pricing = function(trade, line)
                if line.quantity >= 100 then return line.price * "0.95", "bulk discount" end
              end,
              on = { ["shipment.delayed"] = function(event) return "late" end },
              tests = { { given = function() end } } }
            """)
        #expect(script.table["name"] == .string("bulk-discount"))
        #expect(script.table["pricing"] == .function)
        let outcome = script.call("pricing")
        #expect(outcome.ending == .finished)
        #expect(outcome.first == .hostValue(LuaHostValue(tag: 0, first: 950, second: 0)))
        #expect(outcome.second == .string("bulk discount"))
        #expect(outcome.third == .none)
        let machine = script.machine
        #expect(machine.function(at: [.string("on"), .string("shipment.delayed")]) != nil)
        #expect(machine.function(at: [.string("tests"), .integer(1), .string("given")]) != nil)
        for path: [LuaKey] in [
            [], [.string("name")], [.string("name"), .string("x")],
            [.string("on"), .integer(4)], [.string("tests"), .integer(1)],
        ] {
            #expect(machine.function(at: path) == nil)
        }
    }

    @Test(arguments: [
        ("return trade.id, #trade.lines, trade.lines[3].quantity", "trade-1 3 3"),
        ("return trade.lines[4], trade.paid, trade.attributes.class", "nil nil A"),
        (
            "local s = '' for k in pairs(trade) do s = s .. k .. ' ' end return s, 1, 2",
            "attributes id lines seller total  1 2"
        ),
        (
            "local s = '' for i, l in ipairs(trade.lines) do s = s..i..l.item end return s, 1, 2",
            "1water2water3water 1 2"
        ),
        (
            "local s = '' for k, v in pairs(trade.attributes) do s = s .. k .. tostring(v) end "
                + "return s, type(trade), type(line.price)", "classAurgenttrue table userdata"
        ),
        (
            "return trade.lines == trade.lines, trade.lines[1] == trade.lines[2], trade == line",
            "true false false"
        ),
        (
            "return tostring(line.price), 'for ' .. line.price, line.price:round() + 1",
            "1000c for 1000c money1100"
        ),
        (
            "return line.price < '11', line.price == money('10.00'), -line.price",
            "true true money-1000"
        ),
        (
            "return line.price.amount, entrepot.stock('a', 'b').id, entrepot.stock('a', 'b').mass",
            "1000 a/b 500"
        ),
        ("return entrepot.state.seen, entrepot.echo(2.5), entrepot.echo('é')", "3 2.5 é"),
        ("return entrepot.echo(7), entrepot.echo(true), entrepot.echo({})", "7 true table"),
        ("return #entrepot.flood(), entrepot.flood()[1], entrepot.flood()[2]", "60000 x nil"),
    ])
    func hostValues(body: String, expected: String) throws {
        let outcome = try Script.run(body)
        #expect(outcome.message == "")
        #expect(outcome.text == expected)
    }

    @Test(arguments: [
        ("return trade.sum", "no field 'sum' in a trade"),
        ("return entrepot.stock('a', 'b').weight", "no field 'weight' in an item"),
        ("trade.id = 'x'", "a trade is read-only"),
        ("trade.lines[1] = 2", "a list is read-only"),
        ("return trade.lines.first", "no field 'first' in a list"),
        ("return entrepot.sock", "no field 'sock' in entrepot"),
        ("entrepot.stock = nil", "this table is read-only"),
        ("string.rep = nil", "this table is read-only"),
        ("rawset(math, 'pi', 3)", "bad argument #1 to 'rawset' (this table is read-only)"),
        ("return line.price * 0.95", "money: use a string or //"),
        ("return line.price < {}", "money: not comparable"),
        ("return line.price.cents", "no such field in money"),
        ("line.price.amount = 1", "the value is read-only"),
        ("return money('ten')", "money: not an amount"),
        ("return line.price.round(4)", "not money"),
        ("entrepot.fail()", "no such station"),
        ("return '10' + 1", "attempt to perform arithmetic on a string value (constant '10')"),
        ("return trade.id.x.y", "attempt to index a nil value (field 'x')"),
    ])
    func misuse(body: String, message: String) throws {
        let outcome = try Script.run(body)
        #expect(outcome.ending == .failed)
        #expect(outcome.message == message)
        #expect(outcome.line == 2)
    }

    @Test func handlesGoStale() throws {
        let script = try Script(
            """
            local kept, stock
            return {
              keep = function(trade) kept = trade.lines; stock = entrepot.stock('a', 'b') end,
              list = function() return kept[1] end,
              size = function() return #kept end,
              walk = function() for k in pairs(kept) do return k end end,
              each = function() for k in ipairs(kept) do return k end end,
              made = function() return stock.id end,
              same = function(trade) return kept == trade.lines, type(kept), tostring(kept) end,
            }
            """)
        #expect(script.call("keep").ending == .finished)
        for name in ["list", "size", "walk", "each"] {
            #expect(script.call(name).message == "a list was kept after its call")
        }
        #expect(script.call("made").message == "an item was kept after its call")
        #expect(script.call("same").text == "false table table")
    }

    @Test func printing() throws {
        let script = try Script("return { run = function() print('a', 1, nil, {}, print) end }")
        #expect(script.call().ending == .finished)
        #expect(script.host.printed == ["a\t1\tnil\ttable\tfunction"])
    }

    @Test func closedAndForeign() throws {
        let script = try Script("return { run = function() return 1 end }")
        let other = try Script("return { run = function() return 2 end }")
        let function = try #require(other.machine.function(at: [.string("run")]))
        let limits = LuaLimits(instructions: 1_000, microseconds: 1_000)
        let input = LuaInput(count: 0)
        #expect(
            script.machine.call(function, input, limits: limits, host: script.host).ending
                == .failed)
        script.machine.close()
        script.machine.close()
        #expect(script.call().message == "no function")
        #expect(other.call().first == .integer(2))
    }
}

extension LuaOutcome {
    /// The three results as text.
    var text: String { [first, second, third].map(\.text).joined(separator: " ") }
}

extension LuaValue {
    var text: String {
        switch self {
        case .none: "nil"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .string(let text): text
        case .table(let table): "{\(table.pairs.count)}"
        case .function: "function"
        case .hostValue(let value): "money\(value.first)"
        }
    }
}
