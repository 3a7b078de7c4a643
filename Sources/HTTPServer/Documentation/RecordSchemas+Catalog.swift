/// The schemas of the catalog, the log, figures and log-in.
extension RecordSchemas {
    private static let ownSeq = RecordField(
        "seq", .integer, "The last event that changed it; also its ETag.")
    private static let replayed = RecordField(
        "replayed", .boolean, optional: true, "The request was a repeat: this is its first result.")
    private static let attributes = RecordField("attributes", .object, "The client's own.")
    private static let position = RecordField(
        "position", .record("Position"), nullable: true, "In light-years.")

    private static let stationFields: [RecordField] = [
        RecordField("id", .id, "Chosen for ever."),
        RecordField("name", .text, nullable: true, "For people."),
        RecordField("kind", .choice(["planet", "station", "depot"]), "What it is."),
        RecordField("orbits", .id, nullable: true, "A planet."), position,
        RecordField("status", .choice(["open", "closed"]), "Whether it trades."), attributes,
        RecordField("created", .time, "When it was made."),
        RecordField("updated", .time, "When it last changed."), ownSeq,
    ]

    static let catalog: [RecordSchema] = [
        RecordSchema("Station", "A place that has stock.", stationFields + [replayed]),
        .page("StationPage", of: .record("Station"), "A page of stations."),
        RecordSchema(
            "NearStation", "A station and how far it is.",
            stationFields + [RecordField("distance", .number, "Light-years.")]),
        .page("NearPage", of: .record("NearStation"), "The nearest stations."),
        RecordSchema(
            "Item", "What can be stocked and traded.",
            [
                RecordField("id", .id, "Chosen for ever."),
                RecordField("name", .text, nullable: true, "For people."),
                RecordField("description", .text, nullable: true, "For people."),
                RecordField("category", .text, nullable: true, "Lists filter by it."),
                RecordField("unit", .text, nullable: true, "A label."),
                RecordField("mass", .number, "Kilograms of one unit."),
                RecordField("volume", .number, "Cubic metres of one unit."),
                RecordField("price", .money, nullable: true, "The list price of one unit."),
                RecordField("currency", .currency, nullable: true, "Of the price."),
                RecordField("status", .choice(["active", "retired"]), "Whether it is sold."),
                attributes, ownSeq, replayed,
            ]),
        .page("ItemPage", of: .record("Item"), "A page of items."),
        RecordSchema(
            "Ship", "What carries shipments.",
            [
                RecordField("id", .id, "Chosen for ever."),
                RecordField("name", .text, nullable: true, "For people."),
                RecordField("mass", .number, nullable: true, "Kilograms that it carries."),
                RecordField("volume", .number, nullable: true, "Cubic metres that it carries."),
                RecordField(
                    "status", .choice(["docked", "in_transit", "out_of_service"]), "What it does."),
                RecordField("station", .id, nullable: true, "Where it is docked."), position,
                RecordField("load", .record("Load"), "What is aboard."), ownSeq, replayed,
            ]),
        RecordSchema(
            "Load", "What a ship has aboard.",
            [
                RecordField("mass", .number, "Kilograms."),
                RecordField("volume", .number, "Cubic metres."),
                RecordField("shipments", .integer, "How many."),
            ]),
        .page("ShipPage", of: .record("Ship"), "A page of ships."),
        RecordSchema(
            "Currency", "A currency.",
            [
                RecordField("code", .currency, "2-8 capitals."),
                RecordField("name", .text, nullable: true, "For people."),
                RecordField("scale", .integer, "Digits behind the point."), ownSeq, replayed,
            ]),
        .page("CurrencyPage", of: .record("Currency"), "The currencies."),
        RecordSchema(
            "Rate", "How many of quote one base is worth.",
            [
                RecordField("base", .currency, "What is priced."),
                RecordField("quote", .currency, "What it is priced in."),
                RecordField("rate", .rate, "Exact."), RecordField("set", .time, "When."), ownSeq,
                replayed,
            ]),
        .page("RatePage", of: .record("Rate"), "The rates."),
        RecordSchema(
            "Conversion", "An amount in another currency.",
            [
                RecordField("amount", .money, "As it was."), RecordField("from", .currency, "Its."),
                RecordField("to", .currency, "The other."),
                RecordField("rate", .rate, "That was used."),
                RecordField("result", .money, "Rounded once, half to even."), RecordSchema.seq,
            ]),
    ]

    static let events: [RecordSchema] = [
        RecordSchema(
            "Event", "What happened, once and for ever.",
            [
                RecordField("seq", .integer, "Its place in the log."),
                RecordField("id", .text, "The history and the seq: also a cursor."),
                RecordField("time", .time, "When."),
                RecordField("type", .text, "Such as trade.initiated."),
                RecordField("subject", .text, "What it is about: trade/t-1."),
                RecordField("stations", .list(.id), "Whom it concerns."),
                RecordField("actor", .id, "Who."),
                RecordField("cause", .record("Cause"), "What made it."),
                RecordField("transaction", .record("Transaction"), "What it belongs to."),
                RecordField("data", .object, "Whole records as they are after it."),
            ]),
        .page("EventPage", of: .record("Event"), "A page of the log."),
    ]

    static let analytics: [RecordSchema] = [
        RecordSchema(
            "Value", "What was sold and bought.",
            [
                RecordField("currency", .currency, "Of both."),
                RecordField("sold", .money, "Sum."), RecordField("bought", .money, "Sum."),
            ]),
        RecordSchema(
            "Summary", "The figures of some days.",
            [
                RecordField("from", .day, "The first UTC day."),
                RecordField("to", .day, "The last one."),
                RecordField("trades", .record("TradeCounts"), "Counted."),
                RecordField("cargo", .record("CargoCounts"), "Counted."),
                RecordField("delivered_share", .number, nullable: true, "0 to 1."),
                RecordField("on_time_share", .number, nullable: true, "0 to 1."),
                RecordField("value", .list(.record("Value")), "By currency."),
                RecordField("daily", .list(.record("Day")), "Every day, oldest first."),
                RecordSchema.seq,
            ]),
        RecordSchema(
            "Day", "The figures of a UTC day.",
            [
                RecordField("date", .day, "The day."), RecordField("trades", .integer, "Made."),
                RecordField("value", .list(.record("Value")), "By currency."),
            ]),
        RecordSchema(
            "Bucket", "The figures of a minute, hour or day.",
            [
                RecordField("time", .time, "Its beginning."),
                RecordField("trades", .integer, "Made."),
                RecordField("value", .list(.record("Value")), "By currency."),
            ]),
        .page("SeriesPage", of: .record("Bucket"), "A series."),
        RecordSchema(
            "Price", "What was paid for an item.",
            [
                RecordField("time", .time, "When."), RecordField("trade", .id, "In which trade."),
                RecordField("seller", .id, "A station."), RecordField("buyer", .id, "A station."),
                RecordField("quantity", .integer, "How many."),
                RecordField("unit_price", .money, "Of one."),
                RecordField("currency", .currency, "Of the price."),
            ]),
        .page("PricePage", of: .record("Price"), "What was paid for an item."),
        RecordSchema(
            "Map", "What a map of the network shows.",
            [
                RecordField(
                    "stations", .list(.record("Station")),
                    "Those that have a place; on the first page."),
                RecordField("items", .list(.record("Shipment")), "Under way, the latest first."),
                RecordSchema.next, RecordSchema.seq,
            ]),
    ]

    static let session: [RecordSchema] = [
        RecordSchema(
            "Tokens", "What a log-in gives.",
            [
                RecordField("access", .text, "For `Authorization: Bearer`."),
                RecordField("refresh", .text, "Good once, for new tokens."),
                RecordField("token_type", .constant("Bearer"), "How it is sent."),
                RecordField("expires_in", .integer, "Seconds of the access token."),
            ]),
        RecordSchema("Empty", "Nothing to say: an empty object.", []),
        RecordSchema(
            "PageSession", "What the log-in of a page gives; the rest is in a cookie.",
            [RecordField("csrf", .text, "For the field `X-CSRF-Token` of writes.")]),
        RecordSchema(
            "User", "A user.",
            [
                RecordField("name", .id, "The log-in name."),
                RecordField("role", .choice(["viewer", "trader", "operator", "admin"]), "Rights."),
                RecordField("stations", .either(.constant("*"), .list(.id)), "`*`: all."),
                RecordField("designation", .text, nullable: true, "For people."),
                RecordField("email", .text, nullable: true, "For notices."), attributes,
                RecordField("disabled", .boolean, "May not log in."), ownSeq, replayed,
            ]),
    ]
}
