package import Basics
package import Domain
import Glibc
package import Storage
import Synchronization
import System

/// How notices are delivered.
package struct NotificationOptions: Sendable {
    package var transport = TransportOptions()
    package var schedule = RetrySchedule.standard

    package init() {}
}

/// The way to the ledger, from any thread.
package protocol NoticeLedger: Sendable {
    /// Puts notices of plain routes into the outbox and moves their cursor, in one transaction.
    func queue(
        _ notices: [RoutedNotice], cursor: UInt64, complete: @escaping @Sendable (Bool) -> Void)
    /// Writes what a lane has to tell, in one transaction.
    func report(_ report: LaneReport, complete: @escaping @Sendable (Bool) -> Void)
}

/// Everything that carries notices out of the server: a lane for each channel, and the plain
/// routes.
///
/// Only the leader has one. Threading: the ledger's thread, but for what its threads do among
/// themselves.
package final class Notifications {
    private let options: NotificationOptions
    private let desk: Desk
    private let users: @Sendable ([Identifier]) -> [String]
    private let log: Log
    private let router: Router
    private var lanes: [UInt32: Lane] = [:]
    private var channels: [UInt32: Channel] = [:]
    private var routes = RouteTable()
    private var isRunning = false

    /// - Parameters:
    ///   - ledger: takes what is to be written.
    ///   - view: the durable store.
    ///   - users: the mail addresses of those who act for some stations. Any thread.
    package init(
        options: NotificationOptions, ledger: any NoticeLedger, view: ReadView, clock: any Clock,
        log: Log, users: @escaping @Sendable ([Identifier]) -> [String]
    ) {
        self.options = options
        self.log = log
        self.users = users
        desk = Desk(ledger: ledger, view: view, clock: clock, log: log)
        router = Router(log: desk)
    }

    /// Begins to deliver what waits.
    ///
    /// - Throws: where the store cannot be read.
    package func start() throws(StorageError) {
        let view = desk.view
        let channels = try view.channels()
        let kept = try view.hookCursor(HookCursor.routes)
        isRunning = true
        for channel in channels { take(channel) }
        let first = channels.filter { !$0.isRemoved && !$0.routes.isEmpty }.map(\.seq).min()
        // Without a cursor, nothing was routed before the oldest channel with routes was changed.
        let cursor = kept?.seq ?? first.map { $0 - 1 } ?? view.head.seq
        do throws(SystemError) {
            try router.start(
                cursor: cursor, isKept: kept != nil, channels: channels, head: view.head.seq)
        } catch { log.error("no plain routes", ["reason": "\(error)"]) }
    }

    /// Ends all threads: at most a quarter of a second. What was under way is tried again after the
    /// next start. Afterwards the ledger still has to take in what they handed over last.
    package func stop() {
        if !isRunning { return }
        isRunning = false
        router.stop()
        for lane in lanes.values { lane.stop() }
        router.join()
        for lane in lanes.values { lane.join() }
    }

    /// Takes in the events of a group that has become durable. Cost: a look at each event's type.
    package func observe(_ events: [Event], _ view: ReadView) {
        if !isRunning { return }
        desk.view = view
        // The routes before these events: a change of a channel makes the group one to be read.
        let routes = routes
        var isIdle = true
        for index in events.indices {
            // Most events are looked at no further than this.
            let type = events[index].type
            if routes.wants(type) { isIdle = false }
            switch type {
            case .channelAdded, .channelChanged, .channelRemoved, .channelDisabled:
                isIdle = false
                if case .channel(let change) = events[index].data { take(change.channel) }
            case .noticeQueued, .noticeProgress:
                if case .notices(let change) = events[index].data { take(change, type) }
            default: continue
            }
        }
        if let first = events.first, let last = events.last {
            router.advance(from: first.seq, to: last.seq, isIdle: isIdle)
        }
    }

    private func take(_ change: NoticeChange, _ type: EventType) {
        if type == .noticeQueued {
            var newest: [UInt32: UInt64] = [:]
            for notice in change.notices { newest[notice.key.channel] = notice.key.sequence }
            for (channel, sequence) in newest { lanes[channel]?.advance(to: sequence) }
            return
        }
        // A lane hears of its own reports too; only commands queue or drop.
        for delivery in change.deliveries
        where delivery.status == .queued || delivery.status == .dropped {
            lanes[delivery.key.channel]?.change(delivery)
        }
    }

    /// Makes the lane of a channel, or tells it of a change.
    private func take(_ channel: Channel) {
        channels[channel.number] = channel
        routes = RouteTable(Array(channels.values))
        if let lane = lanes[channel.number] {
            lane.change(channel)
            return
        }
        let lane = Lane(
            channel: channel, newest: 0, outbox: desk, transport: transport(of: channel.kind),
            schedule: options.schedule, clock: desk.clock)
        do throws(SystemError) {
            try lane.start()
            lanes[channel.number] = lane
        } catch {
            log.error("no lane", ["channel": "\(channel.id)", "reason": "\(error)"])
        }
    }

    private func transport(of kind: ChannelKind) -> any Transport {
        switch kind {
        case .webhook: WebhookTransport(options: options.transport)
        case .mail: MailTransport(options: options.transport, users: users)
        case .log: LogTransport()
        }
    }

    /// A channel that is there, with the name of the station it belongs to.
    package func channel(_ id: Identifier) -> (channel: Channel, station: Identifier?)? {
        guard let found = channels.values.first(where: { $0.id == id && !$0.isRemoved }) else {
            return nil
        }
        return (found, found.station.map { desk.view.names.station($0) })
    }

    /// Tries a channel, also a disabled one.
    ///
    /// - Parameter complete: called once with what became of it, on any thread; not at all where
    ///   false is returned.
    /// - Returns: whether there is such a channel.
    package func test(
        _ channel: Identifier, complete: @escaping @Sendable (TestResult) -> Void
    ) -> Bool {
        guard let found = self.channel(channel), let lane = lanes[found.channel.number] else {
            return false
        }
        lane.test(complete)
        return true
    }

    /// The figures of each channel, by name.
    package var figures: [(channel: Identifier, figures: LaneFigures)] {
        channels.values.filter { !$0.isRemoved }
            .compactMap { channel in lanes[channel.number].map { (channel.id, $0.figures) } }
            .sorted { $0.0 < $1.0 }
    }
}

/// The store and the ledger as lanes and routes see them.
private final class Desk: Outbox, RouteLog {
    let clock: any Clock
    private let ledger: any NoticeLedger
    private let log: Log
    private let newest: Mutex<ReadView>

    init(ledger: any NoticeLedger, view: ReadView, clock: any Clock, log: Log) {
        self.ledger = ledger
        self.clock = clock
        self.log = log
        newest = Mutex(view)
    }

    /// The store as of the last durable group.
    var view: ReadView {
        get { newest.withLock { $0 } }
        set { newest.withLock { $0 = newValue } }
    }

    func rows(of channel: UInt32, after sequence: UInt64, limit: Int) -> [OutboxRow] {
        var rows: [OutboxRow] = []
        if sequence == .max { return [] }
        do throws(StorageError) {
            try view.forEachOutboxRow(channel: channel, from: sequence + 1) {
                (row) throws(StorageError) in
                rows.append(row)
                return rows.count < limit
            }
        } catch { log.error("the outbox cannot be read", ["reason": "\(error.message)"]) }
        return rows
    }

    func row(_ key: NoticeKey) -> OutboxRow? {
        do throws(StorageError) { return try view.outboxRow(key) } catch {
            log.error("the outbox cannot be read", ["reason": "\(error.message)"])
            return nil
        }
    }

    func parcel(_ notice: Notice, channel: Channel) -> Parcel {
        let view = view
        let event = notice.event > 0 ? try? view.event(notice.event) : nil
        // A history may have ended since: the notice belongs to the one of its event.
        let history = view.history.history(of: notice.event > 0 ? notice.event : view.head.seq)
        let document = event.map { event in
            var buffer = ByteBuffer(capacity: 1_024)
            buffer.appendJSON(
                event, history: view.history.history(of: event.seq), names: view.names)
            return buffer.array
        }
        return Parcel(
            notice: notice, channel: channel.id, history: history,
            stations: notice.stations.map { view.names.station($0) }, event: document,
            actor: event?.actor)
    }

    func report(_ report: LaneReport, complete: @escaping @Sendable (Bool) -> Void) {
        if let reason = report.disables {
            log.warning(
                "channel disabled", ["channel": "\(report.channel.id)", "reason": "\(reason)"])
        }
        let dead = report.deliveries.filter { $0.status == .dead }
        if let last = dead.last {
            log.warning(
                "notices given up",
                [
                    "channel": "\(report.channel.id)", "count": "\(dead.count)",
                    "last": "\(last.lastError ?? "")",
                ])
        }
        ledger.report(report, complete: complete)
    }

    func events(after seq: UInt64) -> (events: [Event], reached: UInt64) {
        do throws(StorageError) { return try view.events(after: seq, limit: 1_024) } catch {
            log.error("the log cannot be read", ["reason": "\(error.message)"])
            return ([], seq)
        }
    }

    func queue(
        _ notices: [RoutedNotice], cursor: UInt64, complete: @escaping @Sendable (Bool) -> Void
    ) {
        ledger.queue(notices, cursor: cursor, complete: complete)
    }
}
