package import Storage
import Synchronization
import System

/// What other threads have of the ledger: the durable state, and a place to leave work.
package final class LedgerInbox: Sendable {
    /// Runs on the ledger's thread; a completion may be called from inside.
    package typealias Work = @Sendable (Ledger) -> Void

    private struct Shared {
        var view: ReadView
        var isStopping = false
    }

    private let work = Mutex<[Work]>([])
    private let shared: Monitor<Shared>
    private let wake: @Sendable () -> Void

    init(view: ReadView, wake: @escaping @Sendable () -> Void) {
        shared = Monitor(Shared(view: view))
        self.wake = wake
    }

    /// Leaves work for the ledger's thread. Any thread; returns at once.
    ///
    /// Work runs in the order in which it came. What is left when the ledger has stopped does not
    /// run.
    package func submit(_ body: @escaping Work) {
        work.withLock { $0.append(body) }
        wake()
    }

    /// The store as of the last durable group. Any thread.
    package var durableView: ReadView { shared.withLock { $0.view } }

    /// Waits until the durable log reaches behind `seq`, the time is up, or the ledger stops.
    ///
    /// - Returns: the durable view, whatever ended the wait.
    package func waitForEvents(after seq: UInt64, milliseconds: Int) -> ReadView {
        shared.wait(milliseconds: milliseconds) {
            $0.view.head.seq > seq || $0.isStopping ? $0.view : nil
        } ?? durableView
    }

    func publish(_ view: ReadView) { shared.update { $0.view = view } }

    func stop() { shared.update { $0.isStopping = true } }

    func take() -> [Work] {
        work.withLock { work in
            if work.isEmpty { return [] }
            defer { work.removeAll() }
            return work
        }
    }
}
