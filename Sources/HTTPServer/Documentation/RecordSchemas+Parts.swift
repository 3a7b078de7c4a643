/// The schemas of what stands inside other records.
extension RecordSchemas {
    static let parts: [RecordSchema] = explanationParts + eventParts + figures + feeds

    private static let explanationParts: [RecordSchema] = [
        RecordSchema(
            "Movement", "A change of stock that a trade made.",
            [
                RecordField("seq", .integer, "The event."), RecordField("time", .time, "When."),
                RecordField("station", .id, "Where."), RecordField("item", .id, "What."),
                RecordField("delta", .integer, "Of what is on hand."),
                RecordField("balance", .integer, "On hand behind it."),
                RecordField(
                    "counterpart", .text, nullable: true,
                    "The other side: a station or a virtual place."),
                RecordField("reason", .text, nullable: true, "Why."),
                RecordField("shipment", .id, nullable: true, "By which shipment."),
                RecordField("actor", .id, "Who."),
            ]),
        RecordSchema(
            "Reservation", "Goods that a trade keeps for itself.",
            [
                RecordField("trade", .id, "Which."), RecordField("quantity", .integer, "How many."),
                RecordField("expires", .time, nullable: true, "When it ends by itself."),
            ]),
        RecordSchema(
            "IncomingGoods", "Goods on their way here.",
            [
                RecordField("shipment", .id, nullable: true, "Null while it is reserved."),
                RecordField("quantity", .integer, "How many."),
                RecordField("eta", .time, nullable: true, "When they arrive."),
                RecordField("trade", .id, nullable: true, "Of which trade."),
            ]),
        RecordSchema(
            "HeldGoods", "Goods in quarantine or customs.",
            [
                RecordField("quantity", .integer, "How many."),
                RecordField("reason", .text, nullable: true, "Why."),
                RecordField("seq", .integer, "Since this event."),
            ]),
    ]

    private static let eventParts: [RecordSchema] = [
        RecordSchema(
            "Cause", "What made an event.",
            [
                RecordField("command", .text, nullable: true, "Null: the server by itself."),
                RecordField("key", .text, nullable: true, "The request's idempotency key."),
                RecordField("rules", .list(.record("RuleUse")), "The rules that took part."),
            ]),
        RecordSchema(
            "RuleUse", "A rule that took part.",
            [
                RecordField("name", .id, "The rule."), RecordField("version", .text, "Its label."),
                RecordField("hook", .text, "Where."),
            ]),
        RecordSchema(
            "Transaction", "The events that were written together.",
            [
                RecordField("first", .integer, "The seq of the first."),
                RecordField("count", .integer, "How many."),
            ]),
        RecordSchema(
            "Refusal", "Why a dry run would be refused.",
            [
                RecordField("code", .text, "As of a problem."),
                RecordField("message", .text, "In a sentence."),
                RecordField("station", .id, optional: true, "Where stock is the matter."),
                RecordField("item", .id, optional: true, "Where stock is the matter."),
                RecordField("asked", .integer, optional: true, "How many were asked."),
                RecordField("available", .integer, optional: true, "How many there are."),
            ]),
    ]

    private static let figures: [RecordSchema] = [
        RecordSchema(
            "TradeCounts", "Trades of a period.",
            [
                RecordField("created", .integer, "Made."),
                RecordField("completed", .integer, "Delivered and done."),
                RecordField("cancelled", .integer, "Given up."),
                RecordField("expired", .integer, "Reservations that ended."),
                RecordField("open", .integer, "Neither."),
            ]),
        RecordSchema(
            "CargoCounts", "Shipments of a period.",
            [
                RecordField("open", .integer, "On their way or waiting."),
                RecordField("delayed", .integer, "Behind their ETA."),
                RecordField("delivered", .integer, "Arrived."),
                RecordField("lost", .integer, "Lost."),
                RecordField("mass", .number, "Kilograms of all."),
                RecordField("volume", .number, "Cubic metres of all."),
            ]),
    ]

    private static let feeds: [RecordSchema] = [
        RecordSchema(
            "LatestRecords", "The latest trades and cargo, the latest first.",
            [
                RecordField("trades", .list(.record("Trade")), "At most `limit`."),
                RecordField("cargo", .list(.record("Shipment")), "At most `limit`."),
                RecordField("cursor", .text, "For the stream: it goes on behind these."),
                RecordSchema.seq,
            ]),
        RecordSchema(
            "FeedFrame", "One frame of the stream, by the names of its lines.",
            [
                RecordField(
                    "event", .text, optional: true,
                    "ready, heartbeat, reset or end; without it, or `message`, it is an event."),
                RecordField("id", .text, optional: true, "The cursor behind it."),
                RecordField(
                    "data", .text, optional: true, "JSON: an `Event`, or what the frame says."),
                RecordField("retry", .integer, optional: true, "Milliseconds."),
            ]),
    ]
}
