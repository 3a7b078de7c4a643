import Basics
import JSON

/// The bodies of log-in.
enum SessionBodies {
    private static let username = BodyField("username", .id, required: true, "The user's name.")
    private static let password = BodyField(
        "password", .secret(1...1_024), required: true, "Its password.")

    static let logIn = BodySchema(
        "TokenRequest", "Who logs in. Taken as a form too.",
        [
            username, password,
            BodyField("grant_type", .choice(["password"]), "What forms of OAuth 2 say."),
        ])

    static let page = BodySchema("SessionRequest", "Who logs in.", [username, password])

    static let refresh = BodySchema(
        "RefreshRequest", "A refresh token, good once. Taken as a form too.",
        [BodyField("refresh", .secret(1...1_024), required: true, "Of the last log-in or refresh.")]
    )

    static let token = BodySchema(
        "TokenText", "A token. Taken as a form too.",
        [
            BodyField(
                "token", .secret(1...8_192), required: true, "An access, refresh or API token.")
        ])

    /// A secret of a checked body.
    static func secret(_ name: String, _ body: JSONValue) -> Redacted {
        Redacted(body[name]?.string ?? "")
    }
}
