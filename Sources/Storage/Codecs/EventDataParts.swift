import Basics
import Domain

/// The fields 10–38 of an event while they are read; which of them count follows from its type.
struct DataParts {
    let seq: UInt64
    var trades: [RecordChange<Trade>] = []
    var shipments: [RecordChange<Shipment>] = []
    var stock: [StockChange] = []
    var steps: [PriceStep] = []
    var reason: String?
    var ships: [RecordChange<Ship>] = []
    var receipt: [ReceiptLine] = []
    var point: TrackingPoint?
    var previousETA: Timestamp?
    var quantity: Int64?
    var catalog = CatalogParts()
    var previousRate: Rate?
    var version: String?
    var history: String?
    var previousHistory: String?
    var endedAt: UInt64?
    var digest: Digest128?
    var skew: Int64?
    var pluginVersion: PluginVersion?
    var details: PluginDetails?
    var notices = NoticeParts()
    var accounts = AccountParts()

    init(seq: UInt64) { self.seq = seq }

    /// Reads the present field.
    ///
    /// - Parameter header: what was read before: the records of the catalog are read by type.
    mutating func take(
        _ fields: inout FieldReader, header: HeaderParts
    ) throws(DecodingError) {
        switch fields.number {
        case 10:
            if let change = try ChangeCodec.trade(try fields.bytes(), seq: seq) {
                trades.append(change)
            }
        case 11:
            if let change = try ChangeCodec.shipment(try fields.bytes(), seq: seq) {
                shipments.append(change)
            }
        case 12:
            if let change = try ChangeCodec.stock(try fields.bytes(), seq: seq) {
                stock.append(change)
            }
        case 13: steps.append(try PriceStepCodec.decode(try fields.bytes()))
        case 14: reason = try fields.text()
        case 15: ships.append(try ChangeCodec.ship(try fields.bytes(), seq: seq))
        case 16: receipt.append(try EventPartCodec.receiptLine(try fields.bytes()))
        case 17: point = try EventPartCodec.point(try fields.bytes())
        case 18:
            let time = try required(header.time, "time")
            previousETA = time.moved(by: try fields.signed())
        case 19: quantity = try fields.signed()
        case 20, 21:
            let isAfter = fields.number == 21
            let type = try required(header.type, "type")
            switch (type.subject, isAfter) {
            case (.user, false): accounts.user.before = try UserCodec.decode(try fields.bytes())
            case (.user, true): accounts.user.after = try UserCodec.decode(try fields.bytes())
            case (.grant, false): accounts.grant.before = try GrantCodec.decode(try fields.bytes())
            case (.grant, true): accounts.grant.after = try GrantCodec.decode(try fields.bytes())
            default: try catalog.take(try fields.bytes(), type: type, isAfter: isAfter)
            }
        case 22: previousRate = try fields.rate()
        case 23: version = try fields.text()
        case 24: history = try fields.text()
        case 25: previousHistory = try fields.text()
        case 26: endedAt = try fields.unsigned()
        case 27: digest = try fields.digest()
        case 28: skew = try fields.signed()
        case 29: pluginVersion = try PluginVersionCodec.decode(try fields.bytes())
        case 30: details = try FeatureChangeCodec.details(try fields.bytes())
        case 37: accounts.removed.append(try fields.identifier())
        case 38: accounts.action = try AccountChangeCodec.action(try fields.bytes())
        default: try notices.take(&fields)
        }
    }

    /// Puts together what an event of `type` carries.
    consuming func data(type: EventType) throws(DecodingError) -> EventData {
        switch type.subject {
        case .trade:
            let change = try required(trades.first, "trade")
            if trades.count > 1 { throw .malformed("more than one trade") }
            return .trade(
                TradeChange(
                    trade: change.after, previous: change.previous, stock: stock, steps: steps,
                    reason: reason))
        case .shipment: return .shipment(try shipmentChange())
        case .inventory:
            if stock.count > 1 { throw .malformed("more than one stock row") }
            return .inventory(
                InventoryChange(
                    stock: try required(stock.first, "stock"),
                    quantity: try required(quantity, "quantity"), reason: reason))
        case .station:
            return .station(
                before: catalog.station.before, after: try required(catalog.station.after, "after"))
        case .item:
            return .item(
                before: catalog.item.before, after: try required(catalog.item.after, "after"))
        case .ship:
            return .ship(
                before: catalog.ship.before, after: try required(catalog.ship.after, "after"),
                aboard: shipments, note: reason)
        case .currency: return .currency(try required(catalog.currency, "after"))
        case .rate: return .rate(try required(catalog.rate, "after"), previous: previousRate)
        case .system: return .system(try systemChange(type))
        case .plugin:
            return .plugin(
                PluginChange(
                    before: catalog.plugin.before,
                    plugin: try required(catalog.plugin.after, "after"), version: pluginVersion,
                    details: details ?? PluginDetails()))
        case .channel:
            return .channel(
                ChannelChange(
                    before: catalog.channel.before,
                    channel: try required(catalog.channel.after, "after")))
        case .notice: return .notices(notices.change)
        case .user: return .user(try accounts.userChange())
        case .grant: return .grant(try accounts.grantChange(reason: reason))
        }
    }

    private func shipmentChange() throws(DecodingError) -> ShipmentChange {
        let subject = try required(shipments.first, "shipment")
        if shipments.count > 1 { throw .malformed("more than one shipment") }
        var details = ShipmentDetails()
        details.trades = trades
        details.ships = ships
        details.receipt = receipt
        details.point = point
        details.previousETA = previousETA
        details.reason = reason
        return ShipmentChange(
            shipment: subject.after, previous: subject.previous, stock: stock, details: details)
    }

    private func systemChange(_ type: EventType) throws(DecodingError) -> SystemChange {
        switch type {
        case .systemStarted: return .started(version: try required(version, "version"))
        case .systemPromoted:
            return .promoted(
                history: try required(history, "history"),
                previous: try required(previousHistory, "previous history"),
                endedAt: try required(endedAt, "ended at"))
        case .systemDigest: return .digest(try required(digest, "digest"))
        case .systemAction: return .action(try required(accounts.action, "action"))
        default: return .timeAccepted(skewMilliseconds: try required(skew, "clock skew"))
        }
    }
}

/// A catalog record before and after an event, of the kind that the event's type names.
struct CatalogParts {
    var station: (before: Station?, after: Station?)
    var item: (before: Item?, after: Item?)
    var ship: (before: Ship?, after: Ship?)
    var currency: Currency?
    var rate: ExchangeRate?
    var plugin: (before: Plugin?, after: Plugin?)
    var channel: (before: Channel?, after: Channel?)

    mutating func take(
        _ bytes: Span<UInt8>, type: EventType, isAfter: Bool
    ) throws(DecodingError) {
        switch (type.subject, isAfter) {
        case (.station, false): station.before = try StationCodec.decode(bytes)
        case (.station, true): station.after = try StationCodec.decode(bytes)
        case (.item, false): item.before = try ItemCodec.decode(bytes)
        case (.item, true): item.after = try ItemCodec.decode(bytes)
        case (.ship, false): ship.before = try ShipCodec.decode(bytes)
        case (.ship, true): ship.after = try ShipCodec.decode(bytes)
        case (.currency, true): currency = try CurrencyCodec.decode(bytes)
        case (.rate, true): rate = try RateCodec.decode(bytes)
        case (.plugin, false): plugin.before = try PluginCodec.decode(bytes)
        case (.plugin, true): plugin.after = try PluginCodec.decode(bytes)
        case (.channel, false): channel.before = try ChannelCodec.decode(bytes)
        case (.channel, true): channel.after = try ChannelCodec.decode(bytes)
        default: throw .malformed("a catalog record in an event of another kind")
        }
    }
}

/// The fields 31–36 of an event while they are read.
struct NoticeParts {
    private var cursors: [HookCursor] = []
    private var states: [PluginState] = []
    private var notices: [Notice] = []
    private var deliveries: [Delivery] = []
    private var removed: [NoticeKey] = []
    private var channel: Identifier?

    /// Reads the present field; a field of a newer program is stepped over.
    mutating func take(_ fields: inout FieldReader) throws(DecodingError) {
        switch fields.number {
        case 31: cursors.append(try HookCursorCodec.decode(try fields.bytes()))
        case 32: states.append(try PluginStateCodec.decode(try fields.bytes()))
        case 33: notices.append(try FeatureChangeCodec.notice(try fields.bytes()))
        case 34: deliveries.append(try FeatureChangeCodec.delivery(try fields.bytes()))
        case 35: removed.append(try FeatureChangeCodec.key(try fields.bytes()))
        case 36: channel = try fields.identifier()
        default: try fields.skip()
        }
    }

    var change: NoticeChange {
        NoticeChange(
            cursors: cursors, states: states, notices: notices, deliveries: deliveries,
            removed: removed, channel: channel)
    }
}

extension EventType {
    /// What an event of this type is about.
    enum Subject {
        case trade, shipment, inventory, station, item, ship, currency, rate, system
        case plugin, channel, notice, user, grant
    }

    var subject: Subject {
        switch self {
        case .tradeReserved, .tradeInitiated, .tradeCommitted, .tradePaid, .tradeCancelled,
            .tradeExpired, .tradeCompleted, .tradeRefunded:
            .trade
        case .shipmentCreated, .shipmentDispatched, .shipmentHeld, .shipmentResumed,
            .shipmentTracked, .shipmentRescheduled, .shipmentDelayed, .shipmentReceived,
            .shipmentDelivered, .shipmentCancelled, .shipmentLost, .shipmentReturned:
            .shipment
        case .inventoryAdded, .inventoryRemoved, .inventoryAdjusted, .inventoryHeld,
            .inventoryReleased, .inventoryLow, .inventoryLimits:
            .inventory
        case .stationAdded, .stationChanged, .stationClosed, .stationOpened: .station
        case .itemAdded, .itemChanged: .item
        case .shipAdded, .shipChanged, .shipTracked: .ship
        case .currencyAdded: .currency
        case .rateSet: .rate
        case .systemStarted, .systemPromoted, .systemDigest, .systemTimeAccepted, .systemAction:
            .system
        case .pluginLoaded, .pluginMode, .pluginFailed, .pluginDisabled, .pluginRemoved: .plugin
        case .channelAdded, .channelChanged, .channelRemoved, .channelDisabled: .channel
        case .noticeQueued, .noticeProgress, .noticeLogged: .notice
        case .userAdded, .userChanged, .userPassword, .userDisabled, .userEnabled: .user
        case .tokenIssued, .tokenRefreshed, .tokenRevoked, .tokenRemoved: .grant
        }
    }
}
