/// Routes by method and path: a tree of segments in which a literal goes before a parameter. It
/// leads to numbers, the places of the routes in a table.
///
/// A pattern is `/api/trades/{id}/commit`; a last segment `{rest*}` takes all that follows, at
/// least one segment, joined by slashes. A segment that is empty matches nothing.
package struct RouteTrie: Sendable {
    private struct Node: Sendable {
        var literals: [(text: String, node: Int)] = []
        var parameter: Int?
        /// The node of a `{rest*}`.
        var rest: Int?
        var routes: [(method: HTTPMethod, names: [String], index: Int)] = []
    }

    private enum Part {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    private var nodes: [Node] = [Node()]

    package init() {}

    /// Adds a route.
    ///
    /// - Throws: `RouteError` for a pattern without a leading slash, with an empty segment or a
    ///   malformed parameter, and for a second route of the same method and path.
    package mutating func add(
        _ method: HTTPMethod, _ pattern: String, _ index: Int
    ) throws(RouteError) {
        var names: [String] = []
        var node = 0
        for part in try Self.parts(pattern) {
            switch part {
            case .literal(let text):
                node = child(of: node, text)
            case .parameter(let name):
                names.append(name)
                let next = nodes[node].parameter ?? added()
                nodes[node].parameter = next
                node = next
            case .rest(let name):
                names.append(name)
                let next = nodes[node].rest ?? added()
                nodes[node].rest = next
                node = next
            }
        }
        if nodes[node].routes.contains(where: { $0.method == method }) {
            throw RouteError(reason: "two routes \(method.rawValue) \(pattern)")
        }
        nodes[node].routes.append((method, names, index))
    }

    /// The route of a method and a path. `HEAD` is answered by the route of `GET`.
    ///
    /// Complexity: O(segments) where literals and parameters do not overlap.
    package func match(_ method: HTTPMethod, _ segments: [String]) -> RouteMatch {
        var values: [String] = []
        guard let node = find(0, segments, 0, &values) else { return .none }
        let routes = nodes[node].routes
        let route =
            routes.first { $0.method == method }
            ?? (method == .head ? routes.first { $0.method == .get } : nil)
        guard let route else { return .wrongMethod(allow: Self.allowed(routes.map(\.method))) }
        return .found(route.index, RouteParameters(names: route.names, values: values))
    }

    /// What `Allow` lists: the routes' own methods, `HEAD` with `GET`, and `OPTIONS`.
    private static func allowed(_ methods: [HTTPMethod]) -> [HTTPMethod] {
        HTTPMethod.allCases.filter { method in
            methods.contains(method) || method == .options
                || (method == .head && methods.contains(.get))
        }
    }

    private func find(
        _ node: Int, _ segments: [String], _ depth: Int, _ values: inout [String]
    ) -> Int? {
        if depth == segments.count { return nodes[node].routes.isEmpty ? nil : node }
        let segment = segments[depth]
        if segment.isEmpty { return nil }
        for literal in nodes[node].literals where literal.text == segment {
            if let found = find(literal.node, segments, depth + 1, &values) { return found }
        }
        if let parameter = nodes[node].parameter {
            values.append(segment)
            if let found = find(parameter, segments, depth + 1, &values) { return found }
            values.removeLast()
        }
        guard let rest = nodes[node].rest else { return nil }
        let remaining = segments[depth...]
        if remaining.contains("") { return nil }
        values.append(remaining.joined(separator: "/"))
        return rest
    }

    private mutating func child(of node: Int, _ text: String) -> Int {
        if let known = nodes[node].literals.first(where: { $0.text == text }) { return known.node }
        let next = added()
        nodes[node].literals.append((text, next))
        return next
    }

    private mutating func added() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    private static func parts(_ pattern: String) throws(RouteError) -> [Part] {
        guard pattern.first == "/" else {
            throw RouteError(reason: "\(pattern) does not begin with a slash")
        }
        if pattern == "/" { return [] }
        var parts: [Part] = []
        let texts = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, text) in texts.enumerated() {
            let part = try part(text, in: pattern)
            if case .rest = part, index + 1 < texts.count {
                throw RouteError(reason: "\(pattern) goes on behind \(text)")
            }
            parts.append(part)
        }
        return parts
    }

    private static func part(_ text: Substring, in pattern: String) throws(RouteError) -> Part {
        let hasBraces = text.contains("{") || text.contains("}")
        if !hasBraces {
            if text.isEmpty { throw RouteError(reason: "\(pattern) has an empty segment") }
            return .literal(String(text))
        }
        guard text.first == "{", text.last == "}" else {
            throw RouteError(reason: "\(pattern) has a malformed parameter")
        }
        var name = text.dropFirst().dropLast()
        let isRest = name.last == "*"
        if isRest { name = name.dropLast() }
        if name.isEmpty || name.contains("{") || name.contains("}") {
            throw RouteError(reason: "\(pattern) has a malformed parameter")
        }
        return isRest ? .rest(String(name)) : .parameter(String(name))
    }
}
