import JSON
import Ledger

/// The parts of `/openapi.json` that are the same for all routes.
enum OpenAPIParts {
    static let responses: JSONValue = {
        let unchanged = JSONValue.object(
            of: ("description", .string("What If-None-Match names is still so.")),
            (
                "headers",
                .object(
                    of: ("ETag", .reference("headers", "RequiredETag")),
                    ("Entrepot-Seq", .reference("headers", "Entrepot-Seq")))
            ))
        return .object(ProblemGuide.responses + [(key: "NotModified", value: unchanged)])
    }()

    // MARK: Header fields

    private static func header(
        _ text: String, _ example: JSONValue, _ schema: JSONValue = JSONSchema.type("string"),
        isRequired: Bool = false
    ) -> JSONValue {
        .object(
            of: ("description", .string(text)), ("required", .bool(isRequired)),
            ("schema", schema), ("example", example))
    }

    private static let seconds = JSONValue.object(
        of: ("type", .string("integer")), ("minimum", .number(1)))
    private static let tag = JSONSchema.string(pattern: "^(W/)?\"[0-9a-z]+\"$")
    private static let path = JSONSchema.string(pattern: "^/")
    private static let tagText = "The record's seq in quotes, or a hash; weak where compressed."

    static let headers = JSONValue.object(
        of: ("ETag", header(tagText, .string("\"1042\""), tag)),
        ("RequiredETag", header(tagText, .string("\"1042\""), tag, isRequired: true)),
        ("Location", header("Where the record is.", .string("/api/trades/t-1"), path)),
        (
            "RequiredLocation",
            header("Where the record is.", .string("/api/trades/t-1"), path, isRequired: true)
        ),
        (
            "Link",
            header(
                "The page behind; absent at the end.",
                .string("</api/trades?limit=50&cursor=ta8.0>; rel=\"next\""),
                JSONSchema.string(pattern: "^</[!-~]*>; rel=\"next\"$"))
        ),
        (
            "Entrepot-Seq",
            header(
                "The last event that the reply knows.", .number(1_042),
                .object(of: ("type", .string("integer")), ("minimum", .number(0))),
                isRequired: true)
        ),
        ("Retry-After", header("Seconds.", .number(1), seconds, isRequired: true)),
        (
            "WWW-Authenticate",
            header("How to log in.", .string("Bearer realm=\"entrepot\""), isRequired: true)
        ),
        (
            "RateLimit",
            header(
                "Where limits are set: how many requests are left, and for how long.",
                .string("\"user\";r=12;t=30"),
                JSONSchema.string(pattern: "^\"(user|address)\";r=[0-9]+;t=[0-9]+$"))
        ),
        (
            "RateLimit-Policy",
            header(
                "Where limits are set: how many requests in how many seconds.",
                .string("\"user\";q=600;w=60"),
                JSONSchema.string(pattern: "^\"(user|address)\";q=[0-9]+;w=[0-9]+$"))
        ), ("Upgrade", header("What is spoken here.", .string("websocket"), isRequired: true)))

    // MARK: Parameters

    static let parameters: JSONValue = {
        var all: [(key: String, value: JSONValue)] = []
        for common in CommonParameter.allCases {
            let field = common.field
            all.append(
                (
                    field.name,
                    .object(
                        of: ("name", .string(field.name)), ("in", .string("query")),
                        ("description", .string(field.summary)),
                        ("schema", JSONSchema.of(field.kind)))
                ))
        }
        for field in FieldParameter.allCases {
            all.append(
                (
                    field.rawValue,
                    .object(
                        of: ("name", .string(field.rawValue)), ("in", .string("header")),
                        ("description", .string(field.summary)), ("schema", field.schema))
                ))
        }
        return .object(all)
    }()

    static let securitySchemes = JSONValue.object(
        of: (
            "bearer",
            .object(
                of: ("type", .string("http")), ("scheme", .string("bearer")),
                (
                    "description",
                    .string("An access token of POST /api/token, or an API token of a user.")
                ))
        ),
        (
            "basic",
            .object(
                of: ("type", .string("http")), ("scheme", .string("basic")),
                ("description", .string("Name and password, for scripts.")))
        ))

    // MARK: Schemas

    static let dryRun = JSONValue.object(
        of: ("type", .string("object")),
        ("description", .string("What a write would do; nothing was written.")),
        (
            "properties",
            .object(
                of: (
                    "dry_run", .object(of: ("type", .string("boolean")), ("const", .bool(true)))
                ),
                (
                    "result",
                    JSONSchema.nullable(JSONSchema.type("object"))
                ),
                (
                    "events",
                    .object(
                        of: ("type", .string("array")), ("items", .reference("schemas", "Event")))
                ), ("error", JSONSchema.nullable(.reference("schemas", "Refusal"))))
        ), ("required", .strings(["dry_run", "result", "events", "error"])))

    static let problem = JSONValue.object(
        of: ("type", .string("object")),
        ("description", .string("Why a request was refused (RFC 9457).")),
        (
            "properties",
            .object(
                of: ("type", JSONSchema.type("string")), ("title", JSONSchema.type("string")),
                ("status", JSONSchema.type("integer")),
                ("code", JSONSchema.choice(ErrorCode.allCases.map(\.rawValue))),
                ("detail", JSONSchema.type("string")), ("instance", JSONSchema.type("string")),
                (
                    "errors",
                    .object(
                        of: ("type", .string("array")),
                        (
                            "items",
                            .object(
                                of: ("type", .string("object")),
                                (
                                    "properties",
                                    .object(
                                        of: ("pointer", JSONSchema.type("string")),
                                        ("parameter", JSONSchema.type("string")),
                                        ("detail", JSONSchema.type("string")))
                                ), ("required", .strings(["detail"])))
                        ))
                ), ("station", JSONSchema.type("string")), ("item", JSONSchema.type("string")),
                ("asked", JSONSchema.type("integer")),
                ("available", JSONSchema.type("integer")),
                ("leader", JSONSchema.type("string")))
        ), ("required", .strings(["type", "title", "status", "code", "detail"])))
}
