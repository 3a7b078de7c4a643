import Domain

/// The lists of stock rows as the ledger has them in memory.
///
/// Rows are only ever added, and a read shows a row only if its view has it, so that reading the
/// newest lists beside an older view is right. Threading: the ledger's thread only.
final class LiveStockLists: StockLists {
    private let state: MarketState

    init(state: MarketState) { self.state = state }

    func rows(at station: StationNumber) -> [UInt32] { state.stock.rows(station: station) }

    func rows(of item: ItemNumber) -> [UInt32] { state.stock.rows(item: item) }

    func key(_ row: UInt32) -> StockKey { state.stock[Int(row)].key }

    func row(_ key: StockKey) -> UInt32? { state.stock.row(key).map { UInt32($0) } }

    func stock(_ row: UInt32, upTo seq: UInt64) -> Stock? {
        let stock = state.stock[Int(row)]
        return stock.seq <= seq ? stock : nil
    }
}
