import Basics
import Ledger
import WebSocket

/// One connection that follows the log: what is to be sent next, and who it is for.
///
/// It keeps little: no buffer of its own while everything is sent, and of the events only the place
/// in what all share. Threading: the loop's thread.
final class FeedStream: StreamHandler {
    /// What came of sending.
    enum Progress {
        /// Everything is sent.
        case drained
        /// There is more, and room for it.
        case more
        /// There is more, and no room.
        case blocked
        case gone
    }

    private enum Phase: Equatable {
        case open
        /// The last words are on their way; over by then.
        case ending(deadline: UInt64)
        case finished
    }

    private static let bytesPerTurn = 256 << 10
    private static let endingMilliseconds: UInt64 = 5_000

    unowned let hub: FeedHub
    private var sink: (any StreamSink)?
    /// Who follows; nil until a WebSocket has named its token.
    private(set) var caller: Caller?
    /// When the caller's token ends, in wall milliseconds.
    private(set) var expiry: Int64?
    /// Of a WebSocket.
    let socket: SocketSession?
    private(set) var subscriptions: [FeedSubscription] = []

    /// What is for this connection alone and goes before the next chunk.
    private var outbox: [UInt8] = []
    private var outboxSent = 0
    /// The subscription of whose chunk part has been sent.
    private var active: FeedSubscription?
    /// Whose turn it is among several.
    private var turn = 0
    private var phase = Phase.open

    /// Whether it is listed as one that has something to send.
    var isListedAsPending = false
    /// No room to send; the connection tells when there is.
    private(set) var isBlocked = true
    /// Monotonic nanoseconds.
    private(set) var opened: UInt64
    private var lastProgress: UInt64
    private var aboveSoftSince: UInt64?
    private var nextHeartbeat: UInt64

    init(
        _ hub: FeedHub, _ sink: any StreamSink, caller: Caller?, expiry: Int64?,
        socket: SocketSession?, lead: [UInt8], now: UInt64
    ) {
        self.hub = hub
        self.sink = sink
        self.caller = caller
        self.expiry = expiry
        self.socket = socket
        outbox = lead
        opened = now
        lastProgress = now
        nextHeartbeat = now &+ hub.heartbeatNanoseconds
    }

    var id: UInt64 { sink?.id ?? 0 }
    var peer: String { sink?.peer ?? "" }
    var isOpen: Bool { phase == .open && sink != nil }
    var isClosed: Bool { sink == nil }

    /// Bytes for this client that it has not got.
    var unsentBytes: UInt64 {
        var total = UInt64(outbox.count - outboxSent)
        for subscription in subscriptions { total &+= subscription.unsentBytes }
        return total
    }

    /// Of those, the ones that nobody else gets.
    var ownUnsentBytes: Int { outbox.count - outboxSent }

    // MARK: What the connection tells

    func canSend() {
        isBlocked = false
        hub.markPending(self)
    }

    func received(_ bytes: Span<UInt8>) { socket?.received(bytes, for: self) }

    func didClose() {
        if sink == nil { return }
        sink = nil
        leaveAll()
        active = nil
        outbox = []
        outboxSent = 0
        phase = .finished
        hub.didClose(self)
    }

    // MARK: Sending

    /// Has bytes sent before the next chunk.
    func enqueue(_ bytes: [UInt8]) {
        if sink == nil { return }
        if outboxSent == outbox.count {
            outbox = bytes
            outboxSent = 0
        } else {
            outbox += bytes
        }
        hub.markPending(self)
    }

    /// Sends what there is room for.
    func pump(_ scratch: inout [UInt8]) -> Progress {
        guard let sink else { return .gone }
        if isBlocked { return .blocked }
        var budget = Self.bytesPerTurn
        while budget > 0 {
            guard let taken = sendNext(to: sink, &scratch) else {
                if hasNothing {
                    didDrain()
                    return .drained
                }
                sink.abort()
                didClose()
                return .gone
            }
            if taken == 0 {
                isBlocked = true
                return .blocked
            }
            lastProgress = hub.now
            budget -= taken
        }
        return .more
    }

    private var hasNothing: Bool {
        outboxSent == outbox.count && active == nil
            && subscriptions.allSatisfy { $0.unsentBytes == 0 }
    }

    /// - Returns: the bytes that were taken; nil: there is nothing, or the connection is gone.
    private func sendNext(to sink: any StreamSink, _ scratch: inout [UInt8]) -> Int? {
        if active == nil && outboxSent < outbox.count {
            let bytes = outbox
            let taken = sink.send(bytes.span.extracting(outboxSent..<bytes.count))
            outboxSent += taken ?? 0
            if outboxSent == outbox.count {
                outbox = []
                outboxSent = 0
            }
            return taken
        }
        guard let subscription = active ?? nextSubscription() else { return nil }
        scratch.removeAll(keepingCapacity: true)
        let bytes = subscription.nextBytes(&scratch)
        guard let taken = sink.send(bytes.span) else { return nil }
        subscription.advance(taken)
        active = subscription.isMidChunk ? subscription : nil
        return taken
    }

    private func nextSubscription() -> FeedSubscription? {
        for _ in 0..<subscriptions.count {
            turn = (turn + 1) % subscriptions.count
            if subscriptions[turn].unsentBytes > 0 { return subscriptions[turn] }
        }
        return nil
    }

    private func didDrain() {
        aboveSoftSince = nil
        switch phase {
        case .open:
            for subscription in subscriptions where subscription.chunk == nil {
                hub.markBehind(subscription)
            }
        case .ending:
            if let socket, !socket.hasSeenClose { return }
            finish()
        case .finished: break
        }
    }

    private func finish() {
        phase = .finished
        sink?.finish()
    }

    // MARK: Subscriptions and callers

    func add(_ subscription: FeedSubscription) { subscriptions.append(subscription) }

    func subscription(_ id: String) -> FeedSubscription? { subscriptions.first { $0.id == id } }

    func remove(_ subscription: FeedSubscription) {
        subscriptions.removeAll { $0 === subscription }
        turn = 0
        subscription.cut()
        hub.leave(subscription)
    }

    private func leaveAll() {
        for subscription in subscriptions {
            subscription.cut()
            hub.leave(subscription)
        }
        subscriptions = []
        turn = 0
    }

    func adopt(_ caller: Caller, expiry: Int64?) {
        self.caller = caller
        self.expiry = expiry
    }

    // MARK: The end

    /// Says why, sends that and ends.
    func end(_ reason: FeedEnding) {
        if !isOpen { return }
        if reason == .slow { hub.noteDropped(self) }
        if socket != nil {
            end(with: FeedFrames.close(reason.closeCode, reason.reason))
        } else {
            end(with: FeedFrames.end(reason))
        }
    }

    /// Sends last words and ends: nothing that was waiting is sent but what was begun.
    func end(with words: [UInt8]) {
        if !isOpen { return }
        phase = .ending(deadline: hub.now &+ Self.endingMilliseconds &* 1_000_000)
        leaveAll()
        enqueue(words)
    }

    /// The client has closed its side of a WebSocket.
    func didSeeClose() {
        if case .ending = phase, hasNothing { finish() }
    }

    // MARK: Time

    /// Called twice a second.
    ///
    /// - Parameters:
    ///   - now: monotonic nanoseconds.
    ///   - wall: milliseconds.
    func checkDeadlines(now: UInt64, wall: Int64) {
        if case .ending(let deadline) = phase, now >= deadline {
            sink?.abort()
            return didClose()
        }
        if !isOpen { return }
        if let expiry, wall >= expiry { return end(.expired) }
        if let socket {
            let limits = hub.limits
            if caller == nil, Self.isOver(limits.loginMilliseconds, since: opened, now) {
                return end(.expired)
            }
            if let since = socket.unfinishedSince,
                Self.isOver(limits.httpBodyMilliseconds, since: since, now)
            {
                return end(with: FeedFrames.close(.policyViolation, "too slow a message"))
            }
        }
        if isTooSlow(now) { return end(.slow) }
        if now >= nextHeartbeat { sendHeartbeat(now) }
    }

    private func isTooSlow(_ now: UInt64) -> Bool {
        let unsent = unsentBytes
        if unsent == 0 { return false }
        let limits = hub.limits
        if unsent > UInt64(max(limits.subscriberBufferHardBytes, 0)) { return true }
        let soft = limits.subscriberBufferSoftMilliseconds
        // Nothing at all taken for so long: nobody is there.
        if isBlocked && Self.isOver(soft, since: lastProgress, now) { return true }
        if unsent <= UInt64(max(limits.subscriberBufferSoftBytes, 0)) {
            aboveSoftSince = nil
            return false
        }
        let since = aboveSoftSince ?? now
        aboveSoftSince = since
        return Self.isOver(soft, since: since, now)
    }

    /// Ends it where more is unsent than any client may leave; called as events come.
    func checkHardLimit() {
        if isOpen, unsentBytes > UInt64(max(hub.limits.subscriberBufferHardBytes, 0)) { end(.slow) }
    }

    static func isOver(_ milliseconds: Int, since: UInt64, _ now: UInt64) -> Bool {
        now >= since &+ UInt64(max(milliseconds, 0)) &* 1_000_000
    }

    /// Tells the cursor, behind which nothing is that the client has not got. Waits while something
    /// is unsent: the cursor would be ahead of it.
    private func sendHeartbeat(_ now: UInt64) {
        if caller == nil || isBlocked || !hasNothing { return }
        nextHeartbeat = now &+ hub.heartbeatNanoseconds
        enqueueHeartbeat()
    }

    /// A heartbeat at once, or as soon as the events have left that its cursor would be ahead of.
    func heartbeatSoon() {
        let isAhead = active != nil || subscriptions.contains { $0.unsentBytes > 0 }
        if isAhead { nextHeartbeat = 0 } else { enqueueHeartbeat() }
    }

    func enqueueHeartbeat() {
        var position = hub.head
        for subscription in subscriptions where subscription.chunk == nil {
            position = min(position, subscription.position)
        }
        // A single feed that is ahead of this server stays where its client knows it.
        if let only = subscriptions.first, subscriptions.count == 1, only.chunk == nil {
            position = only.position
        }
        let cursor = FeedCursor.text(position, in: hub.history)
        enqueue(
            socket == nil
                ? FeedFrames.heartbeat(cursor: cursor)
                : FeedFrames.socketHeartbeat(cursor: cursor))
    }
}
