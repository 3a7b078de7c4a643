package import Domain
import Synchronization
package import System

/// The thread of the plain routes.
package final class Router: Sendable {
    private struct Mail {
        /// The last durable event.
        var head: UInt64 = 0
        /// Runs of events that no route wants, from the seq before the first to the last: they need
        /// not be read. Bounded: where the oldest is forgotten, more is read.
        var idle: [ClosedRange<UInt64>] = []
        var isStopping = false
        /// The ledger's answer.
        var isTaken: Bool?

        mutating func addIdle(_ range: ClosedRange<UInt64>) {
            if let last = idle.last, last.upperBound >= range.lowerBound {
                idle[idle.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                return
            }
            if idle.count == Router.idleLimit { idle.removeFirst(Router.idleLimit / 2) }
            idle.append(range)
        }
    }

    private let mail = Monitor(Mail())
    private static let idleLimit = 1_024
    /// How often a cursor that has only skipped is kept; milliseconds.
    private static let keepInterval = 60_000
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let log: any RouteLog

    package init(log: any RouteLog) { self.log = log }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - cursor: where to begin.
    ///   - isKept: whether that is the store's.
    ///   - channels: as they are at `head`, the last durable event.
    package func start(
        cursor: UInt64, isKept: Bool, channels: [Channel], head: UInt64
    ) throws(SystemError) {
        mail.withLock { $0.head = head }
        let started = try SystemThread(name: "routes") { [self] in
            run(
                RouteWorker(
                    log: log, cursor: cursor, isKept: isKept, channels: channels, head: head))
        }
        thread.withLock { $0 = started }
    }

    /// More events are durable. Any thread; returns at once.
    ///
    /// - Parameters:
    ///   - first: the first of them.
    ///   - isIdle: no route wants any of these events, and none of them changes a channel. The
    ///     thread is not even woken.
    package func advance(from first: UInt64, to head: UInt64, isIdle: Bool) {
        if isIdle {
            mail.withLock { $0.addIdle(first - min(first, 1)...max(first, head)) }
        } else {
            mail.update { $0.head = max($0.head, head) }
        }
    }

    /// Asks the thread to end; `join` waits for it.
    package func stop() { mail.update { $0.isStopping = true } }

    /// Waits until the thread has ended.
    package func join() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private func run(_ worker: RouteWorker) {
        while true {
            let cursor = worker.cursor
            let news = mail.wait(milliseconds: Router.keepInterval) { mail -> Mail? in
                if !mail.isStopping && mail.head <= cursor { return nil }
                defer { mail.idle = [] }
                return mail
            }
            guard let news else {
                skipIdle(worker)
                if let portion = worker.overdue, !hand(portion, of: worker) { return }
                continue
            }
            for range in news.idle { worker.skip(range) }
            if news.isStopping {
                // Nobody may wait for the ledger now.
                if let last = worker.last {
                    log.queue(last.notices, cursor: last.cursor) { _ in }
                }
                return
            }
            if !catchUp(worker, to: news.head, idle: news.idle) { return }
        }
    }

    private func skipIdle(_ worker: RouteWorker) {
        let idle = mail.withLock { mail in
            defer { mail.idle = [] }
            return mail.idle
        }
        for range in idle { worker.skip(range) }
    }

    /// Reads up to `head`, without what is idle.
    ///
    /// - Returns: false: the server is stopping.
    private func catchUp(
        _ worker: RouteWorker, to head: UInt64, idle: [ClosedRange<UInt64>]
    ) -> Bool {
        while worker.cursor < head {
            let step = worker.step()
            if let portion = step.portion, !hand(portion, of: worker) { return false }
            for range in idle { worker.skip(range) }
            // The log is told of before it can be read: rare and short.
            let pause = step.isAtEnd ? 50 : 0
            if mail.wait(milliseconds: pause, { $0.isStopping ? true : nil }) == true {
                return true
            }
        }
        return true
    }

    /// - Returns: false: the server is stopping, and it is not known whether the ledger took it.
    private func hand(_ portion: RouteWorker.Portion, of worker: RouteWorker) -> Bool {
        while true {
            mail.withLock { $0.isTaken = nil }
            log.queue(portion.notices, cursor: portion.cursor) { [mail] isTaken in
                mail.update { $0.isTaken = isTaken }
            }
            let answer = mail.wait { mail -> Bool? in
                mail.isTaken ?? (mail.isStopping ? false : nil)
            }
            if answer == true {
                worker.kept(portion)
                return true
            }
            // Refused, for want of space: again a second later.
            let isStopping = mail.wait(milliseconds: 1_000) { $0.isStopping ? true : nil }
            if isStopping == true { return false }
        }
    }
}
