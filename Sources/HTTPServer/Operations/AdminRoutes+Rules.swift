import Basics
import HTTPCore
import JSON

/// `/admin/plugins`, `/admin/backtests`: what the commands of `PLUGIN` do.
extension RouteTable {
    static let ruleRoutes: [Route] = ruleReads + ruleWrites + ruleWork

    private static let versionQuery = QueryField(
        "version", .id, "Its label, or six or more digits of its hash.")

    private static let ruleReads: [Route] = [
        Route(
            .get, "/admin/plugins", .admin, command: "PLUGIN LIST", "Lists the rules by name.",
            query: [limit, cursor(.ids)], answer: .page, schema: "PluginPage",
            .command(plain("PLUGIN LIST"))),
        Route(
            .get, "/admin/plugins/{name}", .admin, command: "PLUGIN INFO", "Shows a rule.",
            notes: "A file of the watched folder that was refused is in `refused`.",
            answer: .record("plugin"), schema: "Plugin", .command(plain("PLUGIN INFO"))),
        Route(
            .get, "/admin/plugins/{name}/source", .admin, command: "PLUGIN SOURCE",
            "Gives the source of a version.", query: [versionQuery],
            answer: .text("text/plain; charset=utf-8"), schema: nil, media: "text/plain",
            .command(
                action("PLUGIN SOURCE") { (input, words) throws(Problem) in
                    if let version = input.query["version"] { words.append(version) }
                })),
        Route(
            .get, "/admin/plugins/{name}/versions", .admin, command: "PLUGIN VERSIONS",
            "Lists the versions of a rule, oldest first.", answer: .page,
            schema: "PluginVersionPage", .command(plain("PLUGIN VERSIONS"))),
        Route(
            .get, "/admin/plugins/{name}/log", .admin, command: "PLUGIN LOG",
            "Shows what a rule has logged of late, and its errors.",
            query: [
                QueryField(
                    "limit", .integer(1...256), option: "LIMIT", "Lines, the latest at the end.")
            ], answer: .document, schema: "PluginLog", .command(plain("PLUGIN LOG"))),
        Route(
            .get, "/admin/plugins/{name}/stats", .admin, command: "PLUGIN STATS",
            "Shows calls, errors and times of a rule's hooks.", answer: .document,
            schema: "PluginStats", .command(plain("PLUGIN STATS"))),
        Route(
            .get, "/admin/plugin-stats", .admin, command: "PLUGIN STATS",
            "Shows calls, errors and times of all rules.", answer: .document,
            schema: "PluginStatsList", .command(plain("PLUGIN STATS"))),
    ]

    private static let ruleWrites: [Route] = [
        Route(
            .post, "/admin/plugins", .admin, command: "PLUGIN LOAD",
            "Checks a rule's source and keeps it as the candidate.",
            notes: "The rule's own tests are run; what fails is in the refusal.",
            body: AdminBodies.rule, answer: .created("/admin/plugins/", key: "name"),
            schema: "Plugin", example: ParameterExample.ruleBody(withName: true),
            .command(
                action("PLUGIN LOAD") { (input, words) throws(Problem) in
                    words.append(input.body["name"]?.string ?? "")
                    words.append(input.body["source"]?.string ?? "")
                })),
        Route(
            .put, "/admin/plugins/{name}", .admin, command: "PLUGIN LOAD",
            "Checks a rule's source and keeps it as the candidate.",
            notes: "The source alone is taken too, as `text/x-lua` or `text/plain`.",
            body: AdminBodies.source, textField: "source", answer: .changed, schema: "Plugin",
            example: ParameterExample.ruleBody(withName: false),
            .command(
                action("PLUGIN LOAD", read: "PLUGIN INFO") { (input, words) throws(Problem) in
                    words.append(input.body["source"]?.string ?? "")
                })),
        Route(
            .post, "/admin/plugins/{name}/mode", .admin, command: "PLUGIN MODE",
            "Chooses what a rule does.", body: AdminBodies.mode, answer: .changed,
            schema: "Plugin", example: "{\"mode\":\"canary\",\"percent\":10}",
            .command(
                action("PLUGIN MODE", read: "PLUGIN INFO") { (input, words) throws(Problem) in
                    words.append(input.body["mode"]?.string ?? "")
                    if case .number(let percent)? = input.body["percent"] { words.append(percent) }
                })),
        Route(
            .post, "/admin/plugins/{name}/rollback", .admin, command: "PLUGIN ROLLBACK",
            "Brings a rule's previous version back.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .changed, schema: "Plugin",
            .command(action("PLUGIN ROLLBACK", read: "PLUGIN INFO"))),
        Route(
            .delete, "/admin/plugins/{name}", .admin, command: "PLUGIN REMOVE",
            "Ends a rule; its versions stay readable.", answer: .changed, schema: "Plugin",
            .command(action("PLUGIN REMOVE", read: "PLUGIN INFO"))),
    ]

    private static let ruleWork: [Route] = [
        Route(
            .post, "/admin/plugins/{name}/test", .admin, command: "PLUGIN TEST",
            "Runs a rule's own tests.", body: AdminBodies.version, bodyIsOptional: true,
            answer: .document, schema: "PluginCheck",
            .command(
                action("PLUGIN TEST") { (input, words) throws(Problem) in
                    if let version = input.body["version"]?.string { words.append(version) }
                })),
        Route(
            .post, "/admin/plugins/{name}/backtest", .admin, command: "PLUGIN BACKTEST",
            "Runs the trades of a period through a rule, beside the traffic.",
            notes: "Nothing is enabled by it. Ask `/admin/backtests/{job}` how far it is.",
            body: AdminBodies.backtest, bodyIsOptional: true, answer: .document,
            schema: "BacktestJob", example: "{\"from\":\"2026-11-01T00:00:00Z\"}",
            .command(
                action("PLUGIN BACKTEST") { (input, words) throws(Problem) in
                    words.appendOption("VERSION", input.body["version"])
                    words.appendOption("FROM", input.body["from"])
                    words.appendOption("TO", input.body["to"])
                })),
        Route(
            .get, "/admin/backtests/{job}", .admin, command: "PLUGIN BACKTEST",
            "Shows how far a back-test is, and its report.", answer: .document,
            schema: "BacktestJob", .command(action("PLUGIN BACKTEST STATUS"))),
        Route(
            .delete, "/admin/backtests/{job}", .admin, command: "PLUGIN BACKTEST",
            "Stops a back-test.", answer: .document, schema: "BacktestJob",
            .command(action("PLUGIN BACKTEST STOP"))),
    ]
}
