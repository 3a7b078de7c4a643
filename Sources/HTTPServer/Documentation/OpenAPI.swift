import Basics
import Domain
import HTTPCore
import JSON
import Ledger

/// `/openapi.json`: the route table as OpenAPI 3.1.
package enum OpenAPI {
    /// The document of some routes.
    ///
    /// - Parameter version: the program's.
    /// - Complexity: some milliseconds: made once per server.
    package static func document(_ all: [Route], version: String) -> [UInt8] {
        let routes = all.filter { $0.isDescribed }
        let root = JSONValue.object(
            of: ("openapi", .string("3.1.0")), ("info", info(version)),
            ("tags", .array(RouteTag.allCases.filter { isUsed($0, routes) }.map(tag))),
            // Basic is taken too; programs are told of tokens.
            ("security", .array([.object(of: ("bearer", .array([])))])), ("paths", paths(routes)),
            ("components", components(routes)))
        var buffer = ByteBuffer(capacity: 256 << 10)
        root.append(to: &buffer)
        return buffer.array
    }

    private static func isUsed(_ tag: RouteTag, _ routes: [Route]) -> Bool {
        routes.contains { $0.tag == tag }
    }

    private static func tag(_ tag: RouteTag) -> JSONValue {
        .object(of: ("name", .string(tag.rawValue)))
    }

    private static func info(_ version: String) -> JSONValue {
        .object(
            of: ("title", .string("Entrepot")), ("version", .string(version)),
            ("description", .string(ReferenceText.introduction)),
            ("license", .object(of: ("name", .string("MIT")), ("identifier", .string("MIT")))))
    }

    // MARK: Paths

    private static func paths(_ routes: [Route]) -> JSONValue {
        var paths: [(key: String, value: JSONValue)] = []
        var done: Set<String> = []
        for route in routes where done.insert(route.pattern).inserted {
            var methods: [(key: String, value: JSONValue)] = []
            for other in routes where other.pattern == route.pattern {
                methods.append((other.method.rawValue.lowercased(), operation(other)))
            }
            paths.append((route.pattern, .object(methods)))
        }
        return .object(paths)
    }

    private static func operation(_ route: Route) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("tags", .strings([route.tag.rawValue])), ("summary", .string(route.summary)),
            ("operationId", .string(operationID(route))),
            ("description", .string(ReferenceText.description(of: route))),
        ]
        if case .open = route.access { members.append(("security", .array([]))) }
        let parameters = parameters(route)
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if let body = route.body { members.append(("requestBody", requestBody(route, body))) }
        members.append(("responses", .object(responses(route))))
        return .object(members)
    }

    /// `getApiTradesIdHistory`: the method and the words of the path.
    static func operationID(_ route: Route) -> String {
        var name = route.method.rawValue.lowercased()
        for segment in route.pattern.split(separator: "/") {
            for part in segment.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                name += part.prefix(1).uppercased() + part.dropFirst()
            }
        }
        return name
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters = route.pathParameters.map { name in
            JSONValue.object(
                of: ("name", .string(name)), ("in", .string("path")), ("required", .bool(true)),
                (
                    "schema",
                    JSONSchema.string(
                        pattern: PathParameter.currencies.contains(name)
                            ? JSONSchema.currencyPattern : JSONSchema.identifierPattern)
                ))
        }
        for field in route.query {
            parameters.append(parameter(field))
        }
        if route.isWrite { parameters.append(.reference("parameters", "dry_run")) }
        return parameters
    }

    private static func parameter(_ field: QueryField) -> JSONValue {
        .object(
            of: ("name", .string(field.name)), ("in", .string("query")),
            ("required", .bool(field.isRequired)), ("description", .string(field.summary)),
            ("schema", JSONSchema.of(field.kind)))
    }

    private static func requestBody(_ route: Route, _ body: BodySchema) -> JSONValue {
        var media = JSONValue.object(of: ("schema", .reference("schemas", body.name)))
        if let example = route.example,
            let value = try? JSONReader.parse(Array(example.utf8).span)
        {
            media = media.adding(("example", value))
        }
        return .object(
            of: ("required", .bool(!route.bodyIsOptional)),
            ("content", .object(route.mediaTypes.map { (key: $0, value: media) })))
    }

    // MARK: Responses

    private static func responses(_ route: Route) -> [(key: String, value: JSONValue)] {
        var found: [(key: String, value: JSONValue)] = []
        if case .created = route.answer {
            found.append(("200", success(route, "A repeat, or what a dry run would do.")))
            found.append(("201", success(route, "It was made.")))
        } else {
            found.append(("\(route.status)", success(route, "Done.")))
        }
        if route.isRead { found.append(("304", .reference("responses", "NotModified"))) }
        for status in refusals(route) {
            found.append(("\(status)", .reference("responses", "Problem")))
        }
        found.append(("default", .reference("responses", "Problem")))
        return found
    }

    private static func refusals(_ route: Route) -> [Int] {
        var statuses: Set<Int> = [400]
        if route.access != .open { statuses.formUnion([401, 403, 429]) }
        if route.command != nil || !route.pathParameters.isEmpty { statuses.insert(404) }
        if route.isWrite { statuses.formUnion([409, 503, 507]) }
        if route.takesIfMatch { statuses.insert(412) }
        if route.body != nil { statuses.formUnion([413, 415, 422]) }
        if route.isRead { statuses.insert(503) }
        return statuses.sorted()
    }

    private static func success(_ route: Route, _ description: String) -> JSONValue {
        var response = JSONValue.object(of: ("description", .string(description)))
        let headers = headers(route)
        if !headers.isEmpty { response = response.adding(("headers", .object(headers))) }
        if let schema = route.schema {
            var content = JSONValue.reference("schemas", schema)
            if route.isWrite {
                content = .object(
                    of: ("anyOf", .array([content, .reference("schemas", "DryRun")])))
            }
            response = response.adding(
                (
                    "content",
                    .object(of: ("application/json", .object(of: ("schema", content))))
                ))
        } else if let media = route.media {
            response = response.adding(("content", .object(of: (media, .object([])))))
        }
        return response
    }

    private static func headers(_ route: Route) -> [(key: String, value: JSONValue)] {
        var names: [String] = []
        switch route.answer {
        case .record, .changed, .document: names = ["ETag"]
        case .created: names = ["ETag", "Location"]
        case .page, .stationPage: names = ["ETag", "Link"]
        case .own: break
        case .text: names = ["ETag"]
        }
        if route.isRead { names.append("Entrepot-Seq") }
        return names.map { ($0, .reference("headers", $0)) }
    }

    // MARK: Components

    private static func components(_ routes: [Route]) -> JSONValue {
        .object(
            of: ("schemas", .object(schemas(routes))), ("responses", OpenAPIParts.responses),
            ("headers", OpenAPIParts.headers), ("parameters", OpenAPIParts.parameters),
            ("securitySchemes", OpenAPIParts.securitySchemes))
    }

    private static func schemas(_ routes: [Route]) -> [(key: String, value: JSONValue)] {
        var found: [(key: String, value: JSONValue)] = []
        for record in RecordSchemas.all { found.append((record.name, JSONSchema.of(record))) }
        var done: Set<String> = []
        for route in routes {
            guard let body = route.body else { continue }
            for (name, schema) in JSONSchema.of(body) where done.insert(name).inserted {
                found.append((name, schema))
            }
        }
        found.append(("PositionRequest", JSONSchema.position))
        found.append(("DryRun", OpenAPIParts.dryRun))
        found.append(("Problem", OpenAPIParts.problem))
        return found
    }
}
