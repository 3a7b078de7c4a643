import Connections
import HTTPCore
import Ledger
import Synchronization

extension RouteTable {
    /// The routes of the documentation. They are not part of `/openapi.json` themselves.
    static let documentRoutes: [Route] = [
        Route(
            .get, "/", .operations, access: .open, "Where to go from here, as a page.",
            answer: .own, schema: nil, media: "text/html",
            .local { (_, server) throws(Problem) in Documentation.of(server).front }),
        Route(
            .get, "/openapi.json", .operations, access: .open, "This API as OpenAPI 3.1.",
            answer: .own, schema: nil, media: "application/json",
            .local { (_, server) throws(Problem) in
                HTTPResponse.json(
                    200, Documentation.of(server).openAPI, fields: [("Cache-Control", "no-cache")])
            }),
        Route(
            .get, "/docs", .operations, access: .open, "This API as a page.", answer: .own,
            schema: nil, media: "text/html",
            .local { (_, server) throws(Problem) in Documentation.of(server).reference }),
        Route(
            .get, "/docs/errors", .operations, access: .open, "The codes of refusals, as a page.",
            answer: .own, schema: nil, media: "text/html",
            .local { (_, server) throws(Problem) in Documentation.of(server).errors }),
    ]
}

/// The documentation, made at the first question and the same for every server of the process.
struct Documentation: Sendable {
    private static let made = Mutex<Documentation?>(nil)

    let openAPI: [UInt8]
    let front: HTTPResponse
    let reference: HTTPResponse
    let errors: HTTPResponse

    private init(version: String) {
        let routes = RouteTable.all
        openAPI = OpenAPI.document(routes, version: version)
        front = FrontPage.response(version: version)
        reference = ReferencePage.response(routes, version: version)
        errors = ErrorPage.response()
    }

    static func of(_ server: HTTPServer) -> Documentation {
        made.withLock { made in
            if let made { return made }
            let documentation = Documentation(version: server.serving.identity.version)
            made = documentation
            return documentation
        }
    }
}
