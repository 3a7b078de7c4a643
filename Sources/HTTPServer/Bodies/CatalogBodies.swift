import Basics
import Domain
import JSON

/// The bodies of stations, items, ships, currencies and rates, and the commands that they become.
enum CatalogBodies {
    // MARK: Schemas

    private static func stationFields(patch: Bool) -> [BodyField] {
        [
            BodyField("name", .text(0...1_024), nullable: true, "Without it the id."),
            BodyField("kind", .choice(["planet", "station", "depot"]), "What it is."),
            BodyField("orbits", .id, nullable: true, "A planet's id."),
            BodyField("position", .position, nullable: true, "In light-years."),
            BodyField(
                "attributes", .attributes, nullable: true,
                patch ? "Merged into the present ones, null removes." : "Up to 16 KiB."),
        ]
    }

    static let station = BodySchema(
        "StationRequest", "A new station.",
        [BodyField("id", .newID, required: true, "Chosen for ever.")]
            + stationFields(patch: false))

    static let stationPatch = BodySchema(
        "StationPatch", "Changes of a station.", minimumFields: 1, stationFields(patch: true))

    private static func itemFields(patch: Bool) -> [BodyField] {
        [
            BodyField("name", .text(0...1_024), nullable: true, "Without it the id."),
            BodyField("description", .text(0...1_024), nullable: true, "For people."),
            BodyField("category", .text(0...1_024), nullable: true, "Lists filter by it."),
            BodyField("unit", .text(0...1_024), nullable: true, "A label such as `t` or `barrel`."),
            BodyField("mass", .measure, nullable: true, "Kilograms of one unit."),
            BodyField("volume", .measure, nullable: true, "Cubic metres of one unit."),
            BodyField(
                "attributes", .attributes, nullable: true,
                patch ? "Merged into the present ones, null removes." : "Up to 16 KiB."),
            BodyField("status", .choice(["active", "retired"]), "Retired items are not sold."),
        ]
    }

    private static let identified = BodyField("id", .newID, required: true, "Chosen for ever.")

    private static let pricedItem = BodySchema(
        "PricedItemRequest", "A new item with a list price.",
        [identified] + itemFields(patch: false) + [
            BodyField("price", .money, required: true, "The list price of one unit."),
            BodyField("currency", .currency, required: true, "Of the price."),
        ])

    private static let plainItem = BodySchema(
        "PlainItemRequest", "A new item without a list price.",
        [identified] + itemFields(patch: false))

    static let item = BodySchema(
        "ItemRequest", "A new item.", oneOf: [pricedItem, plainItem]
    ) { body in
        .success(body["price"] != nil || body["currency"] != nil ? 0 : 1)
    }

    static let itemPatch = BodySchema(
        "ItemPatch", "Changes of an item.", minimumFields: 1,
        itemFields(patch: true) + [
            BodyField("price", .money, nullable: true, "The list price of one unit."),
            BodyField(
                "currency", .currency, nullable: true,
                "Of the price; without it the one that the item has."),
        ])

    private static let shipFields: [BodyField] = [
        BodyField("name", .text(0...1_024), nullable: true, "Without it the id."),
        BodyField("mass", .measure, nullable: true, "Kilograms that it carries; null: any."),
        BodyField("volume", .measure, nullable: true, "Cubic metres that it carries; null: any."),
        BodyField("station", .id, nullable: true, "Where it is docked."),
    ]

    static let ship = BodySchema(
        "ShipRequest", "A new ship.", [identified] + shipFields)

    static let shipPatch = BodySchema(
        "ShipPatch", "Changes of a ship.", minimumFields: 1,
        shipFields + [
            BodyField(
                "status", .choice(["docked", "in_transit", "out_of_service"]), "What it does.")
        ])

    static let currency = BodySchema(
        "CurrencyRequest", "A new currency.",
        [
            BodyField("code", .currency, required: true, "2-8 capitals."),
            BodyField("name", .text(1...1_024), required: true, "For people."),
            BodyField(
                "scale", .integer(0...9), required: true,
                "Digits behind the point; never changes."),
        ])

    static let rate = BodySchema(
        "RateRequest", "How many of quote one base is worth.",
        [
            BodyField("base", .currency, required: true, "The currency that is priced."),
            BodyField("quote", .currency, required: true, "The currency of the price."),
            BodyField("rate", .rate, required: true, "A decimal string."),
        ])

    // MARK: Commands

    static func station(
        _ verb: String, _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        begin("STATION", verb, input, &words)
        let isChange = verb == "SET"
        try words.appendText("NAME", body["name"], at: "/name", clears: isChange)
        words.appendOption("KIND", body["kind"])
        try words.appendText("ORBITS", body["orbits"], at: "/orbits", clears: isChange)
        if let position = body["position"] {
            if !position.isNull {
                words.append("AT")
                words.appendPosition(position)
            } else if isChange {
                words.append("AT")
                words.append("NONE")
            }
        }
        try attributes(input, isChange, ["STATION", "GET"], &words)
    }

    static func item(
        _ verb: String, _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        begin("ITEM", verb, input, &words)
        let isChange = verb == "SET"
        for (option, key) in [
            ("NAME", "name"), ("DESCRIPTION", "description"), ("CATEGORY", "category"),
            ("UNIT", "unit"),
        ] {
            try words.appendText(option, body[key], at: "/" + key, clears: isChange)
        }
        for (option, key) in [("MASS", "mass"), ("VOLUME", "volume")] {
            guard let value = body[key], isChange || !value.isNull else { continue }
            words.appendMeasure(option, value)
        }
        try words.appendPrice("PRICE", body, "price") { () throws(Problem) in
            try input.read(["ITEM", "GET"] + input.parameters)
        }
        try attributes(input, isChange, ["ITEM", "GET"], &words)
        words.appendOption("STATUS", body["status"])
    }

    static func ship(
        _ verb: String, _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        begin("SHIP", verb, input, &words)
        let isChange = verb == "SET"
        try words.appendText("NAME", body["name"], at: "/name", clears: isChange)
        for (option, key) in [("MASS", "mass"), ("VOLUME", "volume")] {
            guard let value = body[key], isChange || !value.isNull else { continue }
            words.appendMeasure(option, value)
        }
        try words.appendText("DOCKED", body["station"], at: "/station", clears: isChange)
        words.appendOption("STATUS", body["status"])
    }

    /// The command's own words and the id, from the path or the body.
    private static func begin(
        _ kind: String, _ verb: String, _ input: RouteInput, _ words: inout ArgumentVector
    ) {
        words.append(kind)
        words.append(verb)
        words.append(input.parameters.first ?? input.body["id"]?.string ?? "")
    }

    /// `META`: the object of a new record; of a change, the present one with the body's merged in.
    private static func attributes(
        _ input: RouteInput, _ isChange: Bool, _ show: [String], _ words: inout ArgumentVector
    ) throws(Problem) {
        guard let given = input.body["attributes"] else { return }
        if !isChange {
            if !given.isNull { words.appendJSON("META", given) }
            return
        }
        if given.isNull { return words.appendJSON("META", given) }
        let record = try input.read(show + input.parameters)
        let present = record?["attributes"] ?? .object([])
        words.appendJSON("META", MergePatch.apply(given, to: present))
    }
}
