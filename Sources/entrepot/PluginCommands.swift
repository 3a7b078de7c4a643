import EntrepotServer

extension Command {
    static let pluginNew = Command(
        "plugin new", "Write a rule to begin with, with its tests",
        operands: Operands("NAME", 1...1), flags: PluginFileCommands.newFlags,
        examples: [
            Example(
                "entrepot plugin new night-rates --station luna-1",
                "writes night-rates.lua, a price rule for the sales of luna-1"),
            Example(
                "entrepot plugin new watch --hook on --hook every --to plugins",
                "notices after events and by the clock, into the folder that a server watches"),
        ], run: PluginFileCommands.new)

    static let pluginCheck = Command(
        "plugin check", "Check rules: syntax, table and their own tests",
        operands: Operands("FILE…", 1...1_000, completion: .file),
        flags: PluginFileCommands.checkFlags,
        examples: [
            Example("entrepot plugin check plugins/*.lua", "a line per file; exit 1 for a bad one")
        ], run: PluginFileCommands.check)

    static let pluginTest = Command(
        "plugin test", "Run the tests of rules and show each",
        operands: Operands("FILE…", 1...1_000, completion: .file),
        flags: PluginFileCommands.checkFlags,
        examples: [
            Example("entrepot plugin test plugins/embargo.lua", "a line per test"),
            Example("entrepot plugin test --json plugins/*.lua", "one JSON object per file"),
        ], run: PluginFileCommands.test)

    static let pluginBacktest = Command(
        "plugin backtest", "Show what a rule would have made of past trades",
        operands: Operands("FILE|NAME", 1...1, completion: .file), flags: BacktestCommand.flags,
        examples: [
            Example(
                "entrepot plugin backtest bulk-discount.lua --server trade.example:7400",
                "a file, against the log of a server; nothing is loaded there"),
            Example(
                "entrepot plugin backtest bulk-discount.lua --data ./galaxy --from 1000000",
                "against a data directory whose server has stopped, from an event on"),
            Example(
                "entrepot plugin backtest bulk-discount.lua --events events.ndjson --json",
                "against what export events wrote, for programs"),
            Example(
                "entrepot plugin backtest bulk-discount --version 1.2.0",
                "a version that the server has, run there"),
        ], run: BacktestCommand.run)

    static let pluginLoad = Command(
        "plugin load", "Hand a rule to a server, as the candidate",
        operands: Operands("FILE", 1...1, completion: .file), flags: PluginServerCommands.flags,
        examples: [
            Example(
                "entrepot plugin load night-rates.lua",
                "checks it here and there; a new rule is off until its mode is chosen")
        ], run: PluginServerCommands.load)

    static let pluginMode = Command(
        "plugin mode", "Choose what a rule of a server does",
        operands: Operands(
            "NAME live|shadow|off|canary [PERCENT]", 2...3, choices: PluginServerCommands.modes),
        flags: PluginServerCommands.flags,
        examples: [
            Example(
                "entrepot plugin mode night-rates shadow", "computes and compares only"),
            Example("entrepot plugin mode night-rates canary 10", "serves a tenth of the trades"),
            Example("entrepot plugin mode night-rates live", "serves all of them"),
        ], run: PluginServerCommands.mode)

    static let pluginList = Command(
        "plugin list", "List the rules of a server", flags: PluginServerCommands.flags,
        examples: [Example("entrepot plugin list --server trade.example:7400", "names and modes")],
        run: PluginServerCommands.list)

    static let pluginInfo = Command(
        "plugin info", "Show a rule of a server", operands: Operands("NAME", 1...1),
        flags: PluginServerCommands.flags,
        examples: [Example("entrepot plugin info night-rates", "its mode and versions")],
        run: PluginServerCommands.info)

    static let pluginLog = Command(
        "plugin log", "Show what a rule has said, and its errors",
        operands: Operands("NAME", 1...1),
        flags: PluginServerCommands.logFlags,
        examples: [Example("entrepot plugin log night-rates --limit 10", "the last ten lines")],
        run: PluginServerCommands.log)

    static let pluginStats = Command(
        "plugin stats", "Show calls, errors and times of rules",
        operands: Operands("[NAME]", 0...1), flags: PluginServerCommands.flags,
        examples: [Example("entrepot plugin stats", "a line per rule and hook")],
        run: PluginServerCommands.stats)

    static let pluginRollback = Command(
        "plugin rollback", "Bring the previous version of a rule back",
        operands: Operands("NAME", 1...1), flags: PluginServerCommands.flags,
        examples: [Example("entrepot plugin rollback night-rates", "a second time: forth again")],
        run: PluginServerCommands.rollBack)

    static let pluginRemove = Command(
        "plugin remove", "End a rule of a server", operands: Operands("NAME", 1...1),
        flags: PluginServerCommands.flags,
        examples: [
            Example("entrepot plugin remove night-rates", "its versions stay readable")
        ], run: PluginServerCommands.remove)

    static let pluginSource = Command(
        "plugin source", "Print the source of a rule's version",
        operands: Operands("NAME [VERSION]", 1...2), flags: PluginServerCommands.flags,
        examples: [
            Example(
                "entrepot plugin source night-rates 0.1.0 > night-rates.lua",
                "a version by what it calls itself, or by 6 digits of its hash")
        ], run: PluginServerCommands.source)
}
