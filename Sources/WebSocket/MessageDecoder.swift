import Basics

/// Makes messages of a client's bytes, as RFC 6455 asks of a server: masked frames only, no
/// extension, control frames whole and between the parts of a message, texts in UTF-8.
///
/// Memory: what has arrived of an unfinished message, at most the limit, and 4.3 kB while a frame
/// is incomplete; an idle decoder holds nothing. Ownership: noncopyable. Threading: none of its
/// own.
package struct MessageDecoder: ~Copyable {
    private enum Opcode {
        static let continuation: UInt8 = 0
        static let text: UInt8 = 1
        static let binary: UInt8 = 2
        static let close: UInt8 = 8
        static let ping: UInt8 = 9
        static let pong: UInt8 = 10
    }

    private var frames = FrameReader()
    /// The message of which parts have arrived.
    private var message: [UInt8] = []
    private var messageOpcode: UInt8?
    private var control: [UInt8] = []
    private let maximumMessageBytes: Int
    /// Whether a closing frame or a violation has ended the stream; what follows is ignored.
    package private(set) var isEnded = false

    /// - Parameter maximumMessageBytes: longest message, all its parts together.
    package init(maximumMessageBytes: Int = 64 << 10) {
        self.maximumMessageBytes = maximumMessageBytes
    }

    /// Whether nothing is half received: neither a frame nor a message.
    package var isBetweenMessages: Bool { frames.isBetweenFrames && messageOpcode == nil }

    /// Takes in what has arrived and appends the messages that are whole now.
    ///
    /// - Throws: how the connection must end; `messages` has what came before.
    package mutating func decode(
        _ bytes: Span<UInt8>, into messages: inout [WebSocketMessage]
    ) throws(WebSocketViolation) {
        if isEnded { return }
        // Taken out, so that the closure may change the rest of the decoder.
        var reader = FrameReader()
        swap(&reader, &frames)
        do throws(WebSocketViolation) {
            try reader.withInput(bytes) { (reader) throws(WebSocketViolation) in
                while !isEnded, let chunk = try reader.next() { try take(chunk, &messages) }
            }
            swap(&reader, &frames)
        } catch {
            end()
            throw error
        }
        if isEnded { end() }
    }

    /// Nothing is read any more; gives the memory back.
    private mutating func end() {
        isEnded = true
        frames = FrameReader()
        message = []
        control = []
        messageOpcode = nil
    }

    private mutating func take(
        _ chunk: borrowing FrameChunk, _ messages: inout [WebSocketMessage]
    ) throws(WebSocketViolation) {
        let isControl = chunk.opcode >= Opcode.close
        if chunk.isFirst { try check(chunk) }
        if isControl {
            chunk.append(to: &control)
            if !chunk.isLast { return }
            let payload = control
            control = []
            messages.append(try controlMessage(chunk.opcode, payload))
            return
        }
        chunk.append(to: &message)
        if !chunk.isLast || !chunk.isFinal { return }
        let (payload, opcode) = (message, messageOpcode)
        message = []
        messageOpcode = nil
        if opcode == Opcode.binary {
            messages.append(.binary(payload))
        } else {
            try Self.checkText(payload)
            messages.append(.text(payload))
        }
    }

    /// Judges a frame by its head, before its payload is kept.
    private mutating func check(_ chunk: borrowing FrameChunk) throws(WebSocketViolation) {
        if !chunk.isMasked { throw WebSocketViolation(.protocolError, "a frame without mask") }
        if chunk.reservedBits != 0 {
            throw WebSocketViolation(.protocolError, "a reserved bit is set")
        }
        switch chunk.opcode {
        case Opcode.close, Opcode.ping, Opcode.pong: return
        case Opcode.continuation:
            if messageOpcode == nil {
                throw WebSocketViolation(.protocolError, "a continuation of nothing")
            }
        case Opcode.text, Opcode.binary:
            if messageOpcode != nil {
                throw WebSocketViolation(.protocolError, "a message inside another")
            }
            messageOpcode = chunk.opcode
        default: throw WebSocketViolation(.protocolError, "an unknown kind of frame")
        }
        if chunk.payloadBytes > UInt64(max(maximumMessageBytes - message.count, 0)) {
            throw WebSocketViolation(.messageTooBig, "the message is too long")
        }
    }

    private mutating func controlMessage(
        _ opcode: UInt8, _ payload: [UInt8]
    ) throws(WebSocketViolation) -> WebSocketMessage {
        if opcode == Opcode.ping { return .ping(payload) }
        if opcode == Opcode.pong { return .pong(payload) }
        isEnded = true
        if payload.isEmpty { return .close(nil) }
        if payload.count == 1 {
            throw WebSocketViolation(.protocolError, "a closing frame of one byte")
        }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        if !code.isSendable {
            throw WebSocketViolation(.protocolError, "a close code that may not be sent")
        }
        try Self.checkText(Array(payload[2...]))
        return .close(code)
    }

    private static func checkText(_ bytes: [UInt8]) throws(WebSocketViolation) {
        if bytes.span.validatedText == nil {
            throw WebSocketViolation(.invalidPayload, "a text that is not UTF-8")
        }
    }
}
