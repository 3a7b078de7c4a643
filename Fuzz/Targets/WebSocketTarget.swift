import Basics
import WebSocket

/// The bytes of a WebSocket, whole and cut anywhere: the same messages and the same end, within the
/// limits, and what is kept of a text is text.
enum WebSocketTarget {
    private static let limit = 2_048

    static func finding(_ bytes: [UInt8]) -> String? {
        guard let cut = bytes.first else { return nil }
        let stream = Array(bytes.dropFirst())
        let whole = messages(stream, step: max(stream.count, 1))
        for step in [1, 1 + Int(cut)] {
            let parts = messages(stream, step: step)
            if parts != whole { return "in steps of \(step): \(parts), whole: \(whole)" }
        }
        return whole.first { $0.hasPrefix("wrong") }
    }

    /// What is found in a stream that arrives in steps.
    private static func messages(_ stream: [UInt8], step: Int) -> [String] {
        var decoder = MessageDecoder(maximumMessageBytes: limit)
        var messages: [WebSocketMessage] = []
        var start = 0
        var found: [String] = []
        while start < stream.count {
            let end = min(start + step, stream.count)
            do throws(WebSocketViolation) {
                try decoder.decode(stream.span.extracting(start..<end), into: &messages)
            } catch {
                found = ["\(error.code.rawValue) \(error.reason)"]
                if !decoder.isEnded { found.append("wrong: it goes on") }
            }
            start = end
        }
        if let text = messages.lazy.compactMap(wrong).first { found.append("wrong: " + text) }
        return messages.map { "\($0)" } + found + ["\(decoder.isBetweenMessages)"]
    }

    private static func wrong(_ message: WebSocketMessage) -> String? {
        switch message {
        case .text(let bytes):
            if bytes.span.validatedText == nil { return "a text that is none" }
            return bytes.count > limit ? "a text that is too long" : nil
        case .binary(let bytes): return bytes.count > limit ? "too many bytes" : nil
        case .ping(let bytes), .pong(let bytes): return bytes.count > 125 ? "a long ping" : nil
        case .close(let code):
            return code.map(\.isSendable) == false ? "a code that may not be sent" : nil
        }
    }
}
