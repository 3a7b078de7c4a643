/// The schemas of what administrators and monitors get.
extension RecordSchemas {
    static let administration: [RecordSchema] =
        rules + ruleReports + channels + accounts + serverRecords + operations

    private static let seq = RecordField("seq", .integer, "The last event that changed it.")
    private static let replayed = RecordField(
        "replayed", .boolean, optional: true, "The request was a repeat: this is its first result.")
    private static let created = RecordField("created", .time, "When it was made.")
    private static let updated = RecordField("updated", .time, "When it last changed.")
    private static let noNext = RecordField("next", .any, nullable: true, "Always null.")

    // MARK: Rules

    private static let terms: [RecordField] = [
        RecordField("station", .text, nullable: true, "Whose sales it prices; `*`: everybody's."),
        RecordField("priority", .integer, nullable: true, "Lower runs first."),
        RecordField("on_error", .choice(["reject", "skip"]), nullable: true, "When it fails."),
        RecordField("hooks", .list(.text), "What it hears."),
        RecordField("description", .text, nullable: true, "For people."),
    ]

    private static let rules: [RecordSchema] = [
        RecordSchema(
            "Plugin", "A rule.",
            [
                RecordField("name", .id, "Its name."),
                RecordField(
                    "mode", .choice(["off", "shadow", "canary", "live"]), optional: true,
                    "What it does."),
                RecordField(
                    "percent", .integer, nullable: true, optional: true, "Of trades, as a canary."),
                RecordField(
                    "live", .text, nullable: true, optional: true, "The version that decides."),
                RecordField(
                    "candidate", .text, nullable: true, optional: true, "The one on trial."),
                RecordField(
                    "previous", .text, nullable: true, optional: true, "For a rollback."),
            ] + optional(terms + [created, updated])
                + [
                    RecordField("removed", .boolean, optional: true, "It is ended."),
                    RecordField(
                        "refused", .record("RefusedFile"), optional: true,
                        "The file of the watched folder that was not taken."),
                    RecordField("seq", .integer, optional: true, "The last event that changed it."),
                    replayed,
                ]),
        RecordSchema(
            "RefusedFile", "A file of the watched folder that was not taken.",
            [
                RecordField("file", .text, "Its name."), RecordField("reason", .text, "Why."),
                RecordField("time", .time, "When it was looked at."),
            ]),
        .page("PluginPage", of: .record("Plugin"), "A page of rules."),
        RecordSchema(
            "PluginVersion", "A version of a rule.",
            [
                RecordField("version", .text, "Its label."),
                RecordField("declared", .text, "What the source says."),
                RecordField("digest", .text, "Of name and source."),
                RecordField("use", .text, nullable: true, "live, candidate or previous."),
            ] + terms + [
                RecordField("author", .id, "Who loaded it."), RecordField("time", .time, "When."),
                RecordField("file", .boolean, "It came from the watched folder."), seq,
            ]),
        .page("PluginVersionPage", of: .record("PluginVersion"), "The versions of a rule."),
    ]

    private static func optional(_ fields: [RecordField]) -> [RecordField] {
        fields.map {
            RecordField($0.name, $0.kind, nullable: $0.isNullable, optional: true, $0.summary)
        }
    }

    private static let ruleReports: [RecordSchema] = [
        RecordSchema(
            "PluginLog", "What a rule has said.",
            [RecordField("items", .list(.record("LogLine")), "Oldest first."), noNext]),
        RecordSchema(
            "PluginStats", "What a rule's hooks have cost and done.",
            [
                RecordField("name", .id, "The rule's."),
                RecordField("mode", .text, "What it does."),
                RecordField("version", .text, nullable: true, "In force."),
                RecordField("hooks", .list(.record("HookStats")), "Each."),
                RecordField("cursor", .integer, nullable: true, "The last event that it heard."),
                RecordField("lag", .integer, nullable: true, "Events that it has not heard."),
                RecordField("refused", .text, nullable: true, "Of its file."),
            ]),
        RecordSchema(
            "PluginStatsList", "The same of all rules.",
            [RecordField("items", .list(.record("PluginStats")), "By name."), noNext]),
        RecordSchema(
            "PluginCheck", "How a rule's tests ended.",
            [
                RecordField("file", .text, "A name."),
                RecordField("name", .id, nullable: true, "Of the rule."),
                RecordField("version", .text, nullable: true, "Its label."),
                RecordField("ok", .boolean, "All is well."),
                RecordField("passed", .integer, "Tests."),
                RecordField("failed", .integer, "Tests."),
                RecordField("tests", .list(.record("TestOutcome")), "Each."),
                RecordField("problems", .list(.text), "What is wrong."),
                RecordField("warnings", .list(.text), "Doubts."),
            ]),
        RecordSchema(
            "BacktestJob", "A back-test.",
            [
                RecordField("job", .text, "Its number."), RecordField("plugin", .id, "The rule."),
                RecordField("version", .text, "The version that is tried."),
                RecordField("from", .either(.time, .integer), nullable: true, "The beginning."),
                RecordField("to", .either(.time, .integer), nullable: true, "The end."),
                RecordField("state", .text, optional: true, "running, done, stopped or failed."),
                RecordField("progress", .number, optional: true, "0 to 1."),
                RecordField("events", .record("JobEvents"), "How far it is."),
                RecordField("started", .time, optional: true, "When."),
                RecordField("finished", .time, nullable: true, optional: true, "When."),
                RecordField("error", .text, nullable: true, optional: true, "How it failed."),
                RecordField(
                    "report", .record("BacktestReport"), nullable: true, optional: true,
                    "Its findings."),
            ]),
    ]

    // MARK: Channels

    private static let channels: [RecordSchema] = [
        RecordSchema(
            "Channel", "Where notices go.",
            [
                RecordField("id", .id, "Its name."),
                RecordField("kind", .choice(["webhook", "mail", "log"]), "What it sends."),
                RecordField("url", .text, nullable: true, "Of a webhook."),
                RecordField("secrets", .integer, "How many sign."),
                RecordField(
                    "to", .either(.constant("stations"), .list(.text)), nullable: true,
                    "Of mail: the stations' users, or these addresses."),
                RecordField("station", .id, nullable: true, "Whose it is."),
                RecordField("digest_seconds", .integer, nullable: true, "Mail is collected."),
                RecordField("subject", .text, nullable: true, "A template."),
                RecordField("text", .text, nullable: true, "A template."),
                RecordField("status", .choice(["enabled", "disabled"]), "Whether it sends."),
                RecordField("reason", .text, nullable: true, "Why it is disabled."),
                RecordField("routes", .list(.record("ChannelRoute")), "Which events it gets."),
                created, updated, seq, replayed,
            ]),
        RecordSchema(
            "ChannelRoute", "Events that go through a channel without a rule.",
            [
                RecordField("pattern", .text, "Their type, or a pattern."),
                RecordField("station", .id, nullable: true, "Those of this station alone."),
            ]),
        .page("ChannelPage", of: .record("Channel"), "A page of channels."),
        RecordSchema(
            "ChannelTest", "What came of a test notice.",
            [
                RecordField("channel", .id, "Its name."), RecordField("ok", .boolean, "It went."),
                RecordField("status", .integer, nullable: true, "The answer's."),
                RecordField("error", .text, nullable: true, "Why not."),
                RecordField("milliseconds", .integer, "How long it took."),
            ]),
        RecordSchema(
            "Delivery", "A notice and its fate.",
            [
                RecordField("id", .text, "Stable: the `webhook-id`."),
                RecordField("channel", .id, "Through which."),
                RecordField("sequence", .integer, "In the channel, without gaps."),
                RecordField("status", .text, "queued, failed, delivered, dead or dropped."),
                RecordField("attempts", .integer, "So far."),
                RecordField("next", .time, nullable: true, "The next attempt."),
                RecordField("last_status", .integer, nullable: true, "The last answer's."),
                RecordField("last_error", .text, nullable: true, "Why it failed."),
                RecordField("rule", .id, nullable: true, "Whose notice it is."),
                RecordField("version", .text, nullable: true, "The rule's."),
                RecordField("hook", .text, nullable: true, "The rule's."),
                RecordField("event", .integer, nullable: true, "The seq that it is about."),
                RecordField("type", .text, nullable: true, "The event's."),
                RecordField("about", .text, nullable: true, "The event's subject."),
                RecordField("stations", .list(.id), "That it concerns."),
                RecordField("key", .text, nullable: true, "Notices of one key keep their order."),
                RecordField("subject", .text, nullable: true, "Rendered."),
                RecordField("text", .text, nullable: true, "Rendered."),
                RecordField("data", .any, nullable: true, "The rule's own."),
                RecordField("time", .time, "When it was made."), updated, seq, replayed,
            ]),
        .page("DeliveryPage", of: .record("Delivery"), "A page of notices."),
    ]

    // MARK: Accounts

    private static let grantFields: [RecordField] = [
        RecordField("id", .id, "Its id."), RecordField("user", .id, "Whose rights it has."),
        RecordField("kind", .text, "api or session."),
        RecordField("name", .text, nullable: true, "For people."), created,
        RecordField("expires", .time, nullable: true, "When it ends."),
        RecordField("revoked", .time, nullable: true, "When it was ended."), seq, replayed,
    ]

    private static let accounts: [RecordSchema] = [
        .page("UserPage", of: .record("User"), "A page of users."),
        RecordSchema("Token", "A token or session.", grantFields),
        .page("TokenPage", of: .record("Token"), "A page of tokens and sessions."),
        RecordSchema(
            "IssuedToken", "A new API token, shown this once.",
            [RecordField("token", .text, nullable: true, "For `Authorization: Bearer`.")]
                + grantFields),
    ]

    // MARK: The server

    private static let serverRecords: [RecordSchema] = [
        RecordSchema(
            "Settings", "Settings by their keys.",
            [RecordField("settings", .object, "Texts; secrets redacted.")]),
        RecordSchema(
            "LogLevelState", "How much is logged.",
            [RecordField("level", .text, "The least grave level.")]),
        RecordSchema("Done", "It is done.", [RecordField("ok", .boolean, "Always true.")]),
        RecordSchema(
            "Client", "A connection.",
            [
                RecordField("id", .integer, "Unique over both edges."),
                RecordField("kind", .text, "tcp, http or feed."),
                RecordField("peer", .text, "The far end."), RecordField("local", .text, "Where."),
                RecordField("user", .id, nullable: true, "Who has logged in."),
                RecordField("age_seconds", .integer, "Since it was made."),
                RecordField("idle_seconds", .integer, "Since its last request."),
                RecordField("unsent_bytes", .integer, "That it has not read."),
            ]),
        .page("ClientPage", of: .record("Client"), "All connections."),
        .page("SlowlogPage", of: .record("SlowCommand"), "The last slow commands."),
        RecordSchema(
            "Audit", "A proof of the store.",
            [
                RecordField("status", .choice(["none", "running", "done"]), "How far it is."),
                RecordField("started", .time, nullable: true, "When."),
                RecordField("finished", .time, nullable: true, "When."),
                RecordField("report", .record("AuditReport"), nullable: true, "What was found."),
                RecordField("error", .text, nullable: true, "Why it ended early."),
            ]),
        RecordSchema(
            "Replication", "Leader and followers.",
            [
                RecordField("role", .choice(["leader"]), "This server's."),
                RecordField("leader", .text, nullable: true, "Where the leader is."),
                RecordSchema.seq, RecordField("followers", .list(.object), "Of this server."),
            ]),
    ]

    private static let operations: [RecordSchema] = [
        RecordSchema(
            "Health", "The process answers.", [RecordField("status", .constant("ok"), "Always.")]),
        RecordSchema(
            "Readiness", "Whether requests are taken.",
            [
                RecordField("status", .choice(["ready", "stopping"]), "Whether."),
                RecordField("role", .choice(["leader"]), "This server's."),
                RecordField("writes", .choice(["taken", "refused"]), "refused: the disk is full."),
                RecordSchema.seq,
            ]),
    ]
}
