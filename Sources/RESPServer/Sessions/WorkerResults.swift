import Ledger
import Synchronization

/// Answers that worker threads bring back to their connections.
///
/// Threading: any thread adds, the loop's thread takes.
final class WorkerResults: Sendable {
    private let cancelled = Atomic(false)
    private let results = Mutex<[(session: UInt64, value: ReplyValue)]>([])

    /// Whether workers shall end early because the server stops.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .relaxed) }

    func add(_ value: ReplyValue, for session: UInt64) {
        results.withLock { $0.append((session, value)) }
    }

    /// Everything that was added since the last call.
    func take() -> [(session: UInt64, value: ReplyValue)] {
        results.withLock { results in
            defer { results.removeAll() }
            return results
        }
    }
}
