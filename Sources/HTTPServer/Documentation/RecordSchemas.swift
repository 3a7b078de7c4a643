/// The schemas of everything that the server sends, in the order of the documentation.
enum RecordSchemas {
    static let all: [RecordSchema] =
        trades + cargo + inventory + catalog + events + analytics + session
        + administration + parts + reports

    private static let ownSeq = RecordField(
        "seq", .integer, "The last event that changed it; also its ETag.")
    private static let replayed = RecordField(
        "replayed", .boolean, optional: true, "The request was a repeat: this is its first result.")
    private static let attributes = RecordField("attributes", .object, "The client's own.")
    private static let position = RecordField(
        "position", .record("Position"), nullable: true, "In light-years.")
    private static let mass = RecordField("mass", .number, nullable: true, "Kilograms.")
    private static let volume = RecordField("volume", .number, nullable: true, "Cubic metres.")

    // MARK: Trades

    private static let trades: [RecordSchema] = [
        RecordSchema(
            "Trade", "Goods that a station sells to another.",
            [
                RecordField("id", .id, "Chosen by the client or the server."),
                RecordField("seller", .id, "A station."), RecordField("buyer", .id, "A station."),
                RecordField("lines", .list(.record("TradeLine")), "1 to 100."),
                RecordField("currency", .currency, "Of all prices."),
                RecordField("total", .money, "The sum of the lines."),
                RecordField(
                    "status",
                    .choice(["reserved", "initiated", "completed", "cancelled", "expired"]),
                    "Where it stands."),
                RecordField("payment", .choice(["pending", "paid", "refunded"]), "Of the total."),
                RecordField(
                    "fulfilment", .choice(["none", "partial", "full"]), "What has arrived."),
                RecordField("shipments", .list(.id), "What delivers it."),
                RecordField("reference", .text, nullable: true, "The client's own."),
                attributes,
                RecordField("expires", .time, nullable: true, "When a reservation ends."),
                RecordField("actor", .id, "The user who made it."),
                RecordField("created", .time, "When it was made."),
                RecordField("updated", .time, "When it last changed."), ownSeq, replayed,
            ]),
        RecordSchema(
            "TradeLine", "An item of a trade.",
            [
                RecordField("item", .id, "What."), RecordField("quantity", .integer, "How many."),
                RecordField("unit_price", .money, "Of one."),
                RecordField("line_total", .money, "Of all of the line."),
            ]),
        .page("TradePage", of: .record("Trade"), "A page of trades."),
        RecordSchema(
            "Quote", "What a trade would be.",
            [
                RecordField("id", .id, nullable: true, "As it was asked."),
                RecordField("seller", .id, "A station."), RecordField("buyer", .id, "A station."),
                RecordField("lines", .list(.record("TradeLine")), "Priced."),
                RecordField("currency", .currency, "Of all prices."),
                RecordField("total", .money, "The sum of the lines."),
                RecordField("eta", .time, "When the goods would arrive."),
                RecordField("steps", .list(.record("PriceStep")), "How the prices came about."),
                RecordSchema.seq,
            ]),
        RecordSchema(
            "PriceStep", "What a source or rule did to a price.",
            [
                RecordField("line", .integer, nullable: true, "Of the trade, from 0."),
                RecordField("source", .text, nullable: true, "Where the price came from."),
                RecordField("rule", .text, nullable: true, "The rule's name."),
                RecordField("version", .text, nullable: true, "The rule's version."),
                RecordField(
                    "outcome", .text, "changed, unchanged, skipped, not_in_canary, shadow …"),
                RecordField("before", .text, nullable: true, "The price before."),
                RecordField("after", .text, nullable: true, "The price after."),
                RecordField("reason", .text, nullable: true, "What the rule said."),
                RecordField("inputs", .any, "What the rule looked at."),
                RecordField("microseconds", .integer, nullable: true, "How long it took."),
                RecordField("error", .text, nullable: true, "How it failed."),
            ]),
        RecordSchema(
            "TradeExplanation", "How a trade came about.",
            [
                RecordField("trade", .record("Trade"), "As it is."),
                RecordField("steps", .list(.record("PriceStep")), "Of its prices."),
                RecordField("movements", .list(.record("Movement")), "In their order."),
            ]),
    ]

    // MARK: Cargo

    static let shipmentStatuses = [
        "pending", "in_transit", "held", "delivered", "cancelled", "lost", "returned",
    ]

    private static let cargo: [RecordSchema] = [
        RecordSchema(
            "Shipment", "Goods on their way.",
            [
                RecordField("id", .id, "Chosen by the client or the server."),
                RecordField("trade", .id, nullable: true, "The trade that made it."),
                RecordField("origin", .id, "A station."),
                RecordField("destination", .id, "A station."),
                RecordField("lines", .list(.record("ShipmentLine")), "1 to 100."),
                RecordField("mass", .number, "Kilograms."),
                RecordField("volume", .number, "Cubic metres."),
                RecordField("status", .choice(shipmentStatuses), "Where it stands."),
                RecordField("delayed", .boolean, "Its ETA has passed."),
                RecordField("ship", .id, nullable: true, "What carries it."), position,
                RecordField("eta", .time, "When it arrives."),
                RecordField("promised", .time, "The first ETA; on-time shares go by it."),
                RecordField("created", .time, "When it was made."),
                RecordField("dispatched", .time, nullable: true, "When it left."),
                RecordField("delivered", .time, nullable: true, "When it arrived."), ownSeq,
                replayed,
            ]),
        RecordSchema(
            "ShipmentLine", "An item of a shipment.",
            [
                RecordField("item", .id, "What."), RecordField("quantity", .integer, "How many."),
                RecordField("delivered", .integer, "Have arrived."),
                RecordField("lost", .integer, "Are lost."),
            ]),
        .page("ShipmentPage", of: .record("Shipment"), "A page of shipments."),
        RecordSchema(
            "TrackingPoint", "What happened to a shipment.",
            [
                RecordField("seq", .integer, "The event."), RecordField("time", .time, "When."),
                RecordField("type", .text, "Such as shipment.tracked."),
                RecordField("status", .choice(shipmentStatuses), "After it."),
                RecordField("ship", .id, nullable: true, "What carried it."), position,
                RecordField("note", .text, nullable: true, "What was noted."),
                RecordField("eta", .time, "After it."),
                RecordField("reason", .text, nullable: true, "Why."),
                RecordField("actor", .id, "Who."),
            ]),
        .page("TrackingPage", of: .record("TrackingPoint"), "A shipment's history."),
        RecordSchema(
            "Position", "A place, in light-years.",
            [
                RecordField("x", .number, "Light-years."),
                RecordField("y", .number, "Light-years."),
                RecordField("z", .number, "Light-years."),
            ]),
    ]

    // MARK: Inventory

    private static let stockFields: [RecordField] = [
        RecordField("station", .id, "Where."), RecordField("item", .id, "What."),
        RecordField("on_hand", .integer, "All that lies there."),
        RecordField("reserved", .integer, "Of it for reservations."),
        RecordField("held", .integer, "Of it in quarantine or customs."),
        RecordField("incoming", .integer, "On its way here."),
        RecordField("available", .integer, "On hand, neither reserved nor held."),
        RecordField("capacity", .integer, nullable: true, "The most that may lie there."),
        RecordField("low_at", .integer, nullable: true, "The level below which it is low."),
        RecordField("low", .boolean, "Below that level."),
        RecordField("ask", .money, nullable: true, "The station's own price of one."),
        RecordField("currency", .currency, nullable: true, "Of the price."), ownSeq,
    ]

    private static let inventory: [RecordSchema] = [
        RecordSchema(
            "Stock", "An item at a station.", stockFields + [replayed]),
        RecordSchema(
            "StockPage", "The stock of a station.",
            [
                RecordField("station", .id, "Whose."),
                RecordField(
                    "items", .list(.record("Stock")), "In the order in which they first came."),
                RecordSchema.next, RecordSchema.seq,
            ]),
        RecordSchema(
            "Change", "A change of a stock row.",
            [
                RecordField("seq", .integer, "The event."), RecordField("time", .time, "When."),
                RecordField("delta", .integer, "Of what is on hand."),
                RecordField("balance", .integer, "On hand behind it."),
                RecordField(
                    "counterpart", .text, nullable: true,
                    "The other side: a station or a virtual place."),
                RecordField("reason", .text, nullable: true, "Why."),
                RecordField("trade", .id, nullable: true, "By which trade."),
                RecordField("shipment", .id, nullable: true, "By which shipment."),
                RecordField("actor", .id, "Who."),
            ]),
        .page("ChangePage", of: .record("Change"), "The history of a stock row."),
        RecordSchema(
            "StockExplanation", "What a stock row's figures consist of.",
            [
                RecordField("stock", .record("Stock"), "As it is."),
                RecordField("changes", .list(.record("Change")), "The latest ones."),
                RecordField("reservations", .list(.record("Reservation")), "In force."),
                RecordField("incoming", .list(.record("IncomingGoods")), "On their way."),
                RecordField("held", .list(.record("HeldGoods")), "Not released."),
            ]),
        RecordSchema(
            "Find", "A station that has an item.",
            [
                RecordField("station", .id, "Where."),
                RecordField("available", .integer, "How many."),
                RecordField("ask", .money, nullable: true, "Its own price of one."),
                RecordField("currency", .currency, nullable: true, "Of the price."),
            ]),
        .page("FindPage", of: .record("Find"), "The stations that have an item."),
    ]
}
