package import Domain
package import Ledger

/// The world of a live decision: the ledger's transaction, with all that it has decided so far.
package final class TransactionWorld: RuleWorld {
    // The ledger's transaction knows the rules, and these keep this world: not held here.
    private unowned let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Whether this is the world of that transaction.
    func isOf(_ other: Transaction) -> Bool { transaction === other }

    package var names: Names { transaction.names }

    package var now: Timestamp { transaction.now }

    package func station(_ number: StationNumber) -> Station? { transaction.state.station(number) }

    package func item(_ number: ItemNumber) -> Item? { transaction.state.item(number) }

    package func stock(_ station: StationNumber, _ item: ItemNumber) -> Stock? {
        guard let row = transaction.state.stock.row(StockKey(station: station, item: item)) else {
            return nil
        }
        return transaction.state.stock[row]
    }

    package func trade(_ id: Identifier) throws(RuleWorldError) -> Trade? {
        do throws(CommandError) { return try transaction.trade(id: id) } catch {
            throw RuleWorldError(error.message)
        }
    }

    package func shipment(_ id: Identifier) throws(RuleWorldError) -> Shipment? {
        do throws(CommandError) { return try transaction.shipment(id: id) } catch {
            throw RuleWorldError(error.message)
        }
    }

    package func currency(_ code: CurrencyCode) -> Currency? { transaction.state.currencies[code] }

    package func rate(from: CurrencyCode, to: CurrencyCode) -> Rate? {
        transaction.state.rate(from: from, to: to)?.rate
    }

    package func state(of plugin: Identifier) -> PluginState? {
        transaction.state.pluginStates[plugin]
    }
}
