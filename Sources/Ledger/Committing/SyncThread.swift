import Basics
import RocksDB
import Storage
import System

/// The thread that writes groups and waits for the disk, so that the ledger need not.
///
/// In each round it writes every group that was handed over since the last, flushes the log to the
/// disk once for all of them, writes the high-water mark, and says so. An error is final: the
/// process ends, because nobody can say any more what is on disk.
final class SyncThread: Sendable {
    private struct State {
        /// Groups that nobody has begun to write, oldest first.
        var unwritten: [Handed] = []
        /// Whether a thread is writing; the other one waits for it.
        var isWriting = false
        /// The newest group that is in the database.
        var writtenGroup: UInt64 = 0
        /// What is in the database and waits for the disk; nil: nothing.
        var unsynced: Durable?
        /// The newest group that replies may speak of, until it is taken.
        var news: Durable?
        var durableGroup: UInt64 = 0
        /// Groups that were handed over and are not durable yet.
        var inFlight = 0
        var failure: StorageError?
        var isStopping = false
        var policy: StoreOptions.SyncPolicy
    }

    private struct Handed {
        let group: SealedGroup
        let epoch: UInt64
    }

    /// The store at the end of a round.
    struct Durable: Sendable {
        /// The last group of the round.
        let group: UInt64
        let head: LogHead
        let snapshot: Snapshot
        /// How many groups it ends.
        var count: Int
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
    private let gate: LedgerOptions.WriteGate?
    private let wake: @Sendable () -> Void
    private let fail: @Sendable (String) -> Void
    private let thread = Monitor<SystemThread?>(nil)

    /// - Parameters:
    ///   - gate: called before each write, on the thread that writes.
    ///   - wake: called on this thread when more groups have become durable.
    ///   - fail: called on this thread with the reason when the disk refuses; must not return to
    ///     normal service. Nothing is durable any more from then on.
    init(
        store: StoreHandles, policy: StoreOptions.SyncPolicy, markPolicy: MarkPolicy,
        clock: any Clock, gate: LedgerOptions.WriteGate?, wake: @escaping @Sendable () -> Void,
        fail: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        monitor = Monitor(State(policy: policy))
        self.markPolicy = markPolicy
        self.clock = clock
        self.gate = gate
        self.wake = wake
        self.fail = fail
    }

    func start() throws(SystemError) {
        let started = try SystemThread(name: "sync") { self.run() }
        thread.withLock { $0 = started }
    }

    // MARK: For the ledger's thread

    /// Hands a sealed group over. Returns at once.
    func submit(_ group: SealedGroup, epoch: UInt64) {
        monitor.update {
            $0.unwritten.append(Handed(group: group, epoch: epoch))
            $0.inFlight += 1
        }
    }

    /// The newest group that is in the database, on disk or not.
    var writtenGroup: UInt64 { monitor.withLock { $0.writtenGroup } }

    /// Where the store stands that replies may speak of; nil where that is no news.
    func takeNews() -> Durable? {
        monitor.withLock { state in
            defer { state.news = nil }
            return state.news
        }
    }

    /// Groups that were handed over and are not durable yet.
    var inFlight: Int { monitor.withLock { $0.inFlight } }

    /// Groups that wait for their turn to be written.
    var waiting: Int { monitor.withLock { $0.unwritten.count } }

    /// Waits until fewer than `limit` groups are in flight.
    ///
    /// - Throws: what ended the writing.
    func waitForRoom(below limit: Int) throws(StorageError) {
        let failure = monitor.wait { state -> StorageError?? in
            if let failure = state.failure { return .some(failure) }
            return state.inFlight < limit ? .some(nil) : nil
        }
        if case .some(.some(let failure)) = failure { throw failure }
    }

    /// Returns when everything that was handed over is in the database. Where this thread is
    /// waiting for the disk, the caller writes it himself.
    ///
    /// - Throws: final.
    func writeNow() throws(StorageError) { try writeWaiting() }

    /// What ended the writing; nil while all is well.
    var failure: StorageError? { monitor.withLock { $0.failure } }

    /// What the groups from now on wait for.
    var policy: StoreOptions.SyncPolicy {
        get { monitor.withLock { $0.policy } }
        set { monitor.update { $0.policy = newValue } }
    }

    /// Writes and flushes what is waiting and ends the thread.
    func stop() {
        monitor.update { $0.isStopping = true }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    // MARK: Writing

    private enum Turn {
        case write([Handed])
        case nothing
        case failed(StorageError)
    }

    /// Writes what is waiting, in order; one thread at a time.
    private func writeWaiting() throws(StorageError) {
        let turn = monitor.wait { state -> Turn? in
            if let failure = state.failure { return .failed(failure) }
            if state.isWriting { return nil }
            if state.unwritten.isEmpty { return .nothing }
            let groups = state.unwritten
            state.unwritten.removeAll(keepingCapacity: true)
            state.isWriting = true
            return .write(groups)
        }
        switch turn {
        case .write(let groups):
            do throws(StorageError) { try write(groups) } catch {
                monitor.update {
                    $0.failure = error
                    $0.isWriting = false
                }
                throw error
            }
        case .failed(let failure): throw failure
        case .nothing, nil: return
        }
    }

    private func write(_ groups: [Handed]) throws(StorageError) {
        guard let last = groups.last else { return }
        for handed in groups {
            if let gate { try gate(handed.group.number) }
            try store.write(handed.group)
        }
        let head = last.group.head
        var end = Durable(
            group: last.group.number, head: head, snapshot: try store.snapshot(),
            count: groups.count,
            mark: .init(epoch: last.epoch, seq: head.seq, chain: head.chain))
        // The snapshot that goes is released behind the lock.
        let passed = monitor.update { state -> Durable? in
            let passed = state.unsynced
            end.count += passed?.count ?? 0
            state.unsynced = end
            state.writtenGroup = end.group
            state.isWriting = false
            return passed
        }
        _ = passed
    }

    // MARK: The thread

    private enum Work {
        case round
        case idle
        case stop
    }

    private func run() {
        do throws(StorageError) { try runRounds() } catch {
            monitor.update { $0.failure = error }
            fail(error.message)
        }
    }

    private func runRounds() throws(StorageError) {
        var markedAt: UInt64 = 0
        var flushedAt: UInt64 = 0
        var lastMark: HighWaterMark.Value?
        while true {
            switch nextWork() {
            case .stop: return
            case .idle:
                try store.recordFiles(now: clock.monotonicNanoseconds())
                // The tail of an interval: nothing new came, the last group is still to be synced.
                guard let mark = lastMark else { continue }
                lastMark = nil
                // A mark may only speak for what was flushed; `off` flushes nothing.
                if policy == .off { continue }
                try store.synchronize()
                try store.writeMark(mark)
            case .round:
                try writeWaiting()
                guard let end = takeUnsynced() else { continue }
                let now = clock.monotonicNanoseconds()
                let isFlushed = try flush(policy, now, &flushedAt)
                let isDue =
                    switch markPolicy {
                    case .group: true
                    case .interval(let milliseconds):
                        now &- markedAt >= UInt64(milliseconds) * 1_000_000
                    }
                if isFlushed && isDue {
                    try store.writeMark(end.mark)
                    markedAt = now
                    lastMark = nil
                } else {
                    lastMark = end.mark
                }
                finish(end)
                // Behind the flush: an ended log is on disk as it is recorded.
                try store.recordFiles(now: now)
            }
        }
    }

    /// Flushes the log as far as the policy asks: to the disk, else to the kernel.
    ///
    /// - Returns: whether it is on disk.
    private func flush(
        _ policy: StoreOptions.SyncPolicy, _ now: UInt64, _ flushedAt: inout UInt64
    ) throws(StorageError) -> Bool {
        let isDue =
            switch policy {
            case .always: true
            case .interval(let milliseconds): now &- flushedAt >= UInt64(milliseconds) * 1_000_000
            case .off: false
            }
        if !isDue {
            try store.handOver()
            return false
        }
        try store.synchronize()
        if policy != .always { flushedAt = now }
        return true
    }

    private func takeUnsynced() -> Durable? {
        monitor.withLock { state in
            defer { state.unsynced = nil }
            return state.unsynced
        }
    }

    private func finish(_ end: Durable) {
        // The snapshot that nobody took goes behind the lock.
        let passed = monitor.update { state -> Durable? in
            let passed = state.news
            state.news = end
            state.durableGroup = end.group
            state.inFlight -= end.count
            return passed
        }
        _ = passed
        wake()
    }

    private func nextWork() -> Work {
        let idleMilliseconds =
            switch policy {
            case .interval(let milliseconds): max(1, min(milliseconds, 100))
            case .always, .off: 100
            }
        return monitor.wait(milliseconds: idleMilliseconds) { state -> Work? in
            if !state.unwritten.isEmpty || state.unsynced != nil { return .round }
            // A group that the ledger's thread is writing comes here to be flushed.
            return state.isStopping && !state.isWriting ? .stop : nil
        } ?? .idle
    }
}
