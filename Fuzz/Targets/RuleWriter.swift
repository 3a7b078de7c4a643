/// Writes a rule from bytes: correct Lua that asks the host odd questions, computes with odd
/// amounts, and returns odd things from every hook.
struct RuleWriter {
    var choices: Choices
    var depth = 0
    /// Each part of a rule is decided by bytes of its own, so that a change of some changes one.
    private var parts: [Choices]

    init(_ bytes: ArraySlice<UInt8>) {
        parts = (0..<8).map { part in
            Choices(bytes.dropFirst(bytes.count * part / 8).prefix(bytes.count / 8))
        }
        choices = Choices([])
    }

    /// Goes on with the bytes of a part.
    private mutating func begin(_ part: Int) { choices = parts[part] }

    /// What every rule begins with. `probe` keeps its own names, so that nothing the rule does to
    /// globals concerns it: its result tells whether the machine is well. `T` tries.
    private static let head = """
        local pm, pf, ps, pn, pt, pr, pg = money, string.format, table.sort, next, tostring,
          string.rep, string.gsub
        local function probe(now)
          local t = { 3, 1, 2, x = "y" }
          ps(t)
          local s = pf("%d-%s", t[1], pg("a,b", ",", ";"))
          for k, v in pn, t do s = s .. pt(k) .. pt(v) end
          return { state = { probe = s .. pt(pm("10.00") * "0.333") .. pr("z", 3) } }
        end
        local function T(f, ...)
          local ok, v = pcall(f, ...)
          if ok then return v end
        end
        local kept = {}

        """

    /// The period of the timer that is the probe.
    static let probe = "7s"

    /// A whole file.
    mutating func source() -> String {
        var text = Self.head
        begin(0)
        if choices.once(in: 4) { text += "T(function()\n\(block(["kept"]))end)\n" }
        text += "return { name = \"rule\", version = \"1\", api = 1, on_error = \"skip\","
        text += " station = \(choices.pick(["\"*\"", "\"luna\"", "\"vega\""])),\n"
        begin(1)
        text += "pricing = \(function(["trade", "line"], result: Self.offers)),\n"
        begin(2)
        text += "validate = \(function(["trade"], result: Self.reasons)),\n"
        begin(3)
        text += "eta = \(function(["shipment"], result: Self.times)),\n"
        begin(4)
        text += "on = { [\"*\"] = \(function(["event"], result: Self.notices)) },\n"
        begin(5)
        text += "every = { [\"\(Self.probe)\"] = probe, [\"1h\"] = "
        text += "\(function(["now"], result: Self.notices)) },\n"
        begin(6)
        if choices.once(in: 3) { text += "tests = { \(test()), \(test()) },\n" }
        return text + "}\n"
    }

    /// The world that the rule is to be called in.
    mutating func world() -> String {
        begin(7)
        return given()
    }

    /// A world, as the `given` of a test.
    private mutating func given() -> String {
        return """
            { stations = { luna = { position = { x = \(figure()), y = 0,
                z = \(figure()) }, attributes = { dock = \(figure()) } },
                mars = { name = \(word()) }, vega = {} },
              items = { water = { price = \(decimal()),
                mass = \(figure()), volume = \(figure()) } },
              stock = { ["luna/water"] = { on_hand = \(figure()),
                reserved = \(figure()), held = \(figure()),
                capacity = \(figure()), low_at = \(figure()),
                ask = \(decimal()) } },
              rates = { ["CR/EUR"] = \(decimal()) },
              currencies = { EUR = \(choices.pick(["2", "0", "9", "10", "-1"])) },
              trades = { ["t-9"] = { seller = "vega", buyer = "luna", currency = "EUR",
                lines = { { item = "water", quantity = \(figure()),
                  price = \(decimal()) } } } },
              shipments = { ["c-9"] = { origin = "vega", destination = "luna",
                eta = \(word()),
                lines = { { item = "water", quantity = \(figure()) } } } },
              state = { count = \(figure()), list = { 1, \(word()) },
                deep = \(datum()) } }
            """
    }

    /// One of the plugin's own tests, with odd records.
    private mutating func test() -> String {
        let hook = choices.pick(["pricing", "validate", "eta", "on", "every"])
        return """
            { hook = "\(hook)", now = \(word()), given = \(given()),
              trade = { seller = "luna", buyer = \(word()),
                currency = \(choices.pick(["\"CR\"", "\"EUR\"", "nil", "\"\""])),
                lines = { { item = "water", quantity = \(figure()),
                  price = \(decimal()) } } },
              line = { item = "water", quantity = \(figure()),
                price = \(decimal()) },
              shipment = { origin = "luna", destination = "mars",
                eta = \(word()),
                lines = { { item = "water", quantity = \(figure()) } } },
              event = { type = "trade.completed", time = \(word()),
                data = \(datum()) },
              every = \(choices.pick(["\"1h\"", "nil", "\"2h\""])),
              \(choices.pick(["expect", "expect_error", "expect_reject", "expect_state"])) =
                \(choices.pick(Self.decimals + Self.texts)) }
            """
    }

    // Mostly sensible, so that there is a world at all.

    private mutating func figure() -> String {
        choices.once(in: 8) ? choices.pick(Self.numbers) : choices.pick(["90", "1000", "20", "2"])
    }

    private mutating func decimal() -> String {
        choices.once(in: 8)
            ? choices.pick(Self.decimals) : choices.pick(["\"10.00\"", "\"0.5\"", "\"3\""])
    }

    private mutating func word() -> String {
        choices.once(in: 8)
            ? choices.pick(Self.texts)
            : choices.pick(["\"mars\"", "\"2026-11-20T00:00:00Z\"", "nil"])
    }

    /// Plain data: what JSON can hold, and a little that it cannot.
    private mutating func datum() -> String {
        switch choices.next(5) {
        case 0: return choices.pick(Self.numbers)
        case 1: return choices.pick(Self.texts)
        case 2: return "{ \(datum()), \(datum()) }"
        case 3: return "{ [\(choices.pick(Self.texts))] = \(datum()), x = \(datum()) }"
        default:
            return choices.pick(["true", "{}", "{ [1.5] = 1 }", "{ [2] = 1 }", "{ [-1] = 2 }"])
        }
    }

    // MARK: Statements

    private mutating func function(_ parameters: [String], result: [String]) -> String {
        let names = parameters.joined(separator: ", ")
        let body = block(parameters)
        let first =
            choices.once(in: 3)
            ? choices.pick(result)
            : "T(function() return "
                + expression(parameters, .any) + " end)"
        let second = choices.pick(Self.texts)
        return "function(\(names))\n\(body)return \(first), \(second) end"
    }

    private mutating func block(_ parameters: [String]) -> String {
        var text = ""
        var known = parameters
        for place in 0..<(1 + choices.next(6)) where !choices.hasRunOut {
            text += statement(place, &known) + "\n"
        }
        return text
    }

    private mutating func statement(_ place: Int, _ known: inout [String]) -> String {
        let value = expression(known, .any)
        switch choices.next(10) {
        case 0, 1, 2:
            let name = "v\(place)"
            known.append(name)
            return "local \(name) = T(function() return \(value) end)"
        case 3: return "T(function() local _ = \(value) end)"
        case 4: return "kept[#kept + 1] = T(function() return \(value) end)"
        case 5:
            return "for i = 1, \(choices.pick(Self.counts)) do "
                + "T(function() local _ = \(value) end) end"
        case 6: return "T(function() kept[T(tostring, \(value))] = \(expression(known, .any)) end)"
        case 7: return "T(function() for k, v in pairs(\(value)) do local _ = v end end)"
        case 8:
            return
                "while T(function() return \(value) end) do local _ = \(expression([], .any)) end"
        default: return "T(function() \(choices.pick(Self.poison)) end)"
        }
    }
}
