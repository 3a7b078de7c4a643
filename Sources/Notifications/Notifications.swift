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
    /// Of removed channels: told to end.
    private var ended: [Lane] = []
    private var channels: [UInt32: Channel] = [:]
    private var hasRoutes = false
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
        for lane in ended { lane.join() }
    }

    /// Takes in the events of a group that has become durable. Cost: a look at each event's type.
    package func observe(_ events: [Event], _ view: ReadView) {
        if !isRunning { return }
        desk.view = view
        let hadRoutes = hasRoutes
        var changesChannel = false
        var newest: [UInt32: UInt64] = [:]
        for event in events {
            switch event.data {
            case .channel(let change):
                changesChannel = true
                take(change.channel)
            case .notices(let change):
                if event.type == .noticeQueued {
                    for notice in change.notices {
                        newest[notice.key.channel] = notice.key.sequence
                    }
                }
                if event.type != .noticeProgress { continue }
                // A lane hears of its own reports too; only commands queue or drop.
                for delivery in change.deliveries
                where delivery.status == .queued || delivery.status == .dropped {
                    lanes[delivery.key.channel]?.change(delivery)
                }
            default: continue
            }
        }
        for (channel, sequence) in newest { lanes[channel]?.advance(to: sequence) }
        if let last = events.last {
            router.advance(to: last.seq, isIdle: !hadRoutes && !changesChannel)
        }
    }

    /// Makes, changes or ends the lane of a channel.
    private func take(_ channel: Channel) {
        channels[channel.number] = channel
        hasRoutes = channels.values.contains { !$0.isRemoved && !$0.routes.isEmpty }
        if let lane = lanes[channel.number] {
            lane.change(channel)
            if channel.isRemoved {
                lane.stop()
                lanes[channel.number] = nil
                ended.append(lane)
            }
            return
        }
        if channel.isRemoved { return }
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

    /// Tries a channel, also a disabled one.
    ///
    /// - Parameter complete: called once with what became of it, on any thread; not at all where
    ///   false is returned.
    /// - Returns: whether there is such a channel.
    package func test(
        _ channel: Identifier, complete: @escaping @Sendable (TestResult) -> Void
    ) -> Bool {
        guard let found = channels.values.first(where: { $0.id == channel && !$0.isRemoved }),
            let lane = lanes[found.number]
        else { return false }
        lane.test(complete)
        return true
    }

    /// The figures of each channel, by name.
    package var figures: [(channel: Identifier, figures: LaneFigures)] {
        lanes.compactMap { number, lane in channels[number].map { ($0.id, lane.figures) } }
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
