/// Why a pattern cannot be added to a `RouteTrie`.
package struct RouteError: Error, Sendable, Equatable {
    /// One sentence.
    package let reason: String
}

/// What a path and a method lead to.
package enum RouteMatch<Value> {
    case found(Value, RouteParameters)
    /// The path has routes, but none of this method: those that it has, for `Allow`.
    case wrongMethod(allow: [HTTPMethod])
    case none
}

extension RouteMatch: Sendable where Value: Sendable {}

/// The parts of a path that stood where the pattern has parameters.
package struct RouteParameters: Sendable, Equatable {
    /// Without braces, in the order of the pattern.
    package var names: [String]
    /// Decoded, as many as there are names.
    package var values: [String]

    package init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }

    /// The value of a parameter of the pattern, or nil where the pattern has none of the name.
    package subscript(_ name: String) -> String? {
        for (index, known) in names.enumerated() where known == name { return values[index] }
        return nil
    }
}

/// Routes by method and path: a tree of segments in which a literal goes before a parameter.
///
/// A pattern is `/api/trades/{id}/commit`; a last segment `{rest*}` takes all that follows, at
/// least one segment, joined by slashes. A segment that is empty matches nothing.
package struct RouteTrie<Value> {
    var tree = RouteTree()
    var values: [Value] = []

    package init() {}

    /// Adds a route.
    ///
    /// - Throws: `RouteError` for a pattern without a leading slash, with an empty segment or a
    ///   malformed parameter, and for a second route of the same method and path.
    package mutating func add(
        _ method: HTTPMethod, _ pattern: String, _ value: Value
    ) throws(RouteError) {
        try tree.add(method, pattern, values.count)
        values.append(value)
    }

    /// The route of a method and a path. `HEAD` is answered by the route of `GET`.
    ///
    /// Complexity: O(segments) where literals and parameters do not overlap.
    package func match(
        _ method: HTTPMethod, _ segments: [String]
    ) -> RouteMatch<Value> {
        switch tree.match(method, segments) {
        case .found(let index, let parameters): .found(values[index], parameters)
        case .wrongMethod(let allow): .wrongMethod(allow: allow)
        case .none: .none
        }
    }
}

extension RouteTrie: Sendable where Value: Sendable {}
