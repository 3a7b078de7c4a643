/// The columns of the files that `import` reads and `export` writes, of all kinds together. The
/// name is the same in CSV and NDJSON.
package enum DataColumn: String, CaseIterable, Sendable {
    case id, name, kind, orbits, x, y, z, category, unit, mass, volume, price, currency
    case description, attributes, status
    case station, item, ask, capacity, seller, buyer, quantity, time, reference
    case onHand = "on_hand"
    case lowAt = "low_at"
    /// Written into a file of refused rows, and ignored when it is read again.
    case rejectedLine = "rejected_line"
    case rejectedReason = "rejected_reason"

    /// Its place in the values of a row.
    @usableFromInline var place: Int { Self.places[self] ?? 0 }

    private static let places: [DataColumn: Int] = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

/// What a file of rows holds, in the order in which a folder is taken: each kind refers to those
/// before it.
package enum DataKind: String, CaseIterable, Sendable {
    case stations, items, stock, trades

    /// The columns, in the order in which they are written.
    package var columns: [DataColumn] {
        switch self {
        case .stations: [.id, .name, .kind, .orbits, .x, .y, .z, .status, .attributes]
        case .items:
            [
                .id, .name, .category, .unit, .mass, .volume, .price, .currency, .description,
                .status, .attributes,
            ]
        case .stock: [.station, .item, .onHand, .ask, .currency, .capacity, .lowAt]
        case .trades:
            [
                .seller, .buyer, .item, .quantity, .price, .currency, .id, .time, .reference,
                .status, .attributes,
            ]
        }
    }

    /// Those without which a row says nothing.
    package var required: [DataColumn] {
        switch self {
        case .stations, .items: [.id]
        case .stock: [.station, .item]
        case .trades: [.seller, .buyer, .item, .quantity]
        }
    }

    /// The kind that a path's last name says: all up to its first dot.
    package init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        self.init(rawValue: String(name.prefix { $0 != "." }))
    }
}

/// One row of a file.
package struct DataRow: Equatable, Sendable {
    /// Where it begins in the file, from 1.
    package let line: Int
    private var values: [String?]

    package init(line: Int, _ given: [DataColumn: String] = [:]) {
        self.line = line
        values = Array(repeating: nil, count: DataColumn.allCases.count)
        for (column, value) in given { self[column] = value }
    }

    /// The value of a column; nil where the file says nothing.
    package subscript(_ column: DataColumn) -> String? {
        get { values[column.place] }
        set { values[column.place] = newValue }
    }
}
