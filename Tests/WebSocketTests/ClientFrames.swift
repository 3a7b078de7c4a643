import WebSocket

/// A frame as a client sends it, right or wrong.
struct ClientFrame {
    var isFinal = true
    var reserved: UInt8 = 0
    var opcode: UInt8
    var mask: [UInt8]? = [0x12, 0xfe, 0x00, 0x9a]
    var payload: [UInt8] = []
    /// Written instead of the payload's length: the number and how many bytes it takes.
    var claimed: (length: UInt64, bytes: Int)?

    var bytes: [UInt8] {
        var result = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let masked: UInt8 = mask == nil ? 0 : 0x80
        let length = claimed?.length ?? UInt64(payload.count)
        switch claimed?.bytes ?? (length < 126 ? 0 : length < 65_536 ? 2 : 8) {
        case 0: result.append(masked | UInt8(truncatingIfNeeded: length))
        case 2: result += [masked | 126] + Self.bigEndian(length, 2)
        default: result += [masked | 127] + Self.bigEndian(length, 8)
        }
        if let mask {
            result += mask
            for (index, byte) in payload.enumerated() { result.append(byte ^ mask[index % 4]) }
        } else {
            result += payload
        }
        return result
    }

    private static func bigEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64(count - 1 - $0))) }
    }

    static func text(_ text: String) -> [UInt8] {
        ClientFrame(opcode: 1, payload: Array(text.utf8)).bytes
    }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
        ClientFrame(opcode: 8, payload: bigEndian(UInt64(code), 2) + reason).bytes
    }

    static func part(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = false) -> [UInt8] {
        ClientFrame(isFinal: isFinal, opcode: opcode, payload: payload).bytes
    }
}

/// What a decoder makes of bytes.
struct Decoded: Equatable {
    var messages: [WebSocketMessage] = []
    var violation: WebSocketViolation?
    var isBetweenMessages = true

    /// - Parameter pieces: how many bytes come at once.
    init(_ bytes: [UInt8], pieces: Int, limit: Int = 64 << 10) {
        var decoder = MessageDecoder(maximumMessageBytes: limit)
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            do throws(WebSocketViolation) {
                try decoder.decode(Array(bytes[start..<end]).span, into: &messages)
            } catch {
                violation = error
            }
            start = end
        }
        isBetweenMessages = decoder.isBetweenMessages
    }
}
