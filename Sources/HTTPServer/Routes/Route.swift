package import Basics
package import Domain
package import HTTPCore
package import JSON
package import Ledger

/// One row of the route table: dispatch, permissions, `/openapi.json`, `/docs` and docs/rest.md are
/// made from it. A class, so that looking at a row copies nothing.
package final class Route: Sendable {
    package let method: HTTPMethod
    /// Such as `/api/trades/{id}`; see `RouteTrie`.
    package let pattern: String
    package let tag: RouteTag
    /// The row of the command table that answers; nil for routes that answer by themselves.
    package let command: CommandSpec?
    /// The command's place in `CommandTable.all`.
    package let commandIndex: Int
    package let access: RouteAccess
    /// One line.
    package let summary: String
    /// Further sentences for the documentation.
    package let notes: String?
    package let body: BodySchema?
    /// The body may be left out.
    package let bodyIsOptional: Bool
    /// The body may be a form in place of JSON.
    package let takesForm: Bool
    /// The body may be plain text in place of JSON: it is this field.
    package let textField: String?
    package let query: [QueryField]
    package let answer: AnswerShape
    /// The name of the reply's schema among those of `/openapi.json`; nil: it has no JSON body.
    package let schema: String?
    /// A body for the documentation, as JSON.
    package let example: String?
    /// The status of success, where the shape of the answer does not say.
    package let status: Int
    /// The status of the same body where the answer is no; nil: there is none.
    package let refusal: Int?
    /// The media type of a reply that is no JSON, or not always; nil: it is JSON, or has no body.
    package let media: String?
    package let handler: RouteHandler

    package init(
        _ method: HTTPMethod, _ pattern: String, _ tag: RouteTag, command: String? = nil,
        access: RouteAccess? = nil, _ summary: String, notes: String? = nil,
        body: BodySchema? = nil, bodyIsOptional: Bool = false, takesForm: Bool = false,
        textField: String? = nil, query: [QueryField] = [],
        answer: AnswerShape, schema: String?, example: String? = nil, status: Int = 200,
        refusal: Int? = nil, media: String? = nil, _ handler: RouteHandler
    ) {
        self.method = method
        self.pattern = pattern
        self.tag = tag
        let index = command.flatMap { name in
            CommandTable.all.firstIndex { $0.name == name }
        }
        self.command = index.map { CommandTable.all[$0] }
        commandIndex = index ?? -1
        self.access = access ?? .role(index.map { CommandTable.all[$0].role } ?? .admin)
        self.summary = summary
        self.notes = notes
        self.body = body
        self.bodyIsOptional = bodyIsOptional
        self.takesForm = takesForm
        self.textField = textField
        self.query = query
        self.answer = answer
        self.schema = schema
        self.example = example
        self.status = status
        self.refusal = refusal
        self.media = media
        self.handler = handler
    }

    /// The names in the braces of the pattern, in order.
    package var pathParameters: [String] {
        pattern.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { $0.dropFirst().dropLast().filter { $0 != "*" } }
    }

    /// Whether it changes the store: takes `Idempotency-Key` and `?dry_run=`.
    package var isWrite: Bool { command?.flags.contains(.write) ?? false }

    /// Whether it shows what is in the store, and nothing else.
    package var isRead: Bool {
        guard let command, case .command = handler else { return false }
        return method == .get && !command.flags.contains(.write)
    }

    /// Whether it takes `?after=`: reads, and what is decided without being written.
    package var takesAfter: Bool {
        if isRead { return true }
        guard let command, case .command = handler else { return false }
        return command.flags.contains(.decides)
    }

    /// Whether its replies have an `ETag` for `If-None-Match`.
    package var hasTag: Bool {
        if case .own = answer { return false }
        return isRead
    }

    /// Whether its replies carry `Entrepot-Seq`: whatever reads.
    package var tellsSeq: Bool { takesAfter || (method == .get && command != nil) }

    /// Whether it takes `?as_of=`.
    package var takesAsOf: Bool { isRead && command?.syntax.contains("[AS OF ") ?? false }

    /// The media types that a body may have.
    package var mediaTypes: [String] {
        switch method {
        case .patch: ["application/merge-patch+json", "application/json"]
        default:
            takesForm
                ? ["application/json", "application/x-www-form-urlencoded"] : ["application/json"]
        }
    }

    func takes(_ mediaType: String) -> Bool { mediaTypes.contains(mediaType) }

    /// Whether `If-Match` is heeded: for a change of one record that can be read.
    package var takesIfMatch: Bool {
        if case .command(let call) = handler { return call.current != nil }
        return false
    }
}

/// Who may call a route.
package enum RouteAccess: Sendable, Equatable {
    /// Everybody, without log-in.
    case open
    /// Whoever has this role or a higher one. The scope of stations is the command's matter.
    case role(Role)
}

/// The chapters of the documentation.
package enum RouteTag: String, Sendable, CaseIterable {
    case session = "Log-in"
    case trades = "Trades"
    case cargo = "Cargo"
    case inventory = "Inventory"
    case catalog = "Catalog"
    case events = "Events"
    case analytics = "Analytics"
    case admin = "Administration"
    case operations = "Operations"
}

/// How a route answers.
package enum RouteHandler: Sendable {
    /// Through a command of the ledger.
    case command(CommandCall)
    /// By itself, on the loop's thread, at once.
    case local(@Sendable (RouteInput, HTTPServer) throws(Problem) -> HTTPResponse)
    /// By itself, with an answer that comes later from any thread; `complete` is called once.
    case deferred(
        @Sendable (
            RouteInput, HTTPServer, _ complete: @escaping @Sendable (HTTPResponse) -> Void
        ) throws(Problem) -> Void)
    /// The connection becomes a feed.
    case feed
}

/// How a request becomes the words of a command.
package struct CommandCall: Sendable {
    /// Appends the command's words.
    package typealias Build =
        @Sendable (RouteInput, inout ArgumentVector) throws(Problem) -> Void
    /// Appends the words of the read that shows the record which a write is about.
    package typealias Current = @Sendable (RouteInput, inout ArgumentVector) -> Void

    package let build: Build
    /// For `If-Match`; nil: the route does not heed it.
    package let current: Current?

    package init(current: Current? = nil, _ build: @escaping Build) {
        self.build = build
        self.current = current
    }
}

/// A matched request, checked, on its way to a handler.
package struct RouteInput {
    package let route: Route
    package let request: HTTPRequest
    /// The parts of the path that stood where the pattern has parameters, in its order.
    package let parameters: [String]
    package let query: RouteQuery
    /// The checked body; null where there is none.
    package let body: JSONValue
    /// On whose behalf; nil only where the route is open.
    package internal(set) var caller: Caller?
    /// Shows a record as it is now, behind everything that was decided before; nil: there is none,
    /// or the caller may not see it. The words are those of a reading command.
    package let read: (_ words: [String]) throws(Problem) -> JSONValue?

    package init(
        route: Route, request: HTTPRequest, parameters: [String], query: RouteQuery,
        body: JSONValue, caller: Caller?,
        read: @escaping (_ words: [String]) throws(Problem) -> JSONValue?
    ) {
        self.route = route
        self.request = request
        self.parameters = parameters
        self.query = query
        self.body = body
        self.caller = caller
        self.read = read
    }
}
