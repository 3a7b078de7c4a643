package import Domain
package import Ledger

/// What was counted of one command.
package struct CommandFigures: Sendable {
    package var calls: UInt64 = 0
    /// Calls that were answered with an error.
    package var failed: UInt64 = 0
    /// Calls that were refused before they ran: no permission, not logged in, wrong arguments.
    package var rejected: UInt64 = 0
    /// Answers that were errors, early refusals among them, by code.
    package var codes: [ErrorCode: UInt64] = [:]
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
    /// Durable events by the number of their type. Never reset.
    package private(set) var events = [UInt64](repeating: 0, count: 256)
    /// Connections closed because they read too slowly.
    package var cutOff: UInt64 = 0
    /// Subscribers among them.
    package var subscribersCutOff: UInt64 = 0
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
        subscribersCutOff = 0
        protocolErrors = 0
        authenticationFailures = 0
        handshakeFailures = 0
    }

    /// Counts a command that was answered.
    ///
    /// - Parameters:
    ///   - index: its place in the table.
    ///   - nanoseconds: how long it took.
    ///   - failure: what was wrong; nil: the answer is no error.
    package func didRun(_ index: Int, nanoseconds: UInt64, failure: ErrorCode?) {
        commands[index].calls &+= 1
        if let failure {
            commands[index].failed &+= 1
            commands[index].codes[failure, default: 0] &+= 1
        }
        commands[index].latency.record(nanoseconds: nanoseconds)
    }

    /// Counts a command that was refused before it ran.
    package func didReject(_ index: Int, _ code: ErrorCode) {
        commands[index].rejected &+= 1
        commands[index].codes[code, default: 0] &+= 1
    }

    /// Counts events that are on disk now.
    package func count(_ durable: [Event]) {
        for index in durable.indices {
            let number = Int(durable[index].type.rawValue)
            if number < events.count { events[number] &+= 1 }
        }
    }
}
