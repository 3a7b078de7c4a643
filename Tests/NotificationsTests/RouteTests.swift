import Domain
import Glibc
import Notifications
import Synchronization
import Testing

/// A log in memory, read in portions of three.
private final class FakeLog: RouteLog {
    struct Content {
        var events: [Event] = []
        var queued: [(channel: Identifier, event: UInt64)] = []
        var cursor: UInt64 = 0
        var refusals = 0
    }

    let content = Mutex(Content())

    func events(after seq: UInt64) -> (events: [Event], reached: UInt64) {
        content.withLock { content in
            let portion = content.events.filter { $0.seq > seq }.prefix(3)
            return (portion.filter { !$0.type.isInternal }, portion.last?.seq ?? seq)
        }
    }

    func queue(
        _ notices: [RoutedNotice], cursor: UInt64, complete: @escaping @Sendable (Bool) -> Void
    ) {
        let isTaken = content.withLock { content in
            if content.refusals > 0 {
                content.refusals -= 1
                return false
            }
            content.queued += notices.map { ($0.channel, $0.event.seq) }
            content.cursor = cursor
            return true
        }
        complete(isTaken)
    }

    func append(_ type: EventType, _ data: EventData) -> UInt64 {
        content.withLock { content in
            let seq = UInt64(content.events.count) + 1
            content.events.append(
                Event(
                    seq: seq, time: Timestamp(milliseconds: 0), type: type, first: seq, count: 1,
                    actor: .local, cause: Cause(command: nil), data: data))
            return seq
        }
    }
}

@Suite struct RouteTests {
    private let log = FakeLog()

    func ops(_ routes: [Channel.Route], name: StaticString = "ops", number: UInt32 = 1) -> Channel {
        var channel = Channel(
            number: number, id: Identifier(literal: name), kind: .log,
            created: Timestamp(milliseconds: 0), seq: 1)
        channel.routes = routes
        return channel
    }

    func station(_ number: UInt32) -> Station {
        Station(
            number: StationNumber(number), id: Identifier(literal: "luna"),
            created: Timestamp(milliseconds: 0),
            seq: 1)
    }

    func opened(_ number: UInt32) -> UInt64 {
        log.append(.stationOpened, .station(before: nil, after: station(number)))
    }

    func changed(_ before: Channel?, _ after: Channel) -> UInt64 {
        log.append(.channelChanged, .channel(ChannelChange(before: before, channel: after)))
    }

    /// Runs a worker to the end of the log.
    private func run(_ worker: RouteWorker) {
        while true {
            let step = worker.step()
            if let portion = step.portion {
                log.queue(portion.notices, cursor: portion.cursor) { _ in }
                worker.kept(portion)
            }
            if step.isAtEnd { return }
        }
    }

    @Test func patternsAndStations() {
        let first = StationNumber(1)
        let table = RouteTable([
            ops([.init(pattern: "station.*", station: first)]),
            ops([.init(pattern: "*", station: nil)], name: "all", number: 2),
            ops([.init(pattern: "plugin.failed", station: nil)], name: "rules", number: 3),
            ops([.init(pattern: "notice.*", station: nil)], name: "loop", number: 4),
        ])
        #expect(table.wants(.stationOpened))
        #expect(table.wants(.tradeInitiated))
        #expect(table.wants(.pluginFailed))
        #expect(!table.wants(.systemStarted))
        #expect(!table.wants(.noticeLogged))
        #expect(!table.wants(.noticeQueued))
        _ = opened(1)
        _ = opened(2)
        let events = log.events(after: 0).events
        #expect(table.targets(of: events[0]).map(\.number) == [1, 2])
        #expect(table.targets(of: events[1]).map(\.number) == [2])
    }

    @Test func aStationsChannelGetsItsEventsAlone() {
        var channel = ops([.init(pattern: "*", station: nil)])
        channel.station = StationNumber(2)
        let table = RouteTable([channel])
        _ = opened(1)
        _ = opened(2)
        let events = log.events(after: 0).events
        #expect(table.targets(of: events[0]).isEmpty)
        #expect(table.targets(of: events[1]).count == 1)
    }

    @Test func theDisabledAndTheRemovedGetNothing() {
        var disabled = ops([.init(pattern: "*", station: nil)])
        disabled.status = .disabled
        var removed = ops([.init(pattern: "*", station: nil)], number: 2)
        removed.isRemoved = true
        #expect(RouteTable([disabled, removed]).isEmpty)
    }

    @Test func twoRoutesThatFitGiveOneNotice() {
        let table = RouteTable([
            ops([
                .init(pattern: "*", station: nil), .init(pattern: "station.opened", station: nil),
            ])
        ])
        _ = opened(1)
        #expect(table.targets(of: log.events(after: 0).events[0]).count == 1)
    }

    /// The worker starts at any cursor with the channels of the end, and comes to the same.
    @Test func everyEventIsJudgedByTheRoutesOfItsTime() {
        let none = ops([])
        let routed = ops([.init(pattern: "station.*", station: nil)])
        _ = changed(nil, none)
        _ = opened(1)
        _ = changed(none, routed)
        let third = opened(1)
        let fourth = opened(2)
        _ = changed(routed, none)
        _ = opened(1)
        _ = changed(none, routed)
        let last = opened(2)
        let head = last
        for cursor in 0...head {
            log.content.withLock { $0.queued = [] }
            let worker = RouteWorker(
                log: log, cursor: cursor, isKept: true, channels: [routed], head: head)
            run(worker)
            let seqs = log.content.withLock { $0.queued.map(\.event) }
            #expect(seqs == [third, fourth, last].filter { $0 > cursor })
            #expect(worker.cursor == head)
        }
        #expect(log.content.withLock { $0.cursor } == head)
    }

    @Test func whatIsIdleIsSkippedAndKeptAtTheEnd() {
        let worker = RouteWorker(log: log, cursor: 0, isKept: false, channels: [], head: 0)
        worker.skip(0...10_000)
        #expect(worker.cursor == 10_000)
        worker.skip(10_001...20_000)
        #expect(worker.cursor == 10_000)
        worker.skip(9_000...9_500)
        #expect(worker.cursor == 10_000)
        #expect(worker.overdue == nil)
        #expect(worker.last == nil)
        let known = RouteWorker(
            log: log, cursor: 5, isKept: true,
            channels: [ops([.init(pattern: "*", station: nil)])], head: 5)
        known.skip(5...4_100)
        #expect(known.overdue == nil)
        known.skip(4_000...4_101)
        #expect(known.overdue?.cursor == 4_101)
        #expect(known.last?.cursor == 4_101)
    }

    /// What nobody wants is not read, whatever the order in which it is told of.
    @Test(.timeLimit(.minutes(5)))
    func theThreadSkipsWhatIsIdle() throws {
        let routed = ops([.init(pattern: "station.*", station: nil)])
        let router = Router(log: log)
        try router.start(cursor: 0, isKept: false, channels: [routed], head: 0)
        for round in 0..<20 as Range<UInt64> {
            // Of three events the last is wanted; the others are said to be idle.
            for _ in 0..<2 { _ = log.append(.itemAdded, .station(before: nil, after: station(1))) }
            router.advance(from: round * 3 + 1, to: round * 3 + 2, isIdle: true)
            let wanted = opened(1)
            router.advance(from: wanted, to: wanted, isIdle: false)
        }
        while log.content.withLock({ $0.queued.count }) < 20 { usleep(1_000) }
        router.stop()
        router.join()
        #expect(log.content.withLock { $0.queued.map(\.event) } == (1...20).map { $0 * 3 })
    }

    @Test(.timeLimit(.minutes(5)))
    func theThreadGoesOnAfterARefusal() throws {
        let routed = ops([.init(pattern: "station.*", station: nil)])
        let router = Router(log: log)
        log.content.withLock { $0.refusals = 1 }
        try router.start(cursor: 0, isKept: false, channels: [routed], head: 0)
        for _ in 0..<10 {
            let seq = opened(1)
            router.advance(from: seq, to: seq, isIdle: false)
        }
        while log.content.withLock({ $0.queued.count }) < 10 { usleep(1_000) }
        router.stop()
        router.join()
        #expect(log.content.withLock { $0.queued.map(\.event) } == Array(1...10))
    }
}
