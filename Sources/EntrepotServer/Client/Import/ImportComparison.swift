package import JSON

/// What a row says that a record in the store does not.
package enum ImportComparison {
    /// The requests that bring a station to what the row says; none where nothing differs.
    package static func station(_ row: DataRow, _ record: JSONValue) -> [[String]] {
        let id = row[.id] ?? ""
        var requests: [[String]] = []
        let options = ImportRequests.stationOptions(row) { column in
            switch column {
            case .x:
                [DataColumn.x, .y, .z].contains {
                    !isSameNumber(row[$0] ?? "0", record["position"]?[$0.rawValue])
                }
            case .attributes: !isSameDocument(row[column], record["attributes"])
            case .kind: !isSameWord(row[column], record[column.rawValue])
            default: row[column] != record[column.rawValue]?.string
            }
        }
        if !options.isEmpty { requests.append(["STATION", "SET", id] + options) }
        if let status = row[.status], !isSameWord(status, record["status"]) {
            requests.append(["STATION", status == "closed" ? "CLOSE" : "OPEN", id])
        }
        return requests
    }

    /// The requests that bring an item to what the row says; none where nothing differs.
    package static func item(_ row: DataRow, _ record: JSONValue) -> [[String]] {
        let id = row[.id] ?? ""
        var options = ImportRequests.itemOptions(row) { column in
            switch column {
            case .mass, .volume: !isSameNumber(row[column] ?? "", record[column.rawValue])
            case .price:
                !isSameAmount(row[.price], record["price"])
                    || row[.currency] ?? "CR" != record["currency"]?.string
            case .attributes: !isSameDocument(row[column], record["attributes"])
            default: row[column] != record[column.rawValue]?.string
            }
        }
        if let status = row[.status], !isSameWord(status, record["status"]) {
            options += ["STATUS", status]
        }
        return options.isEmpty ? [] : [["ITEM", "SET", id] + options]
    }

    /// Whether a trade in the store is the one that the rows describe.
    package static func isSameTrade(_ rows: [DataRow], _ record: JSONValue) -> Bool {
        guard let first = rows.first, let lines = record["lines"]?.array,
            lines.count == rows.count, record["seller"]?.string == first[.seller],
            record["buyer"]?.string == first[.buyer]
        else { return false }
        return zip(rows, lines).allSatisfy { row, line in
            row[.item] == line["item"]?.string
                && isSameNumber(row[.quantity] ?? "", line["quantity"])
                && (row[.price] == nil || isSameAmount(row[.price], line["unit_price"]))
        }
    }

    private static func isSameWord(_ text: String?, _ value: JSONValue?) -> Bool {
        text?.lowercased() == value?.string
    }

    private static func isSameNumber(_ text: String, _ value: JSONValue?) -> Bool {
        guard let number = Double(text), let other = value?.double else { return false }
        return number == other
    }

    /// Money without the zeros at its end: `12.50` is `12.5`.
    private static func isSameAmount(_ text: String?, _ value: JSONValue?) -> Bool {
        guard let text, let other = value?.string else { return false }
        return shortened(text) == shortened(other)
    }

    private static func shortened(_ amount: String) -> Substring {
        var rest = Substring(amount)
        if !rest.contains(".") { return rest }
        while rest.last == "0" { rest.removeLast() }
        if rest.last == "." { rest.removeLast() }
        return rest
    }

    private static func isSameDocument(_ text: String?, _ value: JSONValue?) -> Bool {
        guard let text, let value, let parsed = try? JSONReader.parse(text.utf8.span) else {
            return false
        }
        return parsed == value
    }
}
