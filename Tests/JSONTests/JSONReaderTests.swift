import Basics
import JSON
import Testing

@Suite struct JSONReaderTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", .null), ("true", .bool(true)), (" false ", .bool(false)),
        ("\t\r\n 1 \n", .number("1")), ("0", .number("0")), ("-0", .number("-0")),
        ("-0.0", .number("-0.0")), ("1.50", .number("1.50")), ("1E+2", .number("1E+2")),
        ("1e-2", .number("1e-2")), ("0e0", .number("0e0")), ("1e400", .number("1e400")),
        ("123456789012345678901234567890", .number("123456789012345678901234567890")),
        ("\"\"", .string("")), ("\"a b\"", .string("a b")), ("\"\u{7f}\"", .string("\u{7f}")),
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("\"\\/\u{8}\u{c}\n\r\t")),
        ("\"\\u0041\\u00e9\\u20AC\"", .string("A\u{e9}\u{20ac}")),
        ("\"\\ud834\\udd1e\"", .string("\u{1d11e}")),
        ("\"\\uD7FF\\uE000\"", .string("\u{d7ff}\u{e000}")),
        ("\"\\u0000\"", .string("\0")), ("\"\\uFFFF\"", .string("\u{ffff}")),
        ("\"é€𝄞\\n\"", .string("é€𝄞\n")), ("[]", .array([])), ("[ ]", .array([])),
        ("[1 , 2]", .array([.number("1"), .number("2")])),
        ("[[],{}]", .array([.array([]), .object([])])),
        ("{}", .object([])), ("{ }", .object([])), ("{\"\":0}", .object([("", .number("0"))])),
        (
            " { \"b\" : [ true ] , \"a\" : null } ",
            .object([("b", .array([.bool(true)])), ("a", .null)])
        ),
        // Canonically equal, but other bytes: other keys.
        ("{\"K\":1,\"\u{212a}\":2}", .object([("K", .number("1")), ("\u{212a}", .number("2"))])),
    ]

    @Test(arguments: accepted) func accepts(_ text: String, _ value: JSONValue) {
        #expect(parse(text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulL", "True", "truex", "nan", "NaN", "Infinity", "-Infinity", "undefined",
        "01", "-01", "00", "-", "+1", "--1", ".5", "-.5", "1.", "1.e1", "1e", "1e+", "1E-", "1e1.5",
        "0x10",
        "1_000", "1,", "1 2", "1a", "0.", "0e", "2.e3", "１",
        "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\U0041\"", "\"\\u004\"", "\"\\u00G0\"",
        "\"\\u\"",
        "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\udc00\"", "\"\\udc00\\ud800\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800\\u0041\"", "\"a\nb\"", "\"\u{0}\"", "\"\t\"", "\"\u{1f}\"", "\"\\n\u{1f}\"",
        "'a'", "a",
        "[", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "]", "[1]]", "[1],", "[\"a\"",
        "[1,,2]", "[}",
        "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}",
        "{1:1}",
        "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{\"a\"::1}", "{null:1}", "{]",
        "{}}", "{\"a\":}",
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
        "// c\n1", "/* c */1", "1 // c", "#1", "\u{feff}1", "\u{a0}1", "\u{c}1", "\u{b}1", "1\0",
        "\0",
    ]) func refuses(_ text: String) {
        #expect(parse(text) == nil, "\(text)")
    }

    @Test func namesTheOffset() {
        let cases: [(String, Int, String)] = [
            ("[1,]", 3, "a value is expected here"),
            ("{\"a\":1,\"a\":2}", 7, "the key is there twice"),
            ("[1", 2, "the JSON ends too early"), ("1 x", 2, "nothing may follow the value"),
            ("[\"\\ud800\"]", 4, "a surrogate must be one of a pair"),
            ("{a", 1, "a key in double quotes is expected here"),
        ]
        for (text, offset, message) in cases {
            #expect(
                failure(Array(text.utf8)) == JSONError(offset: offset, message: message), "\(text)")
        }
    }

    @Test func refusesRepeatedKeysAmongMany() {
        let members = (0..<500).map { "\"k\($0)\":\($0)" }
        #expect(parse("{" + members.joined(separator: ",") + "}")?.object?.count == 500)
        for repeated in [0, 7, 8, 250, 499] {
            let text = "{" + (members + ["\"k\(repeated)\":0"]).joined(separator: ",") + "}"
            #expect(parse(text) == nil, "k\(repeated)")
        }
    }

    @Test func limitsDepth() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        #expect(parse(nested(32, "[", "]")) != nil)
        #expect(parse(nested(33, "[", "]")) == nil)
        #expect(failure(Array(nested(33, "[", "]").utf8))?.offset == 32)
        #expect(parse("{\"a\":" + nested(31, "[", "]") + "}") != nil)
        #expect(parse("{\"a\":" + nested(32, "[", "]") + "}") == nil)
        // Depth counts what is open, not what was.
        #expect(
            parse(
                "[" + Array(repeating: nested(31, "[", "]"), count: 50).joined(separator: ",") + "]"
            ) != nil)
        #expect(parse([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)) == nil)
        #expect(parse(String(repeating: "{\"a\":", count: 100_000)) == nil)
    }

    @Test func limitsSizes() {
        let bytes = Array("[1,2]".utf8)
        #expect((try? JSONReader.parse(bytes.span, maximumBytes: 5)) != nil)
        #expect((try? JSONReader.parse(bytes.span, maximumBytes: 4)) == nil)
        #expect(parse(String(repeating: "9", count: 128)) != nil)
        #expect(parse(String(repeating: "9", count: 129)) == nil)
    }

    @Test func refusesEveryTruncation() {
        let text =
            "{\"a\":[1,-2.5e+3,\"é\\u00e9\\ud834\\udd1e\\n\",true,false,null,{}],"
            + "\"b\":{\"c\":\"x\"}}"
        let bytes = Array(text.utf8)
        #expect(parse(bytes) != nil)
        for end in 0..<bytes.count {
            #expect(parse(Array(bytes[..<end])) == nil, "cut at \(end)")
        }
    }

    /// Whatever one changed byte makes of a document: a value that survives a round trip, or an
    /// error.
    @Test func survivesEveryChangedByte() {
        let bytes = Array("{\"a\":[1,-2.5e+3,\"é\\u00e9\\ud834\\udd1e\",true,null],\"b\":{}}".utf8)
        for index in bytes.indices {
            for replacement in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = replacement
                guard let value = parse(changed) else { continue }
                #expect(parse(written(value)) == value)
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xe0, 0x80, 0x80],
            [0xe0, 0x9f, 0xbf],
            [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xfe], [0xc3, 0x28],
            [0xe2, 0x28, 0xa1],
        ] as [[UInt8]]) func refusesInvalidUTF8(_ bad: [UInt8])
    {
        let quote = UInt8(ascii: "\"")
        #expect(parse([quote] + bad + [quote]) == nil)
        // The same behind and before an escape, and as a key.
        #expect(parse([quote] + Array("\\n".utf8) + bad + [quote]) == nil)
        #expect(parse([quote] + bad + Array("\\u00e9".utf8) + [quote]) == nil)
        #expect(parse(Array("{\"".utf8) + bad + Array("\":1}".utf8)) == nil)
        #expect(parse(bad) == nil)
    }
}

@Suite struct AttributesTests {
    private func validate(_ text: String, maximumBytes: Int = 16_384) -> String? {
        let bytes = Array(text.utf8)
        return try? JSONReader.validateObject(bytes.span, maximumBytes: maximumBytes)
    }

    @Test func compactsAndKeepsTheRest() {
        let cases = [
            ("{}", "{}"), (" { \n} ", "{}"),
            ("{ \"b\" : 1.50 , \"a\" : [ 1 , { } ] }", "{\"b\":1.50,\"a\":[1,{}]}"),
            ("{\"a b\": \" \\\" x \\\\\" , \"c\":\" \"}", "{\"a b\":\" \\\" x \\\\\",\"c\":\" \"}"),
            ("{\"\\u0041\":\"é \\u00e9\"}", "{\"\\u0041\":\"é \\u00e9\"}"),
        ]
        for (text, compact) in cases {
            #expect(validate(text) == compact)
            #expect(validate(compact) == compact)
        }
    }

    @Test func refuses() {
        for text in [
            "", "[]", "1", "\"{}\"", "null", "{", "{}{}", "{\"a\":1e400}",
            "{\"a\":[{\"b\":-1e999}]}", "{\"a\":1,\"a\":2}",
        ] {
            #expect(validate(text) == nil, "\(text)")
        }
        #expect(validate("{\"a\":1}", maximumBytes: 7) != nil)
        #expect(validate("{\"a\":1}", maximumBytes: 6) == nil)
    }
}

@Suite struct JSONValueTests {
    @Test func accessors() {
        let value = parse(
            "{\"i\":9223372036854775807,\"m\":-9223372036854775808,"
                + "\"o\":9223372036854775808,\"d\":1.5,\"e\":1e3,"
                + "\"h\":1e400,\"s\":\"x\",\"t\":true,\"n\":null,\"a\":[1]}"
        )
        #expect(value?["i"]?.int64 == .max)
        #expect(value?["m"]?.int64 == .min)
        #expect(value?["o"]?.int64 == nil)
        #expect(value?["d"]?.int64 == nil)
        #expect(value?["e"]?.int64 == nil)
        #expect(value?["e"]?.double == 1_000)
        #expect(value?["h"]?.double == nil)
        #expect(value?["d"]?.double == 1.5)
        #expect(value?["s"]?.string == "x")
        #expect(value?["s"]?.int64 == nil)
        #expect(value?["t"]?.bool == true)
        #expect(value?["n"]?.isNull == true)
        #expect(value?["a"]?.array == [.number("1")])
        #expect(value?["missing"] == nil)
        #expect(JSONValue.null["a"] == nil)
        #expect(parse("{\"\u{212a}\":1}")?["K"] == nil)
        // 2⁵³ is not special.
        for text in ["9007199254740991", "9007199254740992", "9007199254740993"] {
            #expect(parse(text)?.int64 == Int64(text))
            #expect(parse(text).map(written) == text)
        }
    }
}
