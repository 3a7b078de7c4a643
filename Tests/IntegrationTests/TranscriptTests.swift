import Glibc
import RESP
import Testing

/// However a request is cut into packets, the replies are the same bytes.
@Suite(
    "Transcripts", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(2)))
struct TranscriptTests {
    /// Every kind of request and reply; what it writes was written before, so replies repeat.
    private static let transcript: [UInt8] = {
        var bytes = Connection.request(["PING"])
        bytes += "INVENTORY LEVEL mars water\r\n".utf8
        bytes += Connection.request(["TRADE", "CREATE", "mars", "ceres", "water:5", "ID", "t-1"])
        bytes += "\r\n\nTRADE GET t-1\n".utf8
        bytes += "ECHO \"a \\\"quoted\\\" \\x41\" extra\r\n".utf8
        bytes += "ECHO \"unbalanced\r\n".utf8
        bytes += Connection.request(["ECHO", "bytes \r\n within"])
        bytes += "MULTI\r\nINVENTORY LEVEL mars water\r\nPING\r\nEXEC\r\n".utf8
        bytes += Connection.request(["NOSUCH", "command"])
        bytes += "*0\r\n*-1\r\n".utf8
        bytes += "HELLO 3\r\nTRADE GET t-1 none\r\n".utf8
        bytes += "OUTPUT JSON\r\nTRADE GET t-1\r\nNOSUCH\r\nQUIT\r\n".utf8
        return bytes
    }()

    private func market() throws -> TestServer {
        let server = try TestServer()
        let client = try server.connect()
        try client.call("STATION", "ADD", "mars")
        try client.call("STATION", "ADD", "ceres")
        try client.call("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
        try client.call("INVENTORY", "ADD", "mars", "water", "1000")
        try client.call("TRADE", "CREATE", "mars", "ceres", "water:5", "ID", "t-1")
        return server
    }

    /// HELLO names the connection; everything else must be equal.
    private func replies(_ server: TestServer, cuts: [Int]) throws -> String {
        let connection = try server.connect()
        var start = 0
        for cut in cuts + [Self.transcript.count] {
            connection.send(Self.transcript[start..<cut])
            start = cut
            // Long enough for most cuts to arrive as packets of their own.
            if cuts.count == 1 { usleep(300) }
        }
        let text = String(decoding: try connection.readToEnd(), as: UTF8.self)
        guard let behind = text.text(behind: "$2\r\nid\r\n:") else { return text }
        let number = behind.prefix { $0.isNumber }
        return text.dropLast(behind.count) + "#" + behind.dropFirst(number.count)
    }

    @Test func everySplitAndEveryByte() throws {
        let server = try market()
        let whole = try replies(server, cuts: [])
        #expect(whole.contains("\"t-1\"") && whole.contains("SYNTAX") && whole.contains("995"))
        #expect(whole.hasSuffix("\"OK\"\n"))
        for cut in 1..<Self.transcript.count {
            let cutReplies = try replies(server, cuts: [cut])
            if cutReplies != whole {
                Issue.record("cut at \(cut): \(cutReplies)")
                return
            }
        }
        #expect(try replies(server, cuts: Array(1..<Self.transcript.count)) == whole)
    }

    /// A connection that is dropped anywhere costs nobody anything.
    @Test func droppedAtEveryByte() throws {
        let server = try market()
        for cut in 0..<Self.transcript.count {
            try server.connect().send(Self.transcript[..<cut])
        }
        let client = try server.connect()
        #expect(try client.call("PING") == .simple("PONG"))
        #expect(try client.call("INVENTORY", "LEVEL", "mars", "water") == .integer(995))
    }

    /// A read behind a write on one connection sees it, and both replies come without more input.
    @Test func readsBehindWrites() throws {
        let server = try market()
        let client = try server.connect()
        var bytes: [UInt8] = []
        for number in 0..<300 {
            let id = "r-\(number)"
            bytes += Connection.request([
                "TRADE", "CREATE", "mars", "ceres", "water:1", "ID", id,
            ])
            bytes += Connection.request(["TRADE", "GET", id])
            bytes += Connection.request(["TRADE", "LIST", "REV", "LIMIT", "1"])
        }
        client.send(bytes)
        for number in 0..<300 {
            let replies = try client.replies(3)
            #expect(replies[0] == replies[1])
            #expect(replies[2].text?.contains("\"r-\(number)\"") ?? false)
        }
        // Exactly as many as one group holds, and nothing behind them.
        for count in [255, 256, 257, 512] {
            client.send(
                (0..<count).flatMap { _ in
                    Connection.request(["INVENTORY", "ADD", "mars", "water", "1"])
                })
            #expect(try client.replies(count).allSatisfy { $0.errorText == nil })
        }
    }
}
