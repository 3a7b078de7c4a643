import Domain

/// The rows of rules and channels.
extension CommandTable {
    private static let most = 1_024

    static let pluginCommands: [CommandSpec] = ruleWrites + ruleReads + ruleWork + channelCommands

    private static let ruleWrites: [CommandSpec] = [
        CommandSpec(
            "PLUGIN LOAD", words: 4...4, [.write, .checked, .secret, .noTransaction], .operator,
            .plugin,
            "name source", "Checks a rule's source and keeps it as the candidate.",
            keys: KeyArguments(2, 2), .write(.pluginLoad, PluginCommands.load)),
        CommandSpec(
            "PLUGIN MODE", words: 4...5, .write, .operator, .plugin,
            "name live|shadow|off|canary percent", "Chooses what a rule does.",
            keys: KeyArguments(2, 2), .write(.pluginMode, PluginCommands.mode)),
        CommandSpec(
            "PLUGIN ROLLBACK", words: 3...3, .write, .operator, .plugin, "name",
            "Brings a rule's previous version back.", keys: KeyArguments(2, 2),
            .write(.pluginRollback, PluginCommands.rollBack)),
        CommandSpec(
            "PLUGIN REMOVE", words: 3...3, .write, .operator, .plugin, "name",
            "Ends a rule; its versions stay readable.", keys: KeyArguments(2, 2),
            .write(.pluginRemove, PluginCommands.remove)),
    ]

    private static let ruleReads: [CommandSpec] = [
        CommandSpec(
            "PLUGIN LIST", words: 2...6, [.read, .list], .operator, .plugin,
            "[LIMIT n] [CURSOR c]", "Lists the rules by name.", .read(PluginQueries.list)),
        CommandSpec(
            "PLUGIN INFO", words: 3...3, .read, .operator, .plugin, "name", "Shows a rule.",
            keys: KeyArguments(2, 2), .read(PluginQueries.info)),
        CommandSpec(
            "PLUGIN SOURCE", words: 3...4, .read, .operator, .plugin, "name [version]",
            "Gives the source of a version.", keys: KeyArguments(2, 2),
            .read(PluginQueries.source)),
        CommandSpec(
            "PLUGIN VERSIONS", words: 3...3, [.read, .list], .operator, .plugin, "name",
            "Lists the versions of a rule, oldest first.", keys: KeyArguments(2, 2),
            .read(PluginQueries.versions)),
    ]

    private static let ruleWork: [CommandSpec] = [
        CommandSpec(
            "PLUGIN TEST", words: 3...4, [.noTransaction, .blocking], .operator, .plugin,
            "name [version]", "Runs a rule's own tests.", keys: KeyArguments(2, 2), .feature),
        CommandSpec(
            "PLUGIN LOG", words: 3...5, [.noTransaction, .blocking], .operator, .plugin,
            "name [LIMIT n]", "Shows what a rule has logged of late.", keys: KeyArguments(2, 2),
            .feature),
        CommandSpec(
            "PLUGIN STATS", words: 2...3, [.noTransaction, .blocking], .operator, .plugin,
            "[name]", "Shows calls, errors and times of rules.", .feature),
        CommandSpec(
            "PLUGIN BACKTEST", words: 3...9, [.noTransaction, .blocking], .operator, .plugin,
            "name [VERSION v] [FROM t] [TO t] | STATUS job | STOP job",
            "Runs the trades of a period through a rule, beside the traffic.", .feature),
    ]

    private static let channelOptions =
        "[URL u] [SECRET s] [TO addresses|stations] [STATION s] [DIGEST duration] [SUBJECT text] "
        + "[TEXT text] [STATUS enabled|disabled]"

    private static let channelCommands: [CommandSpec] = [
        CommandSpec(
            "CHANNEL ADD", words: 5...21, [.write, .secret], .admin, .plugin,
            "name KIND webhook|mail|log " + channelOptions, "Adds a channel for notices.",
            keys: KeyArguments(2, 2), .write(.channelAdd, ChannelCommands.add)),
        CommandSpec(
            "CHANNEL SET", words: 4...19, [.write, .secret], .admin, .plugin,
            "name " + channelOptions, "Changes a channel; NONE clears an option.",
            keys: KeyArguments(2, 2), .write(.channelSet, ChannelCommands.set)),
        CommandSpec(
            "CHANNEL REMOVE", words: 3...3, .write, .admin, .plugin, "name",
            "Removes a channel with what it has queued.", keys: KeyArguments(2, 2),
            .write(.channelRemove, ChannelCommands.remove)),
        CommandSpec(
            "CHANNEL ROUTE", words: 4...6, .write, .operator, .plugin,
            "name pattern [STATION s]", "Sends events of a type through a channel.",
            keys: KeyArguments(2, 2), .write(.channelRoute, ChannelCommands.route)),
        CommandSpec(
            "CHANNEL UNROUTE", words: 4...6, .write, .operator, .plugin,
            "name pattern [STATION s]", "Ends a route.", keys: KeyArguments(2, 2),
            .write(.channelUnroute, ChannelCommands.unroute)),
        CommandSpec(
            "CHANNEL REDELIVER", words: 4...4, [.write, .stored], .operator, .plugin,
            "name id|sequence", "Tries a notice again from the beginning.",
            keys: KeyArguments(2, 2), .write(.channelRedeliver, DeliveryCommands.redeliver)),
        CommandSpec(
            "CHANNEL DROP", words: 4...4, [.write, .stored], .operator, .plugin,
            "name id|sequence", "Gives a notice up.", keys: KeyArguments(2, 2),
            .write(.channelDrop, DeliveryCommands.drop)),
        CommandSpec(
            "CHANNEL GET", words: 3...3, .read, .operator, .plugin, "name", "Shows a channel.",
            keys: KeyArguments(2, 2), .read(ChannelQueries.get)),
        CommandSpec(
            "CHANNEL LIST", words: 2...6, [.read, .list], .operator, .plugin,
            "[LIMIT n] [CURSOR c]", "Lists the channels by name.", .read(ChannelQueries.list)),
        CommandSpec(
            "CHANNEL DELIVERIES", words: 3...8, [.read, .list], .operator, .plugin,
            "name [DEAD] [LIMIT n] [CURSOR c]", "Lists a channel's notices and their fate.",
            keys: KeyArguments(2, 2), .read(ChannelQueries.deliveries)),
        CommandSpec(
            "CHANNEL TEST", words: 3...3, [.noTransaction, .blocking], .operator, .plugin, "name",
            "Sends a test notice through a channel.", keys: KeyArguments(2, 2), .feature),
    ]
}
