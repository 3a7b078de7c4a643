import Domain

/// The world of a back-test: the market as it was just before one event, at the event's time.
///
/// A plugin's own table is empty here: what it held then is not in the log.
final class PastWorld: RuleWorld {
    let market: MarketState
    var now = Timestamp(milliseconds: 0)
    /// The event of the decision: what it and later ones made is not there yet.
    var seq: UInt64 = 0
    private let records: any PastRecords

    init(_ market: MarketState, _ records: any PastRecords) {
        self.market = market
        self.records = records
    }

    var names: Names { market.names }

    func station(_ number: StationNumber) -> Station? { market.station(number) }

    func item(_ number: ItemNumber) -> Item? { market.item(number) }

    func stock(_ station: StationNumber, _ item: ItemNumber) -> Stock? {
        market.stock.row(StockKey(station: station, item: item)).map { market.stock[$0] }
    }

    func trade(_ id: Identifier) throws(RuleWorldError) -> Trade? {
        try records.trade(id, before: seq)
    }

    func shipment(_ id: Identifier) throws(RuleWorldError) -> Shipment? {
        try records.shipment(id, before: seq)
    }

    func currency(_ code: CurrencyCode) -> Currency? { market.currencies[code] }

    func rate(from: CurrencyCode, to: CurrencyCode) -> Rate? {
        market.rate(from: from, to: to)?.rate
    }

    func state(of plugin: Identifier) -> PluginState? { nil }
}
