import Basics
import HTTPCore
import TestSupport
import Testing

@Suite("Requests") struct RequestParserTests {
    @Test(arguments: RefusedRequests.all) func refuses(refused: RefusedRequests.Case) {
        let bytes = Array(refused.text.utf8)
        let whole = Conversation.outcomes(bytes)
        let status = whole.last?.split(separator: " ").first
        #expect(status == "\(refused.status)", "\(whole)")
        #expect(whole.count == 1)
        expectTheSameInPieces(bytes, whole)
    }

    /// A request in front of it, or one behind it, changes nothing: nothing is answered behind a
    /// refusal.
    @Test(arguments: RefusedRequests.all) func refusesBehindAnother(
        refused: RefusedRequests.Case
    ) {
        // Where one blank line is too many because it is the second.
        if refused.text.hasPrefix("\r\n") { return }
        let first = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n"
        let outcomes = Conversation.outcomes(Array((first + refused.text + first).utf8))
        #expect(outcomes.count == 2)
        #expect(outcomes.first == "GET /first @a")
        #expect(outcomes.last?.hasPrefix("\(refused.status) ") == true, "\(outcomes)")
    }

    @Test func thereAreEnoughOfThem() {
        #expect(RefusedRequests.all.count >= 150)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / @a"]),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / @a"]),
        ("GET /a/b?c=d&e HTTP/1.1\r\nhOST:a:80\r\n\r\n", ["GET /a/b?c=d&e @a:80"]),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", ["get / @a"]),
        ("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", ["PROPFIND / @a"]),
        ("GET / HTTP/1.0\r\n\r\n", ["GET / 1.0 close"]),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", ["GET / 1.0"]),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", ["GET / 1.0 close"]),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", ["GET / close @a"]),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, \t,close\r\nConnection: y\r\n\r\n",
            ["GET / close @a"]
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            ["GET / upgrade @a"]
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n", ["GET / @a"]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX:\t b c \t\r\n\r\n", ["GET / @a x=b c"]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", ["GET / @a x="]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{e4}\r\n\r\n", ["GET / @a x=\u{e4}"]),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nX!#$%&'*+-.^_`|~9: 1\r\n\r\n",
            ["GET / @a x!#$%&'*+-.^_`|~9=1"]
        ),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS * @a"]),
        ("OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS  @b"]),
        ("GET HTTP://b:81/c?d HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /c?d @b:81"]),
        ("GET https://b?d HTTP/1.1\r\nHost: a\r\n\r\n", ["GET ?d @b"]),
        ("GET /?[]{}|^`\\ HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /?[]{}|^`\\ @a"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", ["POST / @a [abc]"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0003\r\n\r\nabc", ["POST / @a [abc]"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST / @a"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\nabc",
            ["POST / continue @a [abc]"]
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", ["GET / @a"]),
        (
            "POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: x\r\n\r\nabc",
            ["POST / 1.0 close [abc]"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
            ["POST / @a"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;a;b=c;d=\"e\\\"; f\"\r\nabc\r\n00A;x\r\n0123456789\r\n"
                + "000;y\r\nX: 1\r\ny:\r\n\r\n"
                + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
            ["POST / @a [abc0123456789]", "GET /next @a"]
        ),
        (
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 2\r\n\r\nab\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
            ["GET /1 @a", "POST /2 @a [ab]", "GET /3 @a"]
        ),
    ]) func takes(text: String, expected: [String]) {
        let bytes = Array(text.utf8)
        let whole = Conversation.outcomes(bytes)
        #expect(whole == expected + ["end"])
        expectTheSameInPieces(bytes, whole)
    }

    @Test(arguments: [
        "a", "A-b.c_d~9", "127.0.0.1:7480", "a:", "a:0", "a:65535", "[::]", "[::1]", "[1::]:80",
        "[1:2:3:4:5:6:7:8]", "[::ffff:127.0.0.1]", "[fe80::1:2]", "localhost",
    ]) func takesHosts(host: String) {
        let outcomes = Conversation.outcomes(
            Array("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8))
        #expect(outcomes == ["GET / @\(host)", "end"])
    }

    /// Every part of a good request is no request yet, and no refusal either.
    @Test func awaitsTheRest() {
        let bytes = Array(
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                .utf8)
        for count in 1..<bytes.count {
            #expect(Conversation.outcomes(Array(bytes[..<count])) == ["more"])
        }
    }

    @Test func fieldsAreFoundByTheirLowerCaseName() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-ONE: 2\r\nY: 3\r\n\r\n"
        var parser = RequestParser()
        guard case .request(let head, let offset) = parser.parse(Array(text.utf8).span) else {
            Issue.record("no request")
            return
        }
        #expect(offset == text.utf8.count)
        #expect(head.byteCount == offset)
        #expect(head.fieldCount == 4)
        #expect(head.field("x-one") == "1, 2")
        #expect(head.fields(named: "x-one") == ["1", "2"])
        #expect(head.field("y") == "3")
        #expect(head.field("z") == nil)
        #expect(head.hasField("host"))
        #expect(!head.hasField("x-on"))
        #expect(head.method == .get)
        #expect(head.bodyFraming == .none)
        #expect(head.targetForm == .origin)
    }

    /// A head that comes byte by byte costs a scan, not a scan for each byte.
    @Test func theScanGoesOnWhereItStopped() {
        let bytes = Array(
            ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 15_000)
                + "\r\n\r\n").utf8)
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            for _ in 0..<5 {
                var parser = RequestParser()
                var requests = 0
                for count in 1...bytes.count {
                    if case .request = parser.parse(bytes.span.extracting(0..<count)) {
                        requests += 1
                    }
                }
                #expect(requests == 1)
            }
        }
        // A quadratic scan of 15 kB looks at 112 million bytes each time.
        #expect(elapsed < .seconds(2))
    }

    private func expectTheSameInPieces(_ bytes: [UInt8], _ whole: [String]) {
        #expect(Conversation.outcomes(bytes, cuts: Array(0..<bytes.count)) == whole)
        for cut in 0..<bytes.count where bytes.count < 400 || cut % 101 == 0 {
            let parts = Conversation.outcomes(bytes, cuts: [cut])
            if parts != whole {
                Issue.record("cut at \(cut): \(parts), whole: \(whole)")
                return
            }
        }
    }
}
