import HTTPCore
import JSON
import Ledger

/// The replies of an operation.
extension OpenAPI {
    static func responses(_ route: Route) -> [(key: String, value: JSONValue)] {
        var found: [(key: String, value: JSONValue)] = []
        if case .created = route.answer {
            let isWrite = route.isWrite
            found.append(
                ("200", success(route, isWrite ? "A repeat, or what a dry run would do." : "Done."))
            )
            found.append(("201", success(route, "It was made.", isMade: true)))
        } else {
            found.append(("\(route.status)", success(route, "Done.")))
        }
        if let status = route.refusal {
            found.append(("\(status)", success(route, "The same, where the answer is no.")))
        }
        if route.hasTag { found.append(("304", .reference("responses", "NotModified"))) }
        for status in refusals(route) where status != route.refusal {
            found.append(("\(status)", .reference("responses", ProblemGuide.name(status))))
        }
        found.append(("default", .reference("responses", "Problem")))
        return found
    }

    private static func refusals(_ route: Route) -> [Int] {
        var statuses: Set<Int> = [400, 429]
        if route.access != .open { statuses.formUnion([401, 403]) }
        if route.tag == .session { statuses.insert(401) }
        if route.command != nil || !route.pathParameters.isEmpty { statuses.insert(404) }
        if !route.query.isEmpty || route.takesAfter { statuses.insert(422) }
        if route.isWrite { statuses.formUnion([409, 422, 503, 507]) }
        if route.takesIfMatch { statuses.insert(412) }
        if route.body != nil { statuses.formUnion([413, 415, 422]) }
        if route.takesAfter { statuses.insert(503) }
        if route.status == 101 { statuses.insert(426) }
        return statuses.sorted()
    }

    private static func success(
        _ route: Route, _ description: String, isMade: Bool = false
    ) -> JSONValue {
        var response = JSONValue.object(
            of: ("description", .string(description)),
            ("headers", .object(headers(route, isMade: isMade))))
        var content: [(key: String, value: JSONValue)] = []
        if let schema = route.schema {
            content.append(("application/json", media(route, schema, isMade: isMade)))
        }
        if let media = route.media { content.append((media, text(route, media))) }
        if !content.isEmpty { response = response.adding(("content", .object(content))) }
        return response
    }

    /// What is made is never the result of a dry run.
    private static func media(_ route: Route, _ name: String, isMade: Bool) -> JSONValue {
        let schema = JSONValue.reference("schemas", name)
        let example = RecordExample.of(name)
        if !route.isWrite || isMade { return .object(of: ("schema", schema), ("example", example)) }
        return .object(
            of: (
                "schema",
                .object(of: ("anyOf", .array([schema, .reference("schemas", "DryRun")])))
            ),
            (
                "examples",
                .object(
                    of: ("done", .object(of: ("value", example))),
                    (
                        "dry_run",
                        .object(
                            of: ("summary", .string("With `?dry_run=true`.")),
                            ("value", RecordExample.dryRun(of: example)))
                    ))
            ))
    }

    private static func text(_ route: Route, _ media: String) -> JSONValue {
        switch media {
        case "text/event-stream":
            .object(
                of: ("schema", .reference("schemas", "FeedFrame")),
                ("example", RecordExample.of("FeedFrame")))
        case "application/json":
            .object(
                of: ("schema", JSONSchema.type("object")),
                ("example", .object(of: ("openapi", .string("3.1.0")))))
        default:
            .object(
                of: ("schema", JSONSchema.type("string")),
                ("example", .string(ParameterExample.text(route.pattern))))
        }
    }

    // MARK: Header fields

    private static func headers(
        _ route: Route, isMade: Bool
    ) -> [(key: String, value: JSONValue)] {
        var names: [String] = []
        if route.status == 101 { return [] }
        // Nothing of a dry run is there to have a tag.
        switch route.answer {
        case .record, .page, .stationPage, .text: names = ["RequiredETag"]
        case .document: names = [route.isRead ? "RequiredETag" : "ETag"]
        case .changed: names = ["ETag"]
        case .created(let path, _):
            names = [isMade ? "RequiredETag" : "ETag"]
            if path != nil { names.append(isMade ? "RequiredLocation" : "Location") }
        case .own: break
        }
        switch route.answer {
        case .page, .stationPage: names.append("Link")
        default: break
        }
        if route.tellsSeq { names.append("Entrepot-Seq") }
        if route.status == 202 { names.append("Location") }
        names += ["RateLimit", "RateLimit-Policy"]
        return names.map { name in
            let key = name.hasPrefix("Required") ? String(name.dropFirst(8)) : name
            return (key, .reference("headers", name))
        }
    }
}
