package import Basics
import Domain
import HTTPCore
import Ledger

/// The query of a request, checked against what its route takes.
package struct RouteQuery: Sendable {
    private let route: Route
    private let values: [(name: String, value: String)]
    /// `?after=`: the read waits until this server has applied the seq.
    package private(set) var after: UInt64?
    /// `?as_of=`: the record as it was; a seq or a time.
    package private(set) var asOf: String?
    /// `?dry_run=true`: what a write would do.
    package private(set) var isDryRun = false

    /// Checks all parameters.
    ///
    /// - Throws: 400 `SYNTAX` for an unknown or repeated parameter and for values of another form,
    ///   422 `RANGE` for values outside their limits; `errors` names the parameter.
    package init(
        _ route: Route, _ query: [(name: String, value: String)], limits: Limits
    ) throws(Problem) {
        self.route = route
        values = query
        for (index, pair) in query.enumerated() {
            if query[..<index].contains(where: { $0.name == pair.name }) {
                throw Self.problem(pair.name, QueryFault("is given twice"))
            }
            try take(pair.name, pair.value, limits)
        }
        for field in route.query where field.isRequired && self[field.name] == nil {
            throw Self.problem(field.name, QueryFault("is missing"))
        }
    }

    private mutating func take(
        _ name: String, _ value: String, _ limits: Limits
    ) throws(Problem) {
        if let field = route.query.first(where: { $0.name == name }) {
            if let fault = field.fault(value, limits: limits) { throw Self.problem(name, fault) }
            return
        }
        for common in CommonParameter.allCases
        where common.rawValue == name && common.applies(to: route) {
            try take(common, value, limits)
            return
        }
        throw Self.problem(name, QueryFault(Self.unknown(name, route)))
    }

    private mutating func take(
        _ parameter: CommonParameter, _ value: String, _ limits: Limits
    ) throws(Problem) {
        let field = parameter.field
        if let fault = field.fault(value, limits: limits) { throw Self.problem(field.name, fault) }
        switch parameter {
        case .after: after = UInt64(value)
        case .asOf: asOf = value
        case .dryRun: isDryRun = value == "true"
        }
    }

    private static func unknown(_ name: String, _ route: Route) -> String {
        let known =
            route.query.map(\.name)
            + CommonParameter.allCases.filter { $0.applies(to: route) }.map(\.rawValue)
        let text = "is unknown here"
        if let near = NearestWord.find(name, in: known) { return text + "; did you mean \(near)?" }
        return known.isEmpty ? text : text + "; known are " + known.joined(separator: ", ")
    }

    private static func problem(_ name: String, _ fault: QueryFault) -> Problem {
        let shown = FieldKind.shown(name)
        var problem = Problem(fault.code, "parameter \(shown) \(fault.detail)")
        problem.faults = [.init(parameter: name, fault.detail)]
        return problem
    }

    /// The value of a parameter.
    package subscript(_ name: String) -> String? {
        for pair in values where pair.name == name { return pair.value }
        return nil
    }

    /// Appends the options that the parameters are for, in the order of the request.
    ///
    /// - Throws: 400 `SYNTAX` for a cursor of the other direction.
    package func append(to words: inout ArgumentVector) throws(Problem) {
        if values.isEmpty { return }
        try checkDirection()
        for (name, value) in values {
            guard let field = route.query.first(where: { $0.name == name }),
                let option = field.option
            else { continue }
            switch field.kind {
            case .flag: if value == "true" { words.append(option) }
            default:
                words.append(option)
                words.append(value)
            }
        }
    }

    /// Appends `AS OF …` where it was asked for.
    package func appendAsOf(to words: inout ArgumentVector) {
        guard let asOf else { return }
        words.append("AS")
        words.append("OF")
        words.append(asOf)
    }

    private func checkDirection() throws(Problem) {
        for field in route.query {
            guard case .cursor(.records(_, true)) = field.kind, let cursor = self[field.name]
            else { continue }
            let isReversed = cursor.utf8.dropFirst().first == UInt8(ascii: "d")
            if isReversed != (self["rev"] == "true") {
                throw Self.problem(
                    field.name, QueryFault("is the next of the same list in the other order"))
            }
        }
    }
}

/// The parameters that belong to many routes.
package enum CommonParameter: String, Sendable, CaseIterable {
    case after
    case asOf = "as_of"
    case dryRun = "dry_run"

    /// Whether a route takes it.
    package func applies(to route: Route) -> Bool {
        switch self {
        case .after: route.takesAfter
        case .asOf: route.takesAsOf
        case .dryRun: route.isWrite
        }
    }

    /// Its form.
    package var field: QueryField {
        switch self {
        case .after:
            QueryField(
                "after", .integer(0...FieldKind.largestQuantity),
                "Waits, at most 5 seconds, until this server has applied the seq, else 503 STALE.")
        case .asOf:
            QueryField(
                "as_of", .place,
                "The record as it was after the event of a seq or at a time.")
        case .dryRun:
            QueryField(
                "dry_run", .flag,
                "Tells the events and prices that the write would give, and writes nothing.")
        }
    }
}
