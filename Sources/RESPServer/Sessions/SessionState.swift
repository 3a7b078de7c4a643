import Basics
import EventLoop
import Ledger
import RESP

/// What a connection has told about itself, apart from its socket and buffers.
struct SessionState {
    /// `CLIENT REPLY`.
    enum ReplyMode {
        case on
        case off
        /// The next command gets no reply.
        case skipNext
        /// This command gets none.
        case skipping
    }

    /// On whose behalf it acts; nil before log-in.
    var caller: Caller?
    /// It logged in by a password and has changed it itself since.
    var hasSetOwnPassword = false
    /// What another thread finds out about the credentials of the present request.
    var logIn: LogInBox?
    /// Monotonic nanoseconds since when nobody is logged in, while nobody is.
    var anonymousSince: UInt64
    var format = ReplyFormat.resp(.two)
    var replyMode = ReplyMode.on
    /// `CLIENT SETNAME`.
    var name = ""
    var libraryName = ""
    var libraryVersion = ""
    /// The commands between `MULTI` and `EXEC`.
    var transaction: QueuedTransaction?
    /// Exact event types of `SUBSCRIBE`, in the order they came.
    var channels: [String] = []
    /// Patterns of `PSUBSCRIBE`.
    var patterns: [String] = []
    var isMonitor = false
    /// The last command, by its place in the table; -1 before the first.
    var lastCommand = -1
    var commandCount: UInt64 = 0
    /// Monotonic nanoseconds.
    let connected: UInt64
    var lastActive: UInt64

    init(caller: Caller?, now: UInt64) {
        self.caller = caller
        connected = now
        anonymousSince = now
        lastActive = now
    }

    var subscriptionCount: Int { channels.count + patterns.count }
    var isSubscriber: Bool { subscriptionCount > 0 }

    var version: RESPVersion {
        if case .resp(let version) = format { return version }
        return .two
    }
}

/// What `MULTI` has queued.
struct QueuedTransaction {
    var requests: [[[UInt8]]] = []
    var byteCount = 0
    /// A command was refused while it was queued: `EXEC` will refuse all.
    var isBroken = false
    /// Some are about the connection or the server, such as `PING`: the edge answers them.
    var hasSessionCommands = false
}

/// Why a connection's next request is not looked at yet. The request's bytes stay in the input
/// and are parsed again when the wait is over.
struct Park {
    enum Reason: Equatable {
        /// A list behind own writes: until all of them are on disk.
        case durable
        /// `AFTER seq`.
        case seq(UInt64)
        /// `XREAD BLOCK`: until an event behind this seq is durable.
        case events(after: UInt64)
        /// A worker thread answers.
        case worker
    }

    var reason: Reason
    /// Monotonic nanoseconds; nil waits for ever.
    var deadline: UInt64?
    /// The worker's answer.
    var result: ReplyValue?
    var timer: TimerToken?
}

/// What came of a command that the edge answers.
enum SessionOutcome {
    case reply(ReplyValue)
    /// A reply that changed something of this server's own and waits for the open group.
    case held(ReplyValue)
    /// Everything has been said, or nothing is to be said.
    case silent
    /// Ask again later.
    case park(Park.Reason, deadline: UInt64?)

    static var ok: SessionOutcome { .reply(.ok) }
}
