import Accounts
import Basics
import Crypto
import HTTPCore
import Ledger

/// The cookie of the page's log-in. A browser sends it by itself, whoever's page asks: so a request
/// that relies on it must come from a page of this server, and a change must say what only such a
/// page knows.
enum PageCookie {
    static let name = "entrepot_session"
    /// The field in which the page says what belongs to its cookie.
    static let field: StaticString = "x-csrf-token"

    /// The cookie of a request.
    static func of(_ head: RequestHead) -> Redacted? {
        Cookies.value(name, in: head).map { Redacted($0) }
    }

    /// The credentials that a request's cookie is; nil without one.
    ///
    /// - Throws: 403 for a page of another origin, and for a change without the right
    ///   `X-CSRF-Token`.
    static func credentials(
        _ head: RequestHead, _ server: HTTPServer
    ) throws(Problem) -> Credentials? {
        guard let desk = server.tokenDesk, let cookie = of(head) else { return nil }
        try checkOrigin(head, server)
        switch head.method {
        case .get?, .head?, .options?: break
        default: try checkToken(head, cookie, desk)
        }
        return .page(cookie)
    }

    /// - Throws: 403 where the request says that it comes from a page of another origin.
    static func checkOrigin(_ head: RequestHead, _ server: HTTPServer) throws(Problem) {
        if server.pageOrigins.isOwn(head) ?? true { return }
        throw Problem(.noPerm, "a page of another origin may not use this server's cookie")
    }

    /// - Throws: 403 where the request does not say what belongs to the cookie.
    static func checkToken(
        _ head: RequestHead, _ cookie: Redacted, _ desk: TokenDesk
    ) throws(Problem) {
        let expected = desk.csrf(cookie)
        let given = head.field(field) ?? ""
        if !expected.isEmpty, ConstantTime.areEqual(given.utf8.span, expected.utf8.span) { return }
        throw Problem(
            .noPerm, "a change by cookie needs the field X-CSRF-Token as the log-in gave it")
    }

    /// `Set-Cookie` for a session, or for its end.
    ///
    /// - Parameter cookie: nil takes the cookie away.
    static func set(
        _ cookie: Redacted?, seconds: Int64, isSecure: Bool
    ) -> [(name: StaticString, value: String)] {
        let set = SetCookie(
            name: name, value: cookie?.revealed ?? "", maxAge: Int(clamping: seconds),
            isSecure: isSecure)
        guard let text = set.text else { return [] }
        return [("Set-Cookie", text)]
    }

    /// Whether the page was reached over TLS, here or at a proxy in front.
    static func isSecure(_ head: RequestHead, _ server: HTTPServer) -> Bool {
        if server.security != nil { return true }
        return head.field("origin").flatMap { Origin($0) }?.scheme == "https"
    }
}
