import Lua
import Testing

/// The libraries do what the reference manual says, where they do not say otherwise themselves.
@Suite struct Libraries {
    @Test(arguments: [
        // Order of walks.
        (
            "local s = '' for k in pairs({ b = 1, a = 1, [2] = 1, [-1] = 1, [1.5] = 1, [true] = 1, "
                + "[false] = 1, ab = 1, [''] = 1, [1] = 1 }) do s = s .. tostring(k) .. ' ' end "
                + "return s", "-1 1 2 1.5  a ab b false true  nil nil"
        ),
        (
            "local s, k = '' local t = { z = 1, 5, 6, y = 2 } repeat k = next(t, k) "
                + "s = s .. tostring(k) .. ' ' until k == nil return s", "1 2 y z nil  nil nil"
        ),
        ("return next({}), next({ 7 })", "nil 1 7"),
        (
            "local t, s = { a = 1, b = 2, c = 3 }, '' for k in pairs(t) do t[k] = nil t.b = nil "
                + "s = s .. k end return s, next(t)", "ac nil nil"
        ),
        (
            "local t = setmetatable({}, { __pairs = function() return function(_, k) "
                + "if not k then return 1, 2 end end end }) local s = 0 for k, v in pairs(t) do "
                + "s = s + v end return s", "2 nil nil"
        ),
        // Errors.
        ("return pcall(error, 'x', 0)", "false x nil"),
        ("return pcall(error)", "false nil nil"),
        ("return select('#', pcall(function() return 1, nil, nil end))", "4 nil nil"),
        ("return xpcall(error, function(e) return e .. '!' end, 'x')", "false x! nil"),
        (
            "return xpcall(function(...) return select('#', ...), 2 end, print, 1, 2, 3)",
            "true 3 2"
        ),
        ("return pcall(assert, false, 'no')", "false no nil"),
        ("return pcall(assert, nil)", "false assertion failed! nil"),
        ("return assert(1, 2, 3)", "1 2 3"),
        ("local ok, e = pcall(function() error({ code = 7 }) end) return e.code", "7 nil nil"),
        (
            "local ok, e = pcall(function() local x = nil; x() end) return e",
            "rule.lua:2: attempt to call a nil value (local 'x') nil nil"
        ),
        // Values.
        ("return tostring(nil), tostring(1.0), tostring(-0.0)", "nil 1.0 -0.0"),
        ("return tostring(print), tostring({}), tostring(string)", "function table table"),
        ("return tonumber('0x10'), tonumber(' 12 '), tonumber('1e1')", "16 12 10.0"),
        ("return tonumber('z', 36), tonumber('-ff', 16), tonumber('8', 8)", "35 -255 nil"),
        ("return tonumber('1x'), tonumber(''), tonumber({})", "nil nil nil"),
        (
            "return rawequal('a', 'a'), rawlen({ 1, 2 }), rawget(setmetatable({}, "
                + "{ __index = { x = 1 } }), 'x')", "true 2 nil"
        ),
        (
            "local t = setmetatable({}, { __newindex = error }) rawset(t, 'x', 1) return t.x",
            "1 nil nil"
        ),
        (
            "local m = { __metatable = 'mine' } return getmetatable(setmetatable({}, m)), "
                + "pcall(setmetatable, setmetatable({}, m), {})",
            "mine false cannot change a protected metatable"
        ),
        ("return select(-1, 1, 2, 3), select(2, 'a', 'b', 'c')", "3 b c"),
        ("return math.type(1), math.type(1.0), math.type('1')", "integer float nil"),
        // Tables.
        ("local t = { 5, 2, 9 } table.sort(t) return table.concat(t, ',')", "2,5,9 nil nil"),
        (
            "local t = { 'b', 'a' } table.sort(t, function(a, b) return a > b end) return t[1]",
            "b nil nil"
        ),
        (
            "local t = { 1, 2, 3 } table.insert(t, 2, 9) table.insert(t, 7) "
                + "return table.concat(t, ' '), table.remove(t, 1), table.remove(t)",
            "1 9 2 3 7 1 7"
        ),
        (
            "return table.remove({}), #table.pack(1, nil, 3) >= 1, table.pack(1, nil).n",
            "nil true 2"
        ),
        ("return table.unpack({ 1, 2, 3 }, 2)", "2 3 nil"),
        (
            "return table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ','), "
                + "table.concat(table.move({ 1, 2, 3 }, 2, 3, 1), ','), "
                + "#table.move({ 1, 2 }, 1, 2, 3, { 9, 9 })", "1,1,2,3 2,3,3 4"
        ),
        (
            "return table.concat(trade.lines[1].item == 'water' and { 1, 2.5, 'x' } or {}, '-')",
            "1-2.5-x nil nil"
        ),
        // Strings.
        ("return ('abc'):sub(2), ('abc'):sub(-2, -2), ('abc'):sub(5)", "bc b "),
        ("return ('aBc'):upper(), ('aBc'):lower(), ('abc'):reverse()", "ABC abc cba"),
        ("return ('ab'):rep(3), ('ab'):rep(2, ','), ('x'):rep(-1)", "ababab ab,ab "),
        ("return ('A'):byte(), string.char(72, 105), #'\\0a'", "65 Hi 2"),
        ("return ('hello world'):find('o w'), ('a.b'):find('.', 1, true)", "5 2 2"),
        ("return ('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key value nil"),
        ("return ('abc'):gsub('%w', '%0%0'), ('abc'):gsub('b', { b = 'X' })", "aabbcc aXc 1"),
        ("return ('abc'):gsub('', '-')", "-a-b-c- 4 nil"),
        (
            "local s = '' for a, b in ('a=1,b=2'):gmatch('(%w)=(%w)') do s = s .. b .. a end "
                + "return s", "1a2b nil nil"
        ),
        ("return ('THE (quick) fox'):find('%((%a+)%)')", "5 11 quick"),
        (
            "return ('f(a(b)c)d'):match('%b()'), ('THE fox'):gsub('%f[%a]%a+', 'x')",
            "(a(b)c) x x 2"
        ),
        ("return ('x'):find(''), ('x'):find('', 10), ('x'):find('', 2)", "1 nil 2"),
        (
            "return ('%5d|%-5s|%05.1f'):format(42, 'ab', 3.14159), ('%x'):format(255), "
                + "('%5.2s|'):format('abc')", "   42|ab   |003.1 ff    ab|"
        ),
        ("return ('%c%c'):format(72, 105), ('%g'):format(1e20), ('%%')", "Hi 1e+20 %%"),
        (
            "return ('%s %s'):format(nil, true), ('%d'):format(3.0), pcall(('').format, '%d', 3.5)",
            "nil true 3 false"
        ),
        // UTF-8.
        (
            "return utf8.char(72, 228, 8364, 128512), utf8.len('häß'), utf8.codepoint('ä')",
            "Hä€😀 3 228"
        ),
        (
            "local s = 0 for p, c in utf8.codes('aä') do s = s + p * c end return s, "
                + "utf8.offset('aäb', 3), utf8.len('\\xff')", "553 4 nil"
        ),
        // Numbers.
        (
            "return math.floor(-1.5), math.ceil(1.2), math.abs(math.mininteger)",
            "-2 2 -9223372036854775808"
        ),
        ("return math.max(1, 2.5), math.min(3, -1), math.fmod(-5, 3)", "2.5 -1 -2"),
        ("return math.modf(3.7) , math.tointeger(3.0), math.ult(-1, 1)", "3 3 false"),
        ("return 7 // 2, -7 // 2, 7 % -3", "3 -4 -2"),
    ])
    func asDocumented(body: String, expected: String) throws {
        let outcome = try Script.run(body)
        #expect(outcome.message == "")
        #expect(outcome.text == expected)
    }

    @Test func randomNumbersFollowTheSeed() throws {
        let script = try Script(
            "return { run = function() return math.random(1000000), math.random(), "
                + "math.random(-3, 3) end }")
        var limits = LuaLimits(instructions: 1_000, microseconds: 10_000, seed: 7)
        let first = script.call(limits: limits).text
        #expect(script.call(limits: limits).text == first)
        limits.seed = 8
        #expect(script.call(limits: limits).text != first)
    }

    @Test func anotherMachineGivesTheSame() throws {
        let source = """
            return { run = function(trade)
              local t = {} for i = 1, 500 do t['k' .. i * 7919 % 1009] = i end
              local s = '' for k, v in pairs(t) do s = s .. k .. v end
              return s, tostring(t), tostring(print)
            end }
            """
        let first = try Script(source).call()
        #expect(first.ending == .finished)
        #expect(try Script(source).call().text == first.text)
        #expect(first.usage.instructions > 1_000)
        #expect(try Script(source).call().usage.instructions == first.usage.instructions)
    }

    @Test func usageIsReported() throws {
        let script = try Script(
            "return { run = function() for i = 1, 10000 do end return 1 end }")
        let outcome = script.call()
        #expect(outcome.usage.instructions >= 9_900 && outcome.usage.instructions <= 10_200)
        #expect(outcome.usage.memoryPeak > 10_000 && outcome.usage.memoryPeak < 200_000)
        #expect(script.machine.loadUsage.instructions < 100)
    }

    @Test func killsSayWhere() throws {
        let outcome = try Script.run("\n\nwhile true do end")
        #expect(outcome.ending == .killedInstructions)
        #expect(outcome.line == 4)
        #expect(outcome.message == "instruction budget used up")
    }
}
