import Basics

/// All routes, in the order of the documentation.
package enum RouteTable {
    package static let all: [Route] =
        sessionRoutes + tradeRoutes + cargoRoutes + inventoryRoutes + catalogRoutes
        + eventRoutes + feedRoutes + analyticsRoutes + adminRoutes
        + operationsRoutes + documentRoutes

    // Parameters that many lists have.

    static let limit = QueryField(
        "limit", .limit(standard: 100), option: "LIMIT", "Records of the page, at most 1 000.")
    static let rev = QueryField("rev", .flag, option: "REV", "The latest first.")
    static let from = QueryField(
        "from", .place, option: "FROM", "From this seq or time on, itself included.")
    static let to = QueryField(
        "to", .place, option: "TO", "Up to this seq or time, itself not included.")

    static func cursor(_ form: CursorForm) -> QueryField {
        QueryField("cursor", .cursor(form), option: "CURSOR", "The `next` of the page before.")
    }

    /// Those of a history: a page of the changes of one record.
    static let history: [QueryField] = [
        from, to, limit, cursor(.records("h", reversible: true)), rev,
    ]

    // Ways to make words.

    /// The words of a row, the path's parameters, the query's options, and `AS OF`.
    static func plain(_ name: String) -> CommandCall {
        action(name) { (input, words) throws(Problem) in
            input.query.appendAsOf(to: &words)
            try input.query.append(to: &words)
        }
    }

    /// The words of a row and the path's parameters, then what body and query say.
    ///
    /// - Parameter read: the row that shows the record; nil: there is none to hold `If-Match`
    ///   against.
    static func action(
        _ name: String, read: String? = nil, _ build: @escaping CommandCall.Build = { _, _ in }
    ) -> CommandCall {
        let head = current(name)
        return CommandCall(current: read.map(current)) { (input, words) throws(Problem) in
            head(input, &words)
            try build(input, &words)
        }
    }

    /// The read that shows the record that the path names.
    static func current(_ name: String) -> CommandCall.Current {
        let row = name.split(separator: " ").map(String.init)
        return { input, words in
            for word in row { words.append(word) }
            for parameter in input.parameters { words.append(parameter) }
        }
    }
}
