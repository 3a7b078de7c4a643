import Domain
import HTTPCore
import Ledger
import Synchronization

@testable import HTTPServer

/// Routes of their own for tests of the connection.
enum TestRoutes {
    /// A megabyte that gzip would make nothing of.
    static let large = Route(
        .get, "/large", .operations, access: .open, "A large reply.", answer: .own, schema: nil,
        .local { _, _ throws(Problem) in
            HTTPResponse(
                status: 200, contentType: "application/octet-stream",
                body: [UInt8](repeating: 120, count: 1 << 20))
        })

    /// Text that compresses well.
    static let text = Route(
        .get, "/text", .operations, access: .open, "A text.", answer: .own, schema: nil,
        .local { _, _ throws(Problem) in
            var response = HTTPResponse.text(200, String(repeating: "water ", count: 1_000))
            response.fields = [("ETag", "\"t1\"")]
            return response
        })

    static let page = Route(
        .get, "/page", .operations, access: .open, "A page.", answer: .own, schema: nil,
        .local { _, _ throws(Problem) in
            HTTPResponse(
                status: 200, contentType: "text/html; charset=utf-8",
                fields: [("Referrer-Policy", "same-origin")], body: Array("<p>".utf8))
        })

    static let echo = Route(
        .post, "/echo", .operations, access: .role(.viewer), "Gives the body back.",
        body: BodySchema("Anything", "An object.", []), answer: .own, schema: nil,
        .local { input, _ throws(Problem) in .json(200, input.request.body) })

    /// `/` for everybody.
    static let root = [
        Route(
            .get, "/", .operations, access: .open, "Nothing.", answer: .own, schema: nil,
            .local { _, _ throws(Problem) in .text(200, "") }),
        Route(
            .post, "/", .operations, access: .open, "Nothing.",
            body: BodySchema("Anything", "An object.", []), answer: .own, schema: nil,
            .local { _, _ throws(Problem) in .text(200, "") }),
    ]

    /// A route that answers when `gate` is opened.
    static func slow(_ gate: Gate) -> Route {
        Route(
            .get, "/slow", .operations, access: .open, "Answers later.", answer: .own, schema: nil,
            .deferred { _, _, complete throws(Problem) in gate.add(complete) })
    }

    /// Answers that are kept until somebody lets them go.
    final class Gate: Sendable {
        private let waiting = Mutex<[@Sendable (HTTPResponse) -> Void]>([])

        func add(_ complete: @escaping @Sendable (HTTPResponse) -> Void) {
            waiting.withLock { $0.append(complete) }
        }

        var count: Int { waiting.withLock { $0.count } }

        func open() {
            let all = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for complete in all { complete(.text(200, "late")) }
        }
    }
}
