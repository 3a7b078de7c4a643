import Glibc
import TestSupport
import Testing

/// HTTP that is ambiguous, slow, oversized or never read, against the running server: a refusal and
/// the end of the connection, and nobody else notices.
@Suite(
    "Hostile HTTP", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(3)))
struct HTTPHostileTests {
    private static let good =
        "GET /api/stations HTTP/1.1\r\nHost: a\r\n\(TestServer.authorization)\r\n"
    private static let last: String = good.dropLast() + "Connection: close\r\n\r\n"

    private func server(_ flags: [String] = []) throws -> TestServer {
        let limits = [
            "--http-head-bytes", "\(RefusedRequests.headBytes)",
            "--http-head-fields", "\(RefusedRequests.fields)",
            "--http-body-bytes", "\(RefusedRequests.bodyBytes)",
        ]
        return try TestServer(
            limits + flags, variables: TestServer.withPassword, http: true)
    }

    /// Whether a connection of its own is answered.
    private func answers(_ server: TestServer) throws -> Bool {
        let connection = try server.connectHTTP()
        connection.send(Self.last)
        return try RawReply.all(in: connection.readToEnd()).map(\.status) == [200]
    }

    /// One reply, no 2xx, and the end: what lies behind a refused request is never answered.
    @Test func everyRefusedRequestEndsItsConnection() throws {
        let server = try server()
        for refused in RefusedRequests.all {
            let connection = try server.connectHTTP()
            connection.send(refused.text + Self.good)
            let bytes = try connection.readToEnd()
            let replies = try RawReply.all(in: bytes)
            #expect(replies.count == 1, "\(refused): \(replies.map(\.status))")
            // A body that is announced as too large is not read for somebody without credentials,
            // nor for what is not done at all: the first reason is told.
            let status = replies.first?.status ?? 0
            let isExpected =
                status == refused.status || (refused.status == 413 && [401, 405].contains(status))
            #expect(isExpected, "\(refused): \(replies.map(\.status))")
            #expect(replies.first?.closes == true, "\(refused)")
            #expect(
                replies.first?.fields["content-type"] == "application/problem+json", "\(refused)")
        }
        #expect(try answers(server))
    }

    /// The same behind a good request on the same connection, in two pieces.
    @Test func refusedBehindAGoodOne() throws {
        let server = try server()
        for refused in RefusedRequests.all where !refused.text.hasPrefix("\r\n") {
            let connection = try server.connectHTTP()
            let bytes = Array((Self.good + refused.text + Self.good).utf8)
            let cut = Self.good.utf8.count + refused.text.utf8.count / 2
            connection.send(bytes[..<cut])
            connection.send(bytes[cut...])
            let statuses = try RawReply.all(in: connection.readToEnd()).map(\.status)
            #expect(statuses.count == 2, "\(refused): \(statuses)")
            #expect(statuses.first == 200, "\(refused)")
            #expect((statuses.last ?? 0) >= 400, "\(refused): \(statuses)")
        }
    }

    @Test func repliesKeepTheOrderOfTheirRequests() throws {
        let server = try server()
        let connection = try server.connectHTTP()
        var methods: [String] = []
        var text = ""
        for number in 0..<60 {
            let method = ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "BREW"][number % 6]
            methods.append(method)
            let body = method == "POST" ? "{\"id\":\"s-\(number)\"}" : ""
            text += "\(method) /api/stations HTTP/1.1\r\nHost: a\r\n\(TestServer.authorization)"
            text += "X-Request-Id: n\(number)\r\n"
            text += "Content-Type: application/json\r\n"
            text += body.isEmpty ? "\r\n" : "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        connection.send(text + Self.last + Self.good)
        let replies = try RawReply.all(in: connection.readToEnd(), methods: methods)
        #expect(replies.count == 61)
        let statuses = ["GET": 200, "HEAD": 200, "OPTIONS": 204, "POST": 201, "DELETE": 405]
        for (number, reply) in replies.dropLast().enumerated() {
            #expect(reply.fields["x-request-id"] == "n\(number)")
            #expect(reply.status == statuses[methods[number]] ?? 405, "\(methods[number])")
            if reply.status == 405 { #expect(reply.fields["allow"] == "GET, HEAD, POST, OPTIONS") }
            #expect(!reply.closes)
        }
        #expect(replies.last?.status == 200)
        #expect(replies.last?.closes == true)
    }

    @Test func headSaysWhatGetWouldSend() throws {
        let server = try server()
        var lengths: [String?] = []
        for method in ["GET", "HEAD"] {
            let connection = try server.connectHTTP()
            connection.send(
                "\(method) /api/stations HTTP/1.0\r\n\(TestServer.authorization)\r\n")
            let replies = try RawReply.all(in: connection.readToEnd(), methods: [method])
            #expect(replies.count == 1)
            lengths.append(replies.first?.fields["content-length"])
            #expect(replies.first?.body.isEmpty == (method == "HEAD"))
        }
        #expect(lengths[0] != nil)
        #expect(lengths[0] == lengths[1])
    }

    /// Refused before the body: nobody is told to go on.
    @Test(arguments: [
        ("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n", 401),
        ("POST /api/trades HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n", 401),
        ("POST /api/trades HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n", 401),
        (
            "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                + TestServer.authorization, 404
        ),
        (
            "DELETE /api/stations HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                + TestServer.authorization, 405
        ),
        (
            "POST /api/stations HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n"
                + TestServer.authorization, 413
        ),
    ]) func refusedInsteadOfContinue(head: String, status: Int) throws {
        let server = try server()
        let connection = try server.connectHTTP()
        connection.send(head + "Expect: 100-continue\r\n\r\n")
        let replies = try RawReply.all(in: connection.readToEnd())
        #expect(replies.map(\.status) == [status])
        #expect(replies.first?.closes == true)
    }

    @Test func continuesWhereTheBodyIsWanted() throws {
        let server = try server()
        let body = "{\"id\":\"s-1\"}"
        let head =
            "Host: a\r\nContent-Type: application/json\r\n\(TestServer.authorization)"
            + "Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
        let connection = try server.connectHTTP()
        connection.send("POST /api/stations HTTP/1.1\r\n" + head)
        // The body comes when the server has asked for it.
        #expect(try connection.readText(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.send(body + Self.last)
        #expect(try RawReply.all(in: connection.readToEnd()).map(\.status) == [201, 200])
        // HTTP/1.0 does not know the field: nobody waits.
        let old = try server.connectHTTP()
        old.send("POST /api/stations HTTP/1.0\r\n" + head + body)
        #expect(try RawReply.all(in: old.readToEnd()).map(\.status) == [409])
    }

    /// Who sends a large body although it is refused hears why: the rest is read away, in bounds.
    @Test func theRefusalOfALargeBodyArrives() throws {
        let server = try server()
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 150_000)
        let heads = [
            "Content-Length: \(body.count)\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n249f0\r\n",
        ]
        for head in heads {
            for (fields, status) in [("", 401), (TestServer.authorization, 413)] {
                let connection = try server.connectHTTP()
                connection.send("POST /api/trades HTTP/1.1\r\nHost: a\r\n\(fields)\(head)")
                #expect(connection.send(body))
                let replies = try RawReply.all(in: connection.readToEnd())
                #expect(replies.count == 1)
                #expect([status, 413].contains(replies.first?.status ?? 0))
                #expect(replies.first?.closes == true)
            }
        }
        // One that never stops is not read for ever.
        let endless = try server.connectHTTP()
        endless.send("POST /api/trades HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
        var sent = 0
        while sent < 64 << 20 && endless.send(body) { sent += body.count }
        #expect(sent < 32 << 20)
        #expect(try answers(server))
    }

    /// Who tries passwords is told to wait, and how long; the right one is let in behind that.
    @Test func wrongPasswords() throws {
        let server = try server()
        #expect(try answers(server))
        var statuses: [Int] = []
        for _ in 0..<12 {
            let connection = try server.connectHTTP()
            // admin:wrong
            connection.send(
                "GET /api/stations HTTP/1.0\r\nAuthorization: Basic YWRtaW46d3Jvbmc=\r\n\r\n")
            let replies = try RawReply.all(in: connection.readToEnd())
            #expect(replies.count == 1)
            guard let reply = replies.first else { return }
            statuses.append(reply.status)
            #expect((reply.fields["retry-after"] != nil) == (reply.status == 429))
        }
        #expect(statuses.first == 401)
        #expect(Set(statuses) == [401, 429], "\(statuses)")
        sleep(2)
        #expect(try answers(server))
    }

    /// Good requests with changed, missing and doubled bytes: an answer or none, never a failure.
    @Test func changedBytes() throws {
        let server = try server()
        let body = "{\"id\":\"s-1\",\"name\":\"Luna\"}"
        let chunks =
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n6;a=b\r\n:\"s-2\"\r\n"
            + "1\r\n}\r\n0\r\n\r\n"
        let start =
            "POST /api/stations?dry_run=true HTTP/1.1\r\nHost: a\r\n"
            + TestServer.authorization
        let type = "Content-Type: application/json\r\n"
        let seeds = [
            Array("\(start)\(type)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8),
            Array((start + type + chunks).utf8),
            Array((Self.good + Self.good).utf8),
        ]
        // An address that has logged in waits a second at most for the wrong passwords behind it.
        #expect(try answers(server))
        var random = SeededGenerator(seed: 42)
        var statuses: [Int: Int] = [:]
        for round in 0..<2_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...Int(random.next() % 3) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(bytes[place], at: place)
                default: bytes[place] = [13, 10, 0, 32, 58, 44, 48, 57][Int(random.next() % 8)]
                }
            }
            let connection = try server.connectHTTP()
            connection.send(bytes)
            connection.sendNoMore()
            let received = try connection.readToEnd()
            for reply in try RawReply.all(in: received) {
                statuses[reply.status, default: 0] += 1
                let isFailure = reply.status >= 500 && ![501, 505].contains(reply.status)
                if isFailure { Issue.record("\(reply.status) for \(bytes)") }
            }
        }
        #expect(statuses.count >= 5, "\(statuses)")
        sleep(2)
        #expect(try answers(server))
    }
}
