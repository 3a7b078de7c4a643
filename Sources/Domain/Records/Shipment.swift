/// Where a shipment stands. The numbers are on disk: never renumber.
package enum ShipmentStatus: UInt8, Sendable, CaseIterable {
    case pending = 1
    case inTransit = 2
    case held = 3
    case delivered = 4
    case cancelled = 5
    case lost = 6
    case returned = 7

    package var name: StaticString {
        switch self {
        case .pending: "pending"
        case .inTransit: "in_transit"
        case .held: "held"
        case .delivered: "delivered"
        case .cancelled: "cancelled"
        case .lost: "lost"
        case .returned: "returned"
        }
    }

    /// Whether goods are still on their way: nothing final has happened.
    @inlinable package var isOpen: Bool {
        switch self {
        case .pending, .inTransit, .held: true
        case .delivered, .cancelled, .lost, .returned: false
        }
    }
}

/// One line of a shipment: `delivered + lost ≤ quantity`, the rest is still open.
package struct ShipmentLine: Equatable, Sendable {
    package var item: ItemNumber
    package var quantity: Int64
    package var delivered: Int64
    package var lost: Int64

    @inlinable package init(
        item: ItemNumber, quantity: Int64, delivered: Int64 = 0, lost: Int64 = 0
    ) {
        self.item = item
        self.quantity = quantity
        self.delivered = delivered
        self.lost = lost
    }

    @inlinable package var open: Int64 { quantity &- delivered &- lost }
}

/// Cargo on its way between two stations, as it is after the event `seq`.
package struct Shipment: Equatable, Sendable {
    package var key: RecordKey
    package var id: Identifier
    /// The trade that made it; nil for a transfer.
    package var trade: RecordKey?
    /// The trade's id, kept beside the key so that a record is shown without another read.
    package var tradeID: Identifier?
    package var origin: StationNumber
    package var destination: StationNumber
    package var lines: [ShipmentLine]
    /// Grams.
    package var mass: Int64
    /// Cubic decimetres.
    package var volume: Int64
    package var status: ShipmentStatus
    package var delayed: Bool
    package var ship: ShipNumber?
    package var position: Position?
    package var eta: Timestamp
    /// The first ETA, never changed: on-time shares are measured against it.
    package var promised: Timestamp
    package var created: Timestamp
    package var dispatched: Timestamp?
    package var delivered: Timestamp?
    /// The last event that changed the record.
    package var seq: UInt64
    /// Fields of a newer program, kept as they are.
    package var unknown: [UInt8]

    package init(
        key: RecordKey, id: Identifier, trade: RecordKey?, tradeID: Identifier?,
        origin: StationNumber, destination: StationNumber, lines: [ShipmentLine], mass: Int64,
        volume: Int64, eta: Timestamp, created: Timestamp
    ) {
        self.key = key
        self.id = id
        self.trade = trade
        self.tradeID = tradeID
        self.origin = origin
        self.destination = destination
        self.lines = lines
        self.mass = mass
        self.volume = volume
        status = .pending
        delayed = false
        ship = nil
        position = nil
        self.eta = eta
        promised = eta
        self.created = created
        dispatched = nil
        delivered = nil
        seq = key.seq
        unknown = []
    }
}
