import Domain
import HTTPCore
import Ledger

/// The routes of live events.
extension RouteTable {
    static let feedRoutes: [Route] = [
        Route(
            .get, FeedHub.Path.events, .events, access: .role(.viewer),
            "Follows the events as they happen (server-sent events).",
            notes:
                "A user gets the events of its stations. The stream begins with `ready` and goes "
                + "on from `Last-Event-ID` or `cursor` without a gap and without repeats; where "
                + "that cannot be it says `reset`. `heartbeat` comes every 15 seconds and moves "
                + "the cursor. With `Accept: application/json` the latest trades and cargo come "
                + "as one document instead. See docs/feeds.md.",
            query: [
                QueryField(
                    "types", .list(patterns: true),
                    "Types or patterns between commas: `trade.*,shipment.delayed`."),
                QueryField("stations", .list(patterns: false), "Of any of these stations."),
                QueryField("station", .list(patterns: false), "The same."),
                QueryField(
                    "cursor", .cursor(.feed),
                    "`now` (the default), `earliest`, or an event's id: the stream begins behind "
                        + "it."),
                QueryField(
                    "limit", .limit(standard: 100), "Records of each kind in the JSON form."),
            ], answer: .own, schema: "LatestRecords", media: "text/event-stream", .feed),
        Route(
            .get, FeedHub.Path.socket, .events, access: .open,
            "Follows the events over a WebSocket.",
            notes: "Messages are JSON: `{\"op\":\"auth\",\"token\"}` within 10 seconds unless the "
                + "request has credentials, then `subscribe`, `unsubscribe`, `ping`. See "
                + "docs/feeds.md.",
            answer: .own, schema: nil, status: 101, .feed),
    ]
}
