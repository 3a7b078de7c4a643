/// Where a trade stands. The numbers are on disk: never renumber.
package enum TradeStatus: UInt8, Sendable, CaseIterable {
    case reserved = 1
    case initiated = 2
    case completed = 3
    case cancelled = 4
    case expired = 5

    package var name: StaticString {
        switch self {
        case .reserved: "reserved"
        case .initiated: "initiated"
        case .completed: "completed"
        case .cancelled: "cancelled"
        case .expired: "expired"
        }
    }
}

/// The numbers are on disk: never renumber.
package enum PaymentStatus: UInt8, Sendable, CaseIterable {
    case pending = 1
    case paid = 2
    case refunded = 3

    package var name: StaticString {
        switch self {
        case .pending: "pending"
        case .paid: "paid"
        case .refunded: "refunded"
        }
    }
}

/// How much of a trade has arrived, derived from its shipments. The numbers are on disk.
package enum Fulfilment: UInt8, Sendable, CaseIterable {
    case none = 1
    case partial = 2
    case full = 3

    package var name: StaticString {
        switch self {
        case .none: "none"
        case .partial: "partial"
        case .full: "full"
        }
    }
}

/// One line of a trade. `lineTotal` is `quantity × unitPrice`, exact, and is not stored.
package struct TradeLine: Equatable, Sendable {
    package var item: ItemNumber
    /// In the item's own unit, above zero.
    package var quantity: Int64
    /// Minor units of the trade's currency.
    package var unitPrice: Int64
    /// Minor units of the trade's currency; whoever makes a line has checked the product.
    package var lineTotal: Int64

    @inlinable package init(item: ItemNumber, quantity: Int64, unitPrice: Int64, lineTotal: Int64) {
        self.item = item
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.lineTotal = lineTotal
    }
}

/// A shipment as its trade knows it: enough to name it without reading it, since the id of
/// a trade's shipment is always chosen by the server.
package struct ShipmentReference: Equatable, Sendable {
    package var key: RecordKey
    /// The shipment's own time: the trade's for one that was created, later for one that was
    /// reserved first.
    package var created: Timestamp

    @inlinable package init(key: RecordKey, created: Timestamp) {
        self.key = key
        self.created = created
    }

    package var id: Identifier { key.serverChosenIdentifier(created: created) }
}

/// A trade between two stations, as it is after the event `seq`.
package struct Trade: Equatable, Sendable {
    package var key: RecordKey
    package var id: Identifier
    package var seller: StationNumber
    package var buyer: StationNumber
    package var lines: [TradeLine]
    package var currency: CurrencyCode
    /// The sum of the line totals in minor units; not stored.
    package var total: Int64
    package var status: TradeStatus
    package var payment: PaymentStatus
    package var fulfilment: Fulfilment
    /// What delivers it; one for now.
    package var shipments: [ShipmentReference]
    package var reference: String?
    /// A compact JSON object, or nil for `{}`.
    package var attributes: String?
    /// When a reservation ends by itself.
    package var expires: Timestamp?
    /// When the trade happened by the word of an import; analytics use it in place of `created`.
    package var occurred: Timestamp?
    /// The ETA that a reservation asked for; its shipment gets it at the commit.
    package var eta: Timestamp?
    package var actor: Identifier
    package var created: Timestamp
    package var updated: Timestamp
    /// The last event that changed the record.
    package var seq: UInt64
    /// Fields of a newer program, kept as they are.
    package var unknown: [UInt8]

    package init(
        key: RecordKey, id: Identifier, seller: StationNumber, buyer: StationNumber,
        lines: [TradeLine], currency: CurrencyCode, total: Int64, status: TradeStatus,
        actor: Identifier, created: Timestamp
    ) {
        self.key = key
        self.id = id
        self.seller = seller
        self.buyer = buyer
        self.lines = lines
        self.currency = currency
        self.total = total
        self.status = status
        payment = .pending
        fulfilment = .none
        shipments = []
        reference = nil
        attributes = nil
        expires = nil
        occurred = nil
        eta = nil
        self.actor = actor
        self.created = created
        updated = created
        seq = key.seq
        unknown = []
    }
}
