import Basics
import Domain
import JSON

/// The bodies of trades, and the commands that they become.
enum TradeBodies {
    private static let line = BodySchema(
        "TradeLineRequest", "An item that is sold.",
        [
            BodyField("item", .id, required: true, "The item's id."),
            BodyField("quantity", .quantity, required: true, "In the item's own unit."),
            BodyField(
                "price", .money, nullable: true,
                "Of one unit. Only for users of the seller; without it the live rules price the "
                    + "line."),
        ])

    static let trade = BodySchema(
        "TradeRequest", "A trade, a quote, or with ttl_seconds a reservation.",
        [
            BodyField(
                "id", .newID, nullable: true,
                "Chosen by the client: the same id and the same body again give the first result."),
            BodyField("seller", .id, required: true, "The station that sells."),
            BodyField("buyer", .id, required: true, "The station that buys."),
            BodyField("lines", .list(line, 1...100), required: true, "What is sold."),
            BodyField(
                "currency", .currency, nullable: true,
                "Without it the currency of the first line's price."),
            BodyField(
                "eta", .eta, nullable: true,
                "When the goods arrive; without it a rule says, or in 7 days."),
            BodyField(
                "reference", .text(0...1_024), nullable: true, "The client's own, found by lists."),
            BodyField(
                "attributes", .attributes, nullable: true, "Kept with the trade, up to 16 KiB."),
            BodyField(
                "max_total", .money, nullable: true,
                "Refuses the trade (422 REJECTED) where it would cost more."),
            BodyField(
                "ttl_seconds", .integer(1...31_536_000), nullable: true,
                "Makes it a reservation that expires by itself."),
        ])

    static let reason = BodySchema(
        "ReasonRequest", "Why.",
        [BodyField("reason", .text(0...1_024), nullable: true, "Kept in the event.")])

    static let payment = BodySchema(
        "PaymentRequest", "What was paid.",
        [
            BodyField(
                "reference", .text(0...1_024), nullable: true,
                "Of the payment; takes the place of the trade's own.")
        ])

    static let nothing = BodySchema("EmptyRequest", "An empty object, or no body at all.", [])

    /// `TRADE CREATE`, `TRADE RESERVE`, or a quote.
    static func create(
        _ body: JSONValue, isQuote: Bool, _ words: inout ArgumentVector
    ) throws(Problem) {
        let ttl = body["ttl_seconds"]?.whole
        words.append("TRADE")
        words.append(isQuote ? "QUOTE" : ttl == nil ? "CREATE" : "RESERVE")
        words.append(body["seller"]?.string ?? "")
        words.append(body["buyer"]?.string ?? "")
        for line in body["lines"]?.array ?? [] { words.appendLine(line) }
        words.appendOption("ID", body["id"])
        words.appendOption("CURRENCY", body["currency"])
        words.appendOption("MAX", body["max_total"])
        words.appendOption("ETA", body["eta"])
        try words.appendText("REF", body["reference"], at: "/reference", clears: false)
        if let attributes = body["attributes"], !attributes.isNull {
            words.appendJSON("META", attributes)
        }
        if let ttl, !isQuote {
            words.append("TTL")
            words.append("\(ttl)")
        }
    }
}
