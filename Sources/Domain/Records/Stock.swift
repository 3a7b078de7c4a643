/// All figures of one item at one station, as they are after the event `seq`.
///
/// Always: every figure ≥ 0 and `reserved + held ≤ onHand`. `Ledger` refuses what would break it.
package struct Stock: Equatable, Sendable {
    package var station: StationNumber
    package var item: ItemNumber
    package var onHand: Int64
    package var reserved: Int64
    package var held: Int64
    package var incoming: Int64
    package var capacity: Int64?
    /// The level below which the row is low, where the station named one (else 10 % of capacity).
    package var lowAt: Int64?
    /// The station said that the row is never low, whatever its capacity.
    package var isNeverLow: Bool
    /// The station's own price in minor units of `askCurrency`; both or neither.
    package var ask: Int64?
    package var askCurrency: CurrencyCode?
    /// The last event that changed any figure; 0 for a row that never was.
    package var seq: UInt64
    /// Fields of a newer program, kept as they are.
    package var unknown: [UInt8]

    /// A row where nothing was ever stocked.
    @inlinable package init(station: StationNumber, item: ItemNumber) {
        self.station = station
        self.item = item
        onHand = 0
        reserved = 0
        held = 0
        incoming = 0
        capacity = nil
        lowAt = nil
        isNeverLow = false
        ask = nil
        askCurrency = nil
        seq = 0
        unknown = []
    }

    @inlinable package var key: StockKey { StockKey(station: station, item: item) }

    /// What may be sold: never negative while the invariants hold.
    @inlinable package var available: Int64 { onHand &- reserved &- held }

    /// The level in force: the named one, else 10 % of capacity, else none (never low).
    @inlinable package var effectiveLowAt: Int64? {
        isNeverLow ? nil : lowAt ?? capacity.map { $0 / 10 }
    }

    @inlinable package var isLow: Bool {
        guard let level = effectiveLowAt else { return false }
        return onHand < level
    }
}
