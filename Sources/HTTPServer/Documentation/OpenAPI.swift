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
    package static func document(_ routes: [Route], version: String) -> [UInt8] {
        let credentials = ["bearer", "basic"].map { JSONValue.object(of: ($0, .array([]))) }
        let root = JSONValue.object(
            of: ("openapi", .string("3.1.0")), ("info", info(version)),
            ("servers", .array([.object(of: ("url", .string("/")))])),
            ("tags", .array(RouteTag.allCases.filter { isUsed($0, routes) }.map(tag))),
            ("security", .array(credentials)), ("paths", paths(routes)),
            ("components", components(routes)))
        var buffer = ByteBuffer(capacity: 512 << 10)
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

    // MARK: Parameters

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters = route.pathParameters.map { pathParameter($0, route) }
        for field in route.query { parameters.append(queryParameter(field)) }
        for common in CommonParameter.allCases where common.applies(to: route) {
            parameters.append(.reference("parameters", common.rawValue))
        }
        for field in FieldParameter.allCases where field.applies(to: route) {
            parameters.append(.reference("parameters", field.rawValue))
        }
        return parameters
    }

    private static func pathParameter(_ name: String, _ route: Route) -> JSONValue {
        let pattern =
            PathParameter.currencies.contains(name)
            ? JSONSchema.currencyPattern : JSONSchema.identifierPattern
        return .object(
            of: ("name", .string(name)), ("in", .string("path")), ("required", .bool(true)),
            ("schema", JSONSchema.string(pattern: pattern)),
            ("example", .string(ParameterExample.path(name, route.pattern))))
    }

    private static func queryParameter(_ field: QueryField) -> JSONValue {
        .object(
            of: ("name", .string(field.name)), ("in", .string("query")),
            ("required", .bool(field.isRequired)), ("description", .string(field.summary)),
            ("schema", JSONSchema.of(field.kind)), ("example", ParameterExample.query(field)))
    }

    private static func requestBody(_ route: Route, _ body: BodySchema) -> JSONValue {
        var media = JSONValue.object(of: ("schema", .reference("schemas", body.name)))
        if let example = body.exampleValue(route.example) {
            media = media.adding(("example", example))
        }
        var content = route.mediaTypes.map { (key: $0, value: media) }
        if let field = route.textField {
            let text = body.exampleValue(route.example)?[field] ?? .string("")
            let schema = JSONSchema.type("string").adding(("minLength", .number(1)))
            for type in ["text/x-lua", "text/plain"] {
                content.append((type, .object(of: ("schema", schema), ("example", text))))
            }
        }
        return .object(
            of: ("required", .bool(!route.bodyIsOptional)), ("content", .object(content)))
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

extension BodySchema {
    /// A body for the documentation: the route's own, or the empty one where it will do.
    func exampleValue(_ text: String?) -> JSONValue? {
        if let text { return try? JSONReader.parse(Array(text.utf8).span) }
        let empty = JSONValue.object([])
        return faults(empty).isEmpty ? empty : nil
    }
}
