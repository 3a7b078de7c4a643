package import Basics

/// The kinds of frames that a server sends, each whole.
package enum FrameKind: UInt8, Sendable {
    case text = 1
    case close = 8
    case ping = 9
    case pong = 10
}

/// Frames from the server to a client: unmasked, never in parts.
extension ByteBuffer {
    /// Appends the head of a frame whose payload of `payloadBytes` bytes follows.
    package mutating func appendFrameHead(_ kind: FrameKind, payloadBytes: Int) {
        append(0x80 | kind.rawValue)
        if payloadBytes < 126 {
            append(UInt8(truncatingIfNeeded: payloadBytes))
        } else if payloadBytes < 65_536 {
            append(UInt8(126))
            append(bigEndian: UInt16(truncatingIfNeeded: payloadBytes))
        } else {
            append(UInt8(127))
            append(bigEndian: UInt64(payloadBytes))
        }
    }

    /// Appends a whole frame.
    ///
    /// - Parameter payload: at most 125 bytes of it are taken for anything but a text.
    package mutating func appendFrame(_ kind: FrameKind, _ payload: Span<UInt8>) {
        let count = kind == .text ? payload.count : min(payload.count, 125)
        appendFrameHead(kind, payloadBytes: count)
        append(payload.extracting(0..<count))
    }

    /// Appends a closing frame.
    ///
    /// - Parameter reason: ASCII, at most 123 bytes of it are taken.
    package mutating func appendCloseFrame(_ code: CloseCode, _ reason: StaticString) {
        var payload = ByteBuffer(capacity: 128)
        payload.append(bigEndian: code.rawValue)
        payload.append(reason)
        appendFrame(.close, payload.bytes)
    }
}
