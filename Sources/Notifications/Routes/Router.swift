package import Domain
import Synchronization
package import System

/// The thread of the plain routes.
package final class Router: Sendable {
    private struct Mail {
        /// The last durable event.
        var head: UInt64 = 0
        /// Nothing up to here has a route, and no channel was changed behind `changed`.
        var idleHead: UInt64 = 0
        /// The last event that changed a channel.
        var changed: UInt64 = 0
        var isStopping = false
        /// The ledger's answer.
        var isTaken: Bool?
    }

    private let mail = Monitor(Mail())
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
    ///   - isIdle: no channel had a route before these events, and none of them changes a channel.
    package func advance(to head: UInt64, isIdle: Bool) {
        mail.update { mail in
            mail.head = max(mail.head, head)
            if isIdle { mail.idleHead = max(mail.idleHead, head) } else { mail.changed = head }
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
            let news = mail.wait { mail -> Mail? in
                mail.isStopping || mail.head > cursor ? mail : nil
            }
            guard let news else { continue }
            if news.isStopping {
                // Nobody may wait for the ledger now.
                if let last = worker.last {
                    log.queue(last.notices, cursor: last.cursor) { _ in }
                }
                return
            }
            // Behind the last change, what was idle need not be read.
            if worker.cursor >= news.changed { worker.skip(to: news.idleHead) }
            let step = worker.step()
            if step.isAtEnd {
                // The log is told of before it can be read: rare and short.
                _ = mail.wait(milliseconds: 50) { $0.isStopping ? true : nil }
            }
            guard let portion = step.portion else { continue }
            if !hand(portion) { return }
            worker.kept(portion)
        }
    }

    /// - Returns: false: the server is stopping, and it is not known whether the ledger took it.
    private func hand(_ portion: RouteWorker.Portion) -> Bool {
        while true {
            mail.withLock { $0.isTaken = nil }
            log.queue(portion.notices, cursor: portion.cursor) { [mail] isTaken in
                mail.update { $0.isTaken = isTaken }
            }
            let answer = mail.wait { mail -> Bool? in
                mail.isTaken ?? (mail.isStopping ? false : nil)
            }
            if answer == true { return true }
            // Refused, for want of space: again a second later.
            let isStopping = mail.wait(milliseconds: 1_000) { $0.isStopping ? true : nil }
            if isStopping == true { return false }
        }
    }
}
