import Basics
package import Domain
import JSON

/// Reads exported events back: the JSON of feeds, streams and `export events`, one event at a time
/// and in order, into the events that a market is made of.
///
/// Numbers that the JSON does not have are given anew, so `market` must take in each event before
/// the next is read (the trade that a back-test holds back may wait). What the events never
/// introduced, as in the log of somebody who may not see all, is known by its id alone. One thread.
package struct EventReader {
    let market: MarketState

    private static let types = names(EventType.allCases) { $0.name }
    static let tradeStatuses = names(TradeStatus.allCases) { $0.name }
    static let payments = names(PaymentStatus.allCases) { $0.name }
    static let fulfilments = names(Fulfilment.allCases) { $0.name }
    static let shipmentStatuses = names(ShipmentStatus.allCases) { $0.name }
    static let stationKinds = names(StationKind.allCases) { $0.name }
    static let stationStatuses = names(StationStatus.allCases) { $0.name }
    static let itemStatuses = names(ItemStatus.allCases) { $0.name }
    static let shipStatuses = names(ShipStatus.allCases) { $0.name }
    static let sources = names(PriceStep.Source.allCases) { $0.name }
    static let outcomes = names(PriceStep.Outcome.allCases) { $0.name }
    private static let counterparts = names(Counterpart.allCases) { $0.name }

    private static func names<Case>(
        _ cases: [Case], _ name: (Case) -> StaticString
    ) -> [String: Case] {
        var names: [String: Case] = [:]
        for one in cases { names["\(name(one))"] = one }
        return names
    }

    /// The longest event, bytes.
    package static let maximumBytes = 64 << 20

    /// - Parameter market: of the back-test that takes the events.
    package init(market: MarketState) { self.market = market }

    /// Reads one event.
    ///
    /// - Returns: nil for a kind that no price depends on: rules, channels, notices, and what a
    ///   newer server tells.
    /// - Throws: for text that is no event.
    package func event(_ bytes: Span<UInt8>) throws(EventDocumentError) -> Event? {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.parse(bytes, maximumBytes: Self.maximumBytes)
        } catch { throw EventDocumentError("it is no JSON: \(error.message)") }
        let bare = try EventDocument(value, at: "event")
        let seq = try bare.seq("seq")
        let document = try EventDocument(value, at: "event \(seq)")
        guard let type = Self.types[try document.text("type")] else { return nil }
        let time = try document.time("time")
        guard let data = try data(type, try document.object("data"), seq, time) else { return nil }
        let cause = try document.optionalObject("cause")
        let transaction = try document.optionalObject("transaction")
        let count = UInt32(clamping: try transaction?.integer("count") ?? 1)
        return Event(
            seq: seq, time: time, type: type, first: try transaction?.seq("first") ?? seq,
            count: count, actor: try document.id("actor"), cause: try self.cause(cause),
            data: data)
    }

    /// Which rules took part; the command is not needed.
    private func cause(_ document: EventDocument?) throws(EventDocumentError) -> Cause {
        var cause = Cause(command: nil)
        guard let document else { return cause }
        for rule in try document.objects("rules") {
            cause.rules.append(
                RuleReference(
                    name: try rule.id("name"), version: try rule.optionalText("version") ?? "",
                    hook: try rule.optionalText("hook") ?? ""))
        }
        return cause
    }

    private func data(
        _ type: EventType, _ data: EventDocument, _ seq: UInt64, _ time: Timestamp
    ) throws(EventDocumentError) -> EventData? {
        switch type {
        case .tradeReserved, .tradeInitiated, .tradeCommitted, .tradePaid, .tradeCancelled,
            .tradeExpired, .tradeCompleted, .tradeRefunded:
            return .trade(try trade(type, data, seq))
        case .shipmentCreated, .shipmentDispatched, .shipmentHeld, .shipmentResumed,
            .shipmentTracked, .shipmentRescheduled, .shipmentDelayed, .shipmentReceived,
            .shipmentDelivered, .shipmentCancelled, .shipmentLost, .shipmentReturned:
            return .shipment(
                ShipmentChange(
                    shipment: try shipment(try data.object("shipment"), seq),
                    previous: type == .shipmentCreated ? 0 : seq - 1, stock: try stock(data)))
        case .inventoryAdded, .inventoryRemoved, .inventoryAdjusted, .inventoryHeld,
            .inventoryReleased, .inventoryLow, .inventoryLimits:
            return .inventory(
                InventoryChange(
                    stock: try row(try data.object("stock")),
                    quantity: try data.optionalInteger("quantity") ?? 0, reason: nil))
        case .stationAdded, .stationChanged, .stationClosed, .stationOpened:
            return .station(before: nil, after: try station(try data.object("after"), time))
        case .itemAdded, .itemChanged:
            return .item(before: nil, after: try item(try data.object("after")))
        case .shipAdded, .shipChanged, .shipTracked:
            return .ship(
                before: nil, after: try ship(try data.object("after")),
                aboard: try aboard(data, seq), note: nil)
        case .currencyAdded: return .currency(try currency(try data.object("after")))
        case .rateSet: return .rate(try rate(data, seq, time), previous: nil)
        case .systemStarted, .systemPromoted, .systemDigest, .systemTimeAccepted, .systemAction,
            .userAdded, .userChanged, .userPassword, .userDisabled, .userEnabled, .tokenIssued,
            .tokenRefreshed, .tokenRevoked, .tokenRemoved, .pluginLoaded, .pluginMode,
            .pluginFailed, .pluginDisabled, .pluginRemoved, .channelAdded, .channelChanged,
            .channelRemoved, .channelDisabled, .noticeQueued, .noticeProgress, .noticeLogged:
            return nil
        }
    }

    private func trade(
        _ type: EventType, _ data: EventDocument, _ seq: UInt64
    ) throws(EventDocumentError) -> TradeChange {
        let isNew = type == .tradeReserved || type == .tradeInitiated
        let trade = try trade(try data.object("trade"), seq)
        var steps: [PriceStep] = []
        if isNew {
            for step in try data.objects("steps") {
                steps.append(try self.step(step, trade.currency))
            }
        }
        return TradeChange(
            trade: trade, previous: isNew ? 0 : seq - 1, stock: try stock(data), steps: steps)
    }

    private func stock(_ data: EventDocument) throws(EventDocumentError) -> [StockChange] {
        var rows: [StockChange] = []
        for row in try data.objects("stock") { rows.append(try self.row(row)) }
        return rows
    }

    /// The shipments that moved with a ship.
    private func aboard(
        _ data: EventDocument, _ seq: UInt64
    ) throws(EventDocumentError) -> [RecordChange<Shipment>] {
        var aboard: [RecordChange<Shipment>] = []
        for one in try data.objects("shipments") {
            aboard.append(RecordChange(after: try shipment(one, seq), previous: seq - 1))
        }
        return aboard
    }
}
