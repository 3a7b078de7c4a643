import Glibc
import RESP
import Testing

/// Input that is malformed, oversized or never ends: a documented answer, and nobody else notices.
@Suite(
    "Hostile input", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(2)))
struct HostileTests {
    struct Case: Sendable {
        let input: String
        /// How all that comes back begins; nil: nothing comes.
        let reply: String?
        /// Whether the connection still answers a PING.
        let isOpen: Bool
    }

    private static func fatal(_ input: String, _ reply: String?) -> Case {
        Case(input: input, reply: reply, isOpen: false)
    }

    private static func open(_ input: String, _ reply: String?) -> Case {
        Case(input: input, reply: reply, isOpen: true)
    }

    private static let multibulk = "-ERR Protocol error: invalid multibulk length\r\n"
    private static let bulk = "-ERR Protocol error: invalid bulk length\r\n"

    static let cases: [Case] =
        ["2147483648", "9223372036854775808", "1e3", "+5", "05", " 5", "", "-", "x", "1\u{0}"]
        .map { fatal("*\($0)\r\n", multibulk) }
        + ["-1", "-2", "0", "-9223372036854775807"].map { open("*\($0)\r\n", nil) }
        + [
            "-1", "-2", "536870913", "9223372036854775807", "9223372036854775808", "1e3", "+5",
            "05", " 5", "", "x",
        ].map { fatal("*1\r\n$\($0)\r\n", bulk) }
        + [
            fatal("*1025\r\n", "-LIMIT a request has at most 1024 arguments\r\n"),
            fatal("*2147483647\r\n", "-LIMIT "),
            fatal("*1\r\n$1048577\r\n", "-LIMIT an argument has at most 1048576 bytes\r\n"),
            fatal("*1\r\n:5\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"),
            fatal("*1\r\nPING\r\n", "-ERR Protocol error: expected '$', got 'P'\r\n"),
            fatal("*1\r\n\u{0}", "-ERR Protocol error: expected '$', got '\\x00'\r\n"),
            fatal("*1\r\n$4\r\nPINGxx", "-ERR Protocol error: expected CRLF behind an argument"),
            fatal("*1\r\n$4\r\nPING\rx", "-ERR Protocol error: expected CRLF behind an argument"),
            fatal("*1\n$4\nPING\n", multibulk),
            fatal(
                String(repeating: "a", count: 65_537),
                "-ERR Protocol error: too big inline request\r\n"),
            open("ECHO \"open\r\n", "-SYNTAX unbalanced quotes"),
            open("ECHO 'a'b\r\n", "-SYNTAX "),
            open("ECHO a\u{0}b\r\n", "-SYNTAX "),
            open("\r\n\n\r\n", nil),
            open("\u{1}\u{2}\u{3}\r\n", "-ERR unknown command"),
            open("*1\r\n$0\r\n\r\n", "-ERR unknown command ''"),
            open("*1\r\n$4\r\n\r\n\r\n\r\n", "-ERR unknown command"),
            open("*2\r\n$4\r\nECHO\r\n$3\r\n\u{0}\r\n\r\n", "$3\r\n\u{0}\r\n\r\n"),
            open("GET\r\n", "-ERR "),
            open("TRADE CREATE a b w:9223372036854775808\r\n", "-"),
            open("TRADE CREATE a b w:1@99999999999999999999.99\r\n", "-"),
            open("INVENTORY ADD a w -1\r\n", "-"),
            open("XRANGE events 18446744073709551616-0 +\r\n", "-ERR "),
            open("AFTER 18446744073709551615 MS 0 PING\r\n", "-"),
            open("PSUBSCRIBE " + String(repeating: "*a", count: 5_000) + "b\r\n", ""),
            fatal("GET / HTTP/1.1\r\nHost: a\r\n\r\n", nil),
            fatal("POST /api HTTP/1.1\r\n", nil),
            fatal("Host: localhost:7400\r\n", nil),
        ]

    @Test func everyCaseHasItsAnswer() throws {
        let server = try TestServer()
        let other = try server.connect()
        for (number, hostile) in Self.cases.enumerated() {
            let connection = try server.connect()
            let name = "case \(number) \(hostile.input.prefix(40).debugDescription)"
            connection.send(hostile.input)
            if hostile.isOpen { connection.send("\r\nECHO still-here\r\nQUIT\r\n") }
            let found = String(decoding: try connection.readToEnd(), as: UTF8.self)
            if let reply = hostile.reply { #expect(found.hasPrefix(reply), "\(name): \(found)") }
            if hostile.isOpen {
                #expect(found.hasSuffix("$10\r\nstill-here\r\n+OK\r\n"), "\(name): \(found)")
            } else if hostile.reply == nil {
                #expect(found.isEmpty, "\(name): \(found)")
            }
            #expect(try other.call("PING") == .simple("PONG"), "\(name)")
        }
    }

    /// What is announced and never sent costs nothing: memory grows with what came.
    @Test func announcementsCostNothing() throws {
        let server = try TestServer()
        let other = try server.connect()
        _ = try other.call("PING")
        let before = server.residentKiB
        var connections: [Connection] = []
        for _ in 0..<200 {
            let connection = try server.connect()
            connection.send("*1024\r\n$1048576\r\nbegun")
            connections.append(connection)
        }
        #expect(try other.call("PING") == .simple("PONG"))
        #expect(server.residentKiB - before < 200 * 64)
        // One that really sends much is refused at the limit of a request.
        let sender = try server.connect()
        let word = "$1048576\r\n" + String(repeating: "x", count: 1_048_576) + "\r\n"
        sender.send("*9\r\n")
        for _ in 0..<8 where sender.send(word) {}
        #expect(String(decoding: try sender.readToEnd(), as: UTF8.self).hasPrefix("-LIMIT "))
        #expect(try other.call("PING") == .simple("PONG"))
        #expect(server.residentKiB - before < 48 << 10)
    }

    /// Who asks for much and reads nothing is read no further; others go on, memory stays.
    @Test func unreadReplies() throws {
        let server = try TestServer()
        let other = try server.connect()
        let before = server.residentKiB
        let reader = try server.connect()
        reader.waitAtMost(seconds: 0, milliseconds: 300)
        let echo = Connection.request(["ECHO", String(repeating: "e", count: 100_000)])
        var sent = 0
        while sent < 1_000, reader.send(echo) { sent += 1 }
        #expect(sent < 1_000, "the server took 100 MB from a client that reads nothing")
        #expect(try other.call("PING") == .simple("PONG"))
        #expect(server.residentKiB - before < 64 << 10)
        reader.waitAtMost(seconds: 10)
        #expect(try reader.reply() == .bulk(Array(repeating: UInt8(ascii: "e"), count: 100_000)))
    }

    /// A subscriber that does not read is cut off, hears why, and no writer waits for it.
    @Test func slowSubscriber() throws {
        let server = try TestServer(
            variables: [
                "ENTREPOT_SUBSCRIBER_BUFFER_SOFT_BYTES": "262144",
                "ENTREPOT_SUBSCRIBER_BUFFER_HARD_BYTES": "262144",
            ])
        let writer = try server.connect()
        try writer.call("STATION", "ADD", "mars")
        try writer.call("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
        let slow = try server.connect()
        try slow.call("PSUBSCRIBE", "*")
        let count = 40_000
        for _ in 0..<(count / 1_000) {
            writer.send(
                (0..<1_000).flatMap { _ in
                    Connection.request(["INVENTORY", "ADD", "mars", "water", "1"])
                })
            for reply in try writer.replies(1_000) { #expect(reply.errorText == nil) }
        }
        let end = String(decoding: try slow.readToEnd().suffix(400), as: UTF8.self)
        #expect(end.contains("unsent"), "\(end)")
        let clients = try writer.call("CLIENT", "LIST").text ?? ""
        #expect(clients.split(separator: "\n").count == 1)
        // It goes on from the last event that it has seen.
        let again = try server.connect()
        #expect(try again.call("XRANGE", "events", "5-0", "+", "COUNT", "3").elements?.count == 3)
    }

    /// One unit, a hundred buyers at once: one gets it.
    @Test func theLastUnit() throws {
        let server = try TestServer()
        let client = try server.connect()
        for station in ["mars", "ceres"] { try client.call("STATION", "ADD", station) }
        try client.call("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
        for round in 0..<5 {
            try client.call("INVENTORY", "ADD", "mars", "water", "1")
            let buyers = try (0..<100).map { _ in try server.connect() }
            for (number, buyer) in buyers.enumerated() {
                buyer.send(
                    "TRADE CREATE mars ceres water:1 ID t-\(round)-\(number)\r\n")
            }
            let replies = try buyers.map { try $0.reply() }
            #expect(replies.count { $0.errorText == nil } == 1)
            #expect(replies.count { $0.isError("OUTOFSTOCK") } == 99)
            #expect(try client.call("INVENTORY", "LEVEL", "mars", "water") == .integer(0))
        }
    }
}
