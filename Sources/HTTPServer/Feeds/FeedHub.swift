import Basics
import Connections
import Domain
import HTTPCore
import Ledger
import Storage

/// Every feed of the HTTP edge: takes the events that are on disk, and has each subscriber get
/// those that it wants and may see, in order, each once.
///
/// What is to be sent is shared and lies once in memory; each turn of the loop sends for a bounded
/// time, so that ten thousand subscribers do not hold up a single write. A subscriber who is behind
/// reads the log in slices, in the same bounded time, and joins the others where they are.
///
/// Threading: the loop's thread.
final class FeedHub: FeedPort {
    /// Counters since the start, for metrics.
    struct Statistics {
        /// Subscribers that were cut off because they read too slowly.
        var dropped: UInt64 = 0
        /// WebSockets among them.
        var droppedSockets: UInt64 = 0
        /// Events sent, each counted for each subscriber.
        var events: UInt64 = 0
        /// Feeds that were opened.
        var opened: UInt64 = 0
    }

    /// How long one call of ``flush()`` may send, and then read the log.
    private static let sendNanoseconds: UInt64 = 1_000_000
    private static let replayNanoseconds: UInt64 = 1_000_000
    /// Events of one slice of the log.
    private static let sliceEvents: UInt64 = 64
    /// Bytes for an audience between two looks at those who are far behind.
    private static let hardCheckBytes = 1 << 20

    let log: any FeedLog
    let access: any FeedAccess
    let clock: any Clock
    /// The limits in force.
    private(set) var limits: Limits
    /// Origins of other pages that may open WebSockets with this server's cookie.
    var origins = PageOrigins()
    /// Answers who asks for JSON instead of a stream.
    var latest: ((LatestQuery, Caller) throws(CommandError) -> HTTPResponse)?
    private(set) var statistics = Statistics()
    /// The last event that went to the audiences.
    private(set) var head: UInt64
    /// Monotonic nanoseconds, as they were when last looked at.
    private(set) var now: UInt64
    private(set) var isStopping = false

    private let wake: () -> Void
    private let logger: Log?
    private var streams: [ObjectIdentifier: FeedStream] = [:]
    private var audiences: [FeedAudience.Key: FeedAudience] = [:]
    private var pending: [FeedStream] = []
    private var behind: [FeedSubscription] = []
    /// Those whose cursor is ahead of the log.
    private var ahead: [FeedSubscription] = []
    private var subscriptionCount = 0
    private var uncheckedBytes = 0
    private var scratch: [UInt8] = []

    /// - Parameter wake: makes the loop take another turn at once.
    init(
        log: any FeedLog, access: any FeedAccess, clock: any Clock, limits: Limits,
        logger: Log? = nil, wake: @escaping () -> Void
    ) {
        self.log = log
        self.access = access
        self.clock = clock
        self.limits = limits
        self.logger = logger
        self.wake = wake
        head = log.head
        now = clock.monotonicNanoseconds()
    }

    /// Feeds at this moment: one for each stream, and for each subscription of a WebSocket.
    var subscriberCount: Int { subscriptionCount }
    /// The connections by kind.
    var counts: [FeedCounts] {
        let sockets = streams.values.count { $0.socket != nil }
        let dropped = statistics
        return [
            FeedCounts(
                kind: "sse", subscribers: streams.count - sockets,
                dropped: dropped.dropped &- dropped.droppedSockets),
            FeedCounts(kind: "ws", subscribers: sockets, dropped: dropped.droppedSockets),
        ]
    }
    /// Whether no connection is left.
    var isIdle: Bool { streams.isEmpty }
    var history: HistoryTable { log.history }
    var heartbeatNanoseconds: UInt64 {
        UInt64(max(limits.feedHeartbeatMilliseconds, 1)) &* 1_000_000
    }

    // MARK: Opening

    func register(_ stream: FeedStream) {
        streams[ObjectIdentifier(stream)] = stream
        statistics.opened &+= 1
        if isStopping { stream.end(.shutdown) }
    }

    /// - Throws: `LIMIT` where there are too many feeds.
    func checkRoom() throws(CommandError) {
        if subscriptionCount >= limits.subscribers {
            throw CommandError(.limit, "the server has at most \(limits.subscribers) subscriptions")
        }
    }

    /// Begins a feed; what leads it in must be enqueued already.
    func subscribe(
        _ stream: FeedStream, _ caller: Caller, id: String, _ filter: FeedFilter,
        _ framing: FeedFraming, at position: UInt64
    ) {
        subscriptionCount += 1
        let key = FeedAudience.Key(filter, framing, caller)
        let audience = audiences[key] ?? FeedAudience(key, caller)
        audiences[key] = audience
        audience.users += 1
        let subscription = FeedSubscription(audience, stream, id: id, position: position)
        stream.add(subscription)
        if position == head { subscription.joinAudience() } else { markBehind(subscription) }
    }

    func place(_ start: FeedAnchor) -> FeedPlace {
        FeedPlace(start, history: log.history, first: log.first, head: head)
    }

    func leave(_ subscription: FeedSubscription) {
        subscriptionCount -= 1
        let audience = subscription.audience
        audience.leave(subscription)
        audience.users -= 1
        if audience.users == 0 { audiences[audience.key] = nil }
    }

    func didClose(_ stream: FeedStream) { streams[ObjectIdentifier(stream)] = nil }

    // MARK: Events

    /// Takes events that are on disk now: whole transactions, in order.
    func publish(_ events: [Event], _ view: ReadView) {
        publish(events, names: view.names, history: view.history)
    }

    func publish(_ events: [Event], names: Names, history: HistoryTable) {
        guard let first = events.first?.seq, let last = events.last?.seq, last > head else {
            return
        }
        // What was made durable before this edge took part in the turns comes from the log.
        if first > head + 1 { showFromLog(through: first - 1) }
        head = last
        if !audiences.isEmpty { show(FeedBatch(events, names: names, history: history)) }
        wakeAhead()
    }

    private func showFromLog(through last: UInt64) {
        while head < last {
            let to = min(last, head + Self.sliceEvents)
            do throws(StorageError) {
                let events = try log.events(in: (head + 1)...to)
                show(FeedBatch(events, names: log.names, history: log.history))
            } catch {
                logger?.error("feeds could not read the log", ["reason": "\(error)"])
                for stream in Array(streams.values) { stream.end(.shutdown) }
            }
            head = to
        }
    }

    private func show(_ batch: FeedBatch) {
        for audience in audiences.values where !audience.members.isEmpty {
            let before = audience.last.end
            let count = audience.take(batch)
            if count == 0 { continue }
            statistics.events &+= UInt64(count * audience.members.count)
            for member in audience.members { markPending(member.stream) }
            uncheckedBytes += Int(clamping: audience.last.end &- before)
        }
        if uncheckedBytes >= Self.hardCheckBytes {
            uncheckedBytes = 0
            for stream in Array(streams.values) where stream.isBlocked { stream.checkHardLimit() }
        }
    }

    /// A stream ends because its client reads too slowly.
    func noteDropped(_ stream: FeedStream) {
        statistics.dropped &+= 1
        if stream.socket != nil { statistics.droppedSockets &+= 1 }
        logger?.warning(
            "a feed was cut off: its client reads too slowly", ["peer": "\(stream.peer)"])
    }

    private func wakeAhead() {
        if ahead.isEmpty { return }
        let listed = ahead
        ahead.removeAll()
        for subscription in listed {
            subscription.isListedAsBehind = false
            markBehind(subscription)
        }
    }

    // MARK: Turns

    func markPending(_ stream: FeedStream) {
        if stream.isListedAsPending || stream.isBlocked { return }
        stream.isListedAsPending = true
        pending.append(stream)
    }

    /// Lists a subscription as one that reads the log, or waits for it to grow.
    func markBehind(_ subscription: FeedSubscription) {
        if subscription.isListedAsBehind || subscription.chunk != nil || subscription.isEnded {
            return
        }
        subscription.isListedAsBehind = true
        if subscription.position > head {
            ahead.append(subscription)
        } else {
            behind.append(subscription)
        }
    }

    /// Sends for a bounded time, then reads the log for a bounded time. What is left is for the
    /// next turn, which follows at once.
    func flush() {
        if pending.isEmpty && behind.isEmpty { return }
        now = clock.monotonicNanoseconds()
        sendPending(until: now &+ Self.sendNanoseconds)
        if !behind.isEmpty { readLog(until: now &+ Self.replayNanoseconds) }
        if !pending.isEmpty || !behind.isEmpty { wake() }
    }

    private func sendPending(until deadline: UInt64) {
        var done = 0
        while done < pending.count {
            let stream = pending[done]
            done += 1
            stream.isListedAsPending = false
            if case .more = stream.pump(&scratch) { markPending(stream) }
            if done % 8 == 0 {
                now = clock.monotonicNanoseconds()
                if now >= deadline { break }
            }
        }
        pending.removeFirst(done)
    }

    private func readLog(until deadline: UInt64) {
        var done = 0
        let listed = behind.count
        while done < listed && now < deadline {
            let subscription = behind[done]
            done += 1
            subscription.isListedAsBehind = false
            if subscription.isEnded { continue }
            // Who has not got the last slice is listed again when it has.
            if subscription.stream.isBlocked || subscription.stream.unsentBytes > 0 { continue }
            readSlice(subscription)
            now = clock.monotonicNanoseconds()
        }
        behind.removeFirst(done)
    }

    /// Shows a subscriber the next events of the log: whole transactions, at most a slice.
    private func readSlice(_ subscription: FeedSubscription) {
        let stream = subscription.stream
        do throws(StorageError) {
            if subscription.position < head {
                let from = subscription.position + 1
                var to = min(head, subscription.position + Self.sliceEvents)
                var events = try log.events(in: from...to)
                if let last = events.last, to < head {
                    let end = last.first + UInt64(max(last.count, 1)) - 1
                    if end > to {
                        events += try log.events(in: (to + 1)...min(end, head))
                        to = min(end, head)
                    }
                }
                let batch = FeedBatch(events, names: log.names, history: log.history)
                let (bytes, count) = subscription.audience.frames(batch)
                statistics.events &+= UInt64(count)
                subscription.position = to
                if count > 0 { stream.enqueue(bytes) }
            }
        } catch {
            logger?.error("a feed could not read the log", ["reason": "\(error)"])
            return stream.end(.shutdown)
        }
        if subscription.position == head {
            subscription.joinAudience()
        } else if stream.unsentBytes == 0 {
            markBehind(subscription)
        }
    }

    // MARK: Time, accounts, end

    func limitsChanged(_ limits: Limits) { self.limits = limits }

    func originsChanged(_ origins: PageOrigins) { self.origins = origins }

    /// Called twice a second.
    func checkDeadlines(now: UInt64) {
        self.now = now
        let wall = clock.wallMilliseconds()
        for stream in Array(streams.values) {
            stream.checkDeadlines(now: now, wall: wall)
        }
    }

    /// Users, or what they were granted, have changed: a feed whose caller may do something else
    /// now ends, and its client opens another with what it has.
    func accountsChanged(_ names: Set<Identifier>) {
        for stream in Array(streams.values) {
            guard stream.isOpen, let caller = stream.caller, names.contains(caller.name) else {
                continue
            }
            if let fresh = access.refreshed(caller), fresh.role == caller.role,
                fresh.stations == caller.stations
            {
                stream.adopt(fresh, expiry: access.expiry(of: fresh))
            } else {
                stream.end(.denied)
            }
        }
    }

    /// Tells every client that the server stops.
    func beginStop() {
        isStopping = true
        for stream in Array(streams.values) { stream.end(.shutdown) }
    }
}
