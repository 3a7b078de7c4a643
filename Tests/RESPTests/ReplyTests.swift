import Basics
import RESP
import Testing

@Suite("Replies")
struct ReplyTests {
    static func written(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        body(&buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    @Test("writes both dialects")
    func dialects() {
        func both(_ body: (RESPVersion, inout ByteBuffer) -> Void) -> [String] {
            [Self.written { body(.two, &$0) }, Self.written { body(.three, &$0) }]
        }
        let text = Array("hi".utf8)
        #expect(both { ReplyWriter.null(version: $0, to: &$1) } == ["$-1\r\n", "_\r\n"])
        #expect(both { ReplyWriter.nullArray(version: $0, to: &$1) } == ["*-1\r\n", "_\r\n"])
        #expect(both { ReplyWriter.boolean(true, version: $0, to: &$1) } == [":1\r\n", "#t\r\n"])
        #expect(both { ReplyWriter.map(2, version: $0, to: &$1) } == ["*4\r\n", "%2\r\n"])
        #expect(both { ReplyWriter.set(2, version: $0, to: &$1) } == ["*2\r\n", "~2\r\n"])
        #expect(both { ReplyWriter.push(2, version: $0, to: &$1) } == ["*2\r\n", ">2\r\n"])
        #expect(
            both { ReplyWriter.double(1.5, version: $0, to: &$1) }
                == ["$3\r\n1.5\r\n", ",1.5\r\n"])
        #expect(both { ReplyWriter.double(-.infinity, version: $0, to: &$1) }[1] == ",-inf\r\n")
        #expect(both { ReplyWriter.double(3, version: $0, to: &$1) }[1] == ",3\r\n")
        #expect(
            both { ReplyWriter.verbatim(text.span, version: $0, to: &$1) }
                == ["$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"])
        #expect(Self.written { ReplyWriter.integer(.min, to: &$0) } == ":-9223372036854775808\r\n")
    }

    @Test("an error text cannot forge a second reply")
    func forgery() {
        let reply = Self.written { ReplyWriter.error("ERR", "a\r\n+OK\r\n\0", to: &$0) }
        #expect(reply == "-ERR a  +OK   \r\n")
        #expect(Self.written { ReplyWriter.simple("x\ny" as String, to: &$0) } == "+x y\r\n")
    }

    static let replies: [(String, RESPValue)] = [
        ("+OK\r\n", .simple("OK")),
        ("+\r\n", .simple("")),
        ("-ERR no\r\n", .error("ERR no")),
        (":-5\r\n", .integer(-5)),
        ("$2\r\nhi\r\n", .bulk([104, 105])),
        ("$4\r\n\r\n\r\n\r\n", .bulk([13, 10, 13, 10])),
        ("$0\r\n\r\n", .bulk([])),
        ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
        ("#t\r\n", .boolean(true)), (",1.5\r\n", .double(1.5)), (",inf\r\n", .double(.infinity)),
        ("(123456789012345678901\r\n", .bigNumber("123456789012345678901")),
        ("!6\r\nERR no\r\n", .error("ERR no")),
        ("=6\r\ntxt:hi\r\n", .verbatim(format: "txt", [104, 105])),
        ("*0\r\n", .array([])),
        ("*2\r\n:1\r\n*1\r\n$-1\r\n", .array([.integer(1), .array([.null])])),
        ("%1\r\n+a\r\n:1\r\n", .map([.simple("a"), .integer(1)])),
        ("~1\r\n:1\r\n", .set([.integer(1)])),
        (">1\r\n:1\r\n", .push([.integer(1)])),
        ("|1\r\n+ttl\r\n:1\r\n:7\r\n", .integer(7)),
        ("*2\r\n:1\r\n|0\r\n|0\r\n:7\r\n", .array([.integer(1), .integer(7)])),
    ]

    @Test("reads every kind, however cut", arguments: replies)
    func kinds(stream: String, expected: RESPValue) throws {
        let bytes = Array((stream + "+next\r\n").utf8)
        let length = stream.utf8.count
        for cut in 0..<length {
            var decoder = RESPDecoder()
            let early = try decoder.decode(bytes.span.extracting(0..<cut))
            #expect(early == .needMore)
            let whole = try decoder.decode(bytes.span)
            #expect(whole == .value(expected, consumed: length))
            let next = try decoder.decode(bytes.span.extracting(length..<bytes.count))
            #expect(next == .value(.simple("next"), consumed: 7))
        }
        var decoder = RESPDecoder()
        for end in 0..<length {
            let early = try decoder.decode(bytes.span.extracting(0..<end))
            #expect(early == .needMore)
        }
    }

    @Test(
        "refuses nonsense",
        arguments: [
            "?\r\n", "+a\n", "$x\r\n", "$-2\r\n", "$+2\r\nhi\r\n", "$2\r\nhixx", "*x\r\n", ":\r\n",
            ":a\r\n", "#x\r\n", ",x\r\n", "=2\r\nhi\r\n", "%-2\r\n", "*99999999999999999999\r\n",
            "*4294967295\r\n", "$4294967295\r\n", "%9223372036854775807\r\n", "\n", "\r\n",
        ])
    func nonsense(stream: String) {
        #expect(throws: ReplyError.self) {
            var decoder = RESPDecoder()
            _ = try decoder.decode(Array(stream.utf8).span)
        }
    }

    @Test("bounds depth, and attributes cost no stack")
    func depth() throws {
        let deep = String(repeating: "*1\r\n", count: 33) + ":1\r\n"
        #expect(throws: ReplyError.tooLarge("depth")) {
            var decoder = RESPDecoder()
            _ = try decoder.decode(Array(deep.utf8).span)
        }
        let attributes = String(repeating: "|0\r\n", count: 200_000) + ":1\r\n"
        var decoder = RESPDecoder()
        let outcome = try decoder.decode(Array(attributes.utf8).span)
        #expect(outcome == .value(.integer(1), consumed: attributes.utf8.count))
    }

    @Test("finds fields in maps of both dialects")
    func fields() {
        let pairs: [RESPValue] = [.simple("a"), .integer(1), .bulk([98]), .bulk([50])]
        for value in [RESPValue.map(pairs), .array(pairs)] {
            #expect(value["a"]?.integer == 1 && value["b"]?.integer == 2 && value["c"] == nil)
        }
    }

    @Test("what a client writes, a server reads")
    func requests() {
        var buffer = ByteBuffer()
        RequestWriter.append(["SET", "", "a\r\nb"], to: &buffer)
        #expect(transcript(of: buffer.array).description == "*[SET][][a\\13\\10b]")
    }
}
