import Lua

/// What a rule finds besides the standard libraries: `money`, `entrepot.…`, and the records.
enum RuleInterface {
    /// The host functions and fields, in the order of the interface.
    enum Function: Int, CaseIterable {
        case money
        case stock
        case station
        case item
        case trade
        case shipment
        case rate
        case distance
        case now
        case random
        case log
        case state
        case none

        var entry: LuaInterface.Entry {
            switch self {
            case .money: .function("money")
            case .state: .field("entrepot.state")
            case .none: .field("entrepot.none")
            default: .function("entrepot.\(self)")
            }
        }
    }

    /// The number of the type of `entrepot.none`, which takes an entry out of the state.
    static let noneTag = 1
    static let none = LuaHostValue(tag: noneTag, first: 0, second: 0)

    /// The methods of money, in the order of the interface.
    enum Method: Int, CaseIterable {
        case round
        case eq
    }

    // The fields of the documented records, in their documented order; a time is followed by the
    // same in milliseconds.
    private static let types: [(name: String, fields: [String])] = [
        (
            "trade",
            [
                "id", "seller", "buyer", "lines", "currency", "total", "status", "payment",
                "fulfilment", "shipments", "reference", "attributes", "expires", "expires_ms",
                "actor", "created", "created_ms", "updated", "updated_ms", "seq", "quote",
            ]
        ),
        ("line", ["item", "quantity", "unit_price", "line_total", "price", "named"]),
        (
            "shipment",
            [
                "id", "trade", "origin", "destination", "lines", "mass", "volume", "status",
                "delayed", "ship", "position", "eta", "eta_ms", "promised", "promised_ms",
                "created", "created_ms", "dispatched", "dispatched_ms", "delivered",
                "delivered_ms", "seq",
            ]
        ),
        ("shipment line", ["item", "quantity", "delivered", "lost"]),
        (
            "stock",
            [
                "station", "item", "on_hand", "reserved", "held", "incoming", "available",
                "capacity", "low_at", "low", "ask", "currency", "seq",
            ]
        ),
        (
            "station",
            [
                "id", "name", "kind", "orbits", "position", "status", "attributes", "created",
                "created_ms", "updated", "updated_ms", "seq",
            ]
        ),
        (
            "item",
            [
                "id", "name", "description", "category", "unit", "mass", "volume", "price",
                "currency", "status", "attributes", "seq",
            ]
        ),
        ("position", ["x", "y", "z"]),
    ]

    static let shared = LuaInterface(
        entries: Function.allCases.map(\.entry),
        values: [
            .init(name: "money", methods: Method.allCases.map { "\($0)" }),
            .init(name: "entrepot.none", methods: []),
        ],
        records: types.map { .init(name: $0.name, fields: $0.fields) })

    static let trade = shared.shape(0)
    static let line = shared.shape(1)
    static let shipment = shared.shape(2)
    static let shipmentLine = shared.shape(3)
    static let stock = shared.shape(4)
    static let station = shared.shape(5)
    static let item = shared.shape(6)
    static let position = shared.shape(7)
}
