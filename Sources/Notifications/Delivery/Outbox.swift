package import Domain
package import Storage

/// What a lane has to tell the ledger.
package struct LaneReport: Sendable {
    package let channel: Channel
    /// What became of notices.
    package var deliveries: [Delivery] = []
    /// Rows that nobody needs any more.
    package var removed: [NoticeKey] = []
    /// Notices of a `log` channel, to be told as events.
    package var logged: [Notice] = []
    /// Why the channel is to be disabled; nil: it is not.
    package var disables: String?

    package init(channel: Channel) { self.channel = channel }

    package var isEmpty: Bool {
        deliveries.isEmpty && removed.isEmpty && logged.isEmpty && disables == nil
    }
}

/// The outbox as lanes see it. All threads.
package protocol Outbox: Sendable {
    /// Durable notices of a channel behind a sequence, in order; at most `limit`.
    func rows(of channel: UInt32, after sequence: UInt64, limit: Int) -> [OutboxRow]
    /// One durable notice; nil where there is none.
    func row(_ key: NoticeKey) -> OutboxRow?
    /// A notice with what is told about it.
    func parcel(_ notice: Notice, channel: Channel) -> Parcel
    /// Hands a report to the ledger, all of it or nothing.
    ///
    /// - Parameter complete: called once, on any thread: whether it was taken.
    func report(_ report: LaneReport, complete: @escaping @Sendable (Bool) -> Void)
}

/// A channel's figures for INFO and metrics.
package struct LaneFigures: Equatable, Sendable {
    /// Notices that wait, failed or untried.
    package var queued: Int64 = 0
    /// Delivered since the start.
    package var sent: Int64 = 0
    /// Attempts that failed since the start.
    package var failed: Int64 = 0
    /// Attempts beyond a notice's first since the start.
    package var retried: Int64 = 0
    /// In the dead-letter list now.
    package var dead: Int64 = 0
    /// When the oldest waiting notice was made; nil: none waits.
    package var oldest: Timestamp?

    package init() {}
}

/// What a try of a channel gave.
package struct TestResult: Equatable, Sendable {
    package var outcome: Outcome
    /// How long it took.
    package var milliseconds: Int64
}
