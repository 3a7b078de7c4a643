/// Requests that must not be taken, each with the status of its refusal: for the parser by itself
/// and for the running server, both with the limits below.
package enum RefusedRequests {
    /// Of a head, a target and a body, and the number of header fields.
    package static let headBytes = 8_192
    package static let targetBytes = 4_096
    package static let bodyBytes = 1_024
    package static let fields = 8

    package struct Case: Sendable, CustomStringConvertible {
        package let status: Int
        package let text: String

        init(_ status: Int, _ text: String) {
            self.status = status
            self.text = text
        }

        package var description: String {
            "\(status) \(text.prefix(60).debugDescription)"
        }
    }

    package static let all: [Case] =
        lines + targets + named + hosts + framing + chunks + limits + MoreRefused.all

    static func get(_ fields: String) -> String {
        "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
    }

    static func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    static func chunked(_ body: String) -> String {
        post("Transfer-Encoding: chunked", body)
    }

    static let rest = "\r\nHost: a\r\n\r\n"

    private static let lines = [
        Case(400, "GET /\r\n\r\n"),
        Case(400, "GET  / HTTP/1.1" + rest),
        Case(400, "GET /  HTTP/1.1" + rest),
        Case(400, "GET / HTTP/1.1 " + rest),
        Case(400, " GET / HTTP/1.1" + rest),
        Case(400, "GET\t/\tHTTP/1.1" + rest),
        Case(400, "GET / http/1.1" + rest),
        Case(400, "GET / HTTP/1.1x" + rest),
        Case(400, "GET / HTTP/11" + rest),
        Case(400, "GET / HTTP/1.10" + rest),
        Case(400, "GET / HTTPS/1.1" + rest),
        Case(505, "GET / HTTP/1.2" + rest),
        Case(505, "GET / HTTP/2.0" + rest),
        Case(505, "GET / HTTP/0.9" + rest),
        Case(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case(400, "GET / HTTP/1.1\nHost: a\n\n"),
        Case(400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        Case(400, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        Case(400, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
        Case(400, "\r\n\r\nGET / HTTP/1.1" + rest),
        Case(400, "\nGET / HTTP/1.1" + rest),
        Case(400, "G@T / HTTP/1.1" + rest),
        Case(400, "/ HTTP/1.1" + rest),
        Case(400, "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}"),
        Case(400, "\u{0}"),
        Case(400, "GET / HTTP/1.1\u{0}" + rest),
    ]

    private static let targets = [
        Case(501, "CONNECT a:443 HTTP/1.1" + rest),
        Case(400, "GET a:443 HTTP/1.1" + rest),
        Case(400, "GET index HTTP/1.1" + rest),
        Case(400, "GET * HTTP/1.1" + rest),
        Case(400, "OPTIONS ** HTTP/1.1" + rest),
        Case(400, "GET /a#b HTTP/1.1" + rest),
        Case(400, "GET /?a#b HTTP/1.1" + rest),
        Case(400, "GET /\u{e4} HTTP/1.1" + rest),
        Case(400, "GET /\"a\" HTTP/1.1" + rest),
        Case(400, "GET /<a> HTTP/1.1" + rest),
        Case(400, "GET /a\\b HTTP/1.1" + rest),
        Case(400, "GET /?a=\"b\" HTTP/1.1" + rest),
        Case(400, "GET ftp://a/ HTTP/1.1" + rest),
        Case(400, "GET http:/a/ HTTP/1.1" + rest),
        Case(400, "GET http:///a HTTP/1.1" + rest),
        Case(400, "GET http://u:p@a/ HTTP/1.1" + rest),
        Case(400, "GET http://a:x/ HTTP/1.1" + rest),
        Case(400, "GET http://a b/ HTTP/1.1" + rest),
        Case(400, "GET http://a/ HTTP/1.1\r\n\r\n"),
        Case(400, "GET ?a HTTP/1.1" + rest),
    ]

    private static let named = [
        Case(400, get("X : 1")),
        Case(400, get("X\t: 1")),
        Case(400, get(" X: 1")),
        Case(400, get("X: 1\r\n 2")),
        Case(400, get("X: 1\r\n\t2")),
        Case(400, get("X:\r\n 2")),
        Case(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        Case(400, get("X Y: 1")),
        Case(400, get("X")),
        Case(400, get(": 1")),
        Case(400, get("X(): 1")),
        Case(400, get("X\u{e4}: 1")),
        Case(400, get("\"X\": 1")),
        Case(400, get("X: a\u{0}b")),
        Case(400, get("X: a\u{1}b")),
        Case(400, get("X: a\u{7f}b")),
        Case(400, get("X\u{0}: 1")),
        Case(400, get("X: a\rb")),
        Case(400, get("X: a\nY: b")),
        Case(400, get("X: a\r")),
        Case(400, get("Connection: a b")),
        Case(400, get("Connection: close;x")),
        Case(400, get("Connection: \"close\"")),
        Case(400, get("Connection: close, @")),
        Case(400, get("Authorization: Basic YTpi\r\nAuthorization: Basic YTpj")),
        Case(400, get("Content-Type: a/b\r\nContent-Type: a/c")),
        Case(400, get("Idempotency-Key: a\r\nIdempotency-Key: b")),
        Case(400, get("Origin: http://a\r\nOrigin: http://b")),
        Case(417, post("Content-Length: 1\r\nExpect: 200-ok", "a")),
        Case(417, post("Content-Length: 1\r\nExpect: 100-continue, x", "a")),
        Case(417, get("Expect:")),
    ]

    private static let hosts =
        [Case(400, "GET / HTTP/1.1\r\n\r\n"), Case(400, get("Host: a"))]
        + [
            "", "a b", "a,b", "a/b", "a@b", "user:p@a", "a:b", "a:65536", "a:-1", "a:123456",
            ":80", "http://a", "[", "[]", "[::1", "::1", "[::1]x", "[::1]:x", "[g::1]", "[1:2]",
            "[1::2::3]", "[1:2:3:4:5:6:7:8:9]", "[::1.2.3]", "[::1.2.3.256]", "[12345::]",
            "[::1%25eth0]", "a\tb", "a%62", "\u{e4}", "a;b", "a\"",
        ].map {
            Case(400, "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n")
        }

    private static let framing = [
        Case(400, post("Content-Length: 3\r\nContent-Length: 3", "abc")),
        Case(400, post("Content-Length: 3\r\nContent-Length: 30", "abc")),
        Case(400, post("Content-Length: 3, 3", "abc")),
        Case(400, post("Content-Length: +3", "abc")),
        Case(400, post("Content-Length: -3", "abc")),
        Case(400, post("Content-Length: 3 3", "abc")),
        Case(400, post("Content-Length: 0x3", "abc")),
        Case(400, post("Content-Length: 3a", "abc")),
        Case(400, post("Content-Length: 3.0", "abc")),
        Case(400, post("Content-Length:", "")),
        Case(400, post("Content-Length: 9223372036854775808", "")),
        Case(400, post("Content-Length: 18446744073709551619", "abc")),
        Case(400, post("Content-Length: 99999999999999999999999999", "")),
        Case(400, post("Content-Length : 3", "abc")),
        Case(413, post("Content-Length: 1025", "")),
        Case(400, post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked\r\nContent-Length: 0", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding : chunked\r\nContent-Length: 5", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked, identity", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: ,chunked", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding:", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked;x=1", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding: chunked\u{b}", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding:\u{a0}chunked", "0\r\n\r\n")),
        Case(400, post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")),
        Case(501, post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        Case(501, post("Transfer-Encoding: identity", "abc")),
        Case(501, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        Case(
            400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    private static let chunks = [
        Case(400, chunked("\r\n\r\n")),
        Case(400, chunked("g\r\n")),
        Case(400, chunked("0x3\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("-3\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("+3\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked(" 3\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3 \r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3 ;a\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3\rabc\r\n0\r\n\r\n")),
        Case(400, chunked("3\r\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3\r\nabc0\r\n\r\n")),
        Case(400, chunked("3\r\nabc\n0\r\n\r\n")),
        Case(400, chunked("3\r\nabcd\r\n0\r\n\r\n")),
        Case(400, chunked("3\r\nabc\rx0\r\n\r\n")),
        Case(400, chunked("00000000000000003\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("10000000000000003\r\nabc\r\n0\r\n\r\n")),
        Case(413, chunked("ffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
        Case(413, chunked("401\r\n")),
        Case(413, chunked("400\r\n" + many(1_024) + "\r\n1\r\n")),
        Case(400, chunked("3;\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a=\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;=b\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a=\"b\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a=\"b\"c\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a=b\"c\"\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a b\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a=\"b\u{0}\"\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("3;a;;b\r\nabc\r\n0\r\n\r\n")),
        Case(400, chunked("0\r\nX\r\n\r\n")),
        Case(400, chunked("0\r\nX : 1\r\n\r\n")),
        Case(400, chunked("0\r\n: 1\r\n\r\n")),
        Case(400, chunked("0\r\nX: 1\r\n 2\r\n\r\n")),
        Case(400, chunked("0\r\nX: 1\n\r\n")),
        Case(400, chunked("0\r\nX: a\u{0}\r\n\r\n")),
        Case(400, chunked("0\r\nX: 1\r\n\rx")),
        Case(400, chunked("0\r\n\n")),
        Case(400, chunked("0\r\nContent-Length: 3\r\n\r\n")),
        Case(400, chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")),
        Case(400, chunked("0\r\nHOST: b\r\n\r\n")),
        Case(400, chunked("0\r\nAuthorization: Basic YTpi\r\n\r\n")),
        Case(400, chunked("0\r\nGET / HTTP/1.1\r\n\r\n")),
    ]

    private static func many(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static let limits = [
        Case(414, "GET /" + many(4_096) + " HTTP/1.1" + rest),
        Case(414, "GET /?" + many(6_000) + " HTTP/1.1" + rest),
        Case(414, many(5_000)),
        Case(431, get("X: " + many(8_192))),
        Case(431, get(many(8_192))),
        Case(431, get((1...8).map { "X\($0): 1" }.joined(separator: "\r\n"))),
        Case(400, chunked("1;" + many(4_097))),
        Case(431, chunked("0\r\nX: " + many(4_096))),
    ]
}
