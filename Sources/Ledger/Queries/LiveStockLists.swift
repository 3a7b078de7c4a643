import Domain

/// The lists of stock rows as the ledger has them in memory.
///
/// Rows are only ever added, and a read shows a row only if its view has it, so that reading the
/// newest lists beside an older view is right. Threading: the ledger's thread only.
final class LiveStockLists: StockLists {
    private let state: MarketState

    init(state: MarketState) { self.state = state }

    func items(at station: StationNumber) -> [ItemNumber] {
        state.stock.rows(station: station).map { state.stock[Int($0)].item }
    }

    func stations(with item: ItemNumber) -> [StationNumber] {
        state.stock.rows(item: item).map { state.stock[Int($0)].station }
    }

    func row(_ key: StockKey, upTo seq: UInt64) -> Stock? {
        guard let row = state.stock.row(key), state.stock.level(row).seq <= seq else { return nil }
        return state.stock[row]
    }
}
