import Testing
import WebSocket

struct GoodTraffic: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let messages: [WebSocketMessage]
    var testDescription: String { name }

    static func text(_ text: String) -> WebSocketMessage { .text(Array(text.utf8)) }

    static let long = String(repeating: "äb", count: 20_000)
    static let all: [GoodTraffic] = [
        .init(name: "nothing", bytes: [], messages: []),
        .init(name: "an empty text", bytes: ClientFrame.text(""), messages: [text("")]),
        .init(name: "a text", bytes: ClientFrame.text("Hallo é"), messages: [text("Hallo é")]),
        .init(
            name: "125 bytes", bytes: ClientFrame.text(String(repeating: "x", count: 125)),
            messages: [text(String(repeating: "x", count: 125))]),
        .init(
            name: "126 bytes", bytes: ClientFrame.text(String(repeating: "x", count: 126)),
            messages: [text(String(repeating: "x", count: 126))]),
        .init(name: "60 000 bytes", bytes: ClientFrame.text(long), messages: [text(long)]),
        .init(
            name: "65 536 bytes",
            bytes: ClientFrame(
                opcode: 2,
                payload: .init(
                    repeating: 7, count: 65_536)
            ).bytes,
            messages: [.binary(.init(repeating: 7, count: 65_536))]),
        .init(
            name: "three texts",
            bytes: ClientFrame.text("a") + ClientFrame.text("b")
                + ClientFrame.text("c"), messages: [text("a"), text("b"), text("c")]),
        .init(
            name: "in parts, one of them empty, a character cut in two",
            bytes: ClientFrame.part(1, [0x61, 0xc3]) + ClientFrame.part(0, [])
                + ClientFrame.part(0, [0xa9, 0x62], isFinal: true),
            messages: [text("aéb")]),
        .init(
            name: "a ping and a pong between parts",
            bytes: ClientFrame.part(2, [1]) + ClientFrame(opcode: 9, payload: [9, 8]).bytes
                + ClientFrame.part(0, [2]) + ClientFrame(opcode: 10).bytes
                + ClientFrame.part(0, [3], isFinal: true),
            messages: [.ping([9, 8]), .pong([]), .binary([1, 2, 3])]),
        .init(
            name: "a ping of 125 bytes",
            bytes: ClientFrame(opcode: 9, payload: .init(repeating: 1, count: 125)).bytes,
            messages: [.ping(.init(repeating: 1, count: 125))]),
        .init(
            name: "a mask of zeros",
            bytes: ClientFrame(
                opcode: 1, mask: [0, 0, 0, 0], payload: [0x61]
            ).bytes, messages: [text("a")]),
        .init(
            name: "close without code", bytes: ClientFrame(opcode: 8).bytes,
            messages: [.close(nil)]),
        .init(
            name: "close with code", bytes: ClientFrame.close(1_000, Array("bye".utf8)),
            messages: [.close(.normal)]),
        .init(
            name: "close with a code of one's own", bytes: ClientFrame.close(4_999),
            messages: [.close(CloseCode(rawValue: 4_999))]),
        .init(
            name: "nothing counts behind close",
            bytes: ClientFrame.close(1_001) + ClientFrame.text("late") + [0xff, 0xff],
            messages: [.close(.goingAway)]),
        .init(
            name: "close inside a message",
            bytes: ClientFrame.part(1, [0x61])
                + ClientFrame.close(1_000), messages: [.close(.normal)]),
    ]
}

struct HostileTraffic: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let code: CloseCode
    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], _ code: CloseCode = .protocolError) {
        (self.name, self.bytes, self.code) = (name, bytes, code)
    }

    init(_ name: String, _ frame: ClientFrame, _ code: CloseCode = .protocolError) {
        self.init(name, frame.bytes, code)
    }

    static let x: [UInt8] = [0x78]
    static let all: [HostileTraffic] =
        frames + closes + texts
        + (3...7).map { HostileTraffic("data of kind \($0)", ClientFrame(opcode: $0, payload: x)) }
        + (11...15).map { HostileTraffic("control of kind \($0)", ClientFrame(opcode: $0)) }
        + (1...7).map {
            HostileTraffic("reserved bits \($0)", ClientFrame(reserved: $0, opcode: 1, payload: x))
        }

    static let frames: [HostileTraffic] = [
        .init("unmasked text", ClientFrame(opcode: 1, mask: nil, payload: x)),
        .init("unmasked empty text", ClientFrame(opcode: 1, mask: nil)),
        .init("unmasked ping", ClientFrame(opcode: 9, mask: nil)),
        .init("unmasked close", ClientFrame(opcode: 8, mask: nil)),
        .init("reserved bit of a ping", ClientFrame(reserved: 4, opcode: 9)),
        .init("ping in parts", ClientFrame(isFinal: false, opcode: 9)),
        .init("close in parts", ClientFrame(isFinal: false, opcode: 8)),
        .init(
            "ping of 126 bytes", ClientFrame(opcode: 9, payload: .init(repeating: 0, count: 126))),
        .init(
            "close of 126 bytes",
            ClientFrame(opcode: 8, payload: [3, 232] + .init(repeating: 0x61, count: 124))),
        .init(
            "ping with a long length", ClientFrame(opcode: 9, payload: x, claimed: (1, 2))),
        .init("continuation of nothing", ClientFrame(opcode: 0, payload: x)),
        .init(
            "continuation behind a whole message",
            ClientFrame.text("a") + ClientFrame.part(0, x, isFinal: true)),
        .init("text inside a text", ClientFrame.part(1, x) + ClientFrame.text("b")),
        .init("binary inside a text", ClientFrame.part(1, x) + ClientFrame.part(2, x)),
        .init(
            "two bytes for length 5",
            ClientFrame(
                opcode: 1, payload: .init(repeating: 0x61, count: 5), claimed: (5, 2))),
        .init(
            "eight bytes for length 200",
            ClientFrame(
                opcode: 1, payload: .init(repeating: 0x61, count: 200), claimed: (200, 8))),
        .init(
            "a length of 2⁶³", ClientFrame(opcode: 1, payload: x, claimed: (1 << 63, 8))),
        .init("the greatest length", ClientFrame(opcode: 1, payload: x, claimed: (.max, 8))),
        .init(
            "a length of 2⁶³ - 1",
            ClientFrame(opcode: 2, payload: x, claimed: (UInt64(Int64.max), 8)), .messageTooBig),
        .init(
            "a length of 4 GiB", ClientFrame(opcode: 1, payload: x, claimed: (1 << 32, 8)),
            .messageTooBig),
        .init(
            "one byte too many",
            ClientFrame(
                opcode: 2, payload: .init(repeating: 0, count: 65_537)), .messageTooBig),
        .init(
            "parts that are too long together",
            ClientFrame.part(2, .init(repeating: 0, count: 40_000))
                + ClientFrame.part(0, .init(repeating: 0, count: 30_000)), .messageTooBig),
        .init("HTTP instead of frames", Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
    ]

    static let closes: [HostileTraffic] =
        [0, 1, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 1_100, 2_000, 2_999, 5_000, 65_535].map {
            HostileTraffic("close code \($0)", ClientFrame.close($0))
        } + [
            .init("close of one byte", ClientFrame(opcode: 8, payload: [3])),
            .init("a reason that is not UTF-8", ClientFrame.close(1_000, [0xff]), .invalidPayload),
        ]

    static let texts: [HostileTraffic] =
        [
            [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82],
            [0x80], [0xf4, 0x90, 0x80, 0x80],
        ].map {
            HostileTraffic("text \($0)", ClientFrame(opcode: 1, payload: $0), .invalidPayload)
        } + [
            .init(
                "a character cut in two, its second half wrong",
                ClientFrame.part(1, [0x61, 0xc3]) + ClientFrame.part(0, [0x28], isFinal: true),
                .invalidPayload),
            .init(
                "a character cut in two, without its second half",
                ClientFrame.part(1, [0xe2, 0x82]) + ClientFrame.part(0, [], isFinal: true),
                .invalidPayload),
        ]
}

struct MessageDecoderTests {
    @Test(arguments: GoodTraffic.all) func takesGoodTraffic(_ good: GoodTraffic) {
        for pieces in [good.bytes.count + 1, 1, 2, 3, 7, 4_096] {
            let decoded = Decoded(good.bytes, pieces: pieces)
            #expect(decoded.violation == nil)
            #expect(decoded.messages == good.messages)
            #expect(decoded.isBetweenMessages)
        }
    }

    @Test(arguments: GoodTraffic.all) func waitsForTheRest(_ good: GoodTraffic) {
        // Every prefix, but of long ones only those around what matters.
        for end in Set(0..<good.bytes.count).intersection(
            Set(0...200).union(good.bytes.count - 20..<good.bytes.count + 1))
        {
            let decoded = Decoded(Array(good.bytes[..<end]), pieces: end + 1)
            #expect(decoded.violation == nil)
            #expect(good.messages.starts(with: decoded.messages))
        }
    }

    @Test(arguments: HostileTraffic.all) func endsHostileTraffic(_ hostile: HostileTraffic) {
        for pieces in [hostile.bytes.count, 1, 2, 5] {
            let decoded = Decoded(hostile.bytes + ClientFrame.text("more"), pieces: pieces)
            #expect(decoded.violation?.code == hostile.code)
            #expect(!decoded.messages.contains(GoodTraffic.text("more")))
        }
    }

    @Test func knowsWhetherSomethingIsUnfinished() {
        #expect(!Decoded([0x81], pieces: 1).isBetweenMessages)
        #expect(!Decoded(ClientFrame.part(1, []), pieces: 9).isBetweenMessages)
        let whole = ClientFrame.text("abc")
        for end in 1..<whole.count {
            #expect(!Decoded(Array(whole[..<end]), pieces: 2).isBetweenMessages)
        }
        #expect(Decoded(whole, pieces: 2).isBetweenMessages)
    }

    @Test func obeysItsLimit() {
        let exact = ClientFrame.text("12345678")
        #expect(Decoded(exact, pieces: 3, limit: 8).messages.count == 1)
        #expect(Decoded(exact, pieces: 3, limit: 7).violation?.code == .messageTooBig)
        #expect(Decoded(ClientFrame.text(""), pieces: 3, limit: 0).messages.count == 1)
    }

    /// Traffic with bytes changed at random means the same however it is cut, and never traps.
    @Test func meansTheSameHoweverItIsCut() {
        var random = SystemRandomNumberGenerator()
        let seeds = GoodTraffic.all.filter { $0.bytes.count < 1_000 }.map(\.bytes)
        for round in 0..<3_000 {
            var bytes = seeds[round % seeds.count] + (seeds.randomElement(using: &random) ?? [])
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let whole = Decoded(bytes, pieces: bytes.count + 1)
            let cut = Decoded(bytes, pieces: Int.random(in: 1...9, using: &random))
            #expect(whole == cut, "\(bytes)")
        }
    }
}
