import Glibc
import HTTPClient
import Synchronization
import System
import Testing

/// How one request ended; clients cannot leave the closure that made them.
enum Result: Equatable {
    case reply(WebReply)
    case failure(TransferError.Kind)

    var reply: WebReply? {
        if case .reply(let reply) = self { return reply }
        return nil
    }
}

/// Sends with a client of its own.
func sendOnce(
    _ request: WebRequest, policy: AddressPolicy = .privateToo,
    limits: TransferLimits = TransferLimits(), certificates: String? = nil,
    cancellation: Cancellation? = nil
) -> Result {
    do throws(TransferError) {
        var client = try HTTPClient(
            policy: policy, userAgent: "entrepot/test", certificates: certificates)
        return .reply(try client.send(request, limits: limits, cancellation: cancellation))
    } catch {
        return .failure(error.kind)
    }
}

@Suite("HTTP client")
struct HTTPClientTests {
    /// Answers each request with the same bytes, until the client leaves.
    private static func answering(_ text: String, log: Log? = nil) -> @Sendable (Peer) -> Void {
        { peer in
            log?.add("connection")
            while let request = peer.readRequest() {
                log?.add(request)
                if !peer.write(text) { return }
            }
        }
    }

    private static func url(_ server: FakeServer, _ path: String = "/hook?x=1") -> String {
        "http://127.0.0.1:\(server.port)\(path)"
    }

    @Test(
        "returns each status as it is, redirects too",
        arguments: [
            ("200 OK", "", 200, nil), ("204 No Content", "", 204, nil), ("410 Gone", "", 410, nil),
            ("429 Too Many Requests", "Retry-After:  17 \r\n", 429, "17"),
            ("302 Found", "Location: http://127.0.0.1:1/\r\n", 302, nil),
            ("308 Moved", "Location: file:///etc/passwd\r\n", 308, nil),
            ("401 No", "WWW-Authenticate: Basic\r\n", 401, nil), ("503 Later", "", 503, nil),
        ] as [(String, String, Int, String?)])
    func statuses(line: String, field: String, status: Int, wait: String?) throws {
        let body = status == 204 ? "" : "Content-Length: 4\r\n\r\nbody"
        let text = "HTTP/1.1 \(line)\r\n\(field)" + (body.isEmpty ? "\r\n" : body)
        try FakeServer.run(Self.answering(text)) { server in
            let result = sendOnce(
                WebRequest(url: Self.url(server), body: [1], wanted: ["Retry-After"]))
            let reply = try #require(result.reply)
            #expect(reply.status == status)
            #expect(reply.field("retry-AFTER") == wait)
            #expect(reply.end == .complete)
            #expect(reply.body == (body.isEmpty ? [] : Array("body".utf8)))
            #expect(reply.remoteAddress == "127.0.0.1")
            #expect(reply.milliseconds < 1_000)
        }
    }

    @Test("sends what it was given and nothing that it was not")
    func request() throws {
        let log = Log()
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        try FakeServer.run(Self.answering(text, log: log)) { server in
            var client = try HTTPClient(policy: .privateToo, userAgent: "entrepot/test")
            let large = String(repeating: "x", count: 3_000)
            _ = try client.send(
                WebRequest(
                    url: Self.url(server),
                    fields: [
                        .init("webhook-id", "e1"), .init("Content-Type", "a/b"), .init("E", ""),
                    ],
                    body: Array(large.utf8)))
            _ = try client.send(WebRequest(method: "POST", url: Self.url(server, "/")))
            _ = try client.send(WebRequest(method: "GET", url: Self.url(server, "/g")))
            _ = try client.send(WebRequest(method: "DELETE", url: Self.url(server, "/d")))
            _ = try client.send(WebRequest(method: "PUT", url: Self.url(server, "/p"), body: [65]))
            _ = try client.send(WebRequest(method: "HEAD", url: Self.url(server, "/h")))
            let host =
                "Host: 127.0.0.1:\(server.port)\r\nUser-Agent: entrepot/test\r\nAccept: */*\r\n"
            #expect(
                log.all == [
                    "connection",
                    "POST /hook?x=1 HTTP/1.1\r\n\(host)webhook-id: e1\r\n"
                        + "Content-Type: a/b\r\nE:\r\n"
                        + "Content-Length: 3000\r\n\r\n\(large)",
                    "POST / HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n",
                    "GET /g HTTP/1.1\r\n\(host)\r\n",
                    "DELETE /d HTTP/1.1\r\n\(host)\r\n",
                    "PUT /p HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\nA",
                    "HEAD /h HTTP/1.1\r\n\(host)\r\n",
                ])
        }
    }

    @Test("goes on after a failure, on a new connection")
    func afterFailure() throws {
        let count = Mutex(0)
        let serve: @Sendable (Peer) -> Void = { peer in
            let turn = count.withLock { number in
                number += 1
                return number
            }
            _ = peer.readRequest()
            if turn > 1 { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
        }
        try FakeServer.run(serve) { server in
            var client = try HTTPClient(policy: .privateToo, userAgent: "entrepot/test")
            #expect { _ = try client.send(WebRequest(url: Self.url(server))) } throws: {
                ($0 as? TransferError)?.kind == .closedEarly
            }
            #expect(try client.send(WebRequest(url: Self.url(server))).status == 200)
            // The server has closed the kept connection meanwhile.
            #expect(try client.send(WebRequest(url: Self.url(server))).status == 200)
        }
    }

    @Test(
        "keeps the status where the body breaks off, and the limit of bytes",
        arguments: [
            ("Content-Length: 10\r\n\r\nabc", 100, "abc", .closedEarly),
            ("Content-Length: 10\r\n\r\n0123456789", 4, "0123", .cut),
            ("Content-Length: 10\r\n\r\n0123456789", 10, "0123456789", .complete),
            ("Content-Length: 3\r\n\r\nabc", 0, "", .cut),
            ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 100, "abc", .closedEarly),
            (
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", 9, "abc",
                .complete
            ),
            ("\r\nuntil the end", 100, "until the end", .complete),
        ] as [(String, Int, String, WebReply.End)])
    func bodies(rest: String, limit: Int, kept: String, end: WebReply.End) throws {
        let serve: @Sendable (Peer) -> Void = { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 202 Yes\r\n" + rest)
        }
        try FakeServer.run(serve) { server in
            let result = sendOnce(
                WebRequest(url: Self.url(server)), limits: TransferLimits(replyBytes: limit))
            let reply = try #require(result.reply)
            #expect(reply.status == 202)
            #expect(reply.body == Array(kept.utf8))
            #expect(reply.end == end)
        }
    }

    @Test("stops reading an endless body")
    func endlessBody() throws {
        let serve: @Sendable (Peer) -> Void = { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            let part = [UInt8](repeating: 120, count: 1 << 20)
            while peer.write(part) {}
        }
        try FakeServer.run(serve) { server in
            let limits = TransferLimits(replyBytes: 5_000)
            let reply = try #require(
                sendOnce(WebRequest(url: Self.url(server)), limits: limits).reply)
            #expect(reply.status == 200)
            #expect(reply.body.count == 5_000)
            #expect(reply.end == .cut)
        }
    }

    @Test(
        "tells what is no answer",
        arguments: [
            ("", .closedEarly), ("HTTP/1.1 200 OK\r\nA: b\r\n", .closedEarly),
            ("hello, this is no web server\r\n\r\n", .other),
            ("HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 9_000))\r\n\r\n", .tooLarge),
            (
                "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 2_000) + "\r\n",
                .tooLarge
            ),
            (String(repeating: "HTTP/1.1 100 Go on\r\n\r\n", count: 1_000), .tooLarge),
            (String(repeating: "x", count: 300_000), .other),
            ("HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 300_000))", .tooLarge),
        ] as [(String, TransferError.Kind)])
    func noAnswer(text: String, kind: TransferError.Kind) throws {
        let serve: @Sendable (Peer) -> Void = { peer in
            _ = peer.readRequest()
            peer.write(text)
        }
        try FakeServer.run(serve) { server in
            let limits = TransferLimits(headBytes: 8_192)
            #expect(
                sendOnce(WebRequest(url: Self.url(server)), limits: limits) == .failure(kind))
        }
    }

    @Test("gives up when the time is over")
    func timeouts() throws {
        let silent: @Sendable (Peer) -> Void = { $0.waitForEnd() }
        let limits = TransferLimits(totalMilliseconds: 100)
        try FakeServer.run(silent) { server in
            let took = milliseconds {
                #expect(
                    sendOnce(WebRequest(url: Self.url(server)), limits: limits)
                        == .failure(.timeout))
            }
            #expect(took >= 95)
        }
        let slow: @Sendable (Peer) -> Void = { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nabc")
            peer.waitForEnd()
        }
        let slowly = TransferLimits(totalMilliseconds: 400)
        try FakeServer.run(slow) { server in
            let reply = try #require(
                sendOnce(WebRequest(url: Self.url(server)), limits: slowly).reply)
            #expect(reply.status == 410)
            #expect(reply.end == .timedOut)
        }
    }

    @Test("can be cancelled from another thread")
    func cancel() throws {
        let cancellation = Cancellation()
        let serve: @Sendable (Peer) -> Void = { peer in
            _ = peer.readRequest()
            cancellation.cancel()
            peer.waitForEnd()
        }
        try FakeServer.run(serve) { server in
            let took = milliseconds {
                #expect(
                    sendOnce(WebRequest(url: Self.url(server)), cancellation: cancellation)
                        == .failure(.cancelled))
            }
            #expect(took < 5_000)
            #expect(
                sendOnce(WebRequest(url: Self.url(server)), cancellation: cancellation)
                    == .failure(.cancelled))
        }
    }

    @Test("says where nobody listens")
    func refusedPort() throws {
        let (descriptor, port) = try boundSocket()
        defer { close(descriptor) }
        let result = sendOnce(WebRequest(url: "http://127.0.0.1:\(port)/"))
        #expect(result == .failure(.connect))
        #expect(sendOnce(WebRequest(url: "http://nowhere.invalid/")) == .failure(.resolve))
    }

    @Test(
        "judges the address and not its spelling",
        arguments: [
            "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0x7f000001", "017700000001",
            "127.1", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254",
            "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd00::1]", "[fe80::1]",
            "%31%32%37.0.0.1",
        ])
    func innerAddresses(host: String) {
        for scheme in ["http", "https"] {
            let limits = TransferLimits(totalMilliseconds: 2_000)
            let result = sendOnce(
                WebRequest(url: "\(scheme)://\(host):9/"), policy: .publicOnly, limits: limits)
            #expect(result == .failure(.addressRefused))
        }
    }

    @Test(
        "refuses what is not a plain URL of the web",
        arguments: [
            "", "http:", "http://", "127.0.0.1", "//127.0.0.1/", "file:///etc/passwd",
            "ftp://127.0.0.1/", "gopher://127.0.0.1:25/_x", "smtp://127.0.0.1/", "dict://x/",
            "http:/127.0.0.1/", "http://a b/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\0",
            "http://127.0.0.1\t/", "http://user:pw@127.0.0.1/", "http://user@127.0.0.1/",
            "http://127.0.0.1:99999/", "http://[::1/", "http://h\u{f6}st/", " http://127.0.0.1/",
            "http://127.0.0.1/" + String(repeating: "x", count: 8_192), "http://a\\@b/",
        ])
    func badURLs(url: String) {
        #expect(sendOnce(WebRequest(url: url)) == .failure(.url))
    }

    @Test(
        "refuses what would write headers of its own",
        arguments: [
            .init("A", "b\r\nC: d"), .init("A", "b\nC"), .init("A", "b\r"), .init("A", "\0"),
            .init("A", "\u{7f}"), .init("A\r\nB", "c"), .init("A:", "b"), .init("A B", "c"),
            .init("", "b"), .init("A", String(repeating: "x", count: 16_385)),
            .init("Host", "inside"), .init("content-length", "3"),
            .init("Transfer-Encoding", "chunked"), .init("Connection", "x"), .init("Expect", ""),
        ] as [WebRequest.Field])
    func badFields(field: WebRequest.Field) {
        let request = WebRequest(url: "http://127.0.0.1:9/", fields: [field])
        #expect(sendOnce(request) == .failure(.request))
    }

    @Test("refuses bad methods and user agents")
    func badMethods() {
        for method in ["", "PO ST", "GET\r\nX: y", "P\u{f6}ST"] {
            let request = WebRequest(method: method, url: "http://127.0.0.1:9/")
            #expect(sendOnce(request) == .failure(.request))
        }
        #expect(throws: TransferError.self) {
            _ = try HTTPClient(policy: .publicOnly, userAgent: "a\r\nb")
        }
    }

    @Test("takes no plain text for encryption")
    func plainTextServer() throws {
        let serve: @Sendable (Peer) -> Void = { $0.write("HTTP/1.1 200 OK\r\n\r\n") }
        try FakeServer.run(serve) { server in
            let url = "https://127.0.0.1:\(server.port)/"
            #expect(sendOnce(WebRequest(url: url)) == .failure(.tls))
        }
    }
}
