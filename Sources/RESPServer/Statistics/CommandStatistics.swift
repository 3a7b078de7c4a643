/// What was counted of one command.
struct CommandFigures {
    var calls: UInt64 = 0
    /// Calls that were answered with an error.
    var failed: UInt64 = 0
    /// Calls that were refused before they ran: no permission, not logged in, wrong arguments.
    var rejected: UInt64 = 0
    var latency = LatencyHistogram()
}

/// The counters of one loop.
struct ServerStatistics {
    /// By the command's place in the table.
    var commands: [CommandFigures]
    var connectionsReceived: UInt64 = 0
    var connectionsRejected: UInt64 = 0
    var commandsProcessed: UInt64 = 0
    var inputBytes: UInt64 = 0
    var outputBytes: UInt64 = 0
    /// Replies that are errors, by code.
    var errors: [String: UInt64] = [:]
    /// Connections closed because they read too slowly.
    var cutOff: UInt64 = 0
    var protocolErrors: UInt64 = 0
    var authenticationFailures: UInt64 = 0

    init(commandCount: Int) {
        commands = Array(repeating: CommandFigures(), count: commandCount)
    }

    /// `CONFIG RESETSTAT`.
    mutating func reset() { self = ServerStatistics(commandCount: commands.count) }
}
