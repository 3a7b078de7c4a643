/// The numbers are on disk: never renumber.
package enum StationKind: UInt8, Sendable, CaseIterable {
    case planet = 1
    case station = 2
    case depot = 3

    package var name: StaticString {
        switch self {
        case .planet: "planet"
        case .station: "station"
        case .depot: "depot"
        }
    }
}

/// The numbers are on disk: never renumber.
package enum StationStatus: UInt8, Sendable, CaseIterable {
    case open = 1
    case closed = 2

    package var name: StaticString {
        switch self {
        case .open: "open"
        case .closed: "closed"
        }
    }
}

/// A place that holds stock.
package struct Station: Equatable, Sendable {
    package var number: StationNumber
    package var id: Identifier
    package var name: String
    package var kind: StationKind
    package var orbits: StationNumber?
    package var position: Position?
    package var status: StationStatus
    /// A compact JSON object, or nil for `{}`.
    package var attributes: String?
    package var created: Timestamp
    package var updated: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(number: StationNumber, id: Identifier, created: Timestamp, seq: UInt64) {
        self.number = number
        self.id = id
        name = id.text
        kind = .station
        orbits = nil
        position = nil
        status = .open
        attributes = nil
        self.created = created
        updated = created
        self.seq = seq
        unknown = []
    }
}

/// The numbers are on disk: never renumber.
package enum ItemStatus: UInt8, Sendable, CaseIterable {
    case active = 1
    case retired = 2

    package var name: StaticString {
        switch self {
        case .active: "active"
        case .retired: "retired"
        }
    }
}

/// Something that is traded.
package struct Item: Equatable, Sendable {
    package var number: ItemNumber
    package var id: Identifier
    package var name: String
    package var description: String?
    package var category: String?
    /// The label of one unit, such as `t` or `crate`.
    package var unit: String?
    /// Grams per unit.
    package var mass: Int64
    /// Cubic decimetres per unit.
    package var volume: Int64
    /// The list price in minor units of `currency`; both or neither.
    package var price: Int64?
    package var currency: CurrencyCode?
    package var status: ItemStatus
    /// A compact JSON object, or nil for `{}`.
    package var attributes: String?
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(number: ItemNumber, id: Identifier, seq: UInt64) {
        self.number = number
        self.id = id
        name = id.text
        description = nil
        category = nil
        unit = nil
        mass = 0
        volume = 0
        price = nil
        currency = nil
        status = .active
        attributes = nil
        self.seq = seq
        unknown = []
    }
}

/// The numbers are on disk: never renumber.
package enum ShipStatus: UInt8, Sendable, CaseIterable {
    case docked = 1
    case inTransit = 2
    case outOfService = 3

    package var name: StaticString {
        switch self {
        case .docked: "docked"
        case .inTransit: "in_transit"
        case .outOfService: "out_of_service"
        }
    }
}

/// A ship of the fleet and what it carries now.
package struct Ship: Equatable, Sendable {
    package var number: ShipNumber
    package var id: Identifier
    package var name: String
    /// Grams it may carry; nil: no limit known.
    package var massCapacity: Int64?
    /// Cubic decimetres it may carry; nil: no limit known.
    package var volumeCapacity: Int64?
    package var status: ShipStatus
    package var station: StationNumber?
    package var position: Position?
    /// The open shipments aboard.
    package var aboard: [RecordKey]
    package var loadMass: Int64
    package var loadVolume: Int64
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(number: ShipNumber, id: Identifier, seq: UInt64) {
        self.number = number
        self.id = id
        name = id.text
        massCapacity = nil
        volumeCapacity = nil
        status = .docked
        station = nil
        position = nil
        aboard = []
        loadMass = 0
        loadVolume = 0
        self.seq = seq
        unknown = []
    }
}

/// A currency; its scale never changes.
package struct Currency: Equatable, Sendable {
    package var code: CurrencyCode
    package var name: String
    /// Fraction digits of its minor unit, 0–9.
    package var scale: Int
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(code: CurrencyCode, name: String, scale: Int, seq: UInt64) {
        self.code = code
        self.name = name
        self.scale = scale
        self.seq = seq
        unknown = []
    }

    /// What every new store has: Credits, scale 2.
    package static func credits(seq: UInt64) -> Currency {
        Currency(code: .credits, name: "Credits", scale: 2, seq: seq)
    }
}

/// How many units of `quote` one unit of `base` is worth.
package struct ExchangeRate: Equatable, Sendable {
    package var base: CurrencyCode
    package var quote: CurrencyCode
    package var rate: Rate
    package var set: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(
        base: CurrencyCode, quote: CurrencyCode, rate: Rate, set: Timestamp, seq: UInt64
    ) {
        self.base = base
        self.quote = quote
        self.rate = rate
        self.set = set
        self.seq = seq
        unknown = []
    }
}
