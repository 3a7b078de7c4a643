import Basics
import Domain
import Testing

@testable import Plugins

@Suite struct SourceTests {
    private static let text = """
        -- a comment with name = "x"
        local factor = "0.9" --[[ long
        comment ]] local more = [==[
        text
        ]==]
        return {
          name = "x", version = "1",
          ["on_error"] = "skip",
          on = {
            ["trade.*"] = function(event) local name = 1 end,
          },
          priority = 5,
        }
        """

    @Test(arguments: [
        ("name", 7), ("version", 7), ("on_error", 8), ("on", 9), ("priority", 12),
        ("factor", nil), ("trade.*", nil),
    ])
    func linesOfKeys(key: String, line: Int?) {
        #expect(SourceTokens(Array(Self.text.utf8)).line(ofKey: key) == line)
    }

    @Test func linesOfInnerKeys() {
        let tokens = SourceTokens(Array(Self.text.utf8))
        #expect(tokens.line(ofKey: "trade.*", within: "on") == 10)
        #expect(tokens.line(ofKey: "missing", within: "on") == nil)
    }

    @Test(arguments: [
        ("if line.price == '1.00' then", 1), ("if '1.00' ~= line.price then", 1),
        ("x = money('1') == '1'", 1), ("x = line.price:round() == '1'", 1),
        ("x = trade.total == 5", 1), ("x = '5' == money(1)", 1), ("x = stock.ask ~= \"1\"", 1),
        ("x = line.price:eq('1.00')", 0), ("x = trade.status == 'paid'", 0),
        ("x = line.price == nil", 0), ("x = line.price <= '1'", 0), ("-- line.price == '1'", 0),
        ("x = 'line.price == 1'", 0), ("==", 0), ("", 0), ("x = price == '1'", 0),
        ("x = f(money) == '1'", 0),
    ])
    func equalityOfMoney(text: String, count: Int) {
        let found = EqualityWarning.find(SourceTokens(Array(text.utf8)))
        #expect(found.count == count)
        if count > 0 { #expect(found.first?.message.contains("use :eq(…)") == true) }
    }

    @Test(arguments: [
        "", "'", "\"a\\", "--[[", "[[", "[==[ ]=]", "]]", "}}}}", "{{{{", "= =", "\\",
    ])
    func anyTextEnds(text: String) {
        let tokens = SourceTokens(Array(text.utf8))
        #expect(tokens.line(ofKey: "name") == nil)
    }
}

@Suite struct EventPatternTests {
    @Test func matching() throws {
        #expect(try EventPattern("trade.*").matches(.tradePaid))
        #expect(try !EventPattern("trade.*").matches(.shipmentLost))
        #expect(try EventPattern("shipment.delayed").matches(.shipmentDelayed))
        #expect(try EventPattern("*").matches(.inventoryLow))
        #expect(try !EventPattern("*").matches(.systemStarted))
        #expect(try EventPattern("system.*").matches(.systemStarted))
    }

    @Test(arguments: [
        ("shipment.delay", "; did you mean \"shipment.delayed\"?"),
        ("trades.*", "; did you mean \"trade.*\"?"), ("x", ""), ("nothing.at.all", ""),
    ])
    func unknown(text: String, hint: String) {
        #expect(throws: PluginProblem(message: "no event is of the type \"\(text)\"\(hint)")) {
            try EventPattern(text)
        }
    }
}

@Suite struct FallbackTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func fiveFailuresInAHundredCalls() {
        var policy = FallbackPolicy()
        for call in 0..<4 {
            #expect(policy.note(.failed, now: 0) == nil)
            for _ in 0..<(call == 0 ? 96 : 0) { #expect(policy.note(.passed, now: 0) == nil) }
        }
        // The first of them was the 100th call before the next one.
        #expect(policy.note(.failed, now: 0) == nil)
        #expect(policy.note(.failed, now: 0) == .failures)
        #expect(policy.note(.failed, now: 0) == nil)
    }

    @Test func threeKillsInAMinute() {
        var policy = FallbackPolicy()
        #expect(policy.note(.killed, now: 0) == nil)
        #expect(policy.note(.killed, now: 59 * Self.second) == nil)
        #expect(policy.note(.killed, now: 60 * Self.second) == nil)
        #expect(policy.note(.killed, now: 61 * Self.second) == .kills)
        #expect(policy.note(.killed, now: 62 * Self.second) == nil)
    }
}

@Suite struct RuleLogTests {
    private func line(_ text: String) -> RuleLog.Line {
        RuleLog.Line(
            time: Timestamp(milliseconds: 0), level: .info, version: "1@0", hook: "on", text: text)
    }

    @Test func keepsTheLastLines() {
        let log = RuleLog()
        let plugin = Identifier(literal: "rule")
        #expect(log.lines(of: plugin).isEmpty)
        for number in 0..<(RuleLog.lines + 3) { log.add(line("\(number)"), plugin: plugin) }
        let lines = log.lines(of: plugin)
        #expect(lines.count == RuleLog.lines)
        #expect(lines.first?.text == "3")
        #expect(lines.last?.text == "\(RuleLog.lines + 2)")
        log.clear(plugin)
        #expect(log.lines(of: plugin).isEmpty)
    }

    @Test func cutsLongLines() {
        let text = String(repeating: "é", count: 2_000)
        #expect(line(text).text.utf8.count <= RuleLog.lineBytes + 3)
        #expect(line(text).text.hasSuffix("é…"))
        #expect(line("short").text == "short")
    }
}

@Suite struct RuleInputsTests {
    @Test func eachQuestionOnce() {
        var inputs = RuleInputs()
        #expect(inputs.json() == nil)
        inputs.note("a") { $0.append("1") }
        inputs.note("b\"") { $0.append("{}") }
        inputs.note("a") { $0.append("2") }
        #expect(inputs.json() == "{\"a\":1,\"b\\\"\":{}}")
        inputs.removeAll()
        #expect(inputs.json() == nil)
    }

    @Test func whatDoesNotFitIsCounted() {
        var inputs = RuleInputs()
        let long = String(repeating: "1", count: 5_000)
        inputs.note("x") { $0.append(long) }
        #expect(inputs.json() == "{\"omitted\":1}")
        for number in 0..<1_000 { inputs.note("n\(number)") { $0.append("7") } }
        let text = inputs.json() ?? ""
        #expect(text.utf8.count <= RuleInputs.maximumBytes)
        #expect(text.contains("\"omitted\":"))
    }
}
