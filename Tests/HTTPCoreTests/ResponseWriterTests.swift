import Basics
import HTTPCore
import Testing

@Suite("Replies") struct ResponseWriterTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    private func text(
        _ response: HTTPResponse, version: HTTPVersion = .http11, isHead: Bool = false,
        keepAlive: Bool = true
    ) -> String {
        var buffer = ByteBuffer()
        ResponseWriter.append(
            response, version: version, isHead: isHead, keepAlive: keepAlive, date: Self.date,
            to: &buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    @Test func aReplyWithABody() {
        let response = HTTPResponse.json(
            201, Array("{}".utf8), fields: [("Location", "/api/trades/t-1")])
        #expect(
            text(response) == """
                HTTP/1.1 201 Created\r
                Date: \(Self.date)\r
                Content-Type: application/json\r
                Content-Length: 2\r
                Location: /api/trades/t-1\r
                \r
                {}
                """)
    }

    @Test func headSaysTheLengthAndSendsNothing() {
        let reply = text(.text(200, "abc"), isHead: true)
        #expect(reply.contains("Content-Length: 3\r\n"))
        #expect(reply.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [204, 304]) func someHaveNoBody(status: Int) {
        let reply = text(.json(status, Array("{}".utf8)))
        #expect(!reply.contains("Content-"))
        #expect(reply.hasSuffix("GMT\r\n\r\n"))
    }

    @Test func connectionIsSaidWhereItMatters() {
        #expect(!text(.text(200, "")).contains("Connection"))
        #expect(text(.text(200, ""), keepAlive: false).contains("Connection: close\r\n"))
        #expect(text(.text(200, ""), version: .http10).contains("Connection: keep-alive\r\n"))
    }

    @Test(arguments: ["a\r\nSet-Cookie: b", "a\n", "\r", "a\u{0}", "\u{1}", "\u{7f}"])
    func neverAValueThatSplits(value: String) {
        var buffer = ByteBuffer()
        let response = HTTPResponse.json(200, [], fields: [("X", "good"), ("Location", value)])
        let isWritten = ResponseWriter.append(
            response, version: .http11, isHead: false, keepAlive: true, date: Self.date,
            to: &buffer)
        let reply = String(decoding: buffer.array, as: UTF8.self)
        #expect(!isWritten)
        #expect(reply.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
        #expect(!reply.contains("Location"))
        #expect(!reply.contains("Set-Cookie"))
        var stream = ByteBuffer()
        #expect(
            !ResponseWriter.appendHead(
                status: 200, contentType: nil, fields: [("X", value)], length: .untilClose,
                version: .http11, keepAlive: true, date: Self.date, to: &stream))
        #expect(!ResponseWriter.appendSwitch(accept: value, to: &stream))
        #expect(stream.array.isEmpty)
    }

    @Test func streamsEndWithTheConnection() {
        var buffer = ByteBuffer()
        let isWritten = ResponseWriter.appendHead(
            status: 200, contentType: "text/event-stream", fields: [("Cache-Control", "no-store")],
            length: .untilClose, version: .http11, keepAlive: true, date: Self.date, to: &buffer)
        #expect(isWritten)
        #expect(
            String(decoding: buffer.array, as: UTF8.self) == """
                HTTP/1.1 200 OK\r
                Date: \(Self.date)\r
                Content-Type: text/event-stream\r
                Cache-Control: no-store\r
                Connection: close\r
                \r

                """)
    }

    @Test func refusalsAreProblems() {
        let response = HTTPResponse.refusal(HTTPRefusal(431, "the \"head\" is large"))
        #expect(response.status == 431)
        #expect(response.contentType?.description == "application/problem+json")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"type":"/docs/errors#LIMIT","title":"Request Header Fields Too Large","#
                + #""status":431,"code":"LIMIT","detail":"the \"head\" is large"}"#)
    }

    @Test func everyStatusThatIsUsedHasAPhrase() {
        for status in [
            100, 101, 200, 201, 202, 204, 304, 307, 400, 401, 403, 404, 405, 406, 408, 409, 412,
            413, 414, 415, 417, 422, 426, 429, 431, 500, 501, 503, 505, 507,
        ] {
            #expect(HTTPStatus.phrase(status).utf8CodeUnitCount > 0, "\(status)")
        }
    }

    @Test func eventsAreFramed() {
        var buffer = ByteBuffer()
        SSEWriter.appendRetry(milliseconds: 3_000, to: &buffer)
        SSEWriter.appendEvent(
            id: "H:1", event: "ready", data: Array("{}".utf8).span, to: &buffer)
        SSEWriter.appendEvent(
            id: "a\nb", event: nil, data: Array("1\n2\r\n3\r4".utf8).span, to: &buffer)
        SSEWriter.appendComment("hello", to: &buffer)
        #expect(
            String(decoding: buffer.array, as: UTF8.self)
                == "retry: 3000\nevent: ready\nid: H:1\ndata: {}\n\n"
                + "data: 1\ndata: 2\ndata: 3\ndata: 4\n\n: hello\n\n")
    }
}
