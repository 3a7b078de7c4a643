import Basics
import Storage
import System

/// The thread that waits for the disk, so that the ledger need not.
///
/// It takes every group written since its last round, flushes the log to the disk once for all of
/// them, writes the high-water mark, and says so. An error is final: the process ends, because
/// nobody can say any more what is on disk.
final class SyncThread: Sendable {
    private struct State {
        /// The newest written group, waiting for the disk; nil: none.
        var waiting: Waiting?
        var durable: UInt64 = 0
        var isStopping = false
        var isBusy = false
        var policy: StoreOptions.SyncPolicy
    }

    private struct Waiting {
        let group: UInt64
        let mark: HighWaterMark.Value
    }

    /// When the mark is written.
    package enum MarkPolicy: Sendable, Equatable {
        /// Before the replies of every group.
        case group
        /// At most this long behind: a documented blind window of the start-up proof.
        case interval(milliseconds: Int)
    }

    private let monitor: Monitor<State>
    private let store: StoreHandles
    private let markPolicy: MarkPolicy
    private let clock: any Clock
    private let wake: @Sendable () -> Void
    private let fail: @Sendable (String) -> Void
    private let thread = Monitor<SystemThread?>(nil)

    /// - Parameters:
    ///   - wake: called on this thread when more groups have become durable.
    ///   - fail: called on this thread with the reason when the disk refuses; must not return to
    ///     normal service.
    init(
        store: StoreHandles, policy: StoreOptions.SyncPolicy, markPolicy: MarkPolicy,
        clock: any Clock, wake: @escaping @Sendable () -> Void,
        fail: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        monitor = Monitor(State(policy: policy))
        self.markPolicy = markPolicy
        self.clock = clock
        self.wake = wake
        self.fail = fail
    }

    func start() throws(SystemError) {
        let started = try SystemThread(name: "sync") { self.run() }
        thread.withLock { $0 = started }
    }

    /// Hands a written group over. Returns at once.
    func submit(group: UInt64, mark: HighWaterMark.Value) {
        monitor.update { $0.waiting = Waiting(group: group, mark: mark) }
    }

    /// The newest group of which everything is on disk, as far as the policy asks.
    var durableGroup: UInt64 { monitor.withLock { $0.durable } }

    /// What the groups from now on wait for.
    var policy: StoreOptions.SyncPolicy {
        get { monitor.withLock { $0.policy } }
        set { monitor.update { $0.policy = newValue } }
    }

    /// Whether a flush is under way or waiting: a further group may as well grow meanwhile.
    var isBusy: Bool { monitor.withLock { $0.isBusy || $0.waiting != nil } }

    /// Flushes what is waiting and ends the thread.
    func stop() {
        monitor.update { $0.isStopping = true }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private enum Work {
        case flush(Waiting)
        case idle
        case stop
    }

    private func run() {
        var markedAt: UInt64 = 0
        var flushedAt: UInt64 = 0
        var lastMark: HighWaterMark.Value?
        while true {
            let work = nextWork()
            let policy = self.policy
            switch work {
            case .stop: return
            case .idle:
                // The tail of an interval: nothing new came, the last group is still to be synced.
                guard let mark = lastMark else { continue }
                lastMark = nil
                // A mark may only speak for what was flushed; `off` flushes nothing.
                if policy == .off { continue }
                flush()
                writeMark(mark)
            case .flush(let waiting):
                let now = clock.monotonicNanoseconds()
                var isFlushed = false
                switch policy {
                case .always:
                    flush()
                    isFlushed = true
                case .interval(let milliseconds):
                    if now &- flushedAt >= UInt64(milliseconds) * 1_000_000 {
                        flush()
                        flushedAt = now
                        isFlushed = true
                    }
                case .off: break
                }
                let isDue =
                    switch markPolicy {
                    case .group: true
                    case .interval(let milliseconds):
                        now &- markedAt >= UInt64(milliseconds) * 1_000_000
                    }
                if isFlushed && isDue {
                    writeMark(waiting.mark)
                    markedAt = now
                    lastMark = nil
                } else {
                    lastMark = waiting.mark
                }
                monitor.update {
                    $0.durable = max($0.durable, waiting.group)
                    $0.isBusy = false
                }
                wake()
            }
        }
    }

    private func nextWork() -> Work {
        let idleMilliseconds =
            switch policy {
            case .interval(let milliseconds): max(1, min(milliseconds, 100))
            case .always, .off: 100
            }
        return monitor.wait(milliseconds: idleMilliseconds) { state -> Work? in
            if let waiting = state.waiting {
                state.waiting = nil
                state.isBusy = true
                return .flush(waiting)
            }
            return state.isStopping ? .stop : nil
        } ?? .idle
    }

    private func flush() {
        do throws(StorageError) { try store.synchronize() } catch { fail(error.message) }
    }

    private func writeMark(_ mark: HighWaterMark.Value) {
        do throws(StorageError) { try store.writeMark(mark) } catch { fail(error.message) }
    }
}
