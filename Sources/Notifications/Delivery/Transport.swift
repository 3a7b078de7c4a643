package import Domain

/// What carries notices out of the server: one object per channel, used by its lane alone.
package protocol Transport: AnyObject, Sendable {
    /// Tries to deliver; blocks until it is known what became of it, or the time is up.
    ///
    /// - Parameters:
    ///   - parcels: one, or what a digest gathered.
    ///   - channel: as it is now.
    ///   - now: the clock's reading.
    /// - Returns: an outcome for each parcel, in their order.
    func send(_ parcels: [Parcel], through channel: Channel, now: Timestamp) -> [Outcome]
    /// Ends `send` on another thread within a quarter of a second, and makes later calls fail.
    func cancel()
}

/// The `log` channel: there is nowhere to go, the lane writes the event `notice.logged`.
package final class LogTransport: Transport {
    package init() {}

    package func send(
        _ parcels: [Parcel], through channel: Channel, now: Timestamp
    ) -> [Outcome] {
        parcels.map { _ in Outcome(.delivered) }
    }

    package func cancel() {}
}
