import JSON
import Ledger

/// The parts of `/openapi.json` that are the same for all routes.
enum OpenAPIParts {
    static let responses = JSONValue.object(
        of: (
            "Problem",
            .object(
                of: ("description", .string("Refused; `code` says why.")),
                (
                    "content",
                    .object(
                        of: (
                            "application/problem+json",
                            .object(of: ("schema", .reference("schemas", "Problem")))
                        ))
                ))
        ),
        (
            "NotModified",
            .object(of: ("description", .string("What If-None-Match names is still so.")))
        ))

    private static func header(_ text: String) -> JSONValue {
        .object(of: ("description", .string(text)), ("schema", JSONSchema.type("string")))
    }

    static let headers = JSONValue.object(
        of: ("ETag", header("The record's seq in quotes, or a hash of the page.")),
        ("Location", header("Where the record is.")),
        ("Link", header("The page behind, with rel=\"next\".")),
        ("Entrepot-Seq", header("The last event that the reply knows.")))

    private static func parameter(
        _ name: String, _ place: String, _ text: String, _ schema: JSONValue
    ) -> (String, JSONValue) {
        (
            name,
            .object(
                of: ("name", .string(name)), ("in", .string(place)),
                ("description", .string(text)), ("schema", schema))
        )
    }

    private static func parameter(_ common: CommonParameter) -> (String, JSONValue) {
        let field = common.field
        return parameter(field.name, "query", field.summary, JSONSchema.of(field.kind))
    }

    static let parameters = JSONValue.object(
        of: parameter(.dryRun), parameter(.after), parameter(.asOf),
        parameter(
            "Idempotency-Key", "header",
            "Of any write: the same key and the same request again give the first result, for 7 "
                + "days; the same key and another request is 422.", JSONSchema.type("string")),
        parameter(
            "If-Match", "header", "Of a change: the ETag that the record must have, else 412.",
            JSONSchema.type("string")),
        parameter(
            "If-None-Match", "header",
            "Of a read: the ETag that is known; 304 where it is still "
                + "so.", JSONSchema.type("string")))

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
                ), ("error", JSONSchema.nullable(JSONSchema.type("object"))))
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
