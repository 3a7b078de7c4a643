import Basics
import Domain
import JSON

/// The bodies of the routes for administrators, and the options that they become.
enum AdminBodies {
    // MARK: Rules

    static let rule = BodySchema(
        "RuleRequest", "A rule's source, under its name.",
        [
            BodyField("name", .newID, required: true, "The one that the source says."),
            BodyField("source", .form(.source), required: true, "Lua."),
        ])

    static let source = BodySchema(
        "RuleSource", "A rule's source.",
        [BodyField("source", .form(.source), required: true, "Lua.")])

    static let mode = BodySchema(
        "RuleMode", "What a rule does.",
        oneOf: [
            BodySchema(
                "RuleModePlain", "All or nothing.",
                [
                    BodyField(
                        "mode", .choice(["off", "shadow", "live"]), required: true,
                        "What it does.")
                ]),
            BodySchema(
                "RuleModeCanary", "A share of the trades.",
                [
                    BodyField("mode", .choice(["canary"]), required: true, "For a share."),
                    BodyField("percent", .integer(1...99), required: true, "Of the trades."),
                ]),
        ]
    ) { body in
        .success(body["mode"]?.string == "canary" ? 1 : 0)
    }

    static let version = BodySchema(
        "RuleVersion", "One of a rule's versions.",
        [BodyField("version", .id, "Its label, or six or more digits of its hash.")])

    static let backtest = BodySchema(
        "BacktestRequest", "A period of past trades.",
        [
            BodyField("version", .id, "Without it the candidate, else the live version."),
            BodyField("from", .time, "Itself included."),
            BodyField("to", .time, "Itself not included."),
        ])

    // MARK: Channels

    private static let title = BodyField(
        "subject", .text(0...1_024), nullable: true, "A template for the subject.")
    private static let text = BodyField(
        "text", .form(.template), nullable: true, "A template for the text.")
    private static let station = BodyField(
        "station", .id, nullable: true, "Whose channel it is; null: the administrators'.")
    private static let secret = BodyField(
        "secret", .form(.webhookSecret),
        "Signs: `whsec_` and base64. The one before it signs too until the next is set.")
    private static let digest = BodyField(
        "digest", .form(.duration), nullable: true, "Collects mail for so long.")
    private static let name = BodyField("id", .newID, required: true, "Chosen for ever.")

    private static func kind(_ word: String) -> BodyField {
        BodyField("kind", .choice([word]), required: true, "What it sends.")
    }

    static let channel = BodySchema(
        "ChannelRequest", "A new channel for notices.",
        oneOf: [
            BodySchema(
                "WebhookChannelRequest", "A channel of webhooks.",
                [
                    name, kind("webhook"),
                    BodyField("url", .form(.url), required: true, "Where it posts to."), secret,
                    station, title, text,
                ]),
            BodySchema(
                "MailChannelRequest", "A channel of mail.",
                [
                    name, kind("mail"),
                    BodyField("to", .form(.recipients), required: true, "Who gets it."), digest,
                    station, title, text,
                ]),
            BodySchema(
                "LogChannelRequest", "A channel into the log.",
                [name, kind("log"), station, title, text]),
        ]
    ) { body in
        guard let kind = body["kind"] else {
            return .failure(.init(pointer: "/kind", detail: "is missing"))
        }
        guard let place = ["webhook", "mail", "log"].firstIndex(of: kind.string ?? "") else {
            return .failure(.init(pointer: "/kind", detail: "must be webhook, mail or log"))
        }
        return .success(place)
    }

    static let channelPatch = BodySchema(
        "ChannelPatch", "Changes of a channel.", minimumFields: 1,
        [
            BodyField("url", .form(.url), "Where it posts to."), secret,
            BodyField("to", .form(.recipients), "Who gets it."), digest, station, title, text,
            BodyField("status", .choice(["enabled", "disabled"]), "Whether it sends."),
        ])

    static let route = BodySchema(
        "ChannelRouteRequest", "Events that go through a channel.",
        [
            BodyField("pattern", .form(.eventPattern), required: true, "Which."),
            BodyField("station", .id, nullable: true, "Those of this station alone."),
        ])

    static func channelOptions(
        _ input: RouteInput, clears: Bool, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        words.appendOption("URL", body["url"])
        words.appendOption("SECRET", body["secret"])
        words.appendOption("TO", body["to"])
        for (option, key) in [
            ("STATION", "station"), ("DIGEST", "digest"), ("SUBJECT", "subject"), ("TEXT", "text"),
        ] { try words.appendText(option, body[key], at: "/" + key, clears: clears) }
        words.appendOption("STATUS", body["status"])
    }

    static func routeOptions(_ input: RouteInput, _ words: inout ArgumentVector) {
        words.append(input.body["pattern"]?.string ?? "")
        words.appendOption("STATION", input.body["station"])
    }

    // MARK: Users and tokens

    private static func userFields(isNew: Bool) -> [BodyField] {
        [
            BodyField(
                "role", .choice(["viewer", "trader", "operator", "admin"]), required: isNew,
                "What it may do."),
            BodyField(
                "stations", .scope, required: isNew, "For which: their ids, or \"*\" for all."),
            BodyField(
                "password", .secret(User.passwordBytes), required: isNew,
                "Kept as its Argon2id hash."),
            BodyField("email", .form(.email), nullable: true, "For mail to its stations."),
            BodyField("designation", .text(0...1_024), nullable: true, "For people."),
            BodyField("attributes", .attributes, nullable: true, "Up to 16 KiB."),
        ]
    }

    static let user = BodySchema(
        "UserRequest", "A new user.",
        [BodyField("name", .newID, required: true, "Chosen for ever.")] + userFields(isNew: true))

    static let userPatch = BodySchema(
        "UserPatch", "Changes of a user.", minimumFields: 1, userFields(isNew: false))

    static let password = BodySchema(
        "PasswordRequest", "A new password.",
        [
            BodyField(
                "password", .secret(User.passwordBytes), required: true,
                "Ends the user's sessions.")
        ])

    static let token = BodySchema(
        "TokenIssue", "A new API token.",
        [
            BodyField("user", .id, required: true, "Whose rights it has."),
            BodyField("name", .text(1...1_024), "For people."),
            BodyField("ttl", .form(.duration), "How long it lasts; without it for ever."),
        ])

    static func userOptions(
        _ input: RouteInput, isChange: Bool, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        words.appendOption("ROLE", body["role"])
        if let stations = body["stations"] {
            words.append("STATIONS")
            let names = stations.array?.compactMap(\.string)
            words.append(names.map { $0.isEmpty ? "NONE" : $0.joined(separator: ",") } ?? "*")
        }
        words.appendOption("PASSWORD", body["password"])
        for (option, key) in [("EMAIL", "email"), ("DESIGNATION", "designation")] {
            try words.appendText(option, body[key], at: "/" + key, clears: isChange)
        }
        guard let attributes = body["attributes"], isChange || !attributes.isNull else { return }
        if !isChange || attributes.isNull { return words.appendJSON("META", attributes) }
        let record = try input.read(["USER", "GET"] + input.parameters)
        words.appendJSON(
            "META", MergePatch.apply(attributes, to: record?["attributes"] ?? .object([])))
    }

    // MARK: The server

    static let settings = BodySchema(
        "SettingsPatch", "Settings by their keys, all or none.",
        [BodyField("settings", .settings, required: true, "Texts, numbers, true or false.")])

    static let logLevel = BodySchema(
        "LogLevel", "How much is logged.",
        [
            BodyField(
                "level", .choice(["debug", "info", "warning", "error"]), required: true,
                "The least grave level that is logged.")
        ])
}
