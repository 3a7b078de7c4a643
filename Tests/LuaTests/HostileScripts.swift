import Lua

/// An attack and how it must end.
struct HostileScript: Sendable, CustomStringConvertible {
    let name: String
    /// The body of a function with `trade` and `line`.
    let body: String
    let endings: [LuaEnding]

    var description: String { name }

    init(_ name: String, _ endings: LuaEnding..., body: String) {
        self.name = name
        self.body = body
        self.endings = endings
    }
}

extension HostileScript {
    /// Endless in the VM, or in what it calls.
    static let loops: [HostileScript] = [
        .init("while", .killedInstructions, body: "while true do end"),
        .init("repeat", .killedInstructions, body: "repeat until false"),
        .init("goto", .killedInstructions, body: "::a:: goto a"),
        .init("for", .killedInstructions, body: "for i = 1, math.maxinteger do end"),
        .init("float for", .killedInstructions, body: "for i = 1.0, math.huge do end"),
        .init("tail call", .killedInstructions, body: "local function f() return f() end f()"),
        .init(
            "mutual tail calls", .killedInstructions,
            body: "local f, g function f() return g() end function g() return f() end f()"),
        .init("closures", .killedInstructions, body: "while true do (function() end)() end"),
        .init(
            "pcall forever", .killedInstructions,
            body: "while true do pcall(error, 'x') end"),
        .init(
            "pcall swallows the kill", .killedInstructions,
            body: "while true do pcall(function() while true do end end) end"),
        .init(
            "nested pcalls swallow the kill", .killedInstructions,
            body: """
                local function f(n) if n == 0 then while true do end end
                  return pcall(f, n - 1) end
                while true do f(50) end
                """),
        .init(
            "xpcall with a looping handler", .killedInstructions,
            body: "xpcall(error, function() while true do end end, 'x') while true do end"),
        .init(
            "xpcall handler swallows the kill", .killedInstructions,
            body: """
                local function again() return xpcall(function() while true do end end, again) end
                while true do again() end
                """),
        .init(
            "xpcall handler that errs", .killedInstructions,
            body: "while true do xpcall(error, function(e) error(e) end, 'x') end"),
        .init(
            "close handler loops", .killedInstructions,
            body: """
                local m = { __close = function() while true do end end }
                do local a <close> = setmetatable({}, m) end
                """),
        .init(
            "close handlers after the kill", .killedInstructions,
            body: """
                local m = { __close = function() while true do end end }
                local function f(n)
                  local a <close> = setmetatable({}, m)
                  if n == 0 then while true do end end
                  return f(n - 1), 1
                end
                pcall(f, 1000)
                """),
        .init(
            "close handler raises another error", .killedInstructions,
            body: """
                local m = { __close = function() error('mine') end }
                while true do
                  pcall(function() local a <close> = setmetatable({}, m) while true do end end)
                end
                """),
        .init(
            "index function loops", .killedInstructions,
            body: "local t = setmetatable({}, { __index = function() while true do end end }) "
                + "pcall(function() return t.x end)"),
        .init(
            "comparison loops", .killedInstructions,
            body: "local m = { __lt = function() while true do end end } "
                + "return setmetatable({}, m) < setmetatable({}, m)"),
        .init(
            "ipairs without end", .killedInstructions,
            body: "for _ in ipairs(setmetatable({}, { __index = function(_, i) return i end })) "
                + "do end"),
        .init(
            "an iterator that never ends", .killedInstructions,
            body: "for _ in function() return 1 end do end"),
        .init(
            "pairs of a growing table", .killedInstructions,
            body: "local t = { 1 } for k in pairs(t) do t[k + 1] = k end"),
        .init(
            "next over and over", .killedInstructions,
            body: """
                local t = {} for i = 1, 2000 do t['k' .. i] = i end
                local k while true do k = next(t, k) end
                """),
        .init(
            "pairs metamethod loops", .killedInstructions,
            body: "for _ in pairs(setmetatable({}, { __pairs = function() while true do end end }))"
                + " do end"),
        .init(
            "host functions for ever", .killedInstructions,
            body: "while true do entrepot.echo(1) end"),
        .init(
            "host errors for ever", .killedInstructions,
            body: "while true do pcall(entrepot.fail) end"),
        .init(
            "print for ever", .killedInstructions, body: "while true do print('x') end"),
    ]

    /// Loops inside C functions of the standard library.
    static let libraries: [HostileScript] = [
        .init("nothing repeated", .finished, body: "return #(''):rep(1e15 // 1 | 0)"),
        .init("rep", .failed, body: "return ('x'):rep(1 << 40)"),
        .init("rep overflow", .failed, body: "return ('xx'):rep(math.maxinteger, 'yyy')"),
        .init("rep with separator", .failed, body: "return (''):rep(1 << 60, ',')"),
        .init(
            "backtracking", .killedInstructions,
            body: "return ('a'):rep(40):match(('a?'):rep(40) .. ('a'):rep(40))"),
        .init(
            "backtracking stars", .killedInstructions,
            body: "return ('a'):rep(2000):find(('.-'):rep(20) .. 'b')"),
        .init(
            "backtracking captures", .killedInstructions,
            body: "return ('a'):rep(3000):match('(.*)(.*)(.*)(.*)b')"),
        .init(
            "a long set against a long text", .killedInstructions,
            body: "return ('x'):rep(60000):find('[' .. ('a'):rep(60000) .. ']')"),
        .init(
            "back reference", .killedInstructions,
            body: "return ('a'):rep(20000):match('(.*)%1b')"),
        .init(
            "balanced", .killedInstructions,
            body: "return ('('):rep(30000):find('%b()')"),
        .init(
            "plain find of a long needle", .killedInstructions,
            body: "local s = ('a'):rep(60000) while true do "
                + "s:find(('a'):rep(30000) .. 'b', 1, true) end"),
        .init(
            "gmatch of nothing", .killedInstructions,
            body: "while true do for _ in ('x'):rep(1000):gmatch('') do end end"),
        .init(
            "gsub of nothing", .killedInstructions,
            body: "while true do ('x'):rep(60000):gsub('', '') end"),
        .init("gsub grows", .failed, body: "return ('x'):rep(1000):gsub('', ('y'):rep(1000))"),
        .init(
            "gsub callback loops", .killedInstructions,
            body: "('x'):gsub('x', function() while true do end end)"),
        .init(
            "gsub callback swallows", .killedInstructions,
            body: "('x'):rep(1000):gsub('x', function() "
                + "pcall(function() while true do end end) end)"),
        .init("pattern nests", .failed, body: "return ('a'):rep(500):match(('a?'):rep(500))"),
        .init("many captures", .failed, body: "return ('a'):rep(40):match(('(a)'):rep(33))"),
        .init("format width", .failed, body: "return ('%999d'):format(1)"),
        .init("format precision", .failed, body: "return ('%.999f'):format(1)"),
        .init(
            "format of the largest", .finished, body: "return #('%99.99f'):format(-1.7e308)"),
        .init("format address", .failed, body: "return ('%p'):format(print)"),
        .init("format flags", .failed, body: "return ('%------------d'):format(1)"),
        .init("format ends", .failed, body: "return ('%'):format(1)"),
        .init("format misses", .failed, body: "return ('%d'):format()"),
        .init(
            "format grows", .failed,
            body: "return ('%s'):rep(3):format(('x'):rep(60000), "
                + "('x'):rep(60000), 1)"),
        .init("move", .killedInstructions, body: "table.move({}, 1, 1 << 60, 2)"),
        .init("move backwards", .killedInstructions, body: "table.move({}, 1, 1 << 60, 0)"),
        .init(
            "insert and a lying length", .finished,
            body: "local t = setmetatable({}, { __len = function() return 1 << 60 end }) "
                + "table.insert(t, 1, 'x') return #t"),
        .init(
            "remove and a lying length", .finished,
            body: "local t = setmetatable({}, { __len = function() return 1 << 60 end }) "
                + "return table.remove(t, 1)"),
        .init(
            "unpack much", .failed, body: "return table.unpack({}, 1, 1e7 // 1 | 0)"),
        .init(
            "unpack everything", .failed,
            body: "return table.unpack({}, math.mininteger, math.maxinteger)"),
        .init("concat much", .failed, body: "return table.concat({}, 'x', 1, 1 << 60)"),
        .init(
            "concat of empties", .killedInstructions,
            body: "local t = {} for i = 1, 10000 do t[i] = '' end "
                + "while true do table.concat(t) end"),
        .init(
            "insert at the front", .killedInstructions,
            body: "local t = {} while true do table.insert(t, 1, 1) end"),
        .init(
            "sort with a random comparator", .killedInstructions,
            body: "local t = {} for i = 1, 10000 do t[i] = i end "
                + "while true do table.sort(t, function() return math.random() < 0.5 end) end"),
        .init(
            "sort with a constant comparator", .finished,
            body: "local t = { 3, 1, 2, 5, 4 } table.sort(t, function() return true end) "
                + "return #t"),
        .init(
            "sort while it shrinks", .finished,
            body: "local t = { 3, 1, 2, 5, 4 } table.sort(t, function(a, b) "
                + "for i = 1, 5 do t[i] = nil end return a < b end) return #t"),
        .init(
            "sort comparator swallows", .killedInstructions,
            body: "table.sort({ 1, 2, 3 }, function() "
                + "pcall(function() while true do end end) return true end)"),
        .init("sort mixed", .failed, body: "table.sort({ 1, 'a', {} })"),
        .init(
            "utf8 over and over", .killedInstructions,
            body: "local s = ('é'):rep(30000) while true do utf8.len(s) end"),
        .init(
            "utf8 continuation bytes", .killedInstructions,
            body: "local s = 'a' .. ('\\x80'):rep(60000) "
                + "while true do utf8.offset(s, 1, 2 - 1) utf8.offset(s, -1) end"),
        .init("utf8 codes of rubbish", .failed, body: "for _ in utf8.codes('a\\xff') do end"),
        .init("byte of all", .failed, body: "return ('x'):rep(60000):byte(1, -1)"),
        .init("select from the end", .failed, body: "return select(math.mininteger, 1, 2)"),
        .init("select far", .finished, body: "return select(math.maxinteger, 1, 2)"),
        .init("select counts", .finished, body: "return select('#', table.unpack({}, 1, 7000))"),
        .init("random of nothing", .failed, body: "return math.random(2, 1)"),
        .init(
            "random of everything", .finished,
            body: "return math.random(math.mininteger, math.maxinteger) and 1"),
        .init("fmod of the smallest", .finished, body: "return math.fmod(math.mininteger, -1)"),
        .init("division of the smallest", .finished, body: "return math.mininteger // -1"),
        .init("tonumber base", .failed, body: "return tonumber('1', 99)"),
        .init(
            "long numerals", .finished,
            body: "return tonumber(('9'):rep(60000)), tonumber('0x' .. ('f'):rep(60000))"),
    ]
}
