import Accounts
import Basics
import Domain
import EventLoop
import Ledger
import RESP
import Testing

@testable import RESPServer

@Suite("Pieces of the TCP edge") struct PieceTests {
    // MARK: Stream ids

    @Test(
        arguments: [
            ("0", 0, 0), ("1042", 1_042, 0), ("1042-3", 1_042, 3),
            ("18446744073709551615-1", UInt64.max, 1),
        ] as [(String, UInt64, UInt64)])
    func goodStreamIDs(text: String, seq: UInt64, epoch: UInt64) {
        #expect(StreamID(text.utf8.span) == StreamID(seq: seq, epoch: epoch))
    }

    @Test(arguments: ["", "-", "1-", "-1", "1-2-3", "x", "18446744073709551616", "1 ", "+1"])
    func badStreamIDs(text: String) { #expect(StreamID(text.utf8.span) == nil) }

    @Test func streamRanges() throws {
        func range(_ first: String, _ last: String) throws(CommandError) -> StreamRange {
            try StreamRange.parse(first.utf8.span, last.utf8.span)
        }
        #expect(try range("-", "+") == StreamRange(first: 0, last: .max))
        #expect(try range("(5", "(9-0") == StreamRange(first: 6, last: 8))
        #expect(throws: CommandError.self) { try range("(18446744073709551615", "+") }
        #expect(throws: CommandError.self) { try range("-", "(0") }
        #expect(throws: CommandError.self) { try range("a", "+") }
    }

    // MARK: Pending entries

    @Test func pendingListKeepsOrder() {
        var list = PendingList()
        for seq in [UInt64](1...3_000) {
            list.set(PendingEntry(seq: seq, consumer: 1, delivered: 0, deliveryCount: 1))
        }
        for seq in [UInt64](1...2_000) { #expect(list.remove(seq)?.seq == seq) }
        #expect(list.remove(2_000) == nil)
        #expect(list.remove(2_500)?.seq == 2_500)
        #expect(list.count == 999)
        #expect(list.from(2_499).prefix(2).map(\.seq) == [2_499, 2_501])
        list.set(PendingEntry(seq: 5, consumer: 2, delivered: 7, deliveryCount: 1))
        #expect(list.all.first?.seq == 5)
        #expect(list[5]?.consumer == 2)
    }

    @Test func groupSurvivesItsEncoding() throws {
        var group = ConsumerGroup(name: "g", lastSeq: 42)
        _ = try group.join("alice", now: 5)
        let (bob, _) = try group.join("bob", now: 6)
        group.markActive(bob, now: 9)
        let read = try GroupStore.decodeGroup(name: "g", GroupStore.encode(group).span)
        #expect(read.lastSeq == 42)
        #expect(read.consumersByAge == group.consumersByAge)
        #expect(throws: DecodingError.self) {
            try GroupStore.decodeGroup(name: "g", [1, 200].span)
        }
    }

    // MARK: Replies

    private func encoded(_ value: ReplyValue, _ format: ReplyFormat) -> String {
        var buffer = ByteBuffer()
        ReplyEncoder.append(value, as: format, to: &buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    @Test func repliesInEachFormat() {
        let value = ReplyValue.map([("a", .integer(1)), ("b", .array([.null, .simple("x")]))])
        #expect(
            encoded(value, .resp(.two))
                == "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*2\r\n$-1\r\n+x\r\n")
        #expect(
            encoded(value, .resp(.three))
                == "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*2\r\n_\r\n+x\r\n")
        #expect(encoded(value, .json) == #"{"a":1,"b":[null,"x"]}"# + "\n")
    }

    @Test func errorsAsJSONCarryTheFigures() {
        var error = CommandError(.outOfStock, "luna-1 has 3 of water available, 5 asked")
        error.station = Identifier("luna-1")
        error.item = Identifier("water")
        error.asked = 5
        error.available = 3
        #expect(
            encoded(.error(error), .json)
                == #"{"error":{"code":"OUTOFSTOCK","message":"luna-1 has 3 of water available, "#
                + #"5 asked","station":"luna-1","item":"water","asked":5,"available":3}}"# + "\n")
        #expect(
            encoded(.error(error), .resp(.two))
                == "-OUTOFSTOCK luna-1 has 3 of water available, 5 asked\r\n")
    }

    @Test func aDocumentStaysOnItsLine() {
        #expect(encoded(.json(Array("{\n\"a\":\r1}".utf8)), .json) == "{ \"a\": 1}\n")
    }

    @Test func pushesAsJSON() {
        var buffer = ByteBuffer()
        ReplyEncoder.appendPush(
            [.text("message"), .text("trade.paid"), .json(Array("{}".utf8))], as: .json,
            to: &buffer)
        #expect(
            String(decoding: buffer.array, as: UTF8.self)
                == #"{"push":"message","channel":"trade.paid","data":{}}"# + "\n")
    }

    // MARK: Commands

    @Test func everySessionCommandHasARow() {
        var missing = Set(SessionCommand.allCases.map { "\($0)" })
        for spec in CommandTable.all {
            if case .session(let command) = spec.handler { missing.remove("\(command)") }
        }
        #expect(missing.isEmpty)
    }

    @Test func syntaxIsCutIntoArguments() {
        func names(_ syntax: String) -> [String] {
            CommandCatalog.arguments(syntax).map { value in
                guard case .map(let pairs) = value, case .text(let name)? = pairs.first?.value
                else { return "" }
                return pairs.count > 3 ? name + "?" : name
            }
        }
        #expect(names("id [NAME text] [AT x y [z]]") == ["id", "NAME text?", "AT x y [z]?"])
        #expect(names("") == [])
        #expect(names("[a") == ["a?"])
    }

    @Test func wordsAsNumbers() {
        let cases: [(String, Int64?)] = [
            ("0", 0), ("-1", -1), ("9223372036854775807", .max), ("9223372036854775808", nil),
            ("-9223372036854775808", .min), ("", nil), ("-", nil), ("1x", nil),
        ]
        for (text, expected) in cases { #expect(text.utf8.span.number == expected) }
    }

    @Test func wordsAreQuotedForMonitors() {
        #expect(RESPServer.quoted([97, 34, 92, 10, 0, 255]) == #""a\"\\\n\x00\xff""#)
    }

    @Test func administratorLogsIn() {
        let open = AdministratorAuthenticator(password: nil, trustsLoopback: true)
        let near = Endpoint.tcp(host: "127.0.0.1", port: 1)
        let far = Endpoint.tcp(host: "10.0.0.7", port: 1)
        #expect(open.callerWithoutCredentials(peer: near, local: near) != nil)
        #expect(open.callerWithoutCredentials(peer: far, local: near) == nil)
        func isLetIn(_ one: AdministratorAuthenticator, _ name: String, _ word: String) -> Bool {
            let answer = one.recall(.password(name: name, Redacted(word)), from: "10.0.0.7")
            if case .caller? = answer { return true }
            return false
        }
        #expect(!isLetIn(open, "admin", ""))
        let closed = AdministratorAuthenticator(password: Redacted("s"), trustsLoopback: false)
        #expect(closed.callerWithoutCredentials(peer: near, local: near) == nil)
        #expect(
            closed.callerWithoutCredentials(
                peer: .unix(path: ""), local: .unix(path: "/x")) != nil)
        #expect(isLetIn(closed, "admin", "s"))
        #expect(!isLetIn(closed, "admin", "t"))
        #expect(!isLetIn(closed, "eve", "s"))
    }
}
