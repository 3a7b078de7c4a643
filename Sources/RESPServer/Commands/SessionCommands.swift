import Basics
import Ledger

extension Session {
    /// Answers a command that is about the connection or the server process, and keeps in the log
    /// what an administrator has done by it: such a reply leaves when that is on disk.
    func runSession(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        let outcome = try answerSession(command, request)
        if recordAction(command, request), case .reply(let value) = outcome { return .held(value) }
        return outcome
    }

    /// One line per area here; each area has a file of its own.
    private func answerSession(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .ping, .echo, .hello, .auth, .select, .output, .quit, .reset:
            return try runConnection(command, request)
        case .clientID, .clientGetName, .clientSetName, .clientSetInfo, .clientList, .clientKill,
            .clientNoTouch, .clientNoEvict, .clientReply, .clientInfo:
            return try runClient(command, request)
        case .command, .commandCount, .commandList, .commandInfo, .commandDocs, .commandGetKeys,
            .help:
            return try runCatalog(command, request)
        case .info, .dbSize, .role, .time, .timeAccept, .memoryUsage, .monitor, .audit, .shutdown:
            return try runServer(command, request)
        case .configGet, .configSet, .configRewrite, .configResetStat:
            return try runConfiguration(command, request)
        case .slowlogGet, .slowlogLen, .slowlogReset, .latencyHistogram, .latencyLatest,
            .latencyReset:
            return try runMeasurement(command, request)
        case .multi, .exec, .discard, .watch, .unwatch:
            return try runTransaction(command)
        case .subscribe, .psubscribe, .unsubscribe, .punsubscribe:
            return try runSubscription(command, request)
        case .xlen, .xrange, .xrevrange, .xread, .xinfoStream, .xinfoGroups, .xinfoConsumers,
            .xadd, .xdel, .xtrim:
            return try runStream(command, request)
        case .xgroupCreate, .xgroupSetID, .xgroupDestroy, .xgroupCreateConsumer,
            .xgroupDelConsumer, .xreadgroup, .xack, .xpending, .xclaim, .xautoclaim:
            return try runGroup(command, request)
        case .key, .after, .dryRun:
            throw CommandError(.syntax, "a command is missing behind the prefix")
        }
    }

    /// For a command that reached the wrong area: a mistake of the program.
    static func misplaced(_ command: SessionCommand) -> CommandError {
        CommandError(.err, "internal: \(command) is in the wrong place")
    }
}
