package import Basics

/// All stock rows in memory, as the last decided event left them, with the lists that pages of a
/// station and "who stocks this item" need.
///
/// Memory: about 190 bytes a row. Threading: the ledger's thread only; other threads read rows
/// from a durable snapshot of the store.
package struct StockTable: ~Copyable {
    /// A row's place; stable while the process lives.
    package typealias Row = Int

    private var rows: [Entry] = []
    private var slots: [UInt32]
    private var mask: Int
    private var byStation: [UInt32: [UInt32]] = [:]
    private var byItem: [UInt32: [UInt32]] = [:]

    /// A row beside the hash of its stored value: whoever changes one needs the other.
    private struct Entry {
        var stock: Stock
        var hash = Digest128()
    }

    package init() {
        slots = [UInt32](repeating: 0, count: 1_024)
        mask = 1_023
    }

    package var count: Int { rows.count }

    /// The row of an item at a station, or nil where nothing was ever stocked.
    package func row(_ key: StockKey) -> Row? {
        var slot = Int(truncatingIfNeeded: FastHash.mix(key.packed)) & mask
        while slots[slot] != 0 {
            let row = Int(slots[slot]) - 1
            if rows[row].stock.station == key.station && rows[row].stock.item == key.item {
                return row
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    package subscript(row: Row) -> Stock { rows[row].stock }

    /// The figures of an item at a station; an empty row where nothing was ever stocked.
    package func stock(_ key: StockKey) -> Stock {
        guard let row = row(key) else { return Stock(station: key.station, item: key.item) }
        return rows[row].stock
    }

    /// What may be sold and the event that last changed it, without copying the row.
    package func level(_ row: Row) -> (available: Int64, seq: UInt64) {
        (rows[row].stock.available, rows[row].stock.seq)
    }

    /// The hash of the stored value, an element of the state digest.
    package func hash(_ row: Row) -> Digest128 { rows[row].hash }

    package mutating func setHash(_ hash: Digest128, row: Row) { rows[row].hash = hash }

    /// Replaces the row at a known place.
    package mutating func replace(_ row: Row, _ stock: Stock) { rows[row].stock = stock }

    /// Replaces a row, or makes it.
    ///
    /// - Returns: the row's place.
    @discardableResult
    package mutating func set(_ stock: Stock) -> Row {
        if let row = row(stock.key) {
            rows[row].stock = stock
            return row
        }
        if (rows.count + 1) * 2 > slots.count { growSlots() }
        rows.append(Entry(stock: stock))
        let row = rows.count - 1
        insertSlot(row)
        byStation[stock.station.raw, default: []].append(UInt32(row))
        byItem[stock.item.raw, default: []].append(UInt32(row))
        return row
    }

    /// Takes back the row that was made last: its transaction was refused.
    package mutating func removeLast() {
        guard let stock = rows.popLast()?.stock else { return }
        _ = byStation[stock.station.raw]?.popLast()
        _ = byItem[stock.item.raw]?.popLast()
        rebuildSlots(count: slots.count)
    }

    /// The rows of one station, in the order they were made.
    package func rows(station: StationNumber) -> [UInt32] { byStation[station.raw] ?? [] }

    /// The rows of one item, in the order they were made.
    package func rows(item: ItemNumber) -> [UInt32] { byItem[item.raw] ?? [] }

    private mutating func insertSlot(_ row: Row) {
        var slot = Int(truncatingIfNeeded: FastHash.mix(rows[row].stock.key.packed)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(row + 1)
    }

    private mutating func growSlots() { rebuildSlots(count: slots.count * 2) }

    private mutating func rebuildSlots(count: Int) {
        slots = [UInt32](repeating: 0, count: count)
        mask = count - 1
        for row in rows.indices { insertSlot(row) }
    }
}
