import Accounts
import Basics
import Connections
import Domain
import HTTPCore
import JSON
import Ledger

/// The routes of log-in.
extension RouteTable {
    static let sessionRoutes: [Route] = tokenRoutes + pageRoutes

    private static let tokenRoutes: [Route] = [
        Route(
            .post, "/api/token", .session, access: .open, "Logs in: gives tokens.",
            notes: "Wrong passwords are slowed down: 429 with `Retry-After`.",
            body: SessionBodies.logIn, takesForm: true, answer: .own, schema: "Tokens",
            example: "{\"username\":\"ada\",\"password\":\"correct horse battery\"}",
            .deferred { (input, server, complete) throws(Problem) in
                let instance = input.request.head.rawPath
                try desk(server).logIn(
                    name: input.body["username"]?.string ?? "",
                    password: SessionBodies.secret("password", input.body),
                    from: input.request.peer
                ) { complete(tokens($0, instance)) }
            }),
        Route(
            .post, "/api/token/refresh", .session, access: .open,
            "Gives new tokens for a refresh token.",
            notes: "A refresh token is good once; an old one that comes again ends the session.",
            body: SessionBodies.refresh, takesForm: true, answer: .own, schema: "Tokens",
            example: "{\"refresh\":\"ent_…\"}",
            .deferred { (input, server, complete) throws(Problem) in
                let instance = input.request.head.rawPath
                try desk(server).refresh(
                    SessionBodies.secret("refresh", input.body), from: input.request.peer
                ) { complete(tokens($0, instance)) }
            }),
        Route(
            .post, "/api/token/verify", .session, access: .open,
            "Tells whether an access or API token is in force: 200, or 401.",
            body: SessionBodies.token, takesForm: true, answer: .own, schema: "Empty",
            example: "{\"token\":\"ent_…\"}",
            .local { (input, server) throws(Problem) in
                let token = SessionBodies.secret("token", input.body)
                if let error = try desk(server).verify(token, from: input.request.peer) {
                    throw Problem(error)
                }
                return .json(200, Array("{}".utf8), fields: noStore)
            }),
        Route(
            .post, "/api/token/revoke", .session, access: .open,
            "Logs out: ends the session or API token behind a token.",
            notes: "204 for an unknown token too.", body: SessionBodies.token, takesForm: true,
            answer: .own, schema: nil, example: "{\"token\":\"ent_…\"}", status: 204,
            .deferred { (input, server, complete) throws(Problem) in
                let instance = input.request.head.rawPath
                try desk(server).revoke(SessionBodies.secret("token", input.body)) { error in
                    complete(
                        error.map { Problem($0).response(instance: instance) }
                            ?? HTTPResponse(status: 204, fields: noStore))
                }
            }),
        Route(
            .get, "/api/me", .session, command: "USER WHOAMI", "Shows who is logged in.",
            answer: .record("user"), schema: "User", .command(plain("USER WHOAMI"))),
    ]

    private static let pageRoutes: [Route] = [
        Route(
            .post, "/api/session", .session, access: .open, "Logs a page in: sets a cookie.",
            notes: "The cookie is `HttpOnly` and `SameSite=Strict`; a change by cookie needs the "
                + "`csrf` of the reply in the field `X-CSRF-Token`.",
            body: SessionBodies.page, answer: .own, schema: "PageSession",
            example: "{\"username\":\"ada\",\"password\":\"correct horse battery\"}", beginPage),
        Route(
            .get, "/api/session", .session, access: .open,
            "Tells a page that is logged in its csrf again; else 401.", answer: .own,
            schema: "PageSession",
            .local { (input, server) throws(Problem) in
                guard let cookie = PageCookie.of(input.request.head) else {
                    throw Problem.noAuthentication
                }
                try PageCookie.checkOrigin(input.request.head, server)
                let found = server.serving.authenticator.recall(
                    .page(cookie), from: input.request.peer)
                guard case .caller? = found else { throw Problem.noAuthentication }
                return .json(200, csrf(try desk(server).csrf(cookie)), fields: noStore)
            }),
        Route(
            .delete, "/api/session", .session, access: .open, "Logs a page out.",
            answer: .own, schema: nil, status: 204, endPage),
    ]

    // MARK: Parts

    private static let noStore: [(name: StaticString, value: String)] = [
        ("Cache-Control", "no-store")
    ]

    private static func desk(_ server: HTTPServer) throws(Problem) -> TokenDesk {
        guard let desk = server.tokenDesk else {
            throw Problem(.busy, "there is nothing to log in with on this server")
        }
        return desk
    }

    @Sendable private static func tokens(
        _ outcome: TokenDesk.Outcome<TokenDesk.Tokens>, _ instance: String
    ) -> HTTPResponse {
        switch outcome {
        case .refused(let error, let seconds):
            return Problem(error, retrySeconds: seconds).response(instance: instance)
        case .done(let tokens):
            var body = ByteBuffer(capacity: 512)
            body.append("{\"access\":" as StaticString)
            body.appendJSON(string: tokens.access.revealed)
            body.append(",\"refresh\":" as StaticString)
            body.appendJSON(string: tokens.refresh.revealed)
            body.append(",\"token_type\":\"Bearer\",\"expires_in\":" as StaticString)
            body.append(decimal: tokens.expiresIn)
            body.append(UInt8(ascii: "}"))
            return .json(200, body.array, fields: noStore)
        }
    }

    private static func csrf(_ token: String) -> [UInt8] {
        var body = ByteBuffer(capacity: 64)
        body.append("{\"csrf\":" as StaticString)
        body.appendJSON(string: token)
        body.append(UInt8(ascii: "}"))
        return body.array
    }

    private static let beginPage = RouteHandler.deferred {
        (input, server, complete) throws(Problem) in
        let head = input.request.head
        // Nobody else's page shall log its visitor in here.
        try PageCookie.checkOrigin(head, server)
        let instance = head.rawPath
        let isSecure = PageCookie.isSecure(head, server)
        let now = server.serving.clock.wallMilliseconds()
        try desk(server).beginPage(
            name: input.body["username"]?.string ?? "",
            password: SessionBodies.secret("password", input.body), from: input.request.peer
        ) { outcome in
            switch outcome {
            case .refused(let error, let seconds):
                complete(Problem(error, retrySeconds: seconds).response(instance: instance))
            case .done(let page):
                let seconds = max(0, page.expires.milliseconds &- now) / 1_000
                let cookie = PageCookie.set(page.cookie, seconds: seconds, isSecure: isSecure)
                complete(.json(200, csrf(page.csrf), fields: noStore + cookie))
            }
        }
    }

    private static let endPage = RouteHandler.deferred {
        (input, server, complete) throws(Problem) in
        let head = input.request.head
        let fields =
            noStore
            + PageCookie.set(nil, seconds: 0, isSecure: PageCookie.isSecure(head, server))
        guard let cookie = PageCookie.of(head) else {
            return complete(HTTPResponse(status: 204, fields: fields))
        }
        let desk = try desk(server)
        try PageCookie.checkOrigin(head, server)
        try PageCookie.checkToken(head, cookie, desk)
        let instance = head.rawPath
        desk.endPage(cookie) { error in
            complete(
                error.map { Problem($0).response(instance: instance) }
                    ?? HTTPResponse(status: 204, fields: fields))
        }
    }
}
