/// What rules are written of: the values at the edges, and everything that has a name.
extension RuleWriter {
    static let numbers = [
        "1", "0", "-1", "10", "100", "2.5", "-0.0", "0.1", "0/0", "1/0", "-1/0", "1e15", "1e16",
        "1e300", "math.maxinteger", "math.mininteger", "1 << 31", "1 << 53", "(1 << 53) + 1",
        "9223372036854775", "1000000000", "999999999999999999", "4611686018427387904",
        "253402300799999", "253402300800000",
    ]

    static let texts = [
        #""luna""#, #""mars""#, #""vega""#, #""water""#, #""""#, #""CR""#, #""EUR""#, #""ZZZ""#,
        #""t-9""#, #""c-9""#, #""info""#, #""no id""#, #""\xff\xfe""#, #""\0""#, "nil",
        #"("x"):rep(200)"#, #"("x"):rep(65000)"#, #""2026-11-20T00:00:00Z""#,
        #""9999-12-31T23:59:59.999Z""#, #""0000-00-00T00:00:00Z""#, #""+72h""#, #""+1ms""#,
        #""+99999999999999999999h""#, #""-1h""#, #""ops""#, #""count""#, #""%s%d%5.2f""#,
        #""(.-)%1%b()""#, #""[%a-z""#, #""é\u{10ffff}""#,
    ]

    static let decimals = [
        #""10.00""#, #""0""#, #""-0.01""#, #""0.005""#, #""0.000000001""#, #""0.333333333333""#,
        #""9223372036854775807""#, #""92233720368547758.07""#, #""92233720368547758.08""#,
        #""-92233720368547758.08""#, #""99999999999999999999999999999999""#, #""1e5""#,
        #""1/3""#, #"" 1""#, #""1.""#, #"".5""#, #""+1""#, #""00""#,
        #""170141183460469231731687303""#,
    ]

    static let amounts =
        decimals + [
            #"money("0.01")"#, #"money("92233720368547758.07")"#, #"money("1", "EUR")"#,
            #"money("0.000000000000001")"#, #"money("1") / 3"#, "money(math.mininteger)",
        ]

    static let odd = [
        "nil", "true", "false", "entrepot.none", "entrepot.state", "entrepot", "money", "kept",
        "print", "_G", "{}", "string", "function() while true do end end", "T", "error",
        #"money("1").amount"#, "entrepot.state.list", "entrepot.state.deep", "probe",
    ]

    static let operators = [
        "+", "-", "*", "/", "//", "%", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "^",
        "&", "|", "<<", ">>",
    ]

    static let fields = [
        "id", "seller", "buyer", "lines", "currency", "total", "status", "attributes", "item",
        "quantity", "price", "unit_price", "line_total", "eta", "eta_ms", "created_ms", "origin",
        "data", "type", "amount", "position", "x", "mass", "on_hand", "available", "ask", "named",
        "channel", "subject", "text", "key", "notices", "state", "count", "quote",
    ]

    /// A function, the kinds of its arguments by letters, and the kind of its result.
    struct Function {
        let name: String
        let takes: String
        let gives: Kind

        init(_ name: String, _ takes: String, _ gives: Kind) {
            self.name = name
            self.takes = takes
            self.gives = gives
        }
    }

    static let functions: [Function] = [
        .init("entrepot.stock", "tt", .record), .init("entrepot.station", "t", .record),
        .init("entrepot.item", "t", .record), .init("entrepot.trade", "t", .record),
        .init("entrepot.shipment", "t", .record), .init("entrepot.rate", "tt", .text),
        .init("entrepot.distance", "tt", .number), .init("entrepot.now", "", .number),
        .init("entrepot.random", "nn", .number), .init("entrepot.random", "n", .number),
        .init("entrepot.log", "tt", .table), .init("entrepot.missing", "a", .record),
        .init("tostring", "a", .text), .init("tonumber", "tn", .number),
        .init("tonumber", "t", .number), .init("type", "a", .text),
        .init("select", "naaa", .number), .init("rawlen", "l", .number),
        .init("rawget", "la", .record), .init("rawset", "laa", .table),
        .init("rawequal", "aa", .number), .init("next", "la", .text),
        .init("pcall", "faa", .table), .init("xpcall", "ffa", .table),
        .init("error", "an", .record), .init("assert", "aa", .record),
        .init("ipairs", "l", .record), .init("pairs", "l", .record),
        .init("getmetatable", "a", .table), .init("print", "aa", .table),
        .init("math.floor", "n", .number), .init("math.random", "nn", .number),
        .init("math.tointeger", "n", .number), .init("math.fmod", "nn", .number),
        .init("math.ult", "nn", .number), .init("math.max", "nnn", .number),
        .init("math.abs", "n", .number), .init("string.format", "taaa", .text),
        .init("string.rep", "tnt", .text), .init("string.find", "ttna", .number),
        .init("string.match", "ttn", .text), .init("string.gsub", "tttn", .text),
        .init("string.gsub", "ttf", .text), .init("string.gsub", "ttl", .text),
        .init("string.gmatch", "tt", .record), .init("string.byte", "tnn", .number),
        .init("string.char", "nnn", .text), .init("string.sub", "tnn", .text),
        .init("string.reverse", "t", .text), .init("string.upper", "t", .text),
        .init("string.len", "t", .number), .init("table.concat", "ltnn", .text),
        .init("table.insert", "lna", .table), .init("table.remove", "ln", .record),
        .init("table.move", "lnnnl", .table), .init("table.sort", "lf", .table),
        .init("table.pack", "aaa", .table), .init("table.unpack", "lnn", .record),
        .init("utf8.char", "nn", .text), .init("utf8.codepoint", "tnn", .number),
        .init("utf8.len", "tnn", .number), .init("utf8.offset", "tnn", .number),
        .init("utf8.codes", "t", .record), .init("T", "fa", .record),
    ]

    static let prices = ["price", "unit_price", "line_total", "total", "ask", "amount"]

    static let metamethods = [
        "__index", "__newindex", "__call", "__add", "__mul", "__div", "__concat", "__len", "__eq",
        "__lt", "__le", "__unm", "__tostring", "__name", "__close", "__pairs", "__metatable",
        "__gc", "__mode",
    ]

    static let poison = [
        "_G.money = nil", "pcall, error, tostring = nil", "string.format = nil",
        #"getmetatable("").__index = nil"#, "table.sort = print", "rawset(entrepot, 'now', 1)",
        "_ENV = {}", "kept.kept = kept", "error(kept)", "error(nil)", "error(money('1'))",
        "local function f() return f() + 1 end f()", "local s = 'x' while true do s = s .. s end",
        "for i = 1, 1e9 do kept[i] = i end", "setmetatable(kept, { __index = kept })",
        "local c <close> = setmetatable({}, { __close = function() while true do end end })",
        "repeat pcall(function() while true do end end) until false",
        "('x'):rep(20000):find(('.-'):rep(10) .. 'b')",
        "table.sort(kept, function() return true end)",
    ]

    static let counts = ["3", "100", "100000", "math.huge", "0", "-1", "2.5"]

    // MARK: Results

    static let offers = [
        "trade.lines[1].unit_price", "line.price * '0.5'", "line.price - 1000000", "'9.999'",
        "5", "-5", "5.0", "money('1', 'EUR')", "{}", "true", "print", "'abc'", "trade",
        "entrepot.none", "line.price * math.maxinteger", "money('0.001')", "money('1') / 3",
    ]

    static let reasons = [
        "'no'", "''", "('x'):rep(1024)", "('x'):rep(1025)", "'\\xff'", "5", "true", "{}", "trade",
        "money('1')", "entrepot.none",
    ]

    static let times = [
        "shipment.eta", "shipment.eta_ms", "'+72h'", "'+0ms'", "'-72h'", "0", "-1",
        "math.maxinteger", "math.mininteger", "253402300799999", "253402300800000", "2.5", "{}",
        "'tomorrow'", "shipment", "money('1')", "'+9223372036854775807ms'",
    ]

    static let notices = [
        "{ { channel = 'ops', text = 'x', data = { a = 1, m = money('1') } } }",
        "{ channel = 'ops' }", "{ { channel = 'no id' } }", "{ {} }", "{ 1, 2 }", "{ nil, {} }",
        "{ notices = {}, state = { a = entrepot.none, b = { 1, { 2 } } } }",
        "{ state = { [1] = 2 } }", "{ state = { a = print } }", "{ state = { a = 0/0, b = 1/0 } }",
        "{ notices = { { channel = 'ops', subject = ('s'):rep(257) } } }",
        "{ notices = { { channel = 'ops', data = ('d'):rep(20000) } } }", "5", "'x'", "event",
        "now",
        "{ state = { [('k'):rep(60000)] = ('v'):rep(60000) } }", "{ state = kept }", "kept",
        "{ notices = kept, state = kept }", "{ { channel = 'ops', data = { [1.5] = 1 } } }",
        "{ { channel = 'ops', data = '\\xff' } }", "{ { channel = 'ops', key = '\\0' } }",
        "{ state = { a = -0.0, b = 1e300, c = math.mininteger } }",
    ]
}
