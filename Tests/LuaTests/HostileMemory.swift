import Lua

extension HostileScript {
    /// Memory, stacks and depth.
    static let memory: [HostileScript] = [
        .init(
            "doubling a string", .killedMemory, .killedInstructions,
            body: "local s = 'x' while true do s = s .. s end"),
        .init(
            "catching the end of memory", .killedMemory,
            body: "local s = 'x' while true do pcall(function() s = s .. s end) end"),
        .init(
            "a table of strings", .killedMemory, .killedInstructions,
            body: "local t, s = {}, ('x'):rep(60000) for i = 1, 1e9 do t[i] = s .. i end"),
        .init(
            "a table of tables", .killedMemory, .killedInstructions,
            body: "local t = {} while true do t = { t, t, t, t, t, t, t, t } end"),
        .init(
            "a long list", .killedMemory, .killedInstructions,
            body: "local t = {} for i = 1, 1e9 do t[i] = i end"),
        .init(
            "a sparse table", .killedMemory, .killedInstructions,
            body: "local t = {} for i = 1, 1e9 do t[i * 1000003] = i end"),
        .init(
            "closures kept", .killedMemory, .killedInstructions,
            body: "local t = {} for i = 1, 1e9 do t[i] = function() return i end end"),
        .init(
            "globals", .killedMemory, .killedInstructions,
            body: "for i = 1, 1e9 do _G['k' .. i] = i end"),
        .init(
            "a close handler at the end of memory", .killedMemory, .killedInstructions,
            body: """
                local m = { __close = function() error('mine') end }
                local s = 'x'
                while true do pcall(function()
                  local a <close> = setmetatable({}, m)
                  s = s .. s
                end) end
                """),
        .init(
            "packing", .killedInstructions, .killedMemory,
            body: "local t = {} ::a:: t[#t + 1] = table.pack(table.unpack(t, 1, 5000)) goto a"),
        .init(
            "records of the host", .failed,
            body: "local t = {} for i = 1, 1000 do t[i] = entrepot.flood() end"),
        .init(
            "money kept", .killedMemory, .killedInstructions,
            body: "local t = {} for i = 1, 1e9 do t[i] = money('1') end"),
        .init(
            "comparing long strings", .killedInstructions, .killedTime,
            body: "local a = ('\\0'):rep(65000) .. 'a' local b = ('\\0'):rep(65000) .. 'b' "
                + "while true do local _ = a < b end"),
        .init(
            "equal long strings", .killedInstructions, .killedTime,
            body: "local a, b = ('x'):rep(65000) .. 'a', ('x'):rep(65000) .. 'a' "
                + "while true do local _ = a == b end"),
        .init("recursion", .killedMemory, body: "local function f() return 1 + f() end f()"),
        .init(
            "recursion swallowed", .killedMemory, .killedInstructions, .killedTime,
            body: "local function f() pcall(f) return 1 + f() end f()"),
        .init(
            "index chain", .failed,
            body: "local t = {} setmetatable(t, { __index = t }) return t.x"),
        .init(
            "index function recursion", .failed,
            body: "local m = {} local t = setmetatable({}, m) "
                + "m.__index = function(_, k) return t[k] end return t.x"),
        .init(
            "tostring recursion", .failed,
            body: "local m = {} local t = setmetatable({}, m) "
                + "m.__tostring = function() return tostring(t) end return tostring(t)"),
        .init(
            "concat recursion", .failed,
            body: "local m = {} local t = setmetatable({}, m) "
                + "m.__concat = function() return t .. t end return t .. t"),
        .init(
            "call chain", .killedTime, .killedMemory,
            body: "local t = {} setmetatable(t, { __call = t }) t()"),
        .init(
            "call chain swallowed", .killedTime, .killedMemory,
            body: "local t = {} setmetatable(t, { __call = t }) while true do pcall(t) end"),
        .init(
            "pcall nests", .failed,
            body: "local function f() return pcall(f) or error('x') end "
                + "return f() or nil, error('end')"),
        .init(
            "gsub nests", .failed,
            body: "local function f() return (('x'):gsub('x', f)) end return f()"),
        .init(
            "sort nests", .failed,
            body: "local function f() table.sort({ 1, 2 }, f) end f()"),
        .init(
            "many arguments", .killedMemory, .failed,
            body: """
                local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, ...) end
                return f()
                """),
        .init(
            "close variables by the thousand", .killedMemory, .killedInstructions,
            body: """
                local m = { __close = function() while true do end end }
                local function f() local a <close>, b = setmetatable({}, m) return f(), 1 end
                f()
                """),
    ]

    /// Ways out, poison, and misuse.
    static let escapes: [HostileScript] = [
        .init("error with a table", .failed, body: "error({})"),
        .init("error with nil", .failed, body: "error(nil)"),
        .init("error with money", .failed, body: "error(line.price)"),
        .init(
            "error that prints itself for ever", .failed,
            body: "error(setmetatable({}, { __tostring = function() while true do end end }))"),
        .init("error level", .failed, body: "error('x', math.maxinteger)"),
        .init("error of a record", .failed, body: "error(trade)"),
        .init("string methods", .failed, body: "getmetatable('').__index = {}"),
        .init(
            "string metatable", .finished, body: "return getmetatable('')"),
        .init("set string metatable", .failed, body: "setmetatable('', {})"),
        .init("metatable of a library", .failed, body: "setmetatable(string, {})"),
        .init("library as metatable", .failed, body: "setmetatable({}, string)"),
        .init("insert into a library", .failed, body: "table.insert(string, 1)"),
        .init("sort a library", .failed, body: "table.sort(string)"),
        .init("move into a library", .failed, body: "table.move({ 1 }, 1, 1, 1, math)"),
        .init("rawset on a library", .failed, body: "rawset(entrepot, 'stock', nil)"),
        .init("finalizer", .failed, body: "setmetatable({}, { __gc = function() end })"),
        .init("weak table", .failed, body: "setmetatable({}, { __mode = 'k' })"),
        .init(
            "late finalizer", .finished,
            body: """
                local m = {} local t = setmetatable({}, m)
                m.__gc = function() while true do end end
                return pcall(setmetatable, t, m)
                """),
        .init("metatable of a record", .finished, body: "return getmetatable(trade)"),
        .init("metatable of money", .finished, body: "return getmetatable(line.price)"),
        .init("set metatable of a record", .failed, body: "setmetatable(trade, {})"),
        .init("rawget of a record", .failed, body: "rawget(trade, 'id')"),
        .init("next of a record", .failed, body: "next(trade)"),
        .init(
            "globals poisoned", .finished,
            body: "pairs, type, tostring, pcall, string = nil _G._G = nil _ENV = {} return 1"),
        .init("keys without order", .failed, body: "for _ in pairs({ [{}] = 1 }) do end"),
        .init("keys without order, next", .failed, body: "next({ [print] = 1, [2] = 2 })"),
        .init(
            "huge result", .failed,
            body: "local t = {} for i = 1, 20000 do t[i] = i end return t"),
        .init(
            "deep result", .failed,
            body: "local t = {} for i = 1, 100 do t = { t } end return t"),
        .init("circular result", .failed, body: "local t = {} t.t = t return t"),
        .init("binary result", .failed, body: "return '\\xff\\xfe'"),
        .init("a record as result", .failed, body: "return trade"),
        .init("keys of the result", .failed, body: "return { [1.5] = 1 }"),
        .init("host function with a table", .failed, body: "entrepot.stock({}, {})"),
        .init("host function without arguments", .failed, body: "entrepot.stock()"),
        .init(
            "host function with much", .failed,
            body: "entrepot.stock(table.unpack({}, 1, 7000))"),
        .init("method of something else", .failed, body: "line.price.round('x')"),
        .init("money in arithmetic", .failed, body: "return line.price * {}"),
        .init("money as a key", .failed, body: "for _ in pairs({ [line.price] = 1 }) do end"),
        .init("calling a record", .failed, body: "trade()"),
        .init("length of a record", .failed, body: "return #trade"),
        .init("concat of records", .failed, body: "return trade .. trade"),
        .init("integer overflow", .finished, body: "return math.maxinteger + 1"),
        .init("division by zero", .failed, body: "return 1 // 0"),
        .init("for step zero", .failed, body: "for i = 1, 2, 0 do end"),
        .init("index far away", .finished, body: "return trade.lines[math.mininteger]"),
        .init("index with NaN", .finished, body: "return trade.lines[0 / 0]"),
        .init("store under NaN", .failed, body: "local t = {} t[0 / 0] = 1"),
        .init("rawset nil", .failed, body: "rawset({}, nil, 1)"),
    ]

    /// What must not be there.
    static let absent = [
        "load", "loadstring", "loadfile", "dofile", "require", "collectgarbage", "debug", "os",
        "io", "package", "coroutine", "warn", "string.dump", "string.pack", "math.randomseed",
        "unpack", "setfenv", "getfenv", "newproxy", "module",
    ]
}
