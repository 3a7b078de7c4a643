import Basics
import Domain
import HTTPCore
import JSON

/// The routes of stock.
extension RouteTable {
    static let inventoryRoutes: [Route] = [
        Route(
            .get, "/api/inventory/{station}", .inventory, command: "INVENTORY GET",
            "Lists the stock of a station.", notes: "An unknown station is 404, an empty one [].",
            query: [
                QueryField(
                    "limit", .limit(standard: 1_000), "Records of the page, at most 1 000."),
                cursor(.records("r", reversible: false)),
            ], answer: .stationPage, schema: "StockPage",
            .command(
                CommandCall { (input, words) throws(Problem) in
                    try stationPage(input, &words)
                })),
        Route(
            .get, "/api/inventory/{station}/{item}", .inventory, command: "INVENTORY GET",
            "Shows a stock row.", answer: .record("stock row"), schema: "Stock",
            .command(plain("INVENTORY GET"))),
        Route(
            .get, "/api/inventory/{station}/{item}/history", .inventory,
            command: "INVENTORY HISTORY", "Lists the changes of a stock row.", query: history,
            answer: .page, schema: "ChangePage", .command(plain("INVENTORY HISTORY"))),
        Route(
            .get, "/api/inventory/{station}/{item}/explain", .inventory, command: "EXPLAIN STOCK",
            "Tells what a stock row's figures consist of.", answer: .document,
            schema: "StockExplanation", .command(plain("EXPLAIN STOCK"))),
        Route(
            .post, "/api/inventory/{station}/{item}", .inventory, command: "INVENTORY ADD",
            "Changes a stock row: add, remove, adjust, hold, release, limits.",
            body: InventoryBodies.action, answer: .changed, schema: "Stock",
            example: "{\"action\":\"add\",\"quantity\":100,\"reason\":\"delivery 12\"}",
            .command(
                CommandCall(current: current("INVENTORY GET")) { (input, words) throws(Problem) in
                    try InventoryBodies.change(input, &words)
                })),
        Route(
            .delete, "/api/inventory/{station}/{item}", .inventory, command: "INVENTORY CLEAR",
            "Removes all that is on hand.",
            notes: "409 while anything is reserved, held or on its way.",
            query: [
                QueryField(
                    "reason", .text(0...1_024), option: "REASON", "Kept in the event.")
            ], answer: .changed, schema: "Stock",
            .command(
                action("INVENTORY CLEAR", read: "INVENTORY GET") { (input, words) throws(Problem) in
                    try input.query.append(to: &words)
                })),
        Route(
            .get, "/api/items/{item}/stock", .inventory, command: "INVENTORY FIND",
            "Lists the stations that have an item available.",
            query: [
                QueryField(
                    "min", .integer(0...FieldKind.largestQuantity), option: "MIN",
                    "At least so much; 1 by default."),
                limit, cursor(.records("r", reversible: false)),
            ], answer: .page, schema: "FindPage", .command(plain("INVENTORY FIND"))),
    ]

    private static func stationPage(
        _ input: RouteInput, _ words: inout ArgumentVector
    ) throws(Problem) {
        words.append("INVENTORY")
        words.append("GET")
        words.append(input.parameters[0])
        input.query.appendAsOf(to: &words)
        words.append("LIMIT")
        words.append(input.query["limit"] ?? "1000")
        try input.query.append(to: &words)
    }
}
