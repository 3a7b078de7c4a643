import Domain
import HTTPCore
import Ledger

/// Sentences that the documentation says in several places.
enum ReferenceText {
    /// What holds for all routes, as Markdown.
    static let introduction = """
        The store behind a network of stations that trade. The same commands answer over TCP; \
        every reply is the same document there.

        - **Log-in**: `Authorization: Bearer` with an access token of `POST /api/token` or an \
        API token, or HTTP Basic.
        - **Numbers**: money is a string such as `"12.50"`, quantities are whole numbers below \
        2^53, times are RFC 3339 with `Z`.
        - **Lists**: `limit` (1 to 1000) and `cursor`; the cursor of the next page is `next` and \
        in the field `Link`.
        - **Writes**: `Idempotency-Key` makes any write repeatable; `?dry_run=true` tells what it \
        would do; `If-Match` with a record's ETag refuses it (412) where the record has changed.
        - **Reads**: `?after=SEQ` waits until this server has applied an event (else 503 \
        `STALE`), `?as_of=` a seq or time shows stock, trades and shipments as they were, \
        `If-None-Match` answers 304; `Entrepot-Seq` names the last event that the reply knows.
        - **Errors**: `application/problem+json` with `code`; see [/docs/errors](/docs/errors).
        - **Live events**: `GET /api/updates/real-time` (server-sent events) and \
        `/api/updates/ws` (WebSocket): docs/feeds.md.
        - Unknown fields and unknown query parameters are refused, never ignored.
        """

    /// What a route's own line does not say.
    static func description(of route: Route) -> String {
        var parts = [String]()
        if let notes = route.notes { parts.append(notes) }
        if let command = route.command { parts.append("Over TCP: `\(command.name)`.") }
        parts.append(access(of: route))
        if route.takesAsOf { parts.append("Takes `as_of`.") }
        if route.takesIfMatch { parts.append("Takes `If-Match`.") }
        return parts.joined(separator: " ")
    }

    static func access(of route: Route) -> String {
        switch route.access {
        case .open: "Needs no log-in."
        case .role(let role): "Needs the role \(role.name)."
        }
    }
}
