package import Basics
package import Domain
package import Storage

/// A side of the server that clients connect to. The loop asks each edge once per turn, not once
/// per command.
///
/// Threading: the loop's thread.
package protocol Edge: AnyObject {
    /// Replies of groups up to this one are on disk and may leave.
    func release(upTo durableGroup: UInt64)
    /// Waits for events up to this one end.
    func didReach(durableSeq: UInt64)
    /// Sends what is marked, and goes on with what waited for it.
    func flush()
    /// Tells subscribers of events that are on disk now.
    func publish(_ events: [Event], _ view: ReadView)
    /// Called twice a second.
    ///
    /// - Parameter now: monotonic nanoseconds.
    func checkDeadlines(now: UInt64)
    /// An answer of a worker thread; for whichever edge has the connection.
    func take(_ result: WorkerResult)
    /// Called at the beginning of each turn: answers that other threads have left for this edge.
    func collect()
    /// Users or what they were granted changed: connections of these callers look again.
    func accountsChanged(_ names: Set<Identifier>)
    /// The limits in force are new.
    func limitsChanged(_ limits: Limits)
    /// Finish what was begun, close what is idle.
    func beginStop()
    /// Whether no connection is left.
    var isIdle: Bool { get }
    /// Closes every connection at once.
    func closeAll()
}
