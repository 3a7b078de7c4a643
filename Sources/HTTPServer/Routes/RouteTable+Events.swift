import Basics
import HTTPCore

/// The routes of the event log and of figures.
extension RouteTable {
    static let eventRoutes: [Route] = [
        Route(
            .get, "/api/events", .events, command: "EVENT LIST",
            "Lists the events of the log.",
            notes: "A user sees the events of its stations. The cursor is an event's id, the same "
                + "as in feeds: the page begins behind it, or with `rev` before it. Without "
                + "`types` the log's own events (`system.*`, `plugin.*`, `notice.*`, users and "
                + "tokens) are left out.",
            query: [
                QueryField(
                    "types", .list(patterns: true), option: "TYPES",
                    "Types or patterns between commas: `trade.*,shipment.delayed`."),
                QueryField(
                    "stations", .list(patterns: false), option: "STATIONS",
                    "Of any of these stations, between commas."),
                from, to, limit, cursor(.event), rev,
            ], answer: .page, schema: "EventPage", .command(plain("EVENT LIST")))
    ]

    static let analyticsRoutes: [Route] = [
        Route(
            .get, "/api/analytics/summary", .analytics, command: "TRADE SUMMARY",
            "Sums up the trades and cargo of the last days.",
            query: [
                QueryField("station", .id, option: "STATION", "Of this station."),
                QueryField(
                    "days", .integer(1...3_660), option: "DAYS",
                    "UTC days up to today; 30 by default."),
            ], answer: .document, schema: "Summary", .command(plain("TRADE SUMMARY"))),
        Route(
            .get, "/api/analytics/series", .analytics, command: "TRADE SERIES",
            "Counts trades, and what they were worth, by minute, hour or day.",
            notes: "Buckets without a trade are left out. A long period comes in pages.",
            query: [
                QueryField("station", .id, option: "STATION", "Of this station."),
                QueryField(
                    "by", .choice(["minute", "hour", "day"]), option: "BY",
                    "The length of a bucket; hour by default."),
                from, to, limit, cursor(.records("s", reversible: false)),
            ], answer: .page, schema: "SeriesPage", .command(plain("TRADE SERIES"))),
        Route(
            .get, "/api/analytics/prices", .analytics, command: "ITEM PRICES",
            "Lists what was paid for an item, trade by trade.",
            query: [
                QueryField("item", .id, required: true, "The item."),
                QueryField("station", .id, option: "STATION", "Sold or bought by this station."),
                from, to, limit, cursor(.records("t", reversible: true)), rev,
            ], answer: .page, schema: "PricePage",
            .command(
                action("ITEM PRICES") { (input, words) throws(Problem) in
                    words.append(input.query["item"] ?? "")
                    try input.query.append(to: &words)
                })),
        Route(
            .get, "/api/analytics/map", .analytics, command: "CARGO MAP",
            "Shows the stations, and the shipments under way with where they are.",
            query: [
                limit, cursor(.records("m", reversible: false)),
            ], answer: .page, schema: "Map", .command(plain("CARGO MAP"))),
    ]
}
