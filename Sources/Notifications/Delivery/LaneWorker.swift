package import Basics
package import Domain
import Storage

/// What a lane does, step by step, without its thread: the same inputs and clock give the same
/// deliveries and reports.
///
/// Threading: one thread at a time.
package final class LaneWorker {
    /// Delivered and dropped notices that stay to be looked at.
    package static let keptLimit = 1_000
    /// Removed in portions of so many.
    private static let removedPortion = 64
    /// Outcomes in one report.
    private static let reportLimit = 64
    /// How long an outcome may wait for others; milliseconds.
    private static let reportDelay: Int64 = 100
    /// Rows read at once.
    private static let pageLimit = 256

    package let outbox: any Outbox
    private let transport: any Transport
    private let clock: any Clock
    private var channel: Channel
    private var queue: LaneQueue
    package private(set) var figures = LaneFigures()
    /// The last notice that was read from the outbox.
    private var loaded: UInt64 = 0
    /// The last notice that is counted.
    private var counted: UInt64 = 0
    /// Waiting notices behind `loaded`.
    private var behind: Int64 = 0
    /// Delivered and dropped ones that are still there, oldest first.
    private var kept: [UInt64] = []
    /// Rows of a removed channel up to here are reported.
    private var cleared: UInt64 = 0
    private var report: LaneReport
    private var reportedAt: Int64 = 0

    package init(
        channel: Channel, outbox: any Outbox, transport: any Transport, schedule: RetrySchedule,
        clock: any Clock
    ) {
        self.channel = channel
        self.outbox = outbox
        self.transport = transport
        self.clock = clock
        queue = LaneQueue(
            schedule: schedule, digestMilliseconds: channel.digestMilliseconds,
            seed: UInt64(channel.number))
        report = LaneReport(channel: channel)
    }

    private var now: Int64 { clock.wallMilliseconds() }

    // MARK: Taking in

    /// Reads what waits: once, before anything else.
    package func load() {
        var sequence: UInt64 = 0
        while true {
            let rows = outbox.rows(of: channel.number, after: sequence, limit: Self.pageLimit)
            for row in rows {
                sequence = row.notice.key.sequence
                let status = row.delivery?.status ?? .queued
                if status == .dead { figures.dead += 1 }
                if status == .delivered || status == .dropped { kept.append(sequence) }
                if !status.isOpen { continue }
                if queue.isFull { behind += 1 } else { add(row) }
            }
            if !queue.isFull { loaded = max(loaded, sequence) }
            if rows.count < Self.pageLimit { break }
        }
        counted = sequence
        trim()
        count()
    }

    private func add(_ row: OutboxRow) {
        let notice = row.notice
        let tried = row.delivery?.status == .retrying ? row.delivery : nil
        queue.add(
            .init(
                sequence: notice.key.sequence, key: notice.orderKey,
                time: notice.time.milliseconds,
                failures: Int(clamping: tried?.attempts ?? 0),
                due: tried?.next?.milliseconds ?? 0))
        loaded = max(loaded, notice.key.sequence)
    }

    /// Takes in as many waiting notices as there is room for.
    package func refill(newest: UInt64) {
        if newest > counted {
            behind += Int64(clamping: newest - counted)
            counted = newest
        }
        while !queue.isFull && loaded < counted {
            let rows = outbox.rows(of: channel.number, after: loaded, limit: Self.pageLimit)
            for row in rows {
                if queue.isFull { break }
                if (row.delivery?.status ?? .queued).isOpen {
                    add(row)
                    behind = max(0, behind - 1)
                }
                loaded = max(loaded, row.notice.key.sequence)
            }
            if rows.isEmpty { break }
        }
        if loaded >= counted { behind = 0 }
        count()
    }

    /// The channel was changed: what held it up may be gone.
    package func adopt(_ channel: Channel) {
        let had = report
        self.channel = channel
        report = LaneReport(channel: channel)
        report.deliveries = had.deliveries
        report.removed = had.removed
        report.logged = had.logged
        report.disables = had.disables
        queue.digestMilliseconds = channel.digestMilliseconds
        queue.resume()
    }

    /// A command has queued a notice again, or dropped one.
    package func adopt(_ delivery: Delivery) {
        let sequence = delivery.key.sequence
        if sequence > loaded {
            // It is read when its turn comes.
            if delivery.status == .queued { behind += 1 }
            return
        }
        guard let row = outbox.row(delivery.key) else { return }
        switch delivery.status {
        case .queued:
            if let place = kept.firstIndex(of: sequence) {
                kept.remove(at: place)
            } else if !queue.holds(sequence) {
                figures.dead = max(0, figures.dead - 1)
            }
            queue.remove(sequence)
            add(OutboxRow(notice: row.notice, delivery: nil))
            queue.resume()
        case .dropped:
            if queue.holds(sequence) {
                queue.remove(sequence)
            } else if !kept.contains(sequence) {
                figures.dead = max(0, figures.dead - 1)
            }
            keep(sequence)
        case .retrying, .delivered, .dead: break
        }
        count()
    }

    // MARK: Sending

    /// Sends what is due.
    ///
    /// - Returns: how long to wait before the next step, in milliseconds; 0: not at all, nil: until
    ///   there is news.
    package func step() -> Int? {
        if channel.status == .disabled || channel.isRemoved { return nil }
        switch queue.next(now: now) {
        case .wait(let milliseconds): return milliseconds.map { max(1, Int(clamping: $0)) }
        case .send(let sequences):
            deliver(sequences)
            count()
            return 0
        }
    }

    private func deliver(_ sequences: [UInt64]) {
        var parcels: [Parcel] = []
        for sequence in sequences {
            let key = NoticeKey(channel: channel.number, sequence: sequence)
            if let row = outbox.row(key) {
                parcels.append(outbox.parcel(row.notice, channel: channel))
            } else {
                queue.remove(sequence)
            }
        }
        if parcels.isEmpty { return }
        let outcomes = transport.send(
            parcels, through: channel, now: Timestamp(milliseconds: now))
        for (parcel, outcome) in zip(parcels, outcomes) { take(outcome, of: parcel.notice) }
    }

    private func take(_ outcome: Outcome, of notice: Notice) {
        // Broken off by the stop: it is as if it had not been tried.
        if outcome.kind == .cancelled { return }
        let sequence = notice.key.sequence
        let now = now
        let failures = queue.failures(of: sequence)
        if failures > 0 { figures.retried += 1 }
        var delivery = Delivery(
            key: notice.key, status: .delivered, attempts: Int64(failures) + 1,
            updated: Timestamp(milliseconds: now))
        delivery.lastStatus = outcome.status.map { Int64($0) }
        delivery.lastError = outcome.reason
        if outcome.kind == .delivered {
            figures.sent += 1
            queue.succeeded(sequence)
            keep(sequence)
            if channel.kind == .log { report.logged.append(notice) }
        } else {
            figures.failed += 1
            let verdict = queue.failed(
                sequence, now: now, isAnswered: outcome.status != nil,
                retryAfter: outcome.retryAfter, isFinal: outcome.kind == .refused)
            switch verdict {
            case .retry(let due):
                delivery.status = .retrying
                delivery.next = Timestamp(milliseconds: due)
            case .dead:
                delivery.status = .dead
                figures.dead += 1
            }
        }
        if outcome.kind == .gone {
            report.disables = outcome.reason
            // At once: the ledger's word comes later.
            channel.status = .disabled
        }
        if report.isEmpty { reportedAt = now }
        report.deliveries.append(delivery)
    }

    /// Tries the channel; what waits is not touched.
    package func test() -> TestResult {
        let start = clock.monotonicNanoseconds()
        let time = Timestamp(milliseconds: now)
        var notice = Notice(
            key: NoticeKey(channel: channel.number, sequence: 0),
            id: "test/\(channel.id)/\(time.milliseconds)", rule: nil, event: 0, time: time, seq: 0)
        notice.subject = "Test of the channel \(channel.id)"
        notice.text = "This is a test of the channel \(channel.id). Nothing has happened."
        let parcel = outbox.parcel(notice, channel: channel)
        let outcome =
            transport.send([parcel], through: channel, now: time).first
            ?? Outcome(.failed, reason: "nothing was sent")
        if outcome.kind == .delivered {
            queue.resume()
            if channel.kind == .log { report.logged.append(notice) }
        }
        let nanoseconds = clock.monotonicNanoseconds() &- start
        return TestResult(
            outcome: outcome, milliseconds: Int64(clamping: nanoseconds / 1_000_000))
    }

    /// Whether the channel was removed: all that is left to do is to `clear`.
    package var isRemoved: Bool { channel.isRemoved }

    /// Reports the next rows of a removed channel as needed no more.
    ///
    /// - Returns: whether there were any.
    package func clear() -> Bool {
        let rows = outbox.rows(of: channel.number, after: cleared, limit: Self.pageLimit)
        guard let last = rows.last else { return false }
        report.removed += rows.map(\.notice.key)
        cleared = last.notice.key.sequence
        return true
    }

    // MARK: Reporting

    /// Whether what there is to report may wait no longer.
    package var mustReport: Bool {
        report.deliveries.count >= Self.reportLimit
            || (!report.isEmpty && abs(now - reportedAt) >= Self.reportDelay)
    }

    /// What there is to report, which is then taken for reported; nil: nothing.
    package func takeReport() -> LaneReport? {
        if report.isEmpty { return nil }
        defer { report = LaneReport(channel: channel) }
        return report
    }

    /// The ledger did not take a report: it stays.
    package func giveBack(_ old: LaneReport) {
        var both = LaneReport(channel: channel)
        both.deliveries = old.deliveries + report.deliveries
        both.removed = old.removed + report.removed
        both.logged = old.logged + report.logged
        both.disables = report.disables ?? old.disables
        report = both
    }

    private func keep(_ sequence: UInt64) {
        kept.append(sequence)
        trim()
    }

    private func trim() {
        if kept.count < Self.keptLimit + Self.removedPortion { return }
        let gone = kept.prefix(kept.count - Self.keptLimit)
        for sequence in gone {
            report.removed.append(NoticeKey(channel: channel.number, sequence: sequence))
        }
        kept.removeFirst(gone.count)
    }

    private func count() {
        figures.queued = Int64(queue.count) + behind
        figures.oldest = queue.oldestTime.map { Timestamp(milliseconds: $0) }
    }
}
