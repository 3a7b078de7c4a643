import Basics
import RESP
import Testing

@testable import RESPServer

/// A real server on a real socket: what a connection may rely on.
@Suite("Sessions") struct SessionTests {
    private func serving(
        _ change: (inout RunningServer.Options) -> Void = { _ in },
        _ body: (RunningServer) throws -> Void
    ) throws {
        let server = try RunningServer(change)
        defer { server.stop() }
        try body(server)
    }

    @Test func greetings() throws {
        try serving { server in
            let client = try server.connect()
            #expect(try client.ask("PING") == .simple("PONG"))
            #expect(try client.ask("ping \"a b\"") == .bulk(Array("a b".utf8)))
            #expect(try client.ask("ECHO \"\\x00\\r\"") == .bulk([0, 13]))
            #expect(try client.ask("SELECT 0") == .simple("OK"))
            #expect(try client.ask("SELECT 1") == .error("ERR DB index is out of range"))
            #expect(
                try client.ask("GET a")
                    == .error("ERR unknown command 'GET', with args beginning with: 'a' "))
            #expect(
                try client.ask("ECHO")
                    == .error("ERR wrong number of arguments for 'echo' command"))
            #expect(
                try client.ask("HELLO 4")?.errorText == "NOPROTO unsupported protocol version")
            let hello = try client.ask("HELLO 3 SETNAME me")
            #expect(hello?["proto"] == .integer(3))
            #expect(try client.ask("CLIENT GETNAME") == .bulk(Array("me".utf8)))
            #expect(try client.ask("RESET") == .simple("RESET"))
            #expect(try client.ask("CLIENT GETNAME") == .null)
            #expect(try client.ask("QUIT") == .simple("OK"))
            #expect(try client.isClosed())
        }
    }

    @Test func writesAreAnsweredInOrder() throws {
        try serving { server in
            let client = try server.connect()
            try client.send(
                """
                STATION ADD luna-1
                PING
                STATION ADD luna-1
                STATION ADD mars-2
                XLEN events
                ECHO end

                """)
            #expect(try client.reply()?.text?.contains(#""id":"luna-1""#) == true)
            #expect(try client.reply() == .simple("PONG"))
            #expect(try client.reply()?.errorText?.hasPrefix("EXISTS ") == true)
            #expect(try client.reply()?.text?.contains(#""id":"mars-2""#) == true)
            // Behind own writes a read sees them: two events of the start, two stations.
            #expect(try client.reply() == .integer(4))
            #expect(try client.reply()?.text == "end")
        }
    }

    @Test func aLongPipelineSplitAnywhere() throws {
        try serving { server in
            let client = try server.connect()
            var words = ByteBuffer()
            let count = 25_000
            for _ in 0..<count { RequestWriter.append(["PING"], to: &words) }
            let bytes = words.array
            var start = 0
            var step = 1
            while start < bytes.count {
                let end = min(bytes.count, start + step)
                try client.send(String(decoding: bytes[start..<end], as: UTF8.self))
                start = end
                step = min(step * 2 + 1, 50_000)
            }
            for _ in 0..<count { #expect(try client.reply() == .simple("PONG")) }
        }
    }

    @Test func badRequests() throws {
        try serving { server in
            let client = try server.connect()
            #expect(
                try client.ask("PING \"")?.errorText
                    == "SYNTAX unbalanced quotes in request")
            #expect(try client.ask("PING") == .simple("PONG"))
            #expect(
                try client.ask("*1\r\nx")?.errorText
                    == "ERR Protocol error: expected '$', got 'x'")
            #expect(try client.isClosed())
            let browser = try server.connect()
            try browser.send("GET / HTTP/1.1\r\n\r\n")
            #expect(try browser.isClosed())
        }
    }

    @Test func passwords() throws {
        try serving {
            $0.password = "secret"
        } _: { server in
            let client = try server.connect()
            #expect(try client.ask("XLEN events") == .error("NOAUTH Authentication required."))
            #expect(try client.ask("AUTH wrong")?.errorText?.hasPrefix("WRONGPASS ") == true)
            #expect(try client.ask("HELLO 3")?.errorText?.hasPrefix("NOAUTH ") == true)
            #expect(try client.ask("AUTH admin secret") == .simple("OK"))
            #expect(try client.ask("XLEN events") == .integer(2))
            let stranger = try server.connect()
            #expect(
                try stranger.ask("*11\r\n")
                    == .error("ERR Protocol error: unauthenticated multibulk length"))
        }
    }

    @Test func transactions() throws {
        try serving { server in
            let client = try server.connect()
            #expect(try client.ask("EXEC") == .error("ERR EXEC without MULTI"))
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("STATION ADD a-1") == .simple("QUEUED"))
            #expect(try client.ask("STATION ADD a-2") == .simple("QUEUED"))
            #expect(try client.ask("EXEC")?.elements?.count == 2)
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("STATION ADD a-3") == .simple("QUEUED"))
            #expect(try client.ask("STATION ADD a-1") == .simple("QUEUED"))
            #expect(
                try client.ask("EXEC")?.errorText?
                    .hasPrefix("EXECABORT command 2 (STATION ADD): EXISTS ") == true)
            #expect(try client.ask("XLEN events") == .integer(4))
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("NONSENSE")?.errorText?.hasPrefix("ERR unknown") == true)
            #expect(
                try client.ask("EXEC")
                    == .error("EXECABORT Transaction discarded because of previous errors."))
            #expect(try client.ask("DISCARD") == .error("ERR DISCARD without MULTI"))
        }
    }

    /// `PING` and its like may stand between writes; one that fails leaves the others be.
    @Test func sessionCommandsInsideTransactions() throws {
        try serving { server in
            let client = try server.connect()
            #expect(try client.ask("MULTI") == .simple("OK"))
            for line in [
                "PING", "STATION ADD a-1", "ECHO hello", "CLIENT SETNAME \"a b\"", "DBSIZE",
            ] {
                #expect(try client.ask(line) == .simple("QUEUED"))
            }
            let values = try client.ask("EXEC")?.elements ?? []
            #expect(values.count == 5)
            #expect(values.first == .simple("PONG"))
            #expect(values.dropFirst(2).first?.text == "hello")
            #expect(values.dropFirst(3).first?.errorText?.hasPrefix("ERR Client names") == true)
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("PING") == .simple("QUEUED"))
            #expect(try client.ask("STATION ADD a-1") == .simple("QUEUED"))
            #expect(
                try client.ask("EXEC")?.errorText?
                    .hasPrefix("EXECABORT command 2 (STATION ADD): EXISTS ") == true)
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("SUBSCRIBE trade.*")?.errorText?.contains("MULTI") == true)
        }
    }

    /// Reads of the log see the writes before them, and only those.
    @Test func readsOfTheLogInsideTransactions() throws {
        try serving { server in
            let client = try server.connect()
            #expect(try client.ask("STATION ADD a-0")?.text != nil)
            #expect(try client.ask("MULTI") == .simple("OK"))
            for line in [
                "DBSIZE", "STATION ADD a-1", "XLEN events", "DBSIZE", "MEMORY USAGE a-1",
                "XREVRANGE events + - COUNT 1", "STATION ADD a-2", "XRANGE events 4 +",
                "XINFO STREAM events", "MEMORY USAGE a-3", "XRANGE nothing 1-x +",
            ] {
                #expect(try client.ask(line) == .simple("QUEUED"))
            }
            let values = try client.ask("EXEC")?.elements ?? []
            #expect(values.count == 11)
            if values.count < 11 { return }
            #expect(values[0] == .integer(3))
            #expect(values[2] == .integer(4) && values[3] == .integer(4))
            if case .integer(let bytes) = values[4] { #expect(bytes > 50) }
            #expect(values[4] != .null)
            #expect(values[5].elements?.first?.elements?.first?.text == "4-0")
            #expect(values[7].elements?.map { $0.elements?.first?.text } == ["4-0", "5-0"])
            #expect(values[8]["length"] == .integer(5))
            #expect(values[9] == .null)
            #expect(values[10].errorText?.hasPrefix("ERR ") == true)
            #expect(try client.ask("DBSIZE") == .integer(5))
        }
    }

    @Test func logInComesFirst() throws {
        let server = try RunningServer { $0.password = "hunter2" }
        defer { server.stop() }
        let client = try server.connect()
        #expect(try client.ask("PING") == .error("NOAUTH Authentication required."))
        #expect(try client.ask("RESET") == .simple("RESET"))
        #expect(try client.ask("AUTH hunter2") == .simple("OK"))
        #expect(try client.ask("PING") == .simple("PONG"))
    }

    @Test func readsBehindASeq() throws {
        try serving { server in
            let client = try server.connect()
            for line in [
                "STATION ADD luna", "STATION ADD mars", "ITEM ADD ore PRICE 2 CR",
                "AFTER 5 TRADE QUOTE luna mars ore:1", "AFTER 5 XREAD STREAMS events 4",
                "AFTER 5 XLEN events", "AFTER 5 DBSIZE", "AFTER 5 INFO server", "AFTER 5 AUDIT",
                "AFTER 5 ROLE", "AFTER 5 MEMORY USAGE luna", "AFTER 5 XRANGE events - +",
                "AFTER 5 XREAD BLOCK 10 STREAMS events $",
            ] {
                let reply = try client.ask(line)
                #expect(
                    reply != nil && reply?.errorText == nil, "\(line): \(String(describing: reply))"
                )
            }
            for line in ["TRADE QUOTE luna mars ore:1", "DBSIZE", "XLEN events", "AUDIT"] {
                #expect(
                    try client.ask("AFTER 99 MS 1 \(line)")?.errorText?.hasPrefix("STALE") == true,
                    "\(line)")
            }
            for line in ["KEY k", "DRYRUN"] {
                #expect(
                    try client.ask("\(line) TRADE QUOTE luna mars ore:1")?.errorText?
                        .hasPrefix("SYNTAX") == true)
            }
            #expect(
                try client.ask("AFTER 1 STATION ADD x")?.errorText?.hasPrefix("SYNTAX") == true)
        }
    }

    @Test func largeRepliesGoIntoTheSlowLog() throws {
        let server = try RunningServer {
            $0.limits.slowlogReplyBytes = 1_000
            $0.limits.slowlogMicroseconds = 60_000_000
        }
        defer { server.stop() }
        let client = try server.connect()
        let text = String(repeating: "x", count: 2_000)
        #expect(try client.ask("ECHO small")?.text == "small")
        #expect(try client.ask("SLOWLOG LEN") == .integer(0))
        #expect(try client.ask("ECHO \(text)")?.text == text)
        #expect(try client.ask("SLOWLOG LEN") == .integer(1))
    }

    @Test func prefixes() throws {
        try serving { server in
            let client = try server.connect()
            let first = try client.ask("KEY k-1 STATION ADD a-1")
            #expect(first?.text?.contains(#""id":"a-1""#) == true)
            #expect(try client.ask("KEY k-1 STATION ADD a-1")?.text?.contains("replayed") == true)
            #expect(try client.ask("DRYRUN STATION ADD a-2")?.text?.contains("dry_run") == true)
            #expect(try client.ask("XLEN events") == .integer(3))
            #expect(
                try client.ask("DRYRUN KEY k STATION ADD x")?.errorText?.hasPrefix("SYNTAX") == true
            )
            #expect(try client.ask("KEY k PING")?.errorText?.hasPrefix("SYNTAX") == true)
        }
    }

    @Test func jsonLines() throws {
        try serving { server in
            let client = try server.connect()
            try client.send("OUTPUT JSON\nPING\nSTATION ADD a-1\nSTATION ADD a-1\nPSUBSCRIBE *\n")
            #expect(try client.line() == "\"OK\"")
            #expect(try client.line() == "\"PONG\"")
            #expect(try client.line()?.hasPrefix(#"{"id":"a-1","#) == true)
            #expect(try client.line()?.hasPrefix(#"{"error":{"code":"EXISTS","message":"#) == true)
            #expect(try client.line() == #"{"push":"psubscribe","channel":"*","data":1}"#)
            let other = try server.connect()
            try other.sendWords(["OUTPUT", "JSON"])
            #expect(try other.reply()?.errorText?.hasPrefix("ERR ") == true)
        }
    }

    @Test func replyModes() throws {
        try serving { server in
            let client = try server.connect()
            try client.send("CLIENT REPLY OFF\nPING\nCLIENT REPLY ON\n")
            #expect(try client.reply() == .simple("OK"))
            try client.send("CLIENT REPLY SKIP\nPING\nECHO a\n")
            #expect(try client.reply()?.text == "a")
        }
    }

    @Test func limits() throws {
        try serving {
            $0.limits.maxConnections = 2
        } _: { server in
            let one = try server.connect()
            #expect(try one.ask("PING") == .simple("PONG"))
            let two = try server.connect()
            #expect(try two.ask("PING") == .simple("PONG"))
            let three = try server.connect()
            #expect(try three.reply() == .error("ERR max number of clients reached"))
        }
    }

    @Test func aSlowReaderIsPausedNotDropped() throws {
        try serving {
            $0.limits.pipelineReplies = 10
            $0.limits.pipelineBytes = 64 << 10
        } _: { server in
            let client = try server.connect()
            let word = String(repeating: "x", count: 10_000)
            for _ in 0..<400 { try client.send("ECHO \(word)\r\n") }
            for _ in 0..<400 { #expect(try client.reply()?.text?.utf8.count == 10_000) }
        }
    }

    @Test func aSlowSubscriberIsToldAndCutOff() throws {
        try serving {
            $0.limits.subscriberBufferHardBytes = 256 << 10
        } _: { server in
            let slow = try server.connect()
            _ = try slow.ask("SUBSCRIBE station.changed")
            let writer = try server.connect()
            _ = try writer.ask("STATION ADD a-1")
            // Far more than the buffers of the kernel take.
            let text = String(repeating: "x", count: 15_000)
            for number in 0..<500 {
                let reply = try writer.ask(
                    "STATION SET a-1 META {\"n\":\(number),\"text\":\"\(text)\"}".quotedWord)
                #expect(reply?.errorText == nil)
            }
            var last: RESPValue?
            while let next = try slow.reply() { last = next }
            #expect(last?.errorText?.hasPrefix("LIMIT this client reads too slowly") == true)
            #expect(try writer.ask("PING") == .simple("PONG"))
        }
    }

    @Test func refusedRequestsAreNoCalls() throws {
        try serving { server in
            let client = try server.connect()
            _ = try client.ask("PING")
            _ = try client.ask("NONSENSE")
            _ = try client.ask("PING a b")
            _ = try client.ask("SELECT 7")
            let text = try client.ask("INFO commandstats")?.text ?? ""
            #expect(text.contains("cmdstat_ping:calls=1,"))
            #expect(text.contains("cmdstat_select:calls=1,") && text.contains("failed_calls=1"))
            // An error of a command does not break a transaction that is being queued.
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(try client.ask("MULTI") == .error("ERR MULTI calls can not be nested"))
            #expect(try client.ask("EXEC") == .array([]))
        }
    }
}

extension String {
    /// A request line whose last word, a JSON document, stands in single quotes.
    fileprivate var quotedWord: String {
        guard let start = firstIndex(of: "{") else { return self }
        return self[..<start] + "'" + self[start...] + "'"
    }
}
