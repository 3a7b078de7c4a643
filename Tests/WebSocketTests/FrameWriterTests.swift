import Basics
import Testing
import WebSocket

struct FrameWriterTests {
    private func frame(_ kind: FrameKind, _ payload: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.appendFrame(kind, payload.span)
        return buffer.array
    }

    @Test func writesTheShortestLength() {
        #expect(frame(.text, []) == [0x81, 0])
        #expect(frame(.text, [0x61]) == [0x81, 1, 0x61])
        #expect(frame(.text, .init(repeating: 1, count: 125)).prefix(2) == [0x81, 125])
        #expect(frame(.text, .init(repeating: 1, count: 126)).prefix(4) == [0x81, 126, 0, 126])
        #expect(
            frame(.text, .init(repeating: 1, count: 65_535)).prefix(4) == [0x81, 126, 255, 255])
        #expect(
            frame(.text, .init(repeating: 1, count: 65_536)).prefix(10)
                == [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test func keepsControlFramesShort() {
        #expect(frame(.pong, .init(repeating: 1, count: 200)).count == 127)
        #expect(frame(.ping, [1, 2]) == [0x89, 2, 1, 2])
        var buffer = ByteBuffer()
        buffer.appendCloseFrame(.tryAgainLater, "slow")
        #expect(buffer.array == [0x88, 6, 0x03, 0xf5] + Array("slow".utf8))
    }

    @Test func knowsTheCodesThatMayBeSent() {
        let sendable: [UInt16] = [1_000, 1_001, 1_002, 1_003, 1_007, 1_009, 1_013, 4_401, 4_403]
        for code in sendable { #expect(CloseCode(rawValue: code).isSendable) }
        for code in [0, 1_004, 1_005, 1_006, 1_015, 2_999, 5_000] as [UInt16] {
            #expect(!CloseCode(rawValue: code).isSendable)
        }
    }
}
