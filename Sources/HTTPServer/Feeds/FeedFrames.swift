import Basics
import HTTPCore
import JSON
import Ledger
import Storage
import WebSocket

/// Why the server ends a feed.
enum FeedEnding: Sendable {
    /// The credentials are good no longer, or were never given.
    case expired
    /// The account may do something else now, or nothing.
    case denied
    /// The client reads too slowly.
    case slow
    /// The server stops.
    case shutdown

    /// The same over WebSocket.
    var closeCode: CloseCode {
        switch self {
        case .expired: .expired
        case .denied: .denied
        case .slow: .tryAgainLater
        case .shutdown: .goingAway
        }
    }

    /// A server-sent event knows three of them.
    var reason: StaticString {
        switch self {
        case .expired, .denied: "expired"
        case .slow: "slow"
        case .shutdown: "shutdown"
        }
    }
}

/// What feeds send, as bytes.
enum FeedFrames {
    // MARK: Events

    /// Appends an event as server-sent event.
    ///
    /// - Parameter document: JSON without line ends, as it is rendered.
    static func append(
        _ document: [UInt8], id seq: UInt64, _ history: HistoryTable, to buffer: inout ByteBuffer
    ) {
        buffer.append("id: " as StaticString)
        buffer.append(history.history(of: seq))
        buffer.append(UInt8(ascii: ":"))
        buffer.append(decimal: seq)
        buffer.append("\ndata: " as StaticString)
        buffer.append(document)
        buffer.append("\n\n" as StaticString)
    }

    /// Appends an event as message of a WebSocket.
    static func append(
        _ document: [UInt8], subscription: String, to buffer: inout ByteBuffer
    ) {
        var head = ByteBuffer(capacity: 64)
        head.append("{\"op\":\"event\",\"id\":" as StaticString)
        head.appendJSON(string: subscription)
        head.append(",\"event\":" as StaticString)
        buffer.appendFrameHead(.text, payloadBytes: head.count + document.count + 1)
        buffer.append(head.bytes)
        buffer.append(document)
        buffer.append(UInt8(ascii: "}"))
    }

    // MARK: Server-sent events

    static func ready(cursor: String) -> [UInt8] {
        var buffer = ByteBuffer()
        SSEWriter.appendRetry(milliseconds: 3_000, to: &buffer)
        let data = Array("{\"cursor\":\"\(cursor)\"}".utf8)
        SSEWriter.appendEvent(id: cursor, event: "ready", data: data.span, to: &buffer)
        return buffer.array
    }

    static func heartbeat(cursor: String) -> [UInt8] {
        var buffer = ByteBuffer()
        SSEWriter.appendEvent(
            id: cursor, event: "heartbeat", data: "{}".utf8.span, to: &buffer)
        return buffer.array
    }

    /// - Parameters:
    ///   - first: the first event that is kept.
    ///   - head: the last one that is on disk: the feed goes on behind it.
    static func reset(_ reason: FeedReset, first: UInt64, head: UInt64) -> [UInt8] {
        let data = "{\"reason\":\"\(reason.rawValue)\",\"first\":\(first),\"head\":\(head)}"
        var buffer = ByteBuffer()
        SSEWriter.appendEvent(id: nil, event: "reset", data: Array(data.utf8).span, to: &buffer)
        return buffer.array
    }

    static func end(_ reason: FeedEnding) -> [UInt8] {
        let data = Array("{\"reason\":\"\(reason.reason)\"}".utf8)
        var buffer = ByteBuffer()
        SSEWriter.appendEvent(id: nil, event: "end", data: data.span, to: &buffer)
        return buffer.array
    }

    // MARK: WebSocket

    static func subscribed(_ id: String, cursor: String) -> [UInt8] {
        message("subscribed", id: id) { $0.append(",\"cursor\":\"\(cursor)\"") }
    }

    static func unsubscribed(_ id: String) -> [UInt8] { message("unsubscribed", id: id) { _ in } }

    static func socketReset(
        _ id: String, _ reason: FeedReset, first: UInt64, head: UInt64
    ) -> [UInt8] {
        message("reset", id: id) {
            $0.append(",\"reason\":\"\(reason.rawValue)\",\"first\":\(first),\"head\":\(head)")
        }
    }

    static func socketHeartbeat(cursor: String) -> [UInt8] {
        text(Array("{\"op\":\"heartbeat\",\"cursor\":\"\(cursor)\"}".utf8))
    }

    /// The answer to `{"op":"ping"}`: pages cannot send a ping of the protocol.
    static func socketPong() -> [UInt8] { text(Array("{\"op\":\"pong\"}".utf8)) }

    /// - Parameter id: of the subscription that the refused message is about.
    static func socketError(_ error: CommandError, id: String?) -> [UInt8] {
        var payload = ByteBuffer()
        payload.append("{\"op\":\"error\",\"id\":" as StaticString)
        payload.appendJSON(optional: id)
        payload.append(",\"code\":\"\(error.code.rawValue)\",\"detail\":")
        payload.appendJSON(string: error.message)
        payload.append(UInt8(ascii: "}"))
        return text(payload.array)
    }

    static func pong(_ payload: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.appendFrame(.pong, payload.span)
        return buffer.array
    }

    static func close(_ code: CloseCode, _ reason: StaticString) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.appendCloseFrame(code, reason)
        return buffer.array
    }

    private static func message(
        _ name: StaticString, id: String, _ rest: (inout ByteBuffer) -> Void
    ) -> [UInt8] {
        var payload = ByteBuffer()
        payload.append("{\"op\":\"" as StaticString)
        payload.append(name)
        payload.append("\",\"id\":" as StaticString)
        payload.appendJSON(string: id)
        rest(&payload)
        payload.append(UInt8(ascii: "}"))
        return text(payload.array)
    }

    private static func text(_ payload: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer(capacity: payload.count + 10)
        buffer.appendFrame(.text, payload.span)
        return buffer.array
    }
}
