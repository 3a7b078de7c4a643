import Basics
import Connections
import Domain
import HTTPCore
import Storage

/// What a feed says to a request for one.
enum FeedStart {
    /// No stream: an answer like any other.
    case answer(HTTPResponse)
    /// A reply without an end. `handler` sends what follows its head.
    case stream(
        any StreamHandler, contentType: StaticString,
        fields: [(name: StaticString, value: String)])
    /// `101 Switching Protocols` to WebSocket, with the value of `Sec-WebSocket-Accept`.
    case webSocket(any StreamHandler, accept: String)
}

/// Answers the routes whose handler is `.feed`.
///
/// Threading: the loop's thread.
protocol FeedPort: AnyObject {
    /// Begins a feed, or refuses it.
    ///
    /// - Parameter sink: the connection; nothing may be sent before `canSend` is called.
    func begin(_ input: RouteInput, sink: any StreamSink) throws(Problem) -> FeedStart
    /// Events that are on disk now.
    func publish(_ events: [Event], _ view: ReadView)
    /// Called twice a second, with monotonic nanoseconds.
    func checkDeadlines(now: UInt64)
    /// Users or what they were granted changed.
    func accountsChanged(_ names: Set<Identifier>)
    /// Whose pages may use this server's cookie has changed.
    func originsChanged(_ origins: PageOrigins)
    /// Sends what is to be sent, for a bounded time; wakes the loop where more is left.
    func flush()
    /// The limits in force are new.
    func limitsChanged(_ limits: Limits)
    /// Tell every subscriber and finish.
    func beginStop()
    /// Its connections by kind, for metrics.
    var counts: [FeedCounts] { get }
}

extension FeedPort {
    func originsChanged(_ origins: PageOrigins) {}
    var counts: [FeedCounts] { [] }
}
