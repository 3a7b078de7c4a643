import Domain

/// What the log's movements add up to, per item: goods on hand, and goods given into transit.
struct MovementSums {
    private(set) var onHand: [ItemNumber: Int128] = [:]
    private(set) var transit: [ItemNumber: Int128] = [:]

    /// Takes in the movements of an event.
    ///
    /// - Parameters:
    ///   - state: before the event.
    ///   - report: gets movements that contradict the figures; nil where the log before the event
    ///     is not whole.
    mutating func add(
        _ event: borrowing Event, before state: MarketState, _ report: VerificationReport?
    ) {
        switch event.data {
        case .trade(let change): add(change.stock, event.seq, state, report)
        case .shipment(let change): add(change.stock, event.seq, state, report)
        case .inventory(let change): add([change.stock], event.seq, state, report)
        case .station, .item, .ship, .currency, .rate, .system: break
        }
    }

    private mutating func add(
        _ rows: [StockChange], _ seq: UInt64, _ state: MarketState, _ report: VerificationReport?
    ) {
        for row in rows {
            let before = state.stock.stock(row.after.key).onHand
            let (after, overflow) = before.addingReportingOverflow(row.delta)
            if overflow || after != row.after.onHand {
                report?.add(
                    .conservation, StoredForm.name(of: row.after.key, state.names), seq: seq,
                    "\(before) on hand and a movement of \(row.delta) give \(row.after.onHand)")
            }
            if row.delta == 0 { continue }
            if row.counterpart == nil {
                report?.add(
                    .conservation, StoredForm.name(of: row.after.key, state.names), seq: seq,
                    "a movement of \(row.delta) has no other side")
            }
            // Fewer than 2⁶³ movements of 64 bits: 128 bits hold their sums.
            onHand[row.after.item, default: 0] += Int128(row.delta)
            if row.counterpart == .transit {
                transit[row.after.item, default: 0] -= Int128(row.delta)
            }
        }
    }
}
