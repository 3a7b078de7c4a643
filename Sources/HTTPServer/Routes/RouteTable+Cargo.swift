import Basics
import Domain
import HTTPCore
import JSON

/// The routes of cargo.
extension RouteTable {
    static let cargoRoutes: [Route] = cargoRecords + cargoActions

    private static let cargoRecords: [Route] = [
        Route(
            .get, "/api/cargo", .cargo, command: "CARGO LIST",
            "Lists shipments in the order of their making.",
            notes: "A user sees the cargo of its stations.",
            query: [
                QueryField("station", .id, option: "STATION", "From or to this station."),
                QueryField(
                    "role", .choice(["origin", "destination"]), option: "ROLE",
                    "What the station is; needs `station`."),
                QueryField(
                    "status",
                    .choice([
                        "pending", "in_transit", "held", "delivered", "cancelled", "lost",
                        "returned",
                    ]), option: "STATUS", "In this state."),
                QueryField("delayed", .flag, option: "DELAYED", "Only those behind their ETA."),
                QueryField("ship", .id, option: "SHIP", "Aboard this ship."),
                QueryField("item", .id, option: "ITEM", "With a line of this item."),
                from, to, limit, cursor(.records("c", reversible: true)), rev,
            ], answer: .page, schema: "ShipmentPage", .command(list("CARGO LIST"))),
        Route(
            .post, "/api/cargo", .cargo, command: "CARGO CREATE",
            "Ships goods between two stations without a trade.",
            notes: "The same id and the same body again give the first result with 200 and "
                + "`\"replayed\":true`.",
            body: CargoBodies.cargo, answer: .created("/api/cargo/"), schema: "Shipment",
            example: "{\"id\":\"c-1\",\"origin\":\"luna-1\",\"destination\":\"mars-2\",\"lines\":"
                + "[{\"item\":\"water\",\"quantity\":5}],\"eta\":\"+3d\",\"attributes\":{}}",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    CargoBodies.create(input.body, &words)
                })),
        Route(
            .get, "/api/cargo/{id}", .cargo, command: "CARGO GET", "Shows a shipment.",
            answer: .record("shipment"), schema: "Shipment", .command(plain("CARGO GET"))),
        update("/api/cargo/{id}"),
        update("/api/cargo/update/{id}"),
        Route(
            .get, "/api/cargo/{id}/history", .cargo, command: "CARGO HISTORY",
            "Lists what happened to a shipment.", query: history, answer: .page,
            schema: "TrackingPage", .command(plain("CARGO HISTORY"))),
    ]

    private static func update(_ pattern: String) -> Route {
        Route(
            .put, pattern, .cargo, command: "CARGO UPDATE",
            "Changes status, ETA, ship or position of a shipment, as one transaction.",
            notes: "What is so already changes nothing. `in_transit` dispatches or resumes; "
                + "`delayed` is 422, the server sets it by itself.",
            body: CargoBodies.update, answer: .changed, schema: "Shipment",
            example: "{\"status\":\"in_transit\",\"eta\":\"+2d\",\"position\":{\"x\":1,\"y\":2.5,"
                + "\"z\":0}}",
            .command(
                CommandCall(current: current("CARGO GET")) { (input, words) throws(Problem) in
                    CargoBodies.update(input.parameters[0], input.body, &words)
                }))
    }

    private static let cargoActions: [Route] = [
        cargoAction(
            "dispatch", "Sends a pending shipment on its way.", CargoBodies.dispatch,
            "{\"ship\":\"hermes\",\"eta\":\"+2d\"}"
        ) { input, words in
            words.appendOption("BY", input.body["ship"])
            words.appendOption("ETA", input.body["eta"])
        },
        cargoAction(
            "track", "Adds a point to a shipment's history.", CargoBodies.track,
            "{\"position\":{\"x\":1,\"y\":2.5,\"z\":0},\"note\":\"past the gate\"}",
            bodyIsOptional: false
        ) { input, words in
            words.appendPosition(input.body["position"] ?? .null)
            words.appendOption("NOTE", input.body["note"])
        },
        cargoAction(
            "eta", "Sets a new time of arrival.", CargoBodies.eta, "{\"eta\":\"+2d\"}",
            bodyIsOptional: false
        ) { input, words in
            words.append(input.body["eta"]?.string ?? "")
        },
        cargoAction("hold", "Holds a shipment on its way.", TradeBodies.reason, reason),
        cargoAction("resume", "Lets a held shipment go on.", TradeBodies.reason, reason),
        cargoAction("cancel", "Cancels a shipment that has not left.", TradeBodies.reason, reason),
        cargoAction("lose", "Writes a shipment's open goods off.", TradeBodies.reason, reason),
        cargoAction("return", "Sends a shipment's open goods back.", TradeBodies.reason, reason),
        Route(
            .post, "/api/cargo/{id}/deliver", .cargo, command: "CARGO DELIVER",
            "Books a receipt: whole, or per line.",
            notes: "Without lines everything that is open has arrived.", body: CargoBodies.deliver,
            bodyIsOptional: true, answer: .changed, schema: "Shipment",
            example: "{\"lines\":[{\"item\":\"water\",\"quantity\":4,\"lost\":1,\"reason\":"
                + "\"a leak\"}]}",
            .command(
                CommandCall(current: current("CARGO GET")) { (input, words) throws(Problem) in
                    CargoBodies.deliver(input.parameters[0], input.body, &words)
                })),
    ]

    private static let reason = "{\"reason\":\"customs\"}"

    private static func cargoAction(
        _ verb: String, _ summary: String, _ body: BodySchema, _ example: String,
        bodyIsOptional: Bool = true, _ build: @escaping CommandCall.Build = appendReason
    ) -> Route {
        let name = "CARGO " + verb.uppercased()
        return Route(
            .post, "/api/cargo/{id}/\(verb)", .cargo, command: name, summary, body: body,
            bodyIsOptional: bodyIsOptional, answer: .changed, schema: "Shipment",
            example: example, .command(action(name, read: "CARGO GET", build)))
    }
}
