import Domain

/// The rows that the edge answers by itself: connection, server, events, transactions.
extension CommandTable {
    private static let most = 1_024

    private static func row(
        _ name: String, _ words: ClosedRange<Int>, _ flags: CommandFlags, _ role: Role,
        _ group: CommandGroup, _ syntax: String, _ summary: String, _ command: SessionCommand,
        keys: KeyArguments = .none
    ) -> CommandSpec {
        CommandSpec(
            name, words: words, flags, role, group, syntax, summary, keys: keys, .session(command))
    }

    static let connectionCommands: [CommandSpec] = [
        row(
            "PING", 1...2, .local, .viewer, .connection, "[message]",
            "Answers PONG, or the message.", .ping),
        row("ECHO", 2...2, .local, .viewer, .connection, "message", "Answers the message.", .echo),
        row(
            "HELLO", 1...7, [.local, .anonymous, .secret, .noTransaction], .viewer, .connection,
            "[2|3 [AUTH user password] [SETNAME name]]", "Chooses the protocol and logs in.",
            .hello),
        row(
            "AUTH", 2...3, [.local, .anonymous, .secret, .always, .noTransaction], .viewer,
            .connection, "[user] password", "Logs in.", .auth),
        row(
            "SELECT", 2...2, .local, .viewer, .connection, "0", "There is one database, 0.",
            .select),
        row(
            "OUTPUT", 2...2, [.local, .noTransaction], .viewer, .connection, "JSON|RESP",
            "Chooses one JSON line per reply, or RESP.", .output),
        row(
            "QUIT", 1...1, [.local, .anonymous, .noTransaction], .viewer, .connection, "",
            "Closes the connection.", .quit),
        row(
            "RESET", 1...1, [.local, .anonymous, .noTransaction], .viewer, .connection, "",
            "Brings the connection back to its first state.", .reset),
        row(
            "CLIENT ID", 2...2, .local, .viewer, .connection, "", "The connection's number.",
            .clientID),
        row(
            "CLIENT INFO", 2...2, .local, .viewer, .connection, "", "This connection.",
            .clientInfo),
        row(
            "CLIENT GETNAME", 2...2, .local, .viewer, .connection, "", "The connection's name.",
            .clientGetName),
        row(
            "CLIENT SETNAME", 3...3, .local, .viewer, .connection, "name",
            "Names the connection.", .clientSetName),
        row(
            "CLIENT SETINFO", 4...4, .local, .viewer, .connection, "LIB-NAME|LIB-VER value",
            "Tells which library the client uses.", .clientSetInfo),
        row(
            "CLIENT LIST", 2...most, .local, .admin, .connection, "[TYPE t] [ID id ...]",
            "All connections.", .clientList),
        row(
            "CLIENT KILL", 3...most, .local, .admin, .connection,
            "address | [ID id] [ADDR address] [USER name] [SKIPME yes|no]",
            "Closes connections.", .clientKill),
        row(
            "CLIENT NO-TOUCH", 3...3, .local, .viewer, .connection, "ON|OFF",
            "Accepted; there is nothing to touch.", .clientNoTouch),
        row(
            "CLIENT NO-EVICT", 3...3, .local, .viewer, .connection, "ON|OFF",
            "Accepted; nobody is evicted.", .clientNoEvict),
        row(
            "CLIENT REPLY", 3...3, [.local, .noTransaction], .viewer, .connection, "ON|OFF|SKIP",
            "Turns replies off and on.", .clientReply),
        row("COMMAND", 1...1, .local, .viewer, .connection, "", "All commands.", .command),
        row(
            "COMMAND COUNT", 2...2, .local, .viewer, .connection, "", "How many there are.",
            .commandCount),
        row(
            "COMMAND LIST", 2...most, .local, .viewer, .connection,
            "[FILTERBY MODULE m|ACLCAT c|PATTERN p]",
            "Their names.", .commandList),
        row(
            "COMMAND INFO", 2...most, .local, .viewer, .connection, "[name ...]",
            "What is known of them.", .commandInfo),
        row(
            "COMMAND DOCS", 2...most, .local, .viewer, .connection, "[name ...]",
            "Their documentation.", .commandDocs),
        row(
            "COMMAND GETKEYS", 3...most, .local, .viewer, .connection, "command [argument ...]",
            "The ids that a request is about.", .commandGetKeys),
        row(
            "HELP", 1...4, [.local, .anonymous], .viewer, .connection, "[command]",
            "What there is, or how a command is written.", .help),
        row("TIME", 1...1, .local, .viewer, .connection, "", "The server's time.", .time),
    ]

    static let serverCommands: [CommandSpec] = [
        row(
            "INFO", 1...most, [.read, .list], .viewer, .server, "[section ...]",
            "The server's figures.", .info),
        row(
            "CONFIG GET", 3...most, .local, .admin, .server, "pattern [pattern ...]",
            "Settings in force.", .configGet),
        row(
            "CONFIG SET", 4...most, [.local, .secret], .admin, .server,
            "key value [key value ...]", "Changes settings, all or none.", .configSet),
        row(
            "CONFIG REWRITE", 2...2, .local, .admin, .server, "",
            "Keeps changed settings over restarts.", .configRewrite),
        row(
            "CONFIG RESETSTAT", 2...2, .local, .admin, .server, "",
            "Sets the statistics to zero.", .configResetStat),
        row(
            "DBSIZE", 1...1, .read, .viewer, .server, "", "How many events the log has.",
            .dbSize),
        row("ROLE", 1...1, .read, .viewer, .server, "", "Leader or follower.", .role),
        row(
            "SLOWLOG GET", 2...3, .local, .admin, .server, "[count]", "The slowest commands.",
            .slowlogGet),
        row(
            "SLOWLOG LEN", 2...2, .local, .admin, .server, "", "How many entries it has.",
            .slowlogLen),
        row("SLOWLOG RESET", 2...2, .local, .admin, .server, "", "Empties it.", .slowlogReset),
        row(
            "LATENCY HISTOGRAM", 2...most, .local, .admin, .server, "[command ...]",
            "How long commands took.", .latencyHistogram),
        row(
            "LATENCY LATEST", 2...2, .local, .admin, .server, "", "The latest slow moments.",
            .latencyLatest),
        row(
            "LATENCY RESET", 2...most, .local, .admin, .server, "[command ...]",
            "Forgets what was measured.", .latencyReset),
        row(
            "MEMORY USAGE", 3...5, .read, .viewer, .server, "id [SAMPLES n]",
            "The bytes that a record takes.", .memoryUsage),
        row(
            "MONITOR", 1...1, [.local, .noTransaction], .admin, .server, "",
            "Shows every command as it comes.", .monitor),
        row(
            "AUDIT", 1...1, [.read, .blocking, .noTransaction], .admin, .server, "",
            "Proves the store: digest, indexes, invariants, conservation.", .audit),
        row(
            "SHUTDOWN", 1...3, [.local, .always, .noTransaction], .admin, .server,
            "[NOSAVE|SAVE] [NOW]", "Stops the server.", .shutdown),
        row(
            "TIME ACCEPT", 2...2, [.local, .always], .admin, .server, "",
            "Says that a jumped wall clock is right.", .timeAccept),
    ]

    static let transactionCommands: [CommandSpec] = [
        row(
            "MULTI", 1...1, [.local, .noTransaction], .viewer, .transactions, "",
            "Begins a transaction.", .multi),
        row(
            "EXEC", 1...1, .local, .viewer, .transactions, "",
            "Runs the queued commands, all or none.", .exec),
        row(
            "DISCARD", 1...1, .local, .viewer, .transactions, "", "Forgets the queued commands.",
            .discard),
        row(
            "WATCH", 2...most, [.local, .noTransaction], .viewer, .transactions, "id [id ...]",
            "Refused: a transaction checks what it needs by itself.", .watch),
        row("UNWATCH", 1...1, .local, .viewer, .transactions, "", "Accepted.", .unwatch),
        row(
            "KEY", 3...most, [.local, .noTransaction], .viewer, .transactions, "key command ...",
            "Makes any write idempotent.", .key),
        row(
            "AFTER", 3...most, [.local, .noTransaction], .viewer, .transactions,
            "seq [MS n] command ...", "Reads not before this server has applied a seq.", .after),
        row(
            "DRYRUN", 2...most, [.local, .noTransaction], .viewer, .transactions, "command ...",
            "Tells what a write would do, and writes nothing.", .dryRun),
    ]

    static let eventCommands: [CommandSpec] = [
        row(
            "SUBSCRIBE", 2...most, [.local, .noTransaction], .viewer, .events,
            "type [type ...]", "Gets events of these types as they become durable.", .subscribe),
        row(
            "PSUBSCRIBE", 2...most, [.local, .noTransaction], .viewer, .events,
            "pattern [pattern ...]", "Gets events of matching types.", .psubscribe),
        row(
            "UNSUBSCRIBE", 1...most, [.local, .noTransaction], .viewer, .events, "[type ...]",
            "Ends subscriptions.", .unsubscribe),
        row(
            "PUNSUBSCRIBE", 1...most, [.local, .noTransaction], .viewer, .events,
            "[pattern ...]", "Ends subscriptions.", .punsubscribe),
        row(
            "XLEN", 2...2, .read, .viewer, .events, "events", "How many events there are.", .xlen,
            keys: KeyArguments(1, 1)),
        row(
            "XRANGE", 4...6, [.read, .list], .viewer, .events, "events start end [COUNT n]",
            "Events in order.", .xrange, keys: KeyArguments(1, 1)),
        row(
            "XREVRANGE", 4...6, [.read, .list], .viewer, .events, "events end start [COUNT n]",
            "Events, the latest first.", .xrevrange, keys: KeyArguments(1, 1)),
        row(
            "XREAD", 4...8, [.read, .list, .blocking], .viewer, .events,
            "[COUNT n] [BLOCK ms] STREAMS events id", "Events behind an id.", .xread),
        row(
            "XINFO STREAM", 3...6, .read, .viewer, .events, "events", "The log as a stream.",
            .xinfoStream, keys: KeyArguments(2, 2)),
        row(
            "XINFO GROUPS", 3...3, .read, .viewer, .events, "events", "Its consumer groups.",
            .xinfoGroups, keys: KeyArguments(2, 2)),
        row(
            "XINFO CONSUMERS", 4...4, .read, .viewer, .events, "events group",
            "A group's consumers.", .xinfoConsumers, keys: KeyArguments(2, 2)),
        row(
            "XGROUP CREATE", 5...8, .local, .trader, .events,
            "events group id|$ [MKSTREAM] [ENTRIESREAD n]", "Makes a consumer group.",
            .xgroupCreate, keys: KeyArguments(2, 2)),
        row(
            "XGROUP SETID", 5...7, .local, .trader, .events,
            "events group id|$ [ENTRIESREAD n]", "Moves a group.", .xgroupSetID,
            keys: KeyArguments(2, 2)),
        row(
            "XGROUP DESTROY", 4...4, .local, .trader, .events, "events group",
            "Removes a group.", .xgroupDestroy, keys: KeyArguments(2, 2)),
        row(
            "XGROUP CREATECONSUMER", 5...5, .local, .trader, .events, "events group consumer",
            "Makes a consumer.", .xgroupCreateConsumer, keys: KeyArguments(2, 2)),
        row(
            "XGROUP DELCONSUMER", 5...5, .local, .trader, .events, "events group consumer",
            "Removes a consumer.", .xgroupDelConsumer, keys: KeyArguments(2, 2)),
        row(
            "XREADGROUP", 7...12, [.local, .list, .blocking], .trader, .events,
            "GROUP group consumer [COUNT n] [BLOCK ms] [NOACK] STREAMS events id|>",
            "Events for one consumer of a group.", .xreadgroup),
        row(
            "XACK", 4...most, [.local, .always], .trader, .events, "events group id [id ...]",
            "Acknowledges events.", .xack, keys: KeyArguments(1, 1)),
        row(
            "XPENDING", 3...9, .local, .trader, .events,
            "events group [[IDLE ms] start end count [consumer]]",
            "Events given out and not acknowledged.", .xpending, keys: KeyArguments(1, 1)),
        row(
            "XCLAIM", 6...most, .local, .trader, .events,
            "events group consumer min-idle-ms id [id ...] [IDLE ms] [TIME ms] [RETRYCOUNT n] "
                + "[FORCE] [JUSTID]", "Takes events over from another consumer.", .xclaim,
            keys: KeyArguments(1, 1)),
        row(
            "XAUTOCLAIM", 6...9, .local, .trader, .events,
            "events group consumer min-idle-ms start [COUNT n] [JUSTID]",
            "Takes over what others left.", .xautoclaim, keys: KeyArguments(1, 1)),
        row(
            "XADD", 5...most, .local, .viewer, .events, "events ...",
            "Refused: the log is written by commands.", .xadd),
        row(
            "XDEL", 3...most, .local, .viewer, .events, "events ...",
            "Refused: events are kept.", .xdel),
        row(
            "XTRIM", 4...most, .local, .viewer, .events, "events ...",
            "Refused: events are kept.", .xtrim),
    ]
}
