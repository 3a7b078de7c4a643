import Basics
import Domain
import Notifications
import Storage
import Synchronization

/// A clock that moves when told.
final class HandClock: Clock {
    private let milliseconds = Atomic<Int64>(1_000_000)

    func wallMilliseconds() -> Int64 { milliseconds.load(ordering: .relaxed) }
    func monotonicNanoseconds() -> UInt64 {
        UInt64(max(0, milliseconds.load(ordering: .relaxed))) * 1_000_000
    }
    func advance(_ by: Int64) { _ = milliseconds.add(by, ordering: .relaxed) }
}

/// An outbox in memory that takes every report.
final class FakeOutbox: Outbox {
    struct Content {
        var rows: [UInt64: OutboxRow] = [:]
        var reports: [LaneReport] = []
        var refuses = false
    }

    let content = Mutex(Content())
    let channel: Channel

    init(_ channel: Channel) { self.channel = channel }

    func add(_ sequence: UInt64, key: String? = nil, time: Int64 = 1_000_000) {
        var notice = Notice(
            key: NoticeKey(channel: channel.number, sequence: sequence), id: "H:\(sequence)",
            rule: nil, event: 0, time: Timestamp(milliseconds: time), seq: sequence)
        notice.orderKey = key
        notice.subject = "notice \(sequence)"
        let row = OutboxRow(notice: notice, delivery: nil)
        content.withLock { $0.rows[sequence] = row }
    }

    func set(_ sequence: UInt64, _ status: DeliveryStatus, attempts: Int64 = 1, next: Int64? = nil)
    {
        var delivery = Delivery(
            key: NoticeKey(channel: channel.number, sequence: sequence), status: status,
            attempts: attempts, updated: Timestamp(milliseconds: 0))
        delivery.next = next.map { Timestamp(milliseconds: $0) }
        let done = delivery
        content.withLock { $0.rows[sequence]?.delivery = done }
    }

    func delivery(_ sequence: UInt64) -> Delivery? {
        content.withLock { $0.rows[sequence]?.delivery }
    }

    func rows(of channel: UInt32, after sequence: UInt64, limit: Int) -> [OutboxRow] {
        content.withLock { content in
            content.rows.keys.sorted().filter { $0 > sequence }.prefix(limit)
                .compactMap { content.rows[$0] }
        }
    }

    func row(_ key: NoticeKey) -> OutboxRow? { content.withLock { $0.rows[key.sequence] } }

    func parcel(_ notice: Notice, channel: Channel) -> Parcel {
        Parcel(notice: notice, channel: channel.id, history: "H")
    }

    func report(_ report: LaneReport, complete: @escaping @Sendable (Bool) -> Void) {
        let isTaken = content.withLock { content in
            if content.refuses { return false }
            content.reports.append(report)
            for delivery in report.deliveries {
                content.rows[delivery.key.sequence]?.delivery = delivery
            }
            for key in report.removed { content.rows[key.sequence] = nil }
            return true
        }
        complete(isTaken)
    }
}

/// A transport that answers what it is told and remembers what it got.
final class FakeTransport: Transport, Sendable {
    struct Content {
        var outcomes: [Outcome] = []
        var sent: [[UInt64]] = []
        var isCancelled = false
    }

    let content = Mutex(Content())
    /// What it answers when nothing else was said.
    let usual: Outcome

    init(_ usual: Outcome = Outcome(.delivered, status: 200)) { self.usual = usual }

    var sent: [[UInt64]] { content.withLock { $0.sent } }

    func answer(_ outcomes: Outcome...) { content.withLock { $0.outcomes += outcomes } }

    func send(_ parcels: [Parcel], through channel: Channel, now: Timestamp) -> [Outcome] {
        content.withLock { content in
            content.sent.append(parcels.map(\.notice.key.sequence))
            if content.isCancelled { return parcels.map { _ in Outcome(.cancelled) } }
            return parcels.map { _ in
                content.outcomes.isEmpty ? usual : content.outcomes.removeFirst()
            }
        }
    }

    func cancel() { content.withLock { $0.isCancelled = true } }
}

func channel(_ kind: ChannelKind = .webhook) -> Channel {
    Channel(
        number: 7, id: Identifier(literal: "ops"), kind: kind,
        created: Timestamp(milliseconds: 0), seq: 1)
}
