import Basics
import Domain
import JSON

/// The bodies of cargo, and the commands that they become.
enum CargoBodies {
    private static let line = BodySchema(
        "CargoLineRequest", "An item that is shipped.",
        [
            BodyField("item", .id, required: true, "The item's id."),
            BodyField("quantity", .quantity, required: true, "In the item's own unit."),
        ])

    static let cargo = BodySchema(
        "CargoRequest", "A transfer between two stations.",
        [
            BodyField(
                "id", .newID, nullable: true,
                "Chosen by the client: the same id and the same body again give the first result."),
            BodyField("origin", .id, required: true, "The station whose goods are sent."),
            BodyField("destination", .id, required: true, "The station that gets them."),
            BodyField("lines", .list(line, 1...100), required: true, "What is sent."),
            BodyField(
                "eta", .eta, nullable: true,
                "When the goods arrive; without it a rule says, or in 7 days."),
            BodyField(
                "attributes", .emptyObject, nullable: true,
                "Accepted while empty: shipments keep no attributes of their own."),
        ])

    static let dispatch = BodySchema(
        "DispatchRequest", "How a shipment leaves.",
        [
            BodyField("ship", .id, nullable: true, "In service, with mass and volume left."),
            BodyField("eta", .eta, nullable: true, "A new time of arrival."),
        ])

    static let track = BodySchema(
        "TrackRequest", "Where a shipment or ship is.",
        [
            BodyField("position", .position, required: true, "In light-years."),
            BodyField("note", .text(0...1_024), nullable: true, "Kept with the point."),
        ])

    static let eta = BodySchema(
        "ETARequest", "A new time of arrival.",
        [BodyField("eta", .eta, required: true, "A time, or a duration from now.")])

    private static let reasonOfLoss = BodyField(
        "reason", .text(0...1_024), nullable: true, "Why it is short or damaged.")

    private static let arrived = BodySchema(
        "ArrivedLine", "What came of an item, and what did not.",
        [
            BodyField("item", .id, required: true, "The item's id."),
            BodyField("quantity", .quantity, required: true, "What arrived in order."),
            BodyField(
                "lost", .integer(0...FieldKind.largestQuantity), nullable: true,
                "What is short or damaged."), reasonOfLoss,
        ])

    private static let lost = BodySchema(
        "LostLine", "An item of which nothing came in order.",
        [
            BodyField("item", .id, required: true, "The item's id."),
            BodyField("quantity", .integer(0...0), nullable: true, "0, or left out."),
            BodyField("lost", .quantity, required: true, "What is short or damaged."),
            reasonOfLoss,
        ])

    private static let receipt = BodySchema(
        "ReceiptLine", "A line of a receipt.", oneOf: [arrived, lost]
    ) { line in
        let quantity = line["quantity"]
        return .success(quantity?.isNull ?? true || quantity?.whole == 0 ? 1 : 0)
    }

    static let deliver = BodySchema(
        "DeliverRequest", "A receipt. Without lines everything has arrived.",
        [BodyField("lines", .list(receipt, 1...100), nullable: true, "One for each item.")])

    static let update = BodySchema(
        "CargoUpdateRequest",
        "Any of the fields, as one transaction. What is so already changes nothing.",
        [
            BodyField(
                "status",
                .choice([
                    "pending", "in_transit", "held", "delivered", "cancelled", "lost", "returned",
                ]),
                nullable: true,
                "in_transit dispatches or resumes; delayed is the server's to set."),
            BodyField("eta", .eta, nullable: true, "A new time of arrival."),
            BodyField("ship", .id, nullable: true, "The ship that takes it, at dispatch."),
            BodyField("position", .position, nullable: true, "Where it is."),
            BodyField("note", .text(0...1_024), nullable: true, "Kept with the position."),
            BodyField("reason", .text(0...1_024), nullable: true, "Why the status changes."),
        ])

    static func create(_ body: JSONValue, _ words: inout ArgumentVector) {
        words.append("CARGO")
        words.append("CREATE")
        words.append(body["origin"]?.string ?? "")
        words.append(body["destination"]?.string ?? "")
        for line in body["lines"]?.array ?? [] { words.appendLine(line) }
        words.appendOption("ID", body["id"])
        words.appendOption("ETA", body["eta"])
    }

    /// `CARGO DELIVER id [item:qty …] [LOST item:qty[@reason] …]`
    static func deliver(_ id: String, _ body: JSONValue, _ words: inout ArgumentVector) {
        words.append("CARGO")
        words.append("DELIVER")
        words.append(id)
        let lines = body["lines"]?.array ?? []
        var hasLost = false
        for line in lines {
            if line["quantity"]?.whole ?? 0 > 0 { words.appendLine(line) }
            hasLost = hasLost || line["lost"]?.whole ?? 0 > 0
        }
        if !hasLost { return }
        words.append("LOST")
        for line in lines where line["lost"]?.whole ?? 0 > 0 {
            guard let item = line["item"]?.string, let lost = line["lost"]?.whole else { continue }
            words.extendWord(item.utf8.span)
            let quantity = ":\(lost)"
            words.extendWord(quantity.utf8.span)
            if let reason = line["reason"]?.string, !reason.isEmpty {
                words.extendWord(UInt8(ascii: "@"))
                words.extendWord(reason.utf8.span)
            }
            words.closeWord()
        }
    }

    /// `CARGO UPDATE id [STATUS s] [ETA t] [BY ship] [AT x y z] [NOTE n] [REASON r]`
    static func update(
        _ id: String, _ body: JSONValue, _ words: inout ArgumentVector
    ) {
        words.append("CARGO")
        words.append("UPDATE")
        words.append(id)
        words.appendOption("STATUS", body["status"])
        words.appendOption("ETA", body["eta"])
        words.appendOption("BY", body["ship"])
        if let position = body["position"], !position.isNull {
            words.append("AT")
            words.appendPosition(position)
        }
        words.appendOption("NOTE", body["note"])
        words.appendOption("REASON", body["reason"])
    }
}
