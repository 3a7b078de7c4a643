import Basics
import Lua
import Testing

private let roomy = LuaBudget(
    memoryBytes: 1 << 20, instructions: 200_000, sourceBytes: 64 << 10, depth: 8, entries: 1_000,
    stringBytes: 4_096)

private let small = LuaBudget(
    memoryBytes: 1 << 20, instructions: 200_000, sourceBytes: 64 << 10, depth: 8, entries: 4,
    stringBytes: 4_096)

private func run(
    _ source: String, budget: LuaBudget = roomy
) throws(LuaError) -> LuaValue {
    var state = try LuaState(budget: budget)
    return try state.evaluate(Array(source.utf8).span, name: "test.lua")
}

private func failure(_ source: String, budget: LuaBudget = roomy) -> LuaError? {
    do {
        _ = try run(source, budget: budget)
        return nil
    } catch { return error }
}

@Suite struct LuaValues {
    @Test(arguments: [
        ("return nil", LuaValue.none), ("", LuaValue.none), ("return true", .boolean(true)),
        ("return 7", .integer(7)), ("return 7.5", .number(7.5)), ("return 7.0", .number(7.0)),
        ("return 9223372036854775807", .integer(.max)), ("return 'a' .. 1", .string("a1")),
        ("return 1024 * 64", .integer(65_536)), ("local x = 3; return x // 2", .integer(1)),
        ("-- a comment\nreturn [[two\nlines]]", .string("two\nlines")),
    ])
    func scalars(source: String, value: LuaValue) throws {
        #expect(try run(source) == value)
    }

    @Test func tablesComeInKeyOrder() throws {
        let value = try run("return { b = 1, a = { 'x', 'y' }, [2] = true, [-1] = false, B = 2 }")
        guard case .table(let table) = value else {
            Issue.record("not a table")
            return
        }
        #expect(
            table.pairs.map(\.key)
                == [.integer(-1), .integer(2), .string("B"), .string("a"), .string("b")])
        #expect(table["b"] == .integer(1))
        #expect(table["missing"] == .none)
        guard case .table(let inner) = table["a"] else {
            Issue.record("not a table")
            return
        }
        #expect(inner.list == [.string("x"), .string("y")])
        #expect(table.list == nil)
    }

    /// Whatever order Lua walks a table in: the same mistake is told.
    @Test func theSameOfSeveralMistakesIsTold() throws {
        var told: Set<String> = []
        for number in 0..<40 {
            let fillers = (0..<number).map { "['f\($0)'] = \($0), " }.joined()
            let error = failure(
                "return { \(fillers) [1.5] = 1, ['k\(number)'] = '\\xff', ['f'] = function() end, "
                    + "{ { { { { { { {} } } } } } } } }")
            told.insert(error?.message ?? "none")
        }
        #expect(told == ["has a key that is neither text nor integer"])
        #expect(
            failure("return { [1.5] = 1, { [2.5] = { {}, {}, {} } } }", budget: small)?.message
                == "has more than 4 entries")
    }

    @Test func stateIsUsableAfterEachError() throws {
        var state = try LuaState(budget: roomy)
        for source in ["while true do end", "return (", "error", "local t = nil; return t.x"] {
            #expect(throws: LuaError.self) {
                var bytes = Array(source.utf8)
                bytes.append(10)
                if try state.evaluate(bytes.span, name: "x") == .none {
                    throw LuaError(.runtime, source: "x", message: "the name is nil, as it should")
                }
            }
        }
        let source = Array("return { a = 1 }".utf8)
        #expect(try state.evaluateTable(source.span, name: "x")["a"] == .integer(1))
        #expect(state.memoryPeak <= roomy.memoryBytes)
        #expect(state.memoryUsed <= state.memoryPeak)
    }
}

@Suite struct LuaErrors {
    @Test(arguments: [
        ("return {\n  a = 1,\n  b = = 2,\n}", LuaError.Kind.syntax, 3),
        ("x = \"open\nreturn x", .syntax, 1),
        ("local t\n\nreturn t.field", .runtime, 3),
        ("return 1 + {}", .runtime, 1),
        ("return os.getenv('HOME')", .runtime, 1),
        ("return require 'x'", .runtime, 1),
        ("return load('return 1')()", .runtime, 1),
        ("return ('x'):rep(1e15)", .runtime, 1),
    ])
    func carryTheLine(source: String, kind: LuaError.Kind, line: Int) {
        let error = failure(source)
        #expect(error?.kind == kind)
        #expect(error?.line == line)
        #expect(error?.description.hasPrefix("test.lua:\(line): ") == true)
        #expect(error?.message.contains("chunk") == false)
    }

    @Test func otherResults() {
        var state = try? LuaState(budget: roomy)
        let source = Array("return 1".utf8)
        #expect(
            throws: LuaError(
                .notATable, source: "f", message: "must return a table, returns integer")
        ) {
            _ = try state?.evaluateTable(source.span, name: "f")
        }
        #expect(failure("return function() end")?.kind == .badValue)
        #expect(failure("return { f = function() end }")?.kind == .badValue)
        #expect(failure("return { [1.5] = 1 }")?.kind == .badValue)
        #expect(failure("return { [true] = 1 }")?.kind == .badValue)
        #expect(failure("return '\\xff\\xfe'")?.kind == .badValue)
    }
}

/// Each attack ends in its own error, within the budget and within the time of the test.
@Suite(.timeLimit(.minutes(5))) struct LuaAttacks {
    @Test(arguments: [
        ("while true do end", LuaError.Kind.instructions),
        ("for i = 1, 1e18 do end", .instructions),
        ("::a:: goto a", .instructions),
        ("local function f() return f() end return f()", .instructions),
        ("local s = 'x' while true do s = s .. s end", .memory),
        ("local t = {} for i = 1, 1e18 do t[i] = i end", .memory),
        ("local t = {} while true do t = { t } end", .memory),
        ("local function f() return 1 + f() end return f()", .memory),
        ("local t = {} t.t = t return t", .tooDeep),
        ("local t = {} for i = 1, 1001 do t[i] = i end return t", .tooLarge),
        ("local t = {1, 2, 3} for i = 1, 7 do t = {t, t, t, t, t} end return t", .tooLarge),
        ("local s = 'x' for i = 1, 13 do s = s .. s end return s", .tooLarge),
        ("return { ['" + String(repeating: "k", count: 5_000) + "'] = 1 }", .tooLarge),
        ("\u{1b}Lua", .bytecode),
    ])
    func endWithinTheBudget(source: String, kind: LuaError.Kind) {
        #expect(failure(source)?.kind == kind)
    }

    @Test func nestingInTheText() {
        for (open, close) in [("(", ")"), ("{", "}"), ("- ", ""), ("not ", ""), ("a[", "]")] {
            let source =
                "return " + String(repeating: open, count: 5_000) + "1"
                + String(repeating: close, count: 5_000)
            #expect(failure(source)?.kind == .syntax)
        }
        let tables =
            "return " + String(repeating: "{", count: 9) + String(repeating: "}", count: 9)
        #expect(failure(tables)?.kind == .tooDeep)
        let legal = "return " + String(repeating: "{", count: 8) + String(repeating: "}", count: 8)
        #expect(failure(legal) == nil)
    }

    @Test func lengthOfTheText() {
        let long = String(repeating: " ", count: 65_537)
        #expect(failure(long)?.kind == .sourceTooLong)
    }

    @Test func compiledCodeIsRefusedWhereverItStands() {
        #expect(failure("\u{1b}Lua\u{54}\u{0}")?.kind == .bytecode)
        // Lua skips a first line that begins with #, as scripts have it; the mode still holds.
        #expect(failure("#!lua\n\u{1b}Lua")?.kind == .syntax)
    }

    @Test func aTinyCapIsAnErrorAtAnyStep() throws {
        var made = 0
        for cap in stride(from: 0, through: 16_384, by: 128) {
            var budget = roomy
            budget.memoryBytes = cap
            let error = failure(
                "local t = {} for i = 1, 10 do t[i] = 'v' .. i end return t",
                budget: budget)
            if let error { #expect(error.kind == .memory) } else { made += 1 }
        }
        #expect(made > 0)
    }
}
