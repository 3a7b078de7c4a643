import Basics
import Lua
import Testing

/// What loading does with source that is too much, or that attacks the compiler.
@Suite(.timeLimit(.minutes(5))) struct LoadAttacks {
    private static let limits = LuaLimits(instructions: 300_000, microseconds: 50_000)

    private func failure(_ source: String) -> LuaError? {
        do {
            _ = try Script(source, limits: Self.limits)
            return nil
        } catch { return error }
    }

    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    @Test(arguments: [
        ("while true do end", LuaError.Kind.instructions), ("::a:: goto a", .instructions),
        ("local s = 'x' while true do s = s .. s end", .memory),
        ("pcall(function() while true do end end) return {}", .instructions),
        ("error('mine')", .runtime), ("error({})", .runtime), ("return 1", .notATable),
        ("", .notATable), ("return nil, {}", .notATable), ("return function() end", .notATable),
        ("return money('1.00')", .notATable), ("\u{1b}Lua", .bytecode),
        ("#!lua\n\u{1b}Lua", .syntax), ("return {", .syntax), ("return { [1.5] = 1 }", .badValue),
        ("local t = {} t.t = t return t", .tooDeep),
        ("local t = {} for i = 1, 20000 do t[i] = 1 end return t", .tooLarge),
        ("return { '\\xff' }", .badValue), ("return string", .finishedLock),
        ("return setmetatable({}, { __index = error })", .finishedLock),
        ("return require('os')", .runtime), ("return load('return {}')()", .runtime),
        ("return _G", .tooDeep),
    ])
    func endsAs(source: String, kind: LuaError.Kind) {
        #expect(failure(source)?.kind == (kind == .finishedLock ? nil : kind))
    }

    @Test(arguments: [
        ("(", ")"), ("{", "}"), ("- ", ""), ("not ", ""), ("a[", "]"), ("1 .. ", ""), ("2 ^ ", ""),
        ("function() return ", " end"), ("~", ""), ("#", ""), ("f(", ")"),
        ("(function() ", "end)()"),
    ])
    func nesting(open: String, close: String) {
        let source = "return " + Self.repeated(open, 8_000) + "1" + Self.repeated(close, 8_000)
        #expect(failure(source)?.kind == .syntax)
    }

    @Test func statementsNest() {
        for (open, close) in [
            ("do ", "end "), ("while true do ", "end "), ("if a then ", "end "),
            ("repeat ", "until true "), ("for i = 1, 2 do ", "end "), ("if a then else ", "end "),
        ] {
            let source = Self.repeated(open, 5_000) + Self.repeated(close, 5_000)
            #expect(failure(source)?.kind == .syntax)
        }
    }

    @Test func tooManyOfSomething() {
        let locals = (0..<201).map { "local a\($0)" }.joined(separator: " ")
        #expect(failure(locals)?.kind == .syntax)
        let upvalues =
            "do " + (0..<150).map { "local a\($0)" }.joined(separator: " ")
            + " local function f() "
            + (0..<150).map { "local b\($0)" }.joined(separator: " ") + " return function() "
            + (0..<150).map { "a\($0) = b\($0)" }.joined(separator: " ") + " end end end"
        #expect(failure(upvalues)?.kind == .syntax)
        let arguments = "f(" + Self.repeated("a,", 300) + "a)"
        #expect(failure(arguments)?.kind == .syntax)
        let names = Self.repeated("a,", 300) + "a = 1"
        #expect(failure(names)?.kind == .syntax)
    }

    /// Parts of the compiler take quadratic time: the clock ends them too.
    @Test func quadraticTextEndsInTime() {
        let sources = [
            "if a then " + Self.repeated("elseif a then ", 17_000) + "end return {}",
            Self.repeated("goto x ", 30_000) + "::x:: return {}",
            (0..<20_000).map { "::a\($0)::" }.joined() + " return {}",
            "while true do " + Self.repeated("break ", 40_000) + "end return {}",
            "return { " + Self.repeated("a and ", 40_000) + "a }",
            "return { " + (0..<30_000).map { "\($0).5," }.joined() + " }",
            "return { " + Self.repeated("{},", 80_000) + " }",
            "local a " + Self.repeated("a=a ", 60_000) + " return {}",
            "return { '" + Self.repeated("\\u{10FFFF}", 20_000) + "' }",
            "return { " + Self.repeated("9", 250_000) + " }",
            "return { 0x" + Self.repeated("f", 250_000) + " }",
            "return { [" + Self.repeated("=", 120_000) + "[x]" + Self.repeated("=", 120_000)
                + "] }",
            "--[" + Self.repeated("=", 250_000),
        ]
        for source in sources {
            let clock = ContinuousClock()
            let started = clock.now
            let kind = failure(source)?.kind
            // The thread may wait for others; the bound is far above budget plus 50 ms.
            #expect(clock.now - started < .seconds(2), "\(source.prefix(20)) \(kind as Any)")
        }
    }

    @Test func sizeOfTheSource() {
        let fits = "return {}" + Self.repeated(" ", LuaMachine.sourceBytes - 9)
        #expect(failure(fits) == nil)
        #expect(failure(fits + " ")?.kind == .sourceTooLong)
        let string = "return { ('" + Self.repeated("x", 65_530) + "'):len() }"
        #expect(failure(string) == nil)
        let long = "return { ('" + Self.repeated("x", 65_700) + "'):len() }"
        #expect(failure(long)?.kind == .memory)
    }

    @Test func errorsNameTheFileAndLine() throws {
        let error = try #require(failure("return {\n  a = 1,\n  b = = 2\n}"))
        #expect(error.description == "rule.lua:3: unexpected symbol near '='")
        let raised = try #require(failure("local t\n\nerror('mine')"))
        #expect(raised.description == "rule.lua:3: mine")
        let killed = try #require(failure("\nwhile true do\nend"))
        #expect(killed.description == "rule.lua:2: instruction budget used up")
    }

    @Test func namesOfAnyKind() throws {
        for name in ["", "=x", "@y", "a\nb", String(repeating: "é", count: 200), "x:1: y"] {
            let machine = try LuaMachine(Station.interface)
            do {
                _ = try machine.load(
                    Array("\nerror('mine')".utf8).span, name: name, limits: Self.limits,
                    host: Station())
                Issue.record("no error")
            } catch {
                #expect(error.line == 2)
                #expect(error.message == "mine")
                #expect(error.source == name)
            }
        }
    }
}

extension LuaError.Kind {
    /// In a table of failures: there is none.
    fileprivate static let finishedLock = LuaError.Kind.time
}
