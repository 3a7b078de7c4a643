package import Domain
package import Storage

/// The world of hooks after the commit: a view of the durable store, at the time of the event or
/// of the timer.
package final class ViewWorld: RuleWorld {
    package let names: Names
    package let now: Timestamp
    private let view: ReadView
    private let states: [Identifier: PluginState]

    /// - Parameter states: plugins' own tables that are newer than the view's.
    package init(
        _ view: ReadView, now: Timestamp, states: [Identifier: PluginState] = [:]
    ) {
        self.view = view
        names = view.names
        self.now = now
        self.states = states
    }

    private func read<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(RuleWorldError) -> Result {
        do throws(StorageError) { return try body() } catch { throw RuleWorldError(error.message) }
    }

    package func station(_ number: StationNumber) throws(RuleWorldError) -> Station? {
        try read { () throws(StorageError) in try view.station(names.station(number)) }
    }

    package func item(_ number: ItemNumber) throws(RuleWorldError) -> Item? {
        try read { () throws(StorageError) in try view.item(names.item(number)) }
    }

    package func stock(
        _ station: StationNumber, _ item: ItemNumber
    ) throws(RuleWorldError) -> Stock? {
        try read { () throws(StorageError) in
            try view.stock(StockKey(station: station, item: item))
        }
    }

    package func trade(_ id: Identifier) throws(RuleWorldError) -> Trade? {
        try read { () throws(StorageError) in try view.trade(id: id) }
    }

    package func shipment(_ id: Identifier) throws(RuleWorldError) -> Shipment? {
        try read { () throws(StorageError) in try view.shipment(id: id) }
    }

    package func currency(_ code: CurrencyCode) throws(RuleWorldError) -> Currency? {
        try read { () throws(StorageError) in try view.currency(code) }
    }

    package func rate(from: CurrencyCode, to: CurrencyCode) throws(RuleWorldError) -> Rate? {
        try read { () throws(StorageError) in try view.rate(base: from, quote: to)?.rate }
    }

    package func state(of plugin: Identifier) throws(RuleWorldError) -> PluginState? {
        if let state = states[plugin] { return state }
        return try read { () throws(StorageError) in try view.pluginState(plugin) }
    }
}
