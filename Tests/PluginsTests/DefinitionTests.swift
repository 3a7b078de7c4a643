import Basics
import Domain
import Ledger
import Plugins
import Testing

@Suite struct DefinitionTests {
    private func problem(_ source: String) -> PluginProblem? {
        do throws(PluginProblem) {
            _ = try PluginSources.machine(source)
            return nil
        } catch { return error }
    }

    @Test func everything() throws {
        let machine = try PluginSources.machine(
            """
            return {
              name = "all", version = "1.2.0-rc.1", api = 1, description = "Everything",
              station = "luna-1", priority = -5, on_error = "reject", named_prices = true,
              pricing = function() end, validate = function() end, eta = function() end,
              on = { ["trade.*"] = function() end, ["shipment.delayed"] = function() end },
              every = { ["1h"] = function() end, ["90s"] = function() end },
              tests = {},
            }
            """)
        let definition = machine.definition
        #expect(definition.name.text == "all")
        #expect(definition.version == "1.2.0-rc.1")
        #expect(definition.description == "Everything")
        #expect(definition.station?.text == "luna-1")
        #expect(definition.priority == -5)
        #expect(definition.onError == .reject)
        #expect(definition.namedPrices)
        #expect(
            definition.hooks == [
                "pricing", "validate", "eta", "on:shipment.delayed", "on:trade.*", "every:90s",
                "every:1h",
            ])
        #expect(definition.every.map(\.milliseconds) == [90_000, 3_600_000])
        #expect(definition.hasBeforeHooks && definition.hasAfterHooks)
        #expect(machine.hooks(for: .tradePaid) == [1])
        #expect(machine.hooks(for: .itemAdded) == [])
        #expect(machine.tag.declared == "1.2.0-rc.1")
        #expect(machine.tag.label.hasPrefix("1.2.0-rc.1@"))
    }

    @Test func whatIsLeftOut() throws {
        let definition = try PluginSources.machine(
            PluginSources.plugin("validate = function() end")
        ).definition
        #expect(definition.priority == 50)
        #expect(definition.station == nil)
        #expect(!definition.namedPrices)
        #expect(definition.hooks == ["validate"])
        #expect(!definition.hasAfterHooks)
    }

    @Test func theDigestIsThatOfTheStore() throws {
        let text = PluginSources.plugin("validate = function() end")
        let source = try PluginSource(name: Identifier(literal: "rule"), text: text)
        #expect(try PluginSources.machine(text).tag.digest == source.digest)
        #expect(
            RuleMachine.digest(name: Identifier(literal: "other"), source: text) != source.digest)
    }

    /// The last entry wins in Lua, so each row may override what is right in front of it.
    @Test(arguments: [
        ("name = 7", 4, "name must be an id, is integer"),
        ("name = 'a b'", 4, "name must be an id of 1 to 64 letters, digits and . _ -"),
        ("name = 'routes.'", 4, "name must be an id of 1 to 64 letters, digits and . _ -"),
        ("version = ''", 4, "version must have 1 to 32 printable characters without spaces and @"),
        (
            "version = '1@2'", 4,
            "version must have 1 to 32 printable characters without spaces and @"
        ),
        ("version = 1", 4, "version must be a string such as \"1.2.0\", is integer"),
        ("api = 2", 4, "api must be 1, is 2"),
        ("api = '1'", 4, "api must be an integer, is string"),
        ("description = 7", 4, "description must be a string, is integer"),
        ("description = ('x'):rep(1025)", 4, "description is longer than 1024 bytes"),
        ("station = 'a b'", 4, "station must be a station's id or \"*\", is \"a b\""),
        ("station = {}", 4, "station must be a station's id or \"*\", is table"),
        ("priority = 'high'", 4, "priority must be an integer, is string"),
        ("priority = 1.5", 4, "priority must be an integer, is number"),
        ("priority = 1000001", 4, "priority must be within -1000000 and 1000000, is 1000001"),
        ("on_error = 'ignore'", 4, "on_error must be \"skip\" or \"reject\", is \"ignore\""),
        ("named_prices = 1", 4, "named_prices must be true or false, is integer"),
        ("named_prices = true", 4, "named_prices is for plugins with pricing"),
        ("pricing = 'x'", 4, "pricing must be a function, is string"),
        ("on = 7", 4, "on must be a table of functions by event, such as \"trade.*\", is integer"),
        ("on = { ['trade.*'] = 7 }", 4, "on[\"trade.*\"] must be a function, is integer"),
        (
            "on = { ['trade.payd'] = function() end }", 4,
            "on: no event is of the type \"trade.payd\"; did you mean \"trade.paid\"?"
        ),
        (
            "on = { function() end }", 4,
            "on must be a table of functions by event, such as \"trade.*\""
        ),
        ("every = { ['500ms'] = function() end }", 4, "every: \"500ms\" is less than 1 s"),
        (
            "every = { hourly = function() end }", 4,
            "every: duration \"hourly\" is not a number and ms, s, m, h or d"
        ),
        (
            "every = { ['1h'] = function() end, ['60m'] = function() end }", 4,
            "every: \"60m\" is \"1h\" again"
        ),
        ("tests = 7", 4, "tests must be a list of tables, is integer"),
        ("prizing = function() end", 4, "there is no entry \"prizing\"; did you mean \"pricing\"?"),
        ("colour = 'red'", 4, "there is no entry \"colour\""),
        ("'x'", nil, "the table is no list, but has an entry [1]"),
    ])
    func mistakes(entry: String, line: Int?, message: String) {
        let source = """
            return { name = "rule", version = "1", api = 1,
              station = "*", on_error = "skip", validate = function() end,
              -- overridden:
              \(entry)
            }
            """
        // Where an entry is there twice, the text's first line is named.
        let found = problem(source)
        #expect(found?.message == message)
        guard let line, let place = found?.line, place != line else { return }
        let lines = source.split(separator: "\n")
        #expect(lines[place - 1].contains(entry.prefix { $0 != " " }))
    }

    @Test(arguments: [
        ("name", "name is missing: an id"),
        ("version", "version is missing: a string such as \"1.2.0\""),
        ("api", "api is missing: api = 1"),
        ("station", "station is missing: a station's id or \"*\""),
        ("on_error", "on_error is missing: \"skip\" or \"reject\""),
        ("validate", "has no hook: one of pricing, validate, eta, on, every is needed"),
    ])
    func whatMustBeThere(key: String, message: String) {
        let source = """
            local t = { name = "rule", version = "1", api = 1, station = "*", on_error = "skip",
              validate = function() end }
            t.\(key) = nil
            return t
            """
        #expect(problem(source)?.message == message)
    }

    @Test(arguments: [
        ("return 7", nil, "must return a table, returns number"),
        ("return {\n  a = = 1 }", 2, "unexpected symbol near '='"),
        ("local x = nil\nreturn x.y", 2, "attempt to index a nil value (local 'x')"),
        ("return os.time()", 1, "attempt to index a nil value (global 'os')"),
        ("\u{1b}Lua", nil, "is compiled code, not Lua text"),
    ])
    func textsThatAreNoPlugin(source: String, line: Int?, message: String) {
        let found = problem(source)
        #expect(found?.line == line)
        #expect(found?.message == message)
    }

    @Test func tooLong() {
        let check = PluginCheck(
            source: String(repeating: " ", count: PluginVersion.maximumSourceBytes + 1),
            file: "r.lua", limits: Limits())
        #expect(check.failures == ["r.lua: is longer than 245760 bytes"])
    }

    @Test func warnings() throws {
        let machine = try PluginSources.machine(
            PluginSources.plugin(
                "pricing = function(trade, line)\nif line.price == '1.00' then return 2 end end"))
        #expect(machine.warnings.map(\.line) == [5])
        #expect(
            machine.warnings.first?.message
                == "== between money and 1.00 is always false: use :eq(…)")
    }
}
