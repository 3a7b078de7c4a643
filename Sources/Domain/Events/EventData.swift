package import Basics

/// What an event carries, by its kind. The public part of the stored event.
package enum EventData: Sendable {
    /// `trade.*`
    case trade(TradeChange)
    /// `shipment.*`
    case shipment(ShipmentChange)
    /// `inventory.*`
    case inventory(InventoryChange)
    /// `station.*`
    indirect case station(before: Station?, after: Station)
    /// `item.*`
    indirect case item(before: Item?, after: Item)
    /// `ship.*`; tracking a ship also moves the shipments aboard it.
    indirect case ship(before: Ship?, after: Ship, aboard: [RecordChange<Shipment>], note: String?)
    /// `currency.added`
    indirect case currency(Currency)
    /// `rate.set`
    indirect case rate(ExchangeRate, previous: Rate?)
    /// `system.*`
    indirect case system(SystemChange)
    /// `plugin.*`
    case plugin(PluginChange)
    /// `channel.*`
    case channel(ChannelChange)
    /// `notice.*`
    case notices(NoticeChange)
    /// `user.*`
    case user(UserChange)
    /// `token.*`
    case grant(GrantChange)
}

/// A record as it is after an event, and the event that changed it before (0: none did).
///
/// `previous` links the changes of one record into a chain that history and `AS OF` walk.
package struct RecordChange<Record: Sendable & Equatable>: Sendable, Equatable {
    package var after: Record
    package var previous: UInt64

    @inlinable package init(after: Record, previous: UInt64) {
        self.after = after
        self.previous = previous
    }
}

/// The other side of a movement of goods. The numbers are on disk: never renumber.
package enum Counterpart: UInt8, Sendable, CaseIterable {
    case supplier = 1
    case transit = 2
    case consumed = 3
    case loss = 4
    case adjust = 5

    package var name: StaticString {
        switch self {
        case .supplier: "SUPPLIER"
        case .transit: "TRANSIT"
        case .consumed: "CONSUMED"
        case .loss: "LOSS"
        case .adjust: "ADJUST"
        }
    }
}

/// One stock row after an event: its figures, how `on_hand` moved, and against which side.
package struct StockChange: Sendable, Equatable {
    package var after: Stock
    package var previous: UInt64
    /// What was added to `on_hand`; 0 where only other figures changed.
    package var delta: Int64
    /// nil where `delta` is 0.
    package var counterpart: Counterpart?

    @inlinable package init(
        after: Stock, previous: UInt64, delta: Int64, counterpart: Counterpart?
    ) {
        self.after = after
        self.previous = previous
        self.delta = delta
        self.counterpart = counterpart
    }
}

/// What makes a repeated request answer with its first result: who names it, and what was asked.
package struct RequestIdentity: Sendable, Equatable {
    /// The kinds share one key space. The numbers are on disk: never renumber.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// A client-chosen trade id; kept for ever.
        case trade = 1
        /// A client-chosen shipment id; kept for ever.
        case shipment = 2
        /// `KEY k` of one user; kept 7 days by event time.
        case key = 3
    }

    package var kind: Kind
    package var name: Identifier
    /// A hash over the words of the request in their canonical form, relative times unresolved.
    package var requestHash: UInt64

    @inlinable package init(kind: Kind, name: Identifier, requestHash: UInt64) {
        self.kind = kind
        self.name = name
        self.requestHash = requestHash
    }
}

/// The data of `trade.*`. A class, so that an event is passed on without copying the record.
package final class TradeChange: Sendable {
    package let trade: Trade
    package let previous: UInt64
    package let stock: [StockChange]
    package let steps: [PriceStep]
    package let reason: String?

    @inlinable package init(
        trade: Trade, previous: UInt64, stock: [StockChange] = [], steps: [PriceStep] = [],
        reason: String? = nil
    ) {
        self.trade = trade
        self.previous = previous
        self.stock = stock
        self.steps = steps
        self.reason = reason
    }
}

/// The data of `shipment.*`. A class, so that an event is passed on without copying the record.
package final class ShipmentChange: Sendable {
    package let shipment: Shipment
    package let previous: UInt64
    package let stock: [StockChange]
    package let details: ShipmentDetails

    @inlinable package init(
        shipment: Shipment, previous: UInt64, stock: [StockChange] = [],
        details: ShipmentDetails = ShipmentDetails()
    ) {
        self.shipment = shipment
        self.previous = previous
        self.stock = stock
        self.details = details
    }

    package var trades: [RecordChange<Trade>] { details.trades }
    package var ships: [RecordChange<Ship>] { details.ships }
    package var receipt: [ReceiptLine] { details.receipt }
    package var point: TrackingPoint? { details.point }
    package var previousETA: Timestamp? { details.previousETA }
    package var reason: String? { details.reason }
}

/// What only some events of a shipment have.
package struct ShipmentDetails: Sendable {
    /// The trade, where the event changed it (its fulfilment) without an event of its own: 0 or 1.
    package var trades: [RecordChange<Trade>] = []
    /// The ships, where the event changed what is aboard.
    package var ships: [RecordChange<Ship>] = []
    package var receipt: [ReceiptLine] = []
    package var point: TrackingPoint?
    package var previousETA: Timestamp?
    package var reason: String?

    package init() {}
}

/// What arrived of one line, and what did not.
package struct ReceiptLine: Sendable, Equatable {
    package var item: ItemNumber
    package var quantity: Int64
    package var lost: Int64
    package var reason: String?

    @inlinable package init(item: ItemNumber, quantity: Int64, lost: Int64, reason: String?) {
        self.item = item
        self.quantity = quantity
        self.lost = lost
        self.reason = reason
    }
}

/// A point of a shipment's tracking history.
package struct TrackingPoint: Sendable, Equatable {
    package var position: Position
    package var note: String?
    package var time: Timestamp

    package init(position: Position, note: String?, time: Timestamp) {
        self.position = position
        self.note = note
        self.time = time
    }
}

/// The data of `inventory.*`.
package final class InventoryChange: Sendable {
    package let stock: StockChange
    /// The quantity as asked: added, removed, held or released; the delta of an adjustment.
    package let quantity: Int64
    package let reason: String?

    @inlinable package init(stock: StockChange, quantity: Int64, reason: String?) {
        self.stock = stock
        self.quantity = quantity
        self.reason = reason
    }
}

/// The data of `system.*`.
package enum SystemChange: Sendable, Equatable {
    case started(version: String)
    /// A new epoch: `history` from now on; `previous` ended at `endedAt`.
    case promoted(history: String, previous: String, endedAt: UInt64)
    /// The state digest after the event before this one.
    case digest(Digest128)
    /// An administrator said that the wall clock is right although it jumped.
    case timeAccepted(skewMilliseconds: Int64)
    case action(AdminAction)
}

/// One step in the making of a line's price.
package struct PriceStep: Sendable, Equatable {
    /// Where a price came from. The numbers are on disk: never renumber.
    package enum Source: UInt8, Sendable, CaseIterable {
        /// The command named it.
        case named = 1
        /// The seller's own price.
        case ask = 2
        /// The item's list price.
        case list = 3
        /// A rule changed it, or was considered.
        case rule = 4

        package var name: StaticString {
            switch self {
            case .named: "named"
            case .ask: "ask"
            case .list: "list"
            case .rule: "rule"
            }
        }
    }

    package enum Outcome: UInt8, Sendable, CaseIterable {
        case changed = 1
        case unchanged = 2
        case skipped = 3
        case notInCanary = 4
        case shadow = 5

        package var name: StaticString {
            switch self {
            case .changed: "changed"
            case .unchanged: "unchanged"
            case .skipped: "skipped"
            case .notInCanary: "not_in_canary"
            case .shadow: "shadow"
            }
        }
    }

    /// The line's place in the trade, from 0.
    package var line: Int
    package var source: Source
    package var outcome: Outcome
    /// The price before, in minor units of the trade's currency; nil for the first step.
    package var before: Int64?
    package var after: Int64
    /// The price before conversion and the rate, where the source has another currency.
    package var conversion: Conversion?
    package var rule: RuleStep?

    package struct Conversion: Sendable, Equatable {
        package var amount: Int64
        package var currency: CurrencyCode
        package var rate: Rate

        package init(amount: Int64, currency: CurrencyCode, rate: Rate) {
            self.amount = amount
            self.currency = currency
            self.rate = rate
        }
    }

    /// What only a rule's step has; boxed, since most prices come from no rule.
    package final class RuleStep: Sendable, Equatable {
        package let name: Identifier
        package let version: String
        package let reason: String?
        /// The inputs read, as a JSON object.
        package let inputs: String?
        package let microseconds: Int64
        package let error: String?

        package init(
            name: Identifier, version: String, reason: String?, inputs: String?,
            microseconds: Int64, error: String?
        ) {
            self.name = name
            self.version = version
            self.reason = reason
            self.inputs = inputs
            self.microseconds = microseconds
            self.error = error
        }

        package static func == (left: RuleStep, right: RuleStep) -> Bool {
            left.name == right.name && left.version == right.version && left.reason == right.reason
                && left.inputs == right.inputs && left.microseconds == right.microseconds
                && left.error == right.error
        }
    }

    @inlinable package init(
        line: Int, source: Source, outcome: Outcome, before: Int64?, after: Int64,
        conversion: Conversion? = nil, rule: RuleStep? = nil
    ) {
        self.line = line
        self.source = source
        self.outcome = outcome
        self.before = before
        self.after = after
        self.conversion = conversion
        self.rule = rule
    }
}
