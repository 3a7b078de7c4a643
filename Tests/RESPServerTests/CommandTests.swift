import Basics
import RESP
import System
import Testing

@testable import RESPServer

/// Commands about the server and the log, over a real socket.
@Suite("Server commands") struct CommandTests {
    private func serving(_ body: (RunningServer, TestClient) throws -> Void) throws {
        let server = try RunningServer()
        defer { server.stop() }
        try body(server, try server.connect())
    }

    @Test func clients() throws {
        try serving { server, client in
            let other = try server.connect()
            #expect(try other.ask("CLIENT SETNAME other") == .simple("OK"))
            let list = try client.ask("CLIENT LIST")?.text ?? ""
            #expect(list.split(separator: "\n").count == 2)
            #expect(list.contains(" name=other ") && list.contains(" cmd=client|list "))
            #expect(try client.ask("CLIENT KILL TYPE normal") == .integer(1))
            #expect(try other.isClosed())
            #expect(try client.ask("CLIENT KILL 1.2.3.4:5") == .error("ERR No such client"))
            #expect(
                try client.ask("CLIENT SETNAME \"a b\"")?.errorText
                    == "ERR Client names cannot contain spaces, newlines or special characters.")
        }
    }

    @Test func catalog() throws {
        try serving { _, client in
            let all = try client.ask("COMMAND")?.elements ?? []
            #expect(try client.ask("COMMAND COUNT") == .integer(Int64(all.count)))
            #expect(all.allSatisfy { $0.elements?.count == 10 })
            let info = try client.ask("COMMAND INFO ping nothing")?.elements
            #expect(info?.first?.elements?.first?.text == "ping")
            #expect(info?.last == .null)
            let docs = try client.ask("COMMAND DOCS trade")?["trade"]
            #expect(docs?["subcommands"]?["trade|create"]?["summary"]?.text?.isEmpty == false)
            #expect(
                try client.ask("COMMAND GETKEYS XACK events g 1")?.elements?.map(\.text)
                    == ["events"])
            let help = try client.ask("HELP TRADE CREATE")?.elements ?? []
            #expect(help.first?.text?.hasPrefix("TRADE CREATE ") == true)
            #expect(try client.ask("CLIENT HELP")?.elements?.isEmpty == false)
            #expect(
                try client.ask("CLIENT FOO")
                    == .error("ERR unknown subcommand 'FOO'. Try CLIENT HELP."))
            #expect(try client.ask("HELP NOTHING")?.errorText?.hasPrefix("ERR ") == true)
        }
    }

    @Test func figures() throws {
        try serving { _, client in
            _ = try client.ask("PING")
            let info = try client.ask("INFO")?.text ?? ""
            for line in [
                "redis_version:", "entrepot_version:0", "role:", "loading:0", "durable_seq:2",
            ] {
                #expect(info.contains(line), "\(line)")
            }
            #expect(
                try client.ask("INFO commandstats")?.text?.contains("cmdstat_ping:calls=1") == true)
            #expect(try client.ask("LATENCY HISTOGRAM ping")?["ping"]?["calls"] == .integer(1))
            #expect(try client.ask("CONFIG RESETSTAT")?.errorText != nil)
            #expect(try client.ask("SLOWLOG LEN") == .integer(0))
            #expect(try client.ask("ROLE")?.elements?.first?.text == "leader")
            #expect(try client.ask("TIME")?.elements?.count == 2)
            #expect(try client.ask("AUDIT")?.text?.hasPrefix(#"{"ok":true,"seq":2,"#) == true)
            #expect(try client.ask("MEMORY USAGE nothing") == .null)
        }
    }

    /// The log keeps what an administrator does, and no value of a setting.
    @Test func actionsAreKept() throws {
        try serving { _, client in
            #expect(try client.ask("SLOWLOG RESET") == .simple("OK"))
            #expect(try client.ask("CLIENT KILL ID 999") == .integer(0))
            _ = try client.ask("AUDIT")
            _ = try client.ask("CONFIG SET secret hidden")
            #expect(try client.ask("MULTI") == .simple("OK"))
            _ = try client.ask("LATENCY RESET ping")
            _ = try client.ask("EXEC")
            #expect(try client.ask("XLEN events") == .integer(6))
            let entries = try client.ask("XRANGE events 3 +")?.elements ?? []
            let events = entries.compactMap { $0.elements?.last?.elements?.last?.text }
            let wanted = [
                #""data":{"command":"SLOWLOG RESET","target":null,"detail":null}}"#,
                #""data":{"command":"CLIENT KILL","target":"ID 999","detail":null}}"#,
                #""data":{"command":"AUDIT","target":null,"detail":null}}"#,
                #""data":{"command":"LATENCY RESET","target":"ping","detail":null}}"#,
            ]
            #expect(events.count == wanted.count)
            for (event, end) in zip(events, wanted) {
                #expect(event.hasSuffix(end), "\(event)")
                #expect(event.contains(#""type":"system.action""#))
                #expect(event.contains(#""actor":"local""#))
            }
        }
    }

    /// Words that a command does not know are refused, never ignored.
    @Test func unknownWords() throws {
        try serving { _, client in
            for line in [
                "SHUTDOWN FOO", "SHUTDOWN SAVE NOSAVE", "SHUTDOWN NOW NOW",
                "XINFO STREAM events FULL", "XINFO STREAM events FULL COUNT 1",
                "MEMORY USAGE luna EXTRA", "MEMORY USAGE luna SAMPLES x",
                "COMMAND LIST FILTERBY", "COMMAND LIST FILTERBY FOO x", "COMMAND LIST foo",
            ] {
                #expect(try client.ask(line)?.errorText?.hasPrefix("SYNTAX") == true, "\(line)")
            }
            #expect(try client.ask("MEMORY USAGE luna SAMPLES 5") == .null)
            #expect(try client.ask("COMMAND LIST FILTERBY MODULE x") == .array([]))
            #expect(try client.ask("COMMAND LIST FILTERBY ACLCAT x") == .array([]))
            let found = try client.ask("COMMAND LIST FILTERBY PATTERN XA*")?.elements
            #expect(found?.compactMap(\.text).sorted() == ["xack", "xadd", "xautoclaim"])
            #expect(
                try client.ask("COMMAND FOO")
                    == .error("ERR unknown subcommand 'FOO'. Try COMMAND HELP."))
            #expect(try client.ask("COMMAND HELP")?.elements?.isEmpty == false)
            #expect(
                try client.ask("TIME FOO")
                    == .error("ERR unknown subcommand 'FOO'. Try TIME HELP."))
            #expect(try client.ask("TIME")?.elements?.count == 2)
            let docs = try client.ask("COMMAND DOCS trade|create nothing")
            #expect(docs?["trade|create"]?["summary"]?.text?.isEmpty == false)
            let quote = try client.ask("COMMAND INFO trade|quote")?.elements?.first?.elements
            #expect(quote?[2].elements?.contains(.simple("readonly")) == true)
            #expect(try client.ask("INFO entrepot")?.text?.contains("indexed_seq:") == true)
        }
    }

    private final class KeptLines: LogSink {
        private let kept = Monitor("")

        func write(_ line: Span<UInt8>) {
            let text = line.validatedText ?? ""
            kept.update { $0 += text }
        }

        func waits(for text: String) -> Bool {
            kept.wait(milliseconds: 10_000) { $0.contains(text) ? true : nil } ?? false
        }
    }

    /// Said once, by the clock: nobody has to write first.
    @Test func aFullDiskIsLogged() throws {
        let lines = KeptLines()
        let server = try RunningServer {
            $0.limits.freeSpaceFloorBytes = .max
            $0.sink = lines
            $0.level = .warning
        }
        defer { server.stop() }
        #expect(lines.waits(for: "writes are refused"))
        let client = try server.connect()
        #expect(try client.ask("STATION ADD a")?.errorText?.hasPrefix("NOSPACE") == true)
    }

    @Test func namesOfClientsHaveALimit() throws {
        let server = try RunningServer { $0.limits.clientNameBytes = 20 }
        defer { server.stop() }
        let client = try server.connect()
        let (fits, tooLong) = (String(repeating: "x", count: 20), String(repeating: "x", count: 21))
        for line in [
            "CLIENT SETNAME \(tooLong)", "CLIENT SETINFO LIB-NAME \(tooLong)",
            "HELLO 2 SETNAME \(tooLong)",
        ] {
            #expect(try client.ask(line)?.errorText?.hasPrefix("LIMIT") == true, "\(line)")
        }
        #expect(try client.ask("CLIENT SETNAME \(fits)") == .simple("OK"))
    }

    /// A cursor of another history is recognised, forwards and backwards.
    @Test func unknownEpochs() throws {
        try serving { _, client in
            for line in [
                "XREAD STREAMS events 1-9", "XRANGE events 1-9 +", "XRANGE events - 2-9",
                "XRANGE events (1-9 +", "XREVRANGE events + 1-9", "XREVRANGE events 2-9 -",
            ] {
                let reply = try client.ask(line)
                #expect(reply?.errorText?.hasPrefix("CONFLICT epoch 9") == true, "\(line)")
            }
            let known = try client.ask("XRANGE events 1-0 2")
            #expect(known?.elements?.count == 2)
        }
    }

    @Test(arguments: [
        ("KEY k FOO bar", #""KEY" "k" "(redacted)" "(redacted)""#),
        ("DRYRUN KEY k AUTHH x y", #""DRYRUN" "KEY" "k" "(redacted)" "(redacted)" "(redacted)""#),
        ("AFTER 5 MS 1 AUTH pw", #""AFTER" "5" "MS" "1" "AUTH" "(redacted)""#),
        (
            "USERR ADD bob PASSWORD x",
            #""USERR" "(redacted)" "(redacted)" "(redacted)" "(redacted)""#
        ),
        (
            "COMMAND GETKEYS USER PASSWD ann pw",
            #""COMMAND" "GETKEYS" "(redacted)" "(redacted)" "(redacted)" "(redacted)""#
        ),
        ("COMMAND GETKEYS TRADE GET t", #""COMMAND" "GETKEYS" "TRADE" "GET" "t""#),
        (
            "TRADE GET ent_01ARZ3NDEKTSV4RRFFQ69G5FAV_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            #""TRADE" "GET" "(redacted)""#
        ),
        ("TRADE GET eyJhbGciOiJIUzI1NiJ9.e30.AAAA", #""TRADE" "GET" "(redacted)""#),
        ("SETT api-Token x", #""SETT" "(redacted)" "(redacted)""#),
        ("CONFIG SETT key x", #""CONFIG" "(redacted)" "(redacted)" "(redacted)""#),
        ("HELLO 2", #""HELLO" "2""#),
        ("HELLO 2 AUTH admin pw", #""HELLO" "(redacted)" "(redacted)" "(redacted)" "(redacted)""#),
        ("GETT luna", #""GETT" "luna""#), ("STATION GET auth", #""STATION" "GET" "auth""#),
    ])
    func redaction(line: String, shown: String) throws {
        try serving { server, client in
            #expect(try client.ask("MONITOR") == .simple("OK"))
            let other = try server.connect()
            _ = try other.ask(line)
            _ = try other.ask("CLIENT ID")
            // A request that is no command at all is not shown.
            let first = try client.reply()?.text ?? ""
            let isShown = first.hasSuffix(shown)
            let isLeftOut = first.hasSuffix(#""CLIENT" "ID""#)
            #expect(isShown || isLeftOut, "\(first)")
        }
    }

    @Test func monitorHidesSecrets() throws {
        try serving { server, client in
            #expect(try client.ask("MONITOR") == .simple("OK"))
            let other = try server.connect()
            _ = try other.ask("AUTH admin hunter2")
            _ = try other.ask("KEY k AUTH hunter2")
            _ = try other.ask("ECHO shown")
            let first = try client.reply()?.text ?? ""
            #expect(first.contains("\"AUTH\" \"(redacted)\" \"(redacted)\""))
            let second = try client.reply()?.text ?? ""
            #expect(second.hasSuffix("\"KEY\" \"k\" \"AUTH\" \"(redacted)\""))
            #expect(try client.reply()?.text?.contains("\"ECHO\" \"shown\"") == true)
        }
    }

    // MARK: Events

    @Test func subscriptions() throws {
        try serving { server, client in
            #expect(
                try client.ask("SUBSCRIBE station.added")
                    == .array([
                        .bulk(Array("subscribe".utf8)), .bulk(Array("station.added".utf8)),
                        .integer(1),
                    ]))
            #expect(try client.ask("PSUBSCRIBE st*")?.elements?.last == .integer(2))
            #expect(
                try client.ask("XLEN events")?.errorText?
                    .hasPrefix("ERR Can't execute 'xlen': only (P|S)SUBSCRIBE") == true)
            #expect(try client.ask("PING")?.elements?.first?.text == "pong")
            let other = try server.connect()
            _ = try other.ask("STATION ADD a-1")
            let message = try client.reply()?.elements
            #expect(message?.map { $0.text }.prefix(2) == ["message", "station.added"])
            #expect(message?.last?.text?.contains(#""subject":"station/a-1""#) == true)
            #expect(try client.reply()?.elements?.first?.text == "pmessage")
            #expect(try client.ask("UNSUBSCRIBE")?.elements?.last == .integer(1))
            #expect(try client.ask("PUNSUBSCRIBE")?.elements?.last == .integer(0))
            #expect(try client.ask("XLEN events") == .integer(3))
        }
    }

    @Test func streams() throws {
        try serving { server, client in
            _ = try client.ask("STATION ADD a-1")
            _ = try client.ask("STATION ADD a-2")
            let all = try client.ask("XRANGE events - +")?.elements ?? []
            #expect(all.map { $0.elements?.first?.text } == ["1-0", "2-0", "3-0", "4-0"])
            let fields = all.last?.elements?.last
            #expect(fields?["type"]?.text == "station.added")
            #expect(fields?["subject"]?.text == "station/a-2")
            let last = try client.ask("XREVRANGE events + - COUNT 1")?.elements
            #expect(last?.first?.elements?.first?.text == "4-0")
            let read = try client.ask("XREAD COUNT 1 STREAMS events 2")?.elements
            #expect(read?.first?.elements?.last?.elements?.first?.elements?.first?.text == "3-0")
            #expect(try client.ask("XREAD BLOCK 10 STREAMS events $") == .null)
            #expect(try client.ask("XADD events * a b")?.errorText?.hasPrefix("NOPERM") == true)
            #expect(try client.ask("XINFO STREAM events")?["length"] == .integer(4))
            try client.send("XREAD BLOCK 0 STREAMS events $\r\n")
            let other = try server.connect()
            _ = try other.ask("STATION ADD a-3")
            let blocked = try client.reply()?.elements?.first?.elements?.last?.elements
            #expect(blocked?.first?.elements?.first?.text == "5-0")
        }
    }

    @Test func waitingForASeq() throws {
        try serving { server, client in
            #expect(
                try client.ask("AFTER 99 MS 10 XLEN events")?.errorText?.hasPrefix("STALE ")
                    == true)
            try client.send("AFTER 3 MS 5000 XLEN events\r\n")
            let other = try server.connect()
            _ = try other.ask("STATION ADD a-1")
            #expect(try client.reply() == .integer(3))
        }
    }

    @Test func consumerGroups() throws {
        try serving { _, client in
            for id in ["a-1", "a-2", "a-3"] { _ = try client.ask("STATION ADD \(id)") }
            #expect(try client.ask("XGROUP CREATE events g 2-0") == .simple("OK"))
            #expect(
                try client.ask("XGROUP CREATE events g 0")
                    == .error("BUSYGROUP Consumer Group name already exists"))
            let read = try client.ask("XREADGROUP GROUP g alice COUNT 2 STREAMS events >")
            #expect(read?.elements?.first?.elements?.last?.elements?.count == 2)
            let summary = try client.ask("XPENDING events g")?.elements
            #expect(summary?.prefix(3).map(\.text) == ["2", "3-0", "4-0"])
            #expect(try client.ask("XACK events g 3-0 3-0 99-0") == .integer(1))
            let claimed = try client.ask("XCLAIM events g bob 0 4-0 JUSTID")?.elements
            #expect(claimed?.map(\.text) == ["4-0"])
            let rows = try client.ask("XPENDING events g - + 10")?.elements
            #expect(rows?.first?.elements?[1].text == "bob")
            let auto = try client.ask("XAUTOCLAIM events g alice 0 0 COUNT 1")?.elements
            #expect(auto?.first?.text == "0-0" && auto?[1].elements?.count == 1)
            #expect(try client.ask("XREADGROUP GROUP g bob STREAMS events >")?.elements?.count == 1)
            #expect(try client.ask("XREADGROUP GROUP g bob STREAMS events >") == .null)
            let info = try client.ask("XINFO GROUPS events")?.elements?.first
            #expect(info?["pending"] == .integer(2) && info?["lag"] == .integer(0))
            #expect(try client.ask("XINFO CONSUMERS events g")?.elements?.count == 2)
            #expect(try client.ask("XGROUP DELCONSUMER events g bob") == .integer(1))
            #expect(
                try client.ask("XREADGROUP GROUP none x STREAMS events >")?.errorText?
                    .hasPrefix("NOGROUP No such key 'events' or consumer group 'none'") == true)
            #expect(try client.ask("XGROUP DESTROY events g") == .integer(1))
            #expect(try client.ask("XACK events g 4") == .integer(0))
        }
    }

    @Test func groupsSurviveARestart() throws {
        let first = try RunningServer()
        let directory = first.directory
        do {
            let client = try first.connect()
            _ = try client.ask("STATION ADD a-1")
            _ = try client.ask("XGROUP CREATE events g 0")
            _ = try client.ask("XREADGROUP GROUP g alice STREAMS events >")
            _ = try client.ask("XACK events g 1")
        }
        first.stopKeepingFiles()
        let second = try RunningServer { $0.directory = directory }
        defer { second.stop() }
        let client = try second.connect()
        let summary = try client.ask("XPENDING events g")?.elements
        #expect(summary?.prefix(3).map(\.text) == ["2", "2-0", "3-0"])
        #expect(
            try client.ask("XINFO CONSUMERS events g")?.elements?.first?["name"]?.text == "alice")
    }
}
