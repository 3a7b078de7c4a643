/// The schemas of reports: back-tests, proofs, slow commands.
extension RecordSchemas {
    static let reports: [RecordSchema] = backtests + backtestParts + hooks + proofs

    private static let backtests: [RecordSchema] = [
        RecordSchema(
            "BacktestReport", "What a rule would have done.",
            [
                RecordField("plugin", .id, "The rule."), RecordField("version", .text, "Its."),
                RecordField("from", .either(.time, .integer), nullable: true, "The beginning."),
                RecordField("to", .either(.time, .integer), nullable: true, "The end."),
                RecordField("trades", .record("BacktestTrades"), "Counted."),
                RecordField("lines", .record("BacktestLines"), "Counted."),
                RecordField("money", .list(.record("BacktestMoney")), "By currency."),
                RecordField("items", .list(.record("BacktestItem")), "The largest differences."),
                RecordField("items_left_out", .integer, "That are not in `items`."),
                RecordField("etas", .record("BacktestETAs"), "Counted."),
                RecordField(
                    "slowest", .record("BacktestSlowest"), nullable: true, "The longest call."),
                RecordField("examples", .list(.record("BacktestExample")), "The first ones."),
                RecordField("started", .time, "When."), RecordField("finished", .time, "When."),
                RecordField("events", .integer, "That were read."),
                RecordField("events_per_second", .integer, "How fast."),
            ])
    ]

    private static func counts(_ name: String, _ summary: String, _ words: [String]) -> RecordSchema
    {
        RecordSchema(name, summary, words.map { RecordField($0, .integer, "How many.") })
    }

    private static let backtestParts: [RecordSchema] = [
        counts(
            "BacktestTrades", "Trades of a back-test.",
            ["examined", "concerned", "changed", "refused", "errors", "killed"]),
        counts("BacktestLines", "Lines of a back-test.", ["examined", "changed", "named"]),
        counts(
            "BacktestETAs", "ETAs of a back-test.", ["examined", "changed", "earlier", "later"]),
        RecordSchema("BacktestMoney", "What was paid and would have been.", money),
        RecordSchema(
            "BacktestItem", "The same of an item.",
            [
                RecordField("item", .id, "What."), money[0],
                RecordField("quantity", .integer, "How many."),
            ] + money[1...]),
        RecordSchema(
            "BacktestSlowest", "The longest call.",
            [
                RecordField("trade", .id, "Of which trade."),
                RecordField("microseconds", .integer, "How long."),
                RecordField("hook", .text, "Which."),
            ]),
        RecordSchema(
            "BacktestExample", "A trade that would have been another.",
            [
                RecordField("trade", .id, "Which."), RecordField("seq", .integer, "Its event."),
                RecordField("line", .integer, nullable: true, "From 0."),
                RecordField("item", .id, nullable: true, "Of the line."),
                RecordField("before", .text, "As it was."),
                RecordField("after", .text, nullable: true, "As it would have been."),
                RecordField("currency", .currency, "Of both."),
                RecordField("reason", .text, nullable: true, optional: true, "Of a change."),
                RecordField("refused", .text, optional: true, "Of a refusal."),
                RecordField("error", .text, optional: true, "Of a failure."),
            ]),
    ]

    private static let money: [RecordField] = [
        RecordField("currency", .currency, "Of all three."), RecordField("before", .money, "Paid."),
        RecordField("after", .money, "By the rule."), RecordField("difference", .money, "Of both."),
    ]

    private static let hooks: [RecordSchema] = [
        RecordSchema(
            "HookStats", "What a hook has cost and done.",
            [RecordField("hook", .text, "Which.")]
                + [
                    "calls", "errors", "skips", "rejections", "kills", "shadows", "divergences",
                    "instructions", "memory_peak", "p50_us", "p99_us", "max_us",
                ].map { RecordField($0, .integer, "Since the rule runs.") }
                + [RecordField("histogram", .list(.integer), "Calls by their time.")]),
        RecordSchema(
            "LogLine", "A line of a rule's log.",
            [
                RecordField("time", .time, "When."), RecordField("level", .text, "How grave."),
                RecordField("version", .text, "The rule's."), RecordField("hook", .text, "Where."),
                RecordField("text", .text, "What."),
            ]),
        RecordSchema(
            "TestOutcome", "How a rule's own test ended.",
            [
                RecordField("title", .text, "Which."), RecordField("passed", .boolean, "Whether."),
                RecordField("failure", .text, nullable: true, "Why not."),
            ]),
        RecordSchema(
            "JobEvents", "How far a back-test is.",
            [
                RecordField("done", .integer, "Events."), RecordField("total", .integer, "Events."),
            ]),
    ]

    private static let proofs: [RecordSchema] = [
        RecordSchema(
            "AuditReport", "What a proof found.",
            [
                RecordField("ok", .boolean, "Nothing is wrong."),
                RecordField("seq", .integer, "Up to this event."),
                RecordField("digest", .text, "Of the state."),
                RecordField("checked", .record("AuditCounts"), "How many."),
                RecordField("over_capacity", .list(.text), "Stock rows above their capacity."),
                RecordField("problems", .list(.record("AuditProblem")), "The first ones."),
            ]),
        counts("AuditCounts", "What was proven.", ["trades", "cargo", "inventory", "events"]),
        RecordSchema(
            "AuditProblem", "Something that is wrong.",
            [
                RecordField("kind", .text, "What kind."), RecordField("key", .text, "Where."),
                RecordField("seq", .integer, "The first bad event."),
                RecordField("detail", .text, "In a sentence."),
            ]),
        RecordSchema(
            "SlowCommand", "A command that took long.",
            [
                RecordField("id", .integer, "Its number."), RecordField("time", .time, "When."),
                RecordField("microseconds", .integer, "How long."),
                RecordField("words", .list(.text), "Without secrets."),
                RecordField("peer", .text, "Of the connection."),
                RecordField("name", .text, "Of the connection."),
            ]),
    ]
}
