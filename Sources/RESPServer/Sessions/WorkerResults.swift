import Ledger
import Synchronization

/// Answers that worker threads bring back to their connections.
///
/// Threading: any thread adds, the loop's thread takes.
final class WorkerResults: Sendable {
    private let cancelled = Atomic(false)
    private let results = Mutex<[WorkerResult]>([])

    /// Whether workers shall end early because the server stops.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// - Parameters:
    ///   - value: nil: the command itself may go on.
    ///   - isAudit: whether the server's one `AUDIT` has ended with it.
    func add(_ value: ReplyValue?, for session: UInt64, isAudit: Bool = false) {
        results.withLock {
            $0.append(WorkerResult(session: session, value: value, isAudit: isAudit))
        }
    }

    /// Everything that was added since the last call.
    func take() -> [WorkerResult] {
        results.withLock { results in
            if results.isEmpty { return [] }
            defer { results.removeAll() }
            return results
        }
    }
}

/// An answer and the connection that waits for it.
struct WorkerResult: Sendable {
    let session: UInt64
    let value: ReplyValue?
    let isAudit: Bool
}
