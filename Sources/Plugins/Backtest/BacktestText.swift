package import JSON

/// A report as a table for people, made from its JSON: a server's and one's own look the same.
package struct BacktestText {
    private let report: JSONValue
    private var output = ""

    /// - Parameter report: as `BacktestReport.json` has it; what is missing is left out.
    package init(_ report: JSONValue) {
        self.report = report
        addHead()
        addMoney()
        addItems()
        addExamples()
    }

    /// Lines, the last one ended.
    package var text: String { output }

    private mutating func addHead() {
        let trades = report["trades"]
        let lines = report["lines"]
        let etas = report["etas"]
        let from = Self.word(report["from"])
        let to = Self.word(report["to"])
        output += "\(Self.word(report["plugin"])) \(Self.word(report["version"]))"
        output += ", events \(from.isEmpty ? "from the beginning" : "from \(from)") "
        output += "\(to.isEmpty ? "to the end" : "up to \(to), exclusive")\n\n"
        addTable([
            ["trades examined", Self.word(trades?["examined"])],
            ["  concerning the rule", Self.word(trades?["concerned"])],
            ["  with another price", Self.word(trades?["changed"])],
            ["  refused", Self.word(trades?["refused"])],
            ["  with an error", Self.word(trades?["errors"])],
            ["  over a budget", Self.word(trades?["killed"])],
            ["lines examined", Self.word(lines?["examined"])],
            ["  with another price", Self.word(lines?["changed"])],
            ["ETAs examined", Self.word(etas?["examined"])],
            ["  changed", Self.word(etas?["changed"])],
            ["  earlier", Self.word(etas?["earlier"])],
            ["  later", Self.word(etas?["later"])],
            ["events walked", Self.word(report["events"])],
            ["  per second", Self.word(report["events_per_second"])],
        ])
        if let named = lines?["named"]?.int64, named > 0 {
            output +=
                "\n\(named) of the changed lines have a price that the command named: a live rule "
                + "leaves those alone unless it says named_prices = true.\n"
        }
        if let slowest = report["slowest"], !slowest.isNull {
            output +=
                "\nslowest call: \(Self.word(slowest["hook"])) of trade "
                + "\(Self.word(slowest["trade"])), \(Self.word(slowest["microseconds"])) µs\n"
        }
    }

    private mutating func addMoney() {
        let rows = (report["money"]?.array ?? []).map { money in
            ["currency", "before", "after", "difference"].map { Self.word(money[$0]) }
        }
        if rows.isEmpty { return }
        output += "\n"
        addTable([["MONEY", "BEFORE", "AFTER", "DIFFERENCE"]] + rows)
    }

    private mutating func addItems() {
        let rows = (report["items"]?.array ?? []).map { item in
            ["item", "currency", "quantity", "before", "after", "difference"].map {
                Self.word(item[$0])
            }
        }
        if rows.isEmpty { return }
        output += "\n"
        addTable(
            [["ITEM", "CURRENCY", "QUANTITY", "BEFORE", "AFTER", "DIFFERENCE"]] + rows,
            leading: 2)
        if let left = report["items_left_out"]?.int64, left > 0 {
            output += "and \(left) more with smaller differences\n"
        }
    }

    private mutating func addExamples() {
        let rows = (report["examples"]?.array ?? []).map { example in
            let verdict =
                example["refused"].map { "refused: \(Self.word($0))" }
                ?? example["error"].map { "error: \(Self.word($0))" }
                ?? Self.word(example["reason"])
            return ["trade", "seq", "line", "item", "before", "after"].map {
                Self.word(example[$0])
            } + [verdict]
        }
        if rows.isEmpty { return }
        output += "\n"
        addTable(
            [["EXAMPLE", "SEQ", "LINE", "ITEM", "BEFORE", "AFTER", "WHY"]] + rows, leading: 99)
    }

    /// Adds rows whose cells stand below each other: the first `leading` to the left, the others
    /// to the right.
    private mutating func addTable(_ rows: [[String]], leading: Int = 1) {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column >= widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += column < leading ? cell + padding : padding + cell
            }
            while line.last == " " { line.removeLast() }
            output += line + "\n"
        }
    }

    /// A value without quotes; nothing for null.
    private static func word(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .number(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        default: ""
        }
    }
}
