import Accounts
import Basics
import EventLoop
import HTTPCore
import Ledger

/// One request on its way to its reply.
final class Exchange {
    /// The request's number on its connection.
    let serial: UInt64
    let head: RequestHead
    /// Its name in logs and in the reply.
    let requestID: String
    /// The client's address, behind trusted proxies.
    let peer: String
    /// Monotonic nanoseconds.
    let started: UInt64
    var target: RequestTarget?
    /// The place of its route in the table; -1: none.
    var routeIndex = -1
    var route: Route?
    var parameters = RouteParameters()
    /// The methods of its path, where the request is `OPTIONS` or has another method.
    var allow: [HTTPMethod] = []
    var caller: Caller?
    /// What is left of the limits of requests; nil where none is in force.
    var rate: RateVerdict?
    /// Decided before the body is read; nil: none so far.
    var refusal: Problem?
    /// The code of the refusal that it was answered with.
    var failure: ErrorCode?
    /// Whether the connection ends with its reply.
    var closes = false
    var input: RouteInput?
    /// A feature has checked the write.
    var isChecked = false
    /// The time of `?after=` is up.
    var isLate = false

    init(serial: UInt64, head: RequestHead, requestID: String, peer: String, started: UInt64) {
        self.serial = serial
        self.head = head
        self.requestID = requestID
        self.peer = peer
        self.started = started
    }

    var isHead: Bool { head.method == .head }
}

/// Why a request's reply is not there yet.
struct ExchangeWait {
    enum Reason: Equatable {
        /// Its credentials are being looked at.
        case logIn
        /// `?after=`: until this event is durable.
        case seq(UInt64)
        /// A list behind own writes: until all of them are on disk.
        case durable
        /// Another thread answers.
        case worker
    }

    let reason: Reason
    let exchange: Exchange
    var timer: TimerToken?
}
