import Basics
import Domain
import HTTPCore
import JSON
import Ledger

/// The routes of stations, items, ships, currencies and rates.
extension RouteTable {
    static let catalogRoutes: [Route] =
        stationRoutes + itemRoutes + shipRoutes + currencyRoutes

    private static let stationRoutes: [Route] = [
        Route(
            .get, "/api/stations", .catalog, command: "STATION LIST", "Lists the stations by id.",
            query: [limit, cursor(.ids)], answer: .page, schema: "StationPage",
            .command(plain("STATION LIST"))),
        Route(
            .post, "/api/stations", .catalog, command: "STATION ADD", "Adds a station.",
            body: CatalogBodies.station, answer: .created("/api/stations/"), schema: "Station",
            example: "{\"id\":\"luna-1\",\"name\":\"Luna One\",\"kind\":\"station\",\"position\":"
                + "{\"x\":0,\"y\":0.5,\"z\":0}}",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try CatalogBodies.station("ADD", input, &words)
                })),
        Route(
            .get, "/api/stations/{id}", .catalog, command: "STATION GET", "Shows a station.",
            answer: .record("station"), schema: "Station", .command(plain("STATION GET"))),
        Route(
            .patch, "/api/stations/{id}", .catalog, command: "STATION SET", "Changes a station.",
            notes: "A JSON merge patch: null clears, what is absent stays.",
            body: CatalogBodies.stationPatch, answer: .changed, schema: "Station",
            example: "{\"name\":\"Luna\",\"orbits\":null}",
            .command(
                CommandCall(current: current("STATION GET")) { (input, words) throws(Problem) in
                    try CatalogBodies.station("SET", input, &words)
                })),
        Route(
            .post, "/api/stations/{id}/close", .catalog, command: "STATION CLOSE",
            "Closes a station: it neither buys nor sells.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .changed, schema: "Station",
            .command(action("STATION CLOSE", read: "STATION GET"))),
        Route(
            .post, "/api/stations/{id}/open", .catalog, command: "STATION OPEN",
            "Opens a closed station.", body: TradeBodies.nothing, bodyIsOptional: true,
            answer: .changed, schema: "Station",
            .command(action("STATION OPEN", read: "STATION GET"))),
        Route(
            .get, "/api/stations/{id}/near", .catalog, command: "STATION NEAR",
            "Lists the other stations, the nearest first.",
            notes: "Each has its `distance` in light-years. 409 for a station without a position.",
            query: [limit], answer: .page, schema: "NearPage", .command(near)),
    ]

    /// A station without a position is nobody's neighbour: the record's state, not the request, is
    /// what does not fit.
    private static let near: CommandCall = {
        let call = plain("STATION NEAR")
        return CommandCall { (input, words) throws(Problem) in
            if let station = try input.read(["STATION", "GET"] + input.parameters),
                station["position"]?.isNull ?? true
            {
                throw Problem(.badState, "station \(input.parameters[0]) has no position")
            }
            try call.build(input, &words)
        }
    }()

    private static let itemRoutes: [Route] = [
        Route(
            .get, "/api/items", .catalog, command: "ITEM LIST", "Lists the items by id.",
            query: [
                QueryField(
                    "category", .text(1...1_024), option: "CATEGORY", "Of this category."),
                limit, cursor(.ids),
            ], answer: .page, schema: "ItemPage", .command(plain("ITEM LIST"))),
        Route(
            .get, "/api/items/search", .catalog, command: "ITEM SEARCH",
            "Lists the items whose id, name, category or description holds a text.",
            query: [
                QueryField("q", .text(1...64), required: true, "Without regard to case."),
                limit, cursor(.ids),
            ], answer: .page, schema: "ItemPage",
            .command(
                action("ITEM SEARCH") { (input, words) throws(Problem) in
                    words.append(input.query["q"] ?? "")
                    try input.query.append(to: &words)
                })),
        Route(
            .post, "/api/items", .catalog, command: "ITEM ADD", "Adds an item.",
            body: CatalogBodies.item, answer: .created("/api/items/"), schema: "Item",
            example: "{\"id\":\"water\",\"name\":\"Water\",\"category\":\"drinks\",\"unit\":\"t\","
                + "\"mass\":1000,\"volume\":1,\"price\":\"12.50\",\"currency\":\"CR\"}",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try CatalogBodies.item("ADD", input, &words)
                })),
        Route(
            .get, "/api/items/{id}", .catalog, command: "ITEM GET", "Shows an item.",
            answer: .record("item"), schema: "Item", .command(plain("ITEM GET"))),
        Route(
            .patch, "/api/items/{id}", .catalog, command: "ITEM SET", "Changes an item.",
            notes: "A JSON merge patch: null clears, what is absent stays.",
            body: CatalogBodies.itemPatch, answer: .changed, schema: "Item",
            example: "{\"price\":\"13.00\",\"description\":null}",
            .command(
                CommandCall(current: current("ITEM GET")) { (input, words) throws(Problem) in
                    try CatalogBodies.item("SET", input, &words)
                })),
    ]

    private static let shipRoutes: [Route] = [
        Route(
            .get, "/api/ships", .catalog, command: "SHIP LIST", "Lists the ships by id.",
            query: [
                QueryField(
                    "status", .choice(["docked", "in_transit", "out_of_service"]),
                    option: "STATUS", "In this state."),
                limit, cursor(.ids),
            ], answer: .page, schema: "ShipPage", .command(plain("SHIP LIST"))),
        Route(
            .post, "/api/ships", .catalog, command: "SHIP ADD", "Adds a ship.",
            body: CatalogBodies.ship, answer: .created("/api/ships/"), schema: "Ship",
            example: "{\"id\":\"hermes\",\"name\":\"Hermes\",\"mass\":50000,\"volume\":400,"
                + "\"station\":\"luna-1\"}",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try CatalogBodies.ship("ADD", input, &words)
                })),
        Route(
            .get, "/api/ships/{id}", .catalog, command: "SHIP GET", "Shows a ship.",
            answer: .record("ship"), schema: "Ship", .command(plain("SHIP GET"))),
        Route(
            .patch, "/api/ships/{id}", .catalog, command: "SHIP SET", "Changes a ship.",
            notes: "A JSON merge patch: null clears, what is absent stays.",
            body: CatalogBodies.shipPatch, answer: .changed, schema: "Ship",
            example: "{\"status\":\"out_of_service\"}",
            .command(
                CommandCall(current: current("SHIP GET")) { (input, words) throws(Problem) in
                    try CatalogBodies.ship("SET", input, &words)
                })),
        Route(
            .post, "/api/ships/{id}/track", .catalog, command: "SHIP TRACK",
            "Moves a ship and the shipments aboard.", body: CargoBodies.track, answer: .changed,
            schema: "Ship",
            example: "{\"position\":{\"x\":1,\"y\":2.5,\"z\":0},\"note\":\"past the gate\"}",
            .command(
                action("SHIP TRACK", read: "SHIP GET") { (input, words) throws(Problem) in
                    words.appendPosition(input.body["position"] ?? .null)
                    words.appendOption("NOTE", input.body["note"])
                })),
    ]

    private static let currencyRoutes: [Route] = [
        Route(
            .get, "/api/currencies", .catalog, command: "CURRENCY LIST", "Lists the currencies.",
            answer: .page, schema: "CurrencyPage", .command(plain("CURRENCY LIST"))),
        Route(
            .post, "/api/currencies", .catalog, command: "CURRENCY ADD",
            "Adds a currency; its scale never changes.", body: CatalogBodies.currency,
            answer: .created(nil), schema: "Currency",
            example: "{\"code\":\"EUR\",\"name\":\"Euro\",\"scale\":2}",
            .command(
                action("CURRENCY ADD") { (input, words) throws(Problem) in
                    words.append(input.body["code"]?.string ?? "")
                    words.append(input.body["name"]?.string ?? "")
                    words.append("\(input.body["scale"]?.whole ?? 0)")
                })),
        Route(
            .get, "/api/rates", .catalog, command: "RATE LIST", "Lists the rates.",
            answer: .page, schema: "RatePage", .command(plain("RATE LIST"))),
        Route(
            .post, "/api/rates", .catalog, command: "RATE SET",
            "Sets how many of quote one base is worth.", body: CatalogBodies.rate,
            answer: .created(nil), schema: "Rate",
            example: "{\"base\":\"EUR\",\"quote\":\"CR\",\"rate\":\"1.25\"}",
            .command(
                action("RATE SET") { (input, words) throws(Problem) in
                    if input.body["base"] == input.body["quote"] {
                        throw Problem(
                            .conflict, "a currency's rate to itself is 1 and cannot be set")
                    }
                    for key in ["base", "quote", "rate"] {
                        words.append(input.body[key]?.string ?? "")
                    }
                })),
        Route(
            .get, "/api/rates/convert", .catalog, command: "RATE CONVERT",
            "Converts an amount at the stored rate, rounded once.",
            query: [
                QueryField("amount", .money, required: true, "In the currency it comes from."),
                QueryField("from", .currency, required: true, "The currency it is in."),
                QueryField("to", .currency, required: true, "The currency it becomes."),
            ], answer: .document, schema: "Conversion",
            .command(
                action("RATE CONVERT") { (input, words) throws(Problem) in
                    for name in ["amount", "from", "to"] { words.append(input.query[name] ?? "") }
                })),
        Route(
            .get, "/api/rates/{base}/{quote}", .catalog, command: "RATE GET",
            "Shows how many of quote one base is worth.", answer: .record("rate"),
            schema: "Rate", .command(plain("RATE GET"))),
    ]
}
