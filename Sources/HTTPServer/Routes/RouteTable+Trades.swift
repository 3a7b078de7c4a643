import Basics
import Domain
import HTTPCore
import JSON
import Ledger

/// The routes of trades.
extension RouteTable {
    static let tradeRoutes: [Route] = [
        Route(
            .get, "/api/trades", .trades, command: "TRADE LIST",
            "Lists trades in the order of their making.",
            notes: "A user sees the trades of its stations.",
            query: [
                QueryField("station", .id, option: "STATION", "Sold or bought by this station."),
                QueryField(
                    "role", .choice(["buyer", "seller"]), option: "ROLE",
                    "What the station is; needs `station`."),
                QueryField(
                    "status",
                    .choice(["reserved", "initiated", "completed", "cancelled", "expired"]),
                    option: "STATUS", "In this state."),
                QueryField("item", .id, option: "ITEM", "With a line of this item."),
                QueryField(
                    "reference", .text(0...1_024), option: "REF", "With this reference."),
                from, to, limit, cursor(.records("t", reversible: true)), rev,
            ], answer: .page, schema: "TradePage", .command(list("TRADE LIST"))),
        Route(
            .post, "/api/trades", .trades, command: "TRADE CREATE",
            "Makes a trade, or with ttl_seconds a reservation.",
            notes: "The same id and the same body again give the first result with 200 and "
                + "`\"replayed\":true`. Goods leave the seller at once; a shipment is made.",
            body: TradeBodies.trade, answer: .created("/api/trades/"), schema: "Trade",
            example: example,
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try TradeBodies.create(input.body, isQuote: false, &words)
                })),
        Route(
            .post, "/api/trades/quote", .trades, command: "TRADE QUOTE",
            "Prices a trade through the live rules and writes nothing.",
            body: TradeBodies.trade, answer: .document, schema: "Quote",
            example:
                "{\"seller\":\"luna-1\",\"buyer\":\"mars-2\",\"lines\":[{\"item\":\"water\","
                + "\"quantity\":5}]}",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try TradeBodies.create(input.body, isQuote: true, &words)
                })),
        Route(
            .get, "/api/trades/{id}", .trades, command: "TRADE GET", "Shows a trade.",
            answer: .record("trade"), schema: "Trade", .command(plain("TRADE GET"))),
        Route(
            .get, "/api/trades/{id}/history", .trades, command: "TRADE HISTORY",
            "Lists the events that changed a trade.", query: history, answer: .page,
            schema: "EventPage", .command(plain("TRADE HISTORY"))),
        Route(
            .get, "/api/trades/{id}/explain", .trades, command: "EXPLAIN TRADE",
            "Tells how a trade's prices came about and what it moved.", answer: .document,
            schema: "TradeExplanation", .command(plain("EXPLAIN TRADE"))),
        Route(
            .post, "/api/trades/{id}/commit", .trades, command: "TRADE COMMIT",
            "Turns a reservation into a trade.", body: TradeBodies.nothing, bodyIsOptional: true,
            answer: .changed, schema: "Trade",
            .command(action("TRADE COMMIT", read: "TRADE GET"))),
        Route(
            .post, "/api/trades/{id}/cancel", .trades, command: "TRADE CANCEL",
            "Cancels a trade while nothing has left.", body: TradeBodies.reason,
            bodyIsOptional: true, answer: .changed, schema: "Trade",
            example: "{\"reason\":\"ordered twice\"}",
            .command(action("TRADE CANCEL", read: "TRADE GET", appendReason))),
        Route(
            .post, "/api/trades/{id}/pay", .trades, command: "TRADE PAY",
            "Marks a trade as paid.", body: TradeBodies.payment, bodyIsOptional: true,
            answer: .changed, schema: "Trade", example: "{\"reference\":\"INV-2042\"}",
            .command(
                action("TRADE PAY", read: "TRADE GET") { (input, words) throws(Problem) in
                    try words.appendText(
                        "REF", input.body["reference"], at: "/reference", clears: false)
                })),
    ]

    private static let example =
        "{\"id\":\"t-1\",\"seller\":\"luna-1\",\"buyer\":\"mars-2\",\"lines\":[{\"item\":"
        + "\"water\",\"quantity\":5,\"price\":\"12.50\"}],\"currency\":\"CR\",\"eta\":\"+7d\","
        + "\"reference\":\"PO-7\",\"attributes\":{},\"max_total\":\"70.00\"}"

    /// A list whose `role` needs `station`.
    static func list(_ name: String) -> CommandCall {
        let call = plain(name)
        return CommandCall { (input, words) throws(Problem) in
            if input.query["role"] != nil && input.query["station"] == nil {
                var problem = Problem(
                    .syntax, "parameter role says what a station is: give station too")
                problem.faults = [.init(parameter: "station", "is missing")]
                throw problem
            }
            try call.build(input, &words)
        }
    }

    /// `REASON` where the body has one.
    @Sendable static func appendReason(
        _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        words.appendOption("REASON", input.body["reason"])
    }
}
