package import Basics
package import JSON

/// Records of a server as the rows that `import` reads.
package enum ExportRows {
    /// The rows of one record: a trade has one for each of its lines, an
    /// empty stock row none.
    package static func rows(_ record: JSONValue, of kind: DataKind) -> [DataRow] {
        switch kind {
        case .stations: [station(record)]
        case .items: [plain(record, kind)]
        case .stock: stock(record)
        case .trades: trade(record)
        }
    }

    /// The columns that have the name and meaning of a member.
    private static func plain(_ record: JSONValue, _ kind: DataKind) -> DataRow {
        var row = DataRow(line: 0)
        for column in kind.columns { row[column] = text(record[column.rawValue]) }
        return row
    }

    private static func station(_ record: JSONValue) -> DataRow {
        var row = plain(record, .stations)
        for column in [DataColumn.x, .y, .z] {
            row[column] = text(record["position"]?[column.rawValue])
        }
        return row
    }

    /// A row with a capacity that is never low all the same.
    private static let neverLow = "NONE"

    /// A row of which only a past is left (nothing on hand, no limits) is none: it cannot be made.
    private static func stock(_ record: JSONValue) -> [DataRow] {
        var row = plain(record, .stock)
        // A tenth of the capacity is what holds without a word.
        if let capacity = record["capacity"]?.int64, record["low_at"]?.int64 == capacity / 10 {
            row[.lowAt] = nil
        } else if row[.capacity] != nil && row[.lowAt] == nil {
            row[.lowAt] = neverLow
        }
        let saysMore = [DataColumn.ask, .capacity, .lowAt].contains { row[$0] != nil }
        return row[.onHand] == "0" && !saysMore ? [] : [row]
    }

    private static func trade(_ record: JSONValue) -> [DataRow] {
        var whole = plain(record, .trades)
        whole[.time] = text(record["created"])
        return (record["lines"]?.array ?? []).map { line in
            var row = whole
            row[.item] = text(line["item"])
            row[.quantity] = text(line["quantity"])
            row[.price] = text(line["unit_price"])
            return row
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text), .number(let text): return text.isEmpty ? nil : text
        case .object(let members) where !members.isEmpty:
            var text = ByteBuffer()
            value?.append(to: &text)
            return String(decoding: text.array, as: UTF8.self)
        default: return nil
        }
    }

    // MARK: Text

    /// Appends a row as one CSV record.
    package static func appendCSV(_ row: DataRow, of kind: DataKind, to output: inout ByteBuffer) {
        output.appendCSV(kind.columns.map { row[$0] ?? "" })
    }

    /// Appends a row as one line of JSON, without the columns that say nothing.
    package static func appendJSON(
        _ row: DataRow, of kind: DataKind, to output: inout ByteBuffer
    ) {
        var separator = "{"
        for column in kind.columns {
            guard let value = row[column] else { continue }
            output.append(separator)
            output.appendJSON(string: column.rawValue)
            output.append(UInt8(ascii: ":"))
            switch column {
            case .x, .y, .z, .mass, .volume, .onHand, .capacity, .lowAt, .quantity, .attributes:
                if value == neverLow {
                    output.appendJSON(string: value)
                } else {
                    output.append(value)
                }
            default: output.appendJSON(string: value)
            }
            separator = ","
        }
        output.append("}\n" as StaticString)
    }
}
