/// Further requests that must not be taken: what published lists of smuggling and the tests of
/// other parsers try, beyond the cases of the standard's own grammar.
enum MoreRefused {
    typealias Case = RefusedRequests.Case

    static let all: [Case] = lines + versions + named + lengths + codings + chunks

    private static func get(_ fields: String) -> String { RefusedRequests.get(fields) }
    private static func post(_ fields: String, _ body: String) -> String {
        RefusedRequests.post(fields, body)
    }
    private static func chunked(_ body: String) -> String { RefusedRequests.chunked(body) }
    private static let rest = RefusedRequests.rest

    private static let lines = [
        Case(400, "GET HTTP/1.1" + rest), Case(400, "GET" + rest), Case(400, "GET " + rest),
        Case(400, "GET / " + rest), Case(400, "GET / HTTP/1.1 HTTP/1.1" + rest),
        Case(400, "GET /a b HTTP/1.1" + rest), Case(400, "GET /\ta HTTP/1.1" + rest),
        Case(400, "GET\u{a0}/ HTTP/1.1" + rest), Case(400, "GET /\u{a0}HTTP/1.1" + rest),
        Case(400, "GET\u{c} / HTTP/1.1" + rest), Case(400, "GET /\u{7f} HTTP/1.1" + rest),
        Case(400, "GET /a\u{0}b HTTP/1.1" + rest), Case(400, "GET\u{0} / HTTP/1.1" + rest),
        Case(400, "GET: / HTTP/1.1" + rest), Case(400, "GET,POST / HTTP/1.1" + rest),
        Case(400, "\u{feff}GET / HTTP/1.1" + rest), Case(400, "\rGET / HTTP/1.1" + rest),
        Case(400, "\r\r\nGET / HTTP/1.1" + rest), Case(400, "\r\n GET / HTTP/1.1" + rest),
        Case(400, "GET //[::1/ HTTP/1.1" + rest), Case(400, "GET http:// HTTP/1.1" + rest),
        Case(400, "GET http://a%2f/ HTTP/1.1" + rest), Case(400, "GET //a\\@b HTTP/1.1" + rest),
        Case(400, "GET file:///etc/passwd HTTP/1.1" + rest),
        Case(400, "GET javascript:1 HTTP/1.1" + rest),
        Case(400, "GET http://a\u{0}.b/ HTTP/1.1" + rest),
        Case(400, "GET http://[::1]:80:80/ HTTP/1.1" + rest),
        Case(501, "CONNECT / HTTP/1.1" + rest),
    ]

    private static let versions =
        [
            "HTTP/01.1", "HTTP/1.01", "HTTP/+1.1", "HTTP/ 1.1", "HTTP/1 .1", "HTTP/1,1", "HTTP/1.",
            "HTTP/.1", "HTTP/1", "HTTP", "HTTP/", "HTTP/1.1.1", "HTTP-1.1", "ICY/1.0", "RTSP/1.0",
            "HTTP/1.\u{661}", "HTTP/a.b", "HTTP/1.1\t", "HTTP/1.1,",
        ].map { Case(400, "GET / \($0)" + rest) }
        + ["HTTP/0.0", "HTTP/3.0", "HTTP/1.9", "HTTP/9.1"].map { Case(505, "GET / \($0)" + rest) }

    private static let named = [
        Case(400, get("X\r\n: 1")), Case(400, get("X\u{b}: 1")), Case(400, get("X\u{a0}: 1")),
        Case(400, get("X, Y: 1")), Case(400, get("X=1")), Case(400, get("{X}: 1")),
        Case(400, get("X;: 1")), Case(400, get("X/Y: 1")), Case(400, get("X@: 1")),
        Case(400, get("[X]: 1")), Case(400, get("X\\: 1")), Case(400, get("X?: 1")),
        Case(400, get("GET / HTTP/1.1")), Case(400, get("X: a\u{b}b")), Case(400, get("X: \u{8}")),
        Case(400, get("X: a\u{1b}[0m")), Case(400, get("X: a\r\rb")), Case(400, get("X: a\n")),
        Case(400, get("X: 1\r\n\u{b}Y: 2")), Case(400, get("X: 1\r\n :")),
        Case(400, get("Expect: 100-continue\r\nExpect: 100-continue")),
    ]

    /// Numbers that one parser or another makes something of.
    private static let lengths =
        [
            "1_0", "1e1", "١", "３", "3,", ",3", "3;", "3;q=1", "'3'", "\"3\"", "3\u{b}", "3\u{0}",
            "3\u{a0}", "\u{a0}3", "0b11", "0o3", "3h", "#3", "NaN", "null", "-0", "+0", "--3", "3-",
            "00000000000000000003", "3, ", "3\r\n 0",
        ].map { Case(400, post("Content-Length: \($0)", "abc")) }
        + [
            Case(400, post("Content-Length: 3\r\ncontent-length: 3", "abc")),
            Case(400, post("CONTENT-LENGTH: 3\r\nX: y\r\nContent-Length: 0", "abc")),
            Case(400, post("Content-Length\u{0}: 3", "abc")),
            Case(400, post("Content-Length\t: 3", "abc")),
            Case(400, post("Content_Length: 3", "abc")),
            Case(400, post("content_length: 3\r\nContent-Length: 0", "")),
        ]

    private static let codings =
        [
            "chunked\r\n identity", "chunked ,", "chunked,", "chunked chunked", "chunked;",
            "chunked;q=0", "(chunked)", "chun\u{0}ked", "chunked\u{0}", "\u{b}chunked",
            "\u{feff}chunked", "chunked, gzip", "gzip, chunked, identity", "@",
            "chunked\u{a0}", "identity, chunked, chunked", "chunked=1",
        ].map { Case(400, post("Transfer-Encoding: \($0)", "0\r\n\r\n")) }
        + ["'chunked'", "chunkedx", "cow", "chunk", "CHUNKED-1", "deflate, chunked"].map {
            Case(501, post("Transfer-Encoding: \($0)", "0\r\n\r\n"))
        }
        + [
            Case(400, post("Transfer_Encoding: chunked", "0\r\n\r\n")),
            Case(400, post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
            Case(400, post("Transfer-Encoding\u{0}: chunked", "0\r\n\r\n")),
            Case(400, post("Transfer-Encoding\r\n : chunked", "0\r\n\r\n")),
            Case(400, post("X: y\nTransfer-Encoding: chunked", "0\r\n\r\n")),
            Case(400, post("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n")),
            Case(400, post(" Transfer-Encoding: chunked", "0\r\n\r\n")),
            Case(501, post("TE: x\r\nTransfer-Encoding: identity", "0\r\n\r\n")),
            Case(400, post("Transfer-Encoding: chunked\r\nContent_Length: 5", "0\r\n\r\n")),
        ]

    private static let chunks =
        [
            "1_0\r\n", "3,\r\n", "3.0\r\n", "\t3\r\n", "3\t\r\n", "3\u{0}\r\n", "3\u{b}\r\n",
            "３\r\n", "3h\r\n", "#3\r\n", "3 3\r\n", "3;\"a\"\r\n", "3;a\rb\r\n", "3;a=\"\n\"\r\n",
            "3;a=\"\r\n\"\r\n", "3;a=\"\\\r\n", "3;\u{0}\r\n", "3;a\u{e4}\r\n", "3; a\r\n",
            "3;a =b\r\n",
            "3;a= b\r\n", "3 \t;a\r\n", "3\n\rabc\r\n", "3\r\nabc\n\r0\r\n\r\n",
            "3\r\nabc\r\r\n0\r\n\r\n",
            "3\r\nabc\r\n\r\n0\r\n\r\n", "3\r\nabc\r\n \r\n", "3\r\nabc\r\n-0\r\n\r\n",
            "3\r\nabc\r\n0 \r\n\r\n", "3\r\nabc\r\n0\n\n", "3\r\nabc\r\n0\r\n\r\r\n",
            "3\r\nabc\r\n0\r\n X: 1\r\n\r\n", "0\r\nX\u{0}: 1\r\n\r\n", "0\r\nX Y: 1\r\n\r\n",
            "0\r\nTrailer: X\r\n\r\n", "0\r\nTE: x\r\n\r\n", "0\r\nContent-Encoding: gzip\r\n\r\n",
            "0\r\nCookie: a=b\r\n\r\n", "0\r\nConnection: close\r\n\r\n", "0\r\nX: a\rb\r\n\r\n",
        ].map { Case(400, chunked($0)) }
        + ["7fffffffffffffff\r\n", "fffffffffffffffe\r\n", "80000000\r\n", "fffffffd\r\n"].map {
            Case(413, chunked($0))
        }
}
