/// Why a pattern cannot be added to a `RouteTrie`.
package struct RouteError: Error, Sendable, Equatable {
    /// One sentence.
    package let reason: String
}

/// What a path and a method lead to.
package enum RouteMatch: Sendable {
    /// The number that the route was added with.
    case found(Int, RouteParameters)
    /// The path has routes, but none of this method: those that it has, for `Allow`.
    case wrongMethod(allow: [HTTPMethod])
    case none
}

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
