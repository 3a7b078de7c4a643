import Basics
import Domain
import JSON
import Ledger
import Testing

@testable import HTTPServer

private let h = FakeLog.historyID

/// A frame from the server.
struct ServerFrame: Equatable {
    let opcode: UInt8
    let payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    /// Of a closing frame.
    var code: Int { payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]) }
}

extension FakeSink {
    /// Sends a masked frame.
    func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) {
        let mask: [UInt8] = [1, 2, 3, 4]
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        }
        bytes += mask
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index % 4]) }
        handler?.received(bytes.span)
    }

    func say(_ text: String) { frame(1, Array(text.utf8)) }

    /// What the server has sent; unmasked, whole frames.
    var frames: [ServerFrame] {
        var frames: [ServerFrame] = []
        var rest = received[...]
        while rest.count >= 2 {
            let start = rest.startIndex
            var length = Int(rest[start + 1])
            var head = 2
            if length == 126 {
                length = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
                head = 4
            } else if length == 127 {
                length = rest[(start + 2)..<(start + 10)].reduce(0) { $0 << 8 | Int($1) }
                head = 10
            }
            if rest.count < head + length { break }
            let payload = Array(rest[(start + head)..<(start + head + length)])
            frames.append(ServerFrame(opcode: rest[start] & 0x0f, payload: payload))
            rest = rest.dropFirst(head + length)
        }
        return frames
    }

    var texts: [String] { frames.filter { $0.opcode == 1 }.map(\.text) }
    var closeCode: Int? { frames.last { $0.opcode == 8 }?.code }

    /// The seqs of the events of a subscription.
    func seqs(of id: String) -> [Int64] {
        frames.filter { $0.opcode == 1 }.compactMap { frame in
            guard let value = try? JSONReader.parse(frame.payload.span),
                value["op"]?.string == "event", value["id"]?.string == id
            else { return nil }
            return value["event"]?["seq"]?.int64
        }
    }
}

struct FeedSocketTests {
    private let hello = "{\"op\":\"heartbeat\",\"cursor\":\"\(h):0\"}"

    @Test func logsInAndFollows() throws {
        let world = FeedWorld()
        world.access.callers["ent_1"] = .local
        let sink = try world.openSocket()
        #expect(sink.received.isEmpty)
        sink.say("{\"op\":\"subscribe\",\"id\":\"s1\"}")
        world.settle()
        #expect(sink.texts.last?.contains("\"code\":\"NOAUTH\"") == true)
        sink.say("{\"op\":\"auth\",\"token\":\"ent_1\"}")
        sink.say("{\"op\":\"subscribe\",\"id\":\"s1\"}")
        world.settle()
        #expect(
            sink.texts.dropFirst() == [
                hello, "{\"op\":\"subscribed\",\"id\":\"s1\",\"cursor\":\"\(h):0\"}",
            ])
        world.publish(.rate, .stock(1))
        world.settle()
        #expect(sink.seqs(of: "s1") == [1, 2])
    }

    @Test func closesOnAWrongToken() throws {
        let world = FeedWorld()
        let sink = try world.openSocket()
        sink.say("{\"op\":\"auth\",\"token\":\"ent_2\"}")
        world.settle()
        #expect(
            sink.texts == [
                "{\"op\":\"error\",\"id\":null,\"code\":\"WRONGPASS\","
                    + "\"detail\":\"the token is wrong\"}"
            ])
        #expect(sink.closeCode == 4_401)
        sink.say("{\"op\":\"ping\"}")
        sink.frame(8, [])
        world.settle()
        #expect(sink.isFinished && sink.frames.count == 2)
    }

    @Test func closesWhoDoesNotLogIn() throws {
        let world = FeedWorld()
        let sink = try world.openSocket()
        world.wait(seconds: 9)
        #expect(sink.closeCode == nil)
        world.wait(seconds: 1)
        #expect(sink.closeCode == 4_401)
        world.wait(seconds: 5)
        #expect(sink.isAborted)
        #expect(world.hub.isIdle)
    }

    @Test func hasSeveralSubscriptions() throws {
        let world = FeedWorld(events: [.rate, .stock(1), .stock(2)])
        let sink = try world.openSocket(
            "Authorization: Bearer x\r\n", caller: .local)
        #expect(sink.texts == ["{\"op\":\"heartbeat\",\"cursor\":\"\(h):3\"}"])
        sink.say(
            "{\"op\":\"subscribe\",\"id\":\"a\",\"types\":[\"rate.*\"],\"cursor\":\"earliest\"}")
        sink.say("{\"op\":\"subscribe\",\"id\":\"b\",\"stations\":[\"luna-1\"],\"cursor\":\"now\"}")
        sink.say("{\"op\":\"subscribe\",\"id\":\"c\",\"cursor\":\"\(h):2\"}")
        world.settle()
        world.publish(.rate, .stock(1))
        world.settle()
        #expect(sink.seqs(of: "a") == [1, 4])
        #expect(sink.seqs(of: "b") == [5])
        #expect(sink.seqs(of: "c") == [3, 4, 5])
        #expect(world.hub.subscriberCount == 3)
        sink.say("{\"op\":\"unsubscribe\",\"id\":\"b\"}")
        sink.say("{\"op\":\"unsubscribe\",\"id\":\"b\"}")
        world.publish(.stock(1))
        world.settle()
        #expect(sink.seqs(of: "b") == [5])
        #expect(sink.seqs(of: "c") == [3, 4, 5, 6])
        #expect(sink.texts.contains("{\"op\":\"unsubscribed\",\"id\":\"b\"}"))
        #expect(sink.texts.contains { $0.contains("\"id\":\"b\",\"code\":\"NOTFOUND\"") })
        #expect(world.hub.subscriberCount == 2)
    }

    @Test func resets() throws {
        let world = FeedWorld(events: [.rate])
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        sink.say(
            "{\"op\":\"subscribe\",\"id\":\"a\",\"cursor\":\"ffffffffffffffff:1\"}")
        world.settle()
        #expect(
            sink.texts.dropFirst() == [
                "{\"op\":\"subscribed\",\"id\":\"a\",\"cursor\":\"\(h):1\"}",
                "{\"op\":\"reset\",\"id\":\"a\",\"reason\":\"unknown\",\"first\":1,\"head\":1}",
            ])
    }

    @Test func refusesWrongMessages() throws {
        let world = FeedWorld { $0.feedSubscriptions = 1 }
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        sink.say("{\"op\":\"subscribe\",\"id\":\"a\"}")
        world.settle()
        let cases: [(String, String)] = [
            ("", "\"id\":null,\"code\":\"SYNTAX\""), ("[]", "\"id\":null,\"code\":\"SYNTAX\""),
            ("{\"op\":\"fly\",\"id\":\"x\"}", "\"id\":\"x\",\"code\":\"SYNTAX\""),
            ("{\"op\":\"ping\",\"more\":1}", "\"id\":null,\"code\":\"RANGE\""),
            ("{\"op\":\"auth\"}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\"}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\",\"id\":\"\"}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\",\"id\":7}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\",\"id\":\"b\"}", "\"id\":\"b\",\"code\":\"LIMIT\""),
            ("{\"op\":\"subscribe\",\"id\":\"a\"}", "\"id\":\"a\",\"code\":\"EXISTS\""),
            ("{\"op\":\"unsubscribe\",\"id\":\"b\"}", "\"id\":\"b\",\"code\":\"NOTFOUND\""),
            ("{\"op\":\"subscribe\",\"id\":\"b\",\"types\":\"x\"}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\",\"id\":\"b\",\"types\":[1]}", "\"code\":\"RANGE\""),
            ("{\"op\":\"subscribe\",\"id\":\"b\",\"cursor\":1}", "\"code\":\"RANGE\""),
            ("{\"op\":\"auth\",\"token\":\"wrong\"}", "\"code\":\"WRONGPASS\""),
        ]
        for (message, wanted) in cases {
            sink.forget()
            sink.say(message)
            world.settle()
            #expect(sink.texts.count == 1)
            #expect(sink.texts.first?.contains(wanted) == true, "\(message): \(sink.texts)")
        }
        let more = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        for (field, code) in [("types\":[\"a.b", "RANGE"), ("stations\":[\"venus-9", "NOTFOUND")] {
            more.say("{\"op\":\"subscribe\",\"id\":\"b\",\"\(field)\"]}")
            world.settle()
            #expect(more.texts.last?.contains(code) == true)
        }
        #expect(sink.closeCode == nil && more.closeCode == nil)
    }

    @Test func answersPings() throws {
        let world = FeedWorld()
        let sink = try world.openSocket()
        sink.frame(9, [1, 2, 3])
        world.settle()
        #expect(sink.frames == [ServerFrame(opcode: 10, payload: [1, 2, 3])])
        world.access.callers["t"] = .local
        sink.say("{\"op\":\"auth\",\"token\":\"t\"}")
        sink.say("{\"op\":\"ping\"}")
        world.settle()
        #expect(sink.texts == [hello, "{\"op\":\"pong\"}"])
    }

    @Test func closesInOrder() throws {
        let world = FeedWorld()
        let sink = try world.openSocket()
        sink.frame(8, [0x03, 0xe8] + Array("bye".utf8))
        world.settle()
        #expect(sink.frames == [ServerFrame(opcode: 8, payload: [0x03, 0xe8])])
        #expect(sink.isFinished)
    }

    @Test func endsWrongTraffic() throws {
        let cases: [(UInt8, [UInt8], Int)] = [
            (2, [1], 1_003), (1, [0xff], 1_007), (3, [], 1_002), (0, [], 1_002), (8, [1], 1_002),
        ]
        for (opcode, payload, code) in cases {
            let world = FeedWorld()
            let sink = try world.openSocket()
            sink.frame(opcode, payload)
            world.settle()
            #expect(sink.closeCode == code)
        }
        let world = FeedWorld { $0.feedMessageBytes = 100 }
        let sink = try world.openSocket()
        sink.say(String(repeating: "x", count: 101))
        world.settle()
        #expect(sink.closeCode == 1_009)
        #expect(sink.isFinished)
    }

    @Test func endsAMessageThatTakesTooLong() throws {
        let world = FeedWorld()
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        sink.frame(1, [0x7b], isFinal: false)
        world.wait(seconds: 9)
        #expect(sink.closeCode == nil)
        world.wait(seconds: 2)
        #expect(sink.closeCode == 1_008)
    }

    /// Pings between the parts keep the connection, not the message.
    @Test func pingsGiveAMessageNoMoreTime() throws {
        let world = FeedWorld()
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        sink.frame(1, [0x7b], isFinal: false)
        for _ in 0..<3 {
            world.wait(seconds: 3)
            sink.frame(9, [])
        }
        #expect(sink.closeCode == nil)
        world.wait(seconds: 2)
        #expect(sink.closeCode == 1_008)
    }

    /// The cursor of a heartbeat is never ahead of events that are unsent.
    @Test func aFreshTokenOvertakesNothing() throws {
        let world = FeedWorld()
        world.access.callers = ["new": .local]
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        sink.say("{\"op\":\"subscribe\",\"id\":\"a\"}")
        world.settle()
        sink.room = 0
        world.publish(.stock(1))
        world.settle()
        sink.forget()
        sink.say("{\"op\":\"auth\",\"token\":\"new\"}")
        sink.openTap()
        world.settle()
        world.wait(seconds: 1)
        #expect(sink.seqs(of: "a") == [1])
        #expect(sink.texts.count == 2)
        #expect(sink.texts.last == "{\"op\":\"heartbeat\",\"cursor\":\"\(h):1\"}")
    }

    @Test func endsWhoAsksTooMuch() throws {
        let world = FeedWorld()
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: .local)
        for _ in 0..<201 { sink.frame(9, []) }
        world.settle()
        #expect(sink.closeCode == 1_008)
    }

    @Test func endsForItsReasons() throws {
        let world = FeedWorld { $0.subscriberBufferHardBytes = 1_000 }
        let bearer = "Authorization: Bearer x\r\n"
        let vera = FeedWorld.viewer
        let (slow, gone) = (
            try world.openSocket(bearer, caller: .local), try world.openSocket(bearer, caller: vera)
        )
        slow.say("{\"op\":\"subscribe\",\"id\":\"a\"}")
        world.settle()
        slow.room = 10
        world.publish(.stock(1, bytes: 5_000))
        world.settle()
        world.wait(seconds: 1)
        slow.openTap()
        world.access.gone = [vera.name]
        world.hub.accountsChanged([vera.name])
        world.settle()
        let last = try world.openSocket(bearer, caller: .local)
        world.hub.beginStop()
        world.settle()
        #expect(slow.seqs(of: "a") == [1])
        #expect([slow, gone, last].map(\.closeCode) == [1_013, 4_403, 1_001])
    }

    @Test func aFreshTokenGoesOn() throws {
        let world = FeedWorld()
        let vera = FeedWorld.viewer
        world.access.callers = ["new": vera, "other": .local]
        world.access.expiries[vera.name] = 1_005_000
        let sink = try world.openSocket("Authorization: Bearer x\r\n", caller: vera)
        sink.say("{\"op\":\"subscribe\",\"id\":\"a\"}")
        world.access.expiries[vera.name] = 1_020_000
        sink.say("{\"op\":\"auth\",\"token\":\"new\"}")
        sink.say("{\"op\":\"auth\",\"token\":\"other\"}")
        world.settle()
        #expect(sink.texts.last?.contains("CONFLICT") == true)
        world.wait(seconds: 10)
        #expect(sink.closeCode == nil)
        world.wait(seconds: 10)
        #expect(sink.closeCode == 4_401)
    }
}
