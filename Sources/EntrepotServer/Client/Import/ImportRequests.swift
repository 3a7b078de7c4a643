/// The requests that bring rows into a store, as words.
package enum ImportRequests {
    /// `STATION ADD …` and what has to follow it.
    package static func station(_ row: DataRow) -> [[String]] {
        let id = row[.id] ?? ""
        var requests = [["STATION", "ADD", id] + stationOptions(row, all)]
        if row[.status] == "closed" { requests.append(["STATION", "CLOSE", id]) }
        return requests
    }

    /// `ITEM ADD …` and what has to follow it.
    package static func item(_ row: DataRow) -> [[String]] {
        let id = row[.id] ?? ""
        var requests = [["ITEM", "ADD", id] + itemOptions(row, all)]
        if row[.status] == "retired" { requests.append(["ITEM", "SET", id, "STATUS", "retired"]) }
        return requests
    }

    private static func all(_ column: DataColumn) -> Bool { true }

    /// The options of a station for the columns that `isWanted` lets through and the row has.
    static func stationOptions(_ row: DataRow, _ isWanted: (DataColumn) -> Bool) -> [String] {
        var words: [String] = []
        for (option, column) in [
            ("NAME", DataColumn.name), ("KIND", .kind), ("ORBITS", .orbits), ("META", .attributes),
        ] {
            if isWanted(column), let value = row[column] { words += [option, value] }
        }
        let isPlaced = row[.x] != nil || row[.y] != nil || row[.z] != nil
        if isPlaced && isWanted(.x) {
            words.append("AT")
            for column in [DataColumn.x, .y, .z] { words.append(row[column] ?? "0") }
        }
        return words
    }

    /// The options of an item for the columns that `isWanted` lets through and the row has.
    static func itemOptions(_ row: DataRow, _ isWanted: (DataColumn) -> Bool) -> [String] {
        var words: [String] = []
        for (option, column) in [
            ("NAME", DataColumn.name), ("DESCRIPTION", .description), ("CATEGORY", .category),
            ("UNIT", .unit), ("MASS", .mass), ("VOLUME", .volume), ("META", .attributes),
        ] {
            if isWanted(column), let value = row[column] { words += [option, value] }
        }
        if isWanted(.price), let price = row[.price] {
            words += ["PRICE", price, row[.currency] ?? "CR"]
        }
        return words
    }

    /// The goods and the limits of a stock row, each under a key of its own: a second run gets the
    /// first one's answers.
    package static func stock(_ row: DataRow, fingerprint: String) -> [[String]] {
        let place = [row[.station] ?? "", row[.item] ?? ""]
        let key = "imp-\(fingerprint)-\(row.line)"
        var requests: [[String]] = []
        // A row without goods may still carry limits.
        if let onHand = row[.onHand], onHand != "0" {
            requests.append(
                ["KEY", key, "INVENTORY", "ADD"] + place + [onHand, "REASON", "import"])
        }
        var limits: [String] = []
        if let capacity = row[.capacity] { limits += ["CAPACITY", capacity] }
        if let low = row[.lowAt] { limits += ["LOW", low] }
        if let ask = row[.ask] { limits += ["ASK", ask, row[.currency] ?? "CR"] }
        if !limits.isEmpty {
            requests.append(["KEY", key + "-l", "INVENTORY", "LIMITS"] + place + limits)
        }
        return requests
    }

    /// The id under which a trade is made: its own, or one that the file and the line give.
    package static func tradeID(_ row: DataRow, fingerprint: String) -> String {
        row[.id] ?? "imp-\(fingerprint)-\(row.line)"
    }

    /// `TRADE CREATE …` of the rows of one trade, each of which is a line of it.
    package static func trade(_ rows: [DataRow], fingerprint: String) -> [String] {
        guard let row = rows.first else { return [] }
        var words = ["TRADE", "CREATE", row[.seller] ?? "", row[.buyer] ?? ""]
        for line in rows {
            let price = line[.price].map { "@\($0)" } ?? ""
            words.append("\(line[.item] ?? ""):\(line[.quantity] ?? "")\(price)")
        }
        words += ["ID", tradeID(row, fingerprint: fingerprint)]
        for (option, column) in [
            ("CURRENCY", DataColumn.currency), ("REF", .reference), ("META", .attributes),
            ("OCCURRED", .time),
        ] {
            if let value = row[column] { words += [option, value] }
        }
        return words
    }
}
