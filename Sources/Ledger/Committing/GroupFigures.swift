package import Basics

/// How large groups were, and how long they took from their end to the disk.
///
/// Threading: the ledger's thread.
package final class GroupFigures {
    /// Events of a group.
    package private(set) var sizes = BucketCounts(bounds: [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
    ])
    /// Nanoseconds from the end of a group to its being durable.
    package private(set) var durations = BucketCounts(
        bounds: [
            50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
            500_000, 1_000_000, 2_500_000, 5_000_000,
        ].map { $0 * 1_000 })
    /// When the groups ended that are not durable yet, oldest first.
    private var ends: [UInt64] = []

    init() {}

    /// A group has ended.
    ///
    /// - Parameter now: monotonic nanoseconds.
    func didEnd(now: UInt64) { ends.append(now) }

    /// The oldest of the groups that have ended is durable.
    func didBecomeDurable(events: Int, now: UInt64) {
        sizes.record(UInt64(clamping: events))
        if ends.isEmpty { return }
        let end = ends.removeFirst()
        durations.record(now > end ? now - end : 0)
    }
}
