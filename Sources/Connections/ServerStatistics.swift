/// What was counted of one command.
package struct CommandFigures: Sendable {
    package var calls: UInt64 = 0
    /// Calls that were answered with an error.
    package var failed: UInt64 = 0
    /// Calls that were refused before they ran: no permission, not logged in, wrong arguments.
    package var rejected: UInt64 = 0
    package var latency = LatencyHistogram()
}

/// The counters of one loop, both edges together.
///
/// Threading: the loop's thread.
package final class ServerStatistics {
    /// By the command's place in the table.
    package var commands: [CommandFigures]
    package var connectionsReceived: UInt64 = 0
    package var connectionsRejected: UInt64 = 0
    package var commandsProcessed: UInt64 = 0
    package var inputBytes: UInt64 = 0
    package var outputBytes: UInt64 = 0
    /// Replies that are errors, by code.
    package var errors: [String: UInt64] = [:]
    /// Connections closed because they read too slowly.
    package var cutOff: UInt64 = 0
    package var protocolErrors: UInt64 = 0
    package var authenticationFailures: UInt64 = 0
    /// Connections that could not begin TLS: no TLS, an old version, no certificate.
    package var handshakeFailures: UInt64 = 0

    /// - Parameter commandCount: the rows of the command table.
    package init(commandCount: Int) {
        commands = Array(repeating: CommandFigures(), count: commandCount)
    }

    /// `CONFIG RESETSTAT`.
    package func reset() {
        commands = Array(repeating: CommandFigures(), count: commands.count)
        connectionsReceived = 0
        connectionsRejected = 0
        commandsProcessed = 0
        inputBytes = 0
        outputBytes = 0
        errors = [:]
        cutOff = 0
        protocolErrors = 0
        authenticationFailures = 0
        handshakeFailures = 0
    }

    /// Counts a command that was answered.
    ///
    /// - Parameters:
    ///   - index: its place in the table.
    ///   - nanoseconds: how long it took.
    ///   - failed: whether the answer is an error.
    package func didRun(_ index: Int, nanoseconds: UInt64, failed: Bool) {
        commands[index].calls &+= 1
        if failed { commands[index].failed &+= 1 }
        commands[index].latency.record(nanoseconds: nanoseconds)
    }
}
