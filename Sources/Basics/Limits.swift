/// Every bound of the program, in one place.
///
/// A limit's name ends in its unit (a bare plural counts things); its default is the value below;
/// its configuration key is the same name in snake_case. Whoever enforces a limit takes it from
/// the instance that the configuration filled and names it in the refusal.
package struct Limits: Sendable, Equatable {
    /// The defaults.
    package init() {}

    // MARK: Fixed

    /// Longest id, and longest key of `KEY`: part of the format.
    package static var identifierBytes: Int { 64 }
    /// Longest event as it is stored: followers and older programs rely on it.
    package static var eventBytes: Int { 256 << 10 }
    /// Most bytes of the events of one transaction, for the same reason.
    package static var transactionBytes: Int { 4 << 20 }

    // MARK: Requests over TCP

    /// Longest request line of the inline form, with its line end.
    package var requestLineBytes = 64 * 1_024
    /// Longest single argument.
    package var argumentBytes = 1_024 * 1_024
    /// Most arguments of one request.
    package var requestArguments = 1_024
    /// Most bytes of one request, all arguments together.
    package var requestBytes = 8 * 1_024 * 1_024
    /// Longest single argument before log-in.
    package var anonymousArgumentBytes = 16 * 1_024
    /// Most arguments of one request before log-in.
    package var anonymousArguments = 10
    /// Unanswered requests of one connection at which it is read no further.
    package var pipelineReplies = 10_000
    /// Unsent reply bytes of one connection at which it is read no further.
    package var pipelineBytes = 8 * 1_024 * 1_024
    /// Most commands of one `MULTI`.
    package var transactionCommands = 1_000

    // MARK: Connections

    /// Most connections at once, both edges together.
    package var maxConnections = 10_000
    /// Most connections at once from one address.
    package var maxConnectionsPerAddress = 10_000
    /// A connection that has not logged in after this time is closed.
    package var loginMilliseconds = 10_000
    /// A connection without any request for this time is closed; 0 never closes it.
    package var idleMilliseconds = 0
    /// Unsent output at which a connection is cut off at once.
    package var outputBufferHardBytes = 16 * 1_024 * 1_024
    /// Unsent output that a connection may hold for `outputBufferSoftMilliseconds`.
    package var outputBufferSoftBytes = 4 * 1_024 * 1_024
    /// How long a connection may stay above `outputBufferSoftBytes`.
    package var outputBufferSoftMilliseconds = 30_000
    /// Unsent output at which a subscriber is cut off at once.
    package var subscriberBufferHardBytes = 32 * 1_024 * 1_024
    /// Unsent output that a subscriber may hold for `subscriberBufferSoftMilliseconds`.
    package var subscriberBufferSoftBytes = 8 * 1_024 * 1_024
    /// How long a subscriber may stay above `subscriberBufferSoftBytes`.
    package var subscriberBufferSoftMilliseconds = 60_000
    /// Most subscriptions at once, all connections together.
    package var subscribers = 10_000

    /// Longest name of a connection and of its client's library.
    package var clientNameBytes = 256

    // MARK: HTTP

    /// Longest request head.
    package var httpHeadBytes = 16 * 1_024
    /// Most header fields of a request.
    package var httpHeadFields = 64
    /// Longest request body.
    package var httpBodyBytes = 1_024 * 1_024
    /// Longest body of an import.
    package var httpImportBytes = 64 * 1_024 * 1_024
    /// A head that is not complete after this time closes the connection.
    package var httpHeadMilliseconds = 5_000
    /// A body that is not complete after this time closes the connection.
    package var httpBodyMilliseconds = 10_000
    /// A larger body gets a second more for each so many bytes of it that have come.
    package var httpBodyBytesPerSecond = 16 * 1_024
    /// A kept connection without a request for this time is closed.
    package var httpIdleMilliseconds = 30_000
    /// A reply of which nothing could be sent for this time closes the connection.
    package var httpWriteMilliseconds = 20_000

    // MARK: Feeds

    /// How often a feed says that it lives, and where it is.
    package var feedHeartbeatMilliseconds = 15_000
    /// Longest message of a client over WebSocket.
    package var feedMessageBytes = 64 * 1_024
    /// Most subscriptions of one WebSocket.
    package var feedSubscriptions = 32

    // MARK: Records and queries

    /// Deepest nesting of a JSON document.
    package var jsonDepth = 32
    /// Most lines of one trade or shipment.
    package var tradeLines = 100
    /// Longest attributes document of one record.
    package var attributesBytes = 16 * 1_024
    /// Longest name, description, reason, note or reference.
    package var textBytes = 1_024
    /// Longest text that `ITEM SEARCH` looks for.
    package var searchBytes = 256
    /// Longest time that a reservation may last.
    package var ttlSeconds = 31_536_000
    /// Most days of one summary.
    package var summaryDays = 3_660
    /// Most records of one page.
    package var pageRecords = 1_000
    /// A page ends before it grows beyond this.
    package var pageBytes = 2 * 1_024 * 1_024
    /// Rows that a page may examine before it ends, short, with `next`.
    package var pageExaminedRows = 10_000

    // MARK: Ledger

    /// Most commands decided and written together.
    package var groupCommands = 256
    /// Most bytes written together.
    package var groupBytes = 1_024 * 1_024
    /// How far the wall clock may run ahead of the monotonic one before timers pause.
    package var clockSkewMilliseconds = 60_000
    /// Longest wait of `AFTER`, `WAIT` and blocking reads.
    package var waitMilliseconds = 60_000
    /// Recovery that makes no progress for this time ends with a message.
    package var recoveryMilliseconds = 30_000
    /// Free space of the data directory's disk under which writes get `NOSPACE`.
    package var freeSpaceFloorBytes = 256 * 1_024 * 1_024
    /// The same as a share of the disk: the larger of the two holds.
    package var freeSpaceFloorPercent = 5

    // MARK: Slow log

    /// A command that takes longer goes into the slow log; 0 logs all.
    package var slowlogMicroseconds = 10_000
    /// A command whose request is larger goes into the slow log.
    package var slowlogRequestBytes = 1_024 * 1_024
    /// A command whose reply is larger goes into the slow log.
    package var slowlogReplyBytes = 1_024 * 1_024
    /// Entries that the slow log keeps.
    package var slowlogEntries = 128

    // MARK: Rules

    /// Most plugins.
    package var maxPlugins = 256
    /// Instructions of one call of a hook inside a trade.
    package var ruleInstructions = 100_000
    /// Time of one call of a hook inside a trade.
    package var ruleMicroseconds = 1_000
    /// Time of all rules of one trade.
    package var ruleTradeMicroseconds = 5_000
    /// Time of all rules of one `MULTI`.
    package var ruleTransactionMicroseconds = 50_000
    /// Instructions of one call of a hook after the commit.
    package var ruleAfterInstructions = 10_000_000
    /// Time of one call of a hook after the commit.
    package var ruleAfterMilliseconds = 200
    /// Memory of one plugin.
    package var ruleMemoryBytes = 16 * 1_024 * 1_024
    /// The table `entrepot.state` of one plugin.
    package var ruleStateBytes = 64 * 1_024
}
