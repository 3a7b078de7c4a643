internal import Synchronization

/// A flag that ends a transfer from another thread, at most 0.2 s later.
///
/// Threading: any thread. Once set it stays set; one flag may serve many transfers.
package final class Cancellation: Sendable {
    private let flag = Atomic(false)

    package init() {}

    /// Asks every transfer that holds this flag to end, and those still to come not to begin.
    package func cancel() { flag.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
