import Basics
import Ledger
import WebSocket

/// What a client says over a WebSocket, and what is done about it.
final class SocketSession {
    private static let messagesPerSecond = 200
    /// A client that asks and does not read the answers is cut off.
    private static let unreadAnswerBytes = 1 << 20

    private var decoder: MessageDecoder
    /// Whether nothing more comes from the client.
    private(set) var hasSeenClose = false
    /// Since when part of a message is there, in monotonic nanoseconds.
    private(set) var unfinishedSince: UInt64?
    private var second: UInt64 = 0
    private var messagesInSecond = 0

    /// - Parameter maximumMessageBytes: longest message of the client.
    init(maximumMessageBytes: Int) {
        decoder = MessageDecoder(maximumMessageBytes: maximumMessageBytes)
    }

    func received(_ bytes: Span<UInt8>, for stream: FeedStream) {
        if hasSeenClose { return }
        var messages: [WebSocketMessage] = []
        var violation: WebSocketViolation?
        do throws(WebSocketViolation) { try decoder.decode(bytes, into: &messages) } catch {
            violation = error
        }
        let now = stream.hub.clock.monotonicNanoseconds()
        if decoder.isBetweenMessages {
            unfinishedSince = nil
        } else if unfinishedSince == nil || messages.contains(where: \.isContent) {
            // Pings between the parts of a message give it no more time.
            unfinishedSince = now
        }
        for message in messages {
            take(message, stream)
            if hasSeenClose { return }
        }
        count(messages.count, now, stream)
        if let violation {
            hasSeenClose = true
            stream.end(with: FeedFrames.close(violation.code, violation.reason))
            stream.didSeeClose()
        }
    }

    private func count(_ messages: Int, _ now: UInt64, _ stream: FeedStream) {
        if now / 1_000_000_000 != second {
            second = now / 1_000_000_000
            messagesInSecond = 0
        }
        messagesInSecond += messages
        if messagesInSecond > Self.messagesPerSecond {
            stream.end(with: FeedFrames.close(.policyViolation, "too many messages"))
        } else if stream.ownUnsentBytes > Self.unreadAnswerBytes {
            stream.end(.slow)
        }
    }

    private func take(_ message: WebSocketMessage, _ stream: FeedStream) {
        if case .close(let code) = message {
            hasSeenClose = true
            if !stream.isOpen { return stream.didSeeClose() }
            return stream.end(with: FeedFrames.close(code ?? .normal, ""))
        }
        if !stream.isOpen { return }
        switch message {
        case .close, .pong: break
        case .ping(let payload): stream.enqueue(FeedFrames.pong(payload))
        case .binary:
            stream.end(with: FeedFrames.close(.unsupportedData, "messages are JSON texts"))
        case .text(let text): take(text, stream)
        }
    }

    private func take(_ text: [UInt8], _ stream: FeedStream) {
        do throws(SocketCommand.Refusal) {
            try run(try SocketCommand.parse(text.span), stream)
        } catch {
            stream.enqueue(FeedFrames.socketError(error.error, id: error.id))
        }
    }

    private func run(
        _ command: SocketCommand, _ stream: FeedStream
    ) throws(SocketCommand.Refusal) {
        if case .authenticate(let token) = command { return try authenticate(token, stream) }
        guard let caller = stream.caller else {
            throw SocketCommand.Refusal(.noAuth, "log in first: {\"op\":\"auth\",\"token\":…}")
        }
        switch command {
        case .subscribe(let id, let types, let stations, let start):
            do throws(CommandError) {
                try subscribe(stream, caller, id, types, stations, start)
            } catch {
                throw SocketCommand.Refusal(error.code, error.message, id: id)
            }
        case .unsubscribe(let id):
            guard let subscription = stream.subscription(id) else {
                throw SocketCommand.Refusal(
                    .notFound, "there is no subscription of that id", id: id)
            }
            stream.remove(subscription)
            stream.enqueue(FeedFrames.unsubscribed(id))
        case .ping: stream.enqueue(FeedFrames.socketPong())
        case .authenticate: break
        }
    }

    private func subscribe(
        _ stream: FeedStream, _ caller: Caller, _ id: String, _ types: [String],
        _ stations: [String], _ start: FeedAnchor
    ) throws(CommandError) {
        let hub = stream.hub
        if stream.subscription(id) != nil {
            throw CommandError(.exists, "there is a subscription of that id")
        }
        if stream.subscriptions.count >= hub.limits.feedSubscriptions {
            throw CommandError(
                .limit, "a connection has at most \(hub.limits.feedSubscriptions) subscriptions")
        }
        try hub.checkRoom()
        let filter = try FeedFilter(types: types, stations: stations, names: hub.log.names)
        let place = hub.place(start)
        stream.enqueue(
            FeedFrames.subscribed(id, cursor: FeedCursor.text(place.position, in: hub.history)))
        if let reset = place.reset {
            stream.enqueue(
                FeedFrames.socketReset(id, reset, first: hub.log.first, head: place.position))
        }
        hub.subscribe(stream, caller, id: id, filter, .webSocket(id), at: place.position)
    }

    /// Logs in, or puts a fresh token in the place of one that is about to end.
    private func authenticate(
        _ token: Redacted, _ stream: FeedStream
    ) throws(SocketCommand.Refusal) {
        let hub = stream.hub
        let caller: Caller
        do throws(CommandError) {
            caller = try hub.access.caller(token: token, from: stream.peer)
        } catch {
            if stream.caller == nil {
                stream.enqueue(FeedFrames.socketError(error, id: nil))
                let code: CloseCode = error.code == .limit ? .tryAgainLater : .expired
                return stream.end(with: FeedFrames.close(code, "wrong credentials"))
            }
            throw SocketCommand.Refusal(error.code, error.message)
        }
        if let present = stream.caller,
            present.name != caller.name || present.role != caller.role
                || present.stations != caller.stations
        {
            throw SocketCommand.Refusal(.conflict, "another user opens another connection")
        }
        stream.adopt(caller, expiry: hub.access.expiry(of: caller))
        // Says that it is done, and from where on nothing will be missed.
        stream.heartbeatSoon()
    }
}

extension WebSocketMessage {
    /// Whether it says something, and does not only keep the connection.
    fileprivate var isContent: Bool {
        switch self {
        case .text, .binary: true
        case .close, .ping, .pong: false
        }
    }
}
