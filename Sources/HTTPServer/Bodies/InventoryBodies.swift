import Basics
import Domain
import JSON
import Ledger

/// The bodies of stock, and the commands that they become.
enum InventoryBodies {
    private static let largest = FieldKind.largestQuantity
    private static let requiredReason = BodyField(
        "reason", .text(1...1_024), required: true, "Kept in the event.")

    private static let move = BodySchema(
        "StockMoveRequest", "Goods come in from outside, or are used up.",
        [
            BodyField("action", .choice(["add", "remove"]), required: true, "What to do."),
            BodyField("quantity", .quantity, required: true, "In the item's own unit."),
            BodyField("reason", .text(0...1_024), nullable: true, "Kept in the event."),
        ])

    private static let adjust = BodySchema(
        "StockAdjustRequest", "Corrects the figure on hand.",
        [
            BodyField("action", .choice(["adjust"]), required: true, "What to do."),
            BodyField("quantity", .delta(-largest...largest), required: true, "The difference."),
            requiredReason,
        ])

    private static let hold = BodySchema(
        "StockHoldRequest", "Goods go into quarantine or customs, or come back.",
        [
            BodyField("action", .choice(["hold", "release"]), required: true, "What to do."),
            BodyField("quantity", .quantity, required: true, "In the item's own unit."),
            requiredReason,
        ])

    private static let limits = BodySchema(
        "StockLimitsRequest", "Sets any of the row's limits; null clears.", minimumFields: 2,
        [
            BodyField("action", .choice(["limits"]), required: true, "What to do."),
            BodyField(
                "capacity", .integer(0...largest), nullable: true, "The most that may lie here."),
            BodyField(
                "low_at", .integer(0...largest), nullable: true,
                "Below this the row is low; null: never."),
            BodyField("ask", .money, nullable: true, "The station's own price of one unit."),
            BodyField(
                "currency", .currency, nullable: true,
                "Of the price; without it the currency that the row's price has."),
        ])

    static let action = BodySchema(
        "StockRequest", "A change of a stock row; `action` says which.",
        oneOf: [move, adjust, hold, limits]
    ) { body in
        guard let action = body["action"] else {
            return .failure(.init(pointer: "/action", detail: "is missing"))
        }
        switch action.string {
        case "add", "remove": return .success(0)
        case "adjust": return .success(1)
        case "hold", "release": return .success(2)
        case "limits": return .success(3)
        default:
            return .failure(
                .init(
                    pointer: "/action",
                    detail: "must be one of add, remove, adjust, hold, release, limits"))
        }
    }

    static func change(_ input: RouteInput, _ words: inout ArgumentVector) throws(Problem) {
        let body = input.body
        let action = body["action"]?.string ?? ""
        words.append("INVENTORY")
        words.append(action.uppercased())
        for parameter in input.parameters { words.append(parameter) }
        if action == "limits" { return try limits(input, &words) }
        if let quantity = body["quantity"]?.whole { words.append("\(quantity)") }
        words.appendOption("REASON", body["reason"])
    }

    private static func limits(
        _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        let body = input.body
        words.appendNumber("CAPACITY", body["capacity"])
        words.appendNumber("LOW", body["low_at"])
        let current = { () throws(Problem) -> JSONValue? in
            try input.read(["INVENTORY", "GET"] + input.parameters)
        }
        try words.appendPrice("ASK", body, "ask", current)
    }
}

extension ArgumentVector {
    /// Appends an option of an amount and its currency, each of which the body may leave as it is.
    ///
    /// - Parameters:
    ///   - key: the member of the amount; the currency's is `currency`.
    ///   - current: shows the record as it is now.
    /// - Throws: 409 where one is given and the record does not have the other.
    mutating func appendPrice(
        _ option: String, _ body: JSONValue, _ key: String,
        _ current: () throws(Problem) -> JSONValue?
    ) throws(Problem) {
        let amount = body[key]
        let currency = body["currency"]
        if amount == nil && currency == nil { return }
        if amount?.isNull ?? false || amount == nil && currency?.isNull ?? false {
            append(option)
            append("NONE")
            return
        }
        var known: (amount: String?, currency: String?) = (amount?.string, currency?.string)
        if known.amount == nil || known.currency == nil {
            let record = try current()
            if amount == nil { known.amount = record?[key]?.string }
            if currency == nil { known.currency = record?["currency"]?.string }
        }
        guard let value = known.amount, let code = known.currency else {
            let missing = known.amount == nil ? key : "currency"
            var problem = Problem(
                .badState, "the record has no \(missing) yet: a price needs both")
            problem.faults = [.init(pointer: "/" + missing, "is missing")]
            throw problem
        }
        append(option)
        append(value)
        append(code)
    }
}
