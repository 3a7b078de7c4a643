import Glibc
import Testing

/// Clients that take their time: each ends at its deadline, and nobody else notices.
@Suite(
    "Slow HTTP", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(3)))
struct HTTPSlowTests {
    private static let good =
        "GET /api/stations HTTP/1.1\r\nHost: a\r\n\(TestServer.authorization)\r\n"
    private static let last: String = good.dropLast() + "Connection: close\r\n\r\n"

    private func server(_ flags: [String]) throws -> TestServer {
        try TestServer(flags, variables: TestServer.withPassword, http: true)
    }

    /// Sends a byte every 50 ms until the other side takes no more; what came back, and when.
    private func drip(
        _ connection: Connection, _ text: String, seconds: Int
    ) throws -> (replies: [RawReply], milliseconds: Int) {
        let clock = ContinuousClock()
        let start = clock.now
        var isOpen = true
        for byte in text.utf8 where isOpen && clock.now - start < .seconds(seconds) {
            isOpen = connection.send([byte])
            usleep(50_000)
        }
        let bytes = try connection.readToEnd()
        let elapsed = clock.now - start
        return (try RawReply.all(in: bytes), Int(elapsed / .milliseconds(1)))
    }

    @Test func headsThatDrip() throws {
        let server = try server(["--http-head-milliseconds", "500"])
        let others = try (0..<50).map { _ in try server.connectHTTP() }
        for other in others { other.send("GET /healthz HT") }
        let connection = try server.connectHTTP()
        let text = "GET /healthz HTTP/1.1\r\nX: " + String(repeating: "a", count: 400)
        let (replies, milliseconds) = try drip(connection, text, seconds: 8)
        #expect(replies.map(\.status) == [408])
        #expect(replies.first?.closes == true)
        #expect(milliseconds < 6_000)
        // Behind a request on the same connection as well: each head has its own time.
        let kept = try server.connectHTTP()
        kept.send(Self.good)
        let (later, _) = try drip(kept, text, seconds: 8)
        #expect(later.map(\.status) == [200, 408])
        for other in others {
            #expect(try RawReply.all(in: other.readToEnd()).map(\.status) == [408])
        }
    }

    @Test(arguments: ["Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1f4\r\n"])
    func bodiesThatDrip(framing: String) throws {
        let server = try server([
            "--http-body-milliseconds", "500", "--http-body-bytes-per-second", "100000",
        ])
        let connection = try server.connectHTTP()
        connection.send("POST /api/trades HTTP/1.1\r\nHost: a\r\n" + framing)
        let body = String(repeating: "a", count: 400)
        let (replies, milliseconds) = try drip(connection, body, seconds: 8)
        #expect(replies.count == 1)
        #expect([401, 408].contains(replies.first?.status ?? 0))
        #expect(replies.first?.closes == true || replies.first?.status == 401)
        #expect(milliseconds < 6_000)
    }

    /// Connections that say nothing end without a word.
    @Test func idleConnectionsEnd() throws {
        let server = try server([
            "--http-idle-milliseconds", "300", "--http-head-milliseconds", "300",
        ])
        let silent = try server.connectHTTP()
        let kept = try server.connectHTTP()
        kept.send(Self.good)
        #expect(try silent.readToEnd().isEmpty)
        #expect(try RawReply.all(in: kept.readToEnd()).map(\.status) == [200])
    }

    /// Who asks and never reads is cut off; memory stays bounded and others are answered.
    @Test func readersThatStall() throws {
        let server = try server(["--http-write-milliseconds", "500"])
        let before = server.residentKiB
        let stalled = try server.connectHTTP()
        stalled.waitAtMost(seconds: 0, milliseconds: 200)
        let batch = Array(String(repeating: Self.good, count: 2_000).utf8)
        // Until nothing more is taken.
        var batches = 0
        while batches < 200 && stalled.send(batch) { batches += 1 }
        let other = try server.connectHTTP()
        other.send(Self.last)
        #expect(try RawReply.all(in: other.readToEnd()).map(\.status) == [200])
        #expect(server.residentKiB - before < 64 << 10)
        // Cut off at the deadline: the socket takes nothing any more.
        stalled.waitAtMost(seconds: 5)
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(8) && stalled.send([UInt8(ascii: "G")]) {
            usleep(100_000)
        }
        #expect(!stalled.send([UInt8(ascii: "G")]))
    }

    /// A client that says it has nothing more to say still gets its replies.
    @Test func repliesBehindAHalfClosedConnection() throws {
        let server = try server([])
        let connection = try server.connectHTTP()
        connection.send(Self.good)
        connection.send(Self.good)
        connection.sendNoMore()
        #expect(try RawReply.all(in: connection.readToEnd()).map(\.status) == [200, 200])
    }
}
