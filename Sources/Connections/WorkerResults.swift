package import Ledger
import Synchronization

/// Answers that worker threads bring back to their connections.
///
/// Threading: any thread adds, the loop's thread takes.
package final class WorkerResults: Sendable {
    private let cancelled = Atomic(false)
    private let results = Mutex<[WorkerResult]>([])

    /// Whether workers shall end early because the server stops.
    package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Tells the workers that the server stops.
    package func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// Hands an answer over; the loop must be woken behind it. Any thread.
    ///
    /// - Parameters:
    ///   - session: the connection's number, unique over both edges.
    ///   - value: nil: the command itself may go on.
    ///   - isAudit: whether the server's one `AUDIT` has ended with it.
    package func add(_ value: ReplyValue?, for session: UInt64, isAudit: Bool = false) {
        results.withLock {
            $0.append(WorkerResult(session: session, value: value, isAudit: isAudit))
        }
    }

    /// Everything that was added since the last call.
    package func take() -> [WorkerResult] {
        results.withLock { results in
            if results.isEmpty { return [] }
            defer { results.removeAll() }
            return results
        }
    }
}

/// An answer and the connection that waits for it.
package struct WorkerResult: Sendable {
    /// The connection's number.
    package let session: UInt64
    /// nil: the command itself may go on.
    package let value: ReplyValue?
    /// Whether the server's one `AUDIT` has ended with it.
    package let isAudit: Bool
}
