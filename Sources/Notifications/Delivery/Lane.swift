package import Basics
package import Domain
import Synchronization
package import System

/// One channel's deliveries, on a thread of its own: whatever its endpoint does, no other channel
/// waits for it.
///
/// The outbox in the store is the truth; a lane holds the oldest waiting notices and reports what
/// became of each in portions. What was delivered but not yet reported when the process died is
/// delivered again, under the same id. The lane of a removed channel clears its outbox and ends.
package final class Lane: Sendable {
    /// What others leave for the lane's thread.
    private struct Mail {
        var channel: Channel?
        /// The last notice that is durable.
        var newest: UInt64 = 0
        /// Notices that a command has changed.
        var changed: [Delivery] = []
        var tests: [@Sendable (TestResult) -> Void] = []
        var isStopping = false
        /// The ledger's answer to the report under way.
        var isReportTaken: Bool?
        /// Whether anything above is new.
        var hasNews = false
    }

    private let mail: Monitor<Mail>
    private let latest = Mutex(LaneFigures())
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let channel: Channel
    private let outbox: any Outbox
    private let transport: any Transport
    private let schedule: RetrySchedule
    private let clock: any Clock

    /// - Parameters:
    ///   - channel: as it is now.
    ///   - newest: the last durable notice of the channel.
    ///   - transport: used by the lane alone from now on.
    package init(
        channel: Channel, newest: UInt64, outbox: any Outbox, transport: any Transport,
        schedule: RetrySchedule, clock: any Clock
    ) {
        mail = Monitor(Mail(newest: newest))
        self.channel = channel
        self.outbox = outbox
        self.transport = transport
        self.schedule = schedule
        self.clock = clock
    }

    /// Starts the thread.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "lane") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// As of the last step of the lane. Any thread.
    package var figures: LaneFigures { latest.withLock { $0 } }

    /// More notices have become durable. Any thread, returns at once, as all below.
    package func advance(to sequence: UInt64) {
        mail.update {
            if sequence > $0.newest { $0.newest = sequence }
            $0.hasNews = true
        }
    }

    /// The channel was changed.
    package func change(_ channel: Channel) {
        mail.update {
            $0.channel = channel
            $0.hasNews = true
        }
    }

    /// A command has queued a notice again, or dropped one.
    package func change(_ delivery: Delivery) {
        mail.update {
            $0.changed.append(delivery)
            $0.hasNews = true
        }
    }

    /// Sends a try through the channel as soon as the lane is free.
    ///
    /// - Parameter complete: called once, on the lane's thread, or on this one when it has ended.
    package func test(_ complete: @escaping @Sendable (TestResult) -> Void) {
        let isTaken = mail.update { mail in
            if mail.isStopping { return false }
            mail.tests.append(complete)
            mail.hasNews = true
            return true
        }
        if !isTaken { complete(.stopped) }
    }

    /// Asks the thread to end; an attempt under way is broken off. `join` waits for it.
    package func stop() {
        mail.update {
            $0.isStopping = true
            $0.hasNews = true
        }
        transport.cancel()
    }

    /// Waits until the thread has ended: at most a quarter of a second after `stop`.
    package func join() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    // MARK: The thread

    private func run() {
        let worker = LaneWorker(
            channel: channel, outbox: outbox, transport: transport, schedule: schedule,
            clock: clock)
        if !worker.isRemoved { worker.load() }
        while true {
            let news = mail.withLock { mail in
                defer {
                    mail.channel = nil
                    mail.changed = []
                    mail.tests = []
                    mail.hasNews = false
                }
                return mail
            }
            if let channel = news.channel { worker.adopt(channel) }
            for delivery in news.changed { worker.adopt(delivery) }
            worker.refill(newest: news.newest)
            if news.isStopping {
                for test in news.tests { test(.stopped) }
                // Nobody may wait for the ledger now: what it does not take is sent again.
                if let report = worker.takeReport() { worker.outbox.report(report) { _ in } }
                return
            }
            if worker.isRemoved {
                for test in news.tests { test(.removed) }
                if worker.clear() {
                    flush(worker)
                    continue
                }
                end()
                return
            }
            for test in news.tests { test(worker.test()) }
            let wait = worker.step()
            latest.withLock { $0 = worker.figures }
            if wait != 0 || worker.mustReport { flush(worker) }
            if wait == 0 { continue }
            _ = mail.wait(milliseconds: wait) { $0.hasNews ? true : nil }
        }
    }

    /// No test is taken any more.
    private func end() {
        let late = mail.update { mail in
            mail.isStopping = true
            defer { mail.tests = [] }
            return mail.tests
        }
        for test in late { test(.removed) }
    }

    /// Hands the report over and waits until it is taken; keeps it where the ledger refuses, and
    /// tries again a second later.
    private func flush(_ worker: LaneWorker) {
        while let report = worker.takeReport() {
            mail.withLock { $0.isReportTaken = nil }
            worker.outbox.report(report) { [mail] isTaken in
                mail.update { $0.isReportTaken = isTaken }
            }
            let isTaken = mail.wait { mail -> Bool? in
                mail.isReportTaken ?? (mail.isStopping ? true : nil)
            }
            if isTaken == true { return }
            worker.giveBack(report)
            let isStopping = mail.wait(milliseconds: 1_000) { $0.isStopping ? true : nil }
            if isStopping == true { return }
        }
    }
}

extension TestResult {
    /// The server stopped before it was tried.
    static let stopped = TestResult(
        outcome: Outcome(.cancelled, reason: "the server is stopping"), milliseconds: 0)
    /// The channel was removed meanwhile.
    static let removed = TestResult(
        outcome: Outcome(.cancelled, reason: "the channel was removed"), milliseconds: 0)
}
