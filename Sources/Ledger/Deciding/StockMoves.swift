import Basics
import Domain

/// The arithmetic of stock rows: every change checked, each refusal naming the row and its figures.
///
/// Rows are gathered first and become part of one event; demand for the same row over several
/// lines adds up here, before anything is checked against the row.
struct StockMoves {
    private(set) var changes: [StockChange] = []
    private var before: [Stock] = []

    init() { changes.reserveCapacity(2) }

    /// The row as it is with the moves so far.
    private mutating func place(
        _ station: StationNumber, _ item: ItemNumber, _ transaction: Transaction
    ) -> Int {
        for index in changes.indices
        where changes[index].after.item == item && changes[index].after.station == station {
            return index
        }
        let row = transaction.stock(station, item)
        before.append(row)
        changes.append(StockChange(after: row, previous: row.seq, delta: 0, counterpart: nil))
        return changes.count - 1
    }

    /// Moves `delta` on or off the shelf against `counterpart`.
    mutating func onHand(
        _ station: StationNumber, _ item: ItemNumber, by delta: Int64,
        against counterpart: Counterpart, _ transaction: Transaction
    ) throws(CommandError) {
        let index = place(station, item, transaction)
        changes[index].after.onHand = try Self.add(
            changes[index].after.onHand, delta, "on_hand")
        changes[index].delta = try Self.add(changes[index].delta, delta, "on_hand")
        changes[index].counterpart = counterpart
    }

    mutating func reserved(
        _ station: StationNumber, _ item: ItemNumber, by delta: Int64, _ transaction: Transaction
    ) throws(CommandError) {
        let index = place(station, item, transaction)
        changes[index].after.reserved = try Self.add(
            changes[index].after.reserved, delta, "reserved")
    }

    mutating func held(
        _ station: StationNumber, _ item: ItemNumber, by delta: Int64, _ transaction: Transaction
    ) throws(CommandError) {
        let index = place(station, item, transaction)
        changes[index].after.held = try Self.add(changes[index].after.held, delta, "held")
    }

    mutating func incoming(
        _ station: StationNumber, _ item: ItemNumber, by delta: Int64, _ transaction: Transaction
    ) throws(CommandError) {
        let index = place(station, item, transaction)
        changes[index].after.incoming = try Self.add(
            changes[index].after.incoming, delta, "incoming")
    }

    /// Checks every row against the invariants.
    ///
    /// - Throws: `OUTOFSTOCK` with the row, what was asked of it and what was available.
    func checkInvariants(_ transaction: Transaction) throws(CommandError) {
        for index in changes.indices {
            let after = changes[index].after
            let bad =
                after.onHand < 0 || after.reserved < 0 || after.held < 0 || after.incoming < 0
                || Int128(after.reserved) + Int128(after.held) > Int128(after.onHand)
            if bad { throw outOfStock(before[index], after, transaction) }
        }
    }

    private func outOfStock(
        _ before: Stock, _ after: Stock, _ transaction: Transaction
    ) -> CommandError {
        let station = transaction.names.station(before.station)
        let item = transaction.names.item(before.item)
        let asked: Int128
        let present: Int64
        let what: String
        if after.held < 0 {
            (asked, present, what) = (Int128(before.held) - Int128(after.held), before.held, "held")
        } else if after.incoming < 0 {
            asked = Int128(before.incoming) - Int128(after.incoming)
            (present, what) = (before.incoming, "incoming")
        } else {
            asked =
                Int128(before.available)
                - (Int128(after.onHand) - Int128(after.reserved) - Int128(after.held))
            (present, what) = (before.available, "available")
        }
        var error = CommandError(
            .outOfStock, "\(station) has \(present) of \(item) \(what), \(asked) asked")
        error.station = station
        error.item = item
        error.asked = Int64(clamping: asked)
        error.available = present
        return error
    }

    /// Checks that what the rows of `station` gained fits: `on_hand + incoming ≤ capacity`, and no
    /// more than a figure can hold, so that what is on its way can always arrive.
    ///
    /// - Throws: `NOCAPACITY` with the row, what was asked and the room there was; `RANGE`.
    func checkCapacity(
        at station: StationNumber, _ transaction: Transaction
    ) throws(CommandError) {
        for index in changes.indices where changes[index].after.station == station {
            let after = changes[index].after
            let total = Int128(after.onHand) + Int128(after.incoming)
            let earlier = Int128(before[index].onHand) + Int128(before[index].incoming)
            if total > Int128(Self.maximumFigure) && total > earlier {
                throw tooMuch(after, asked: total - earlier, transaction)
            }
            guard let capacity = after.capacity else { continue }
            if total <= Int128(capacity) || total <= earlier { continue }
            let name = transaction.names.station(station)
            let item = transaction.names.item(after.item)
            let room = Int64(clamping: max(0, Int128(capacity) - earlier))
            var error = CommandError(
                .noCapacity,
                "\(name) has room for \(room) of \(item), \(total - earlier) asked "
                    + "(capacity \(capacity))")
            error.station = name
            error.item = item
            error.asked = Int64(clamping: total - earlier)
            error.available = room
            throw error
        }
    }

    private func tooMuch(
        _ row: Stock, asked: Int128, _ transaction: Transaction
    ) -> CommandError {
        let station = transaction.names.station(row.station)
        let item = transaction.names.item(row.item)
        var error = CommandError(
            .range,
            "on_hand and incoming of \(item) at \(station) would pass the limit of "
                + "\(Self.maximumFigure) together, \(asked) asked")
        error.station = station
        error.item = item
        error.asked = Int64(clamping: asked)
        return error
    }

    /// The changes as the event `seq` records them.
    mutating func seal(seq: UInt64) -> [StockChange] {
        for index in changes.indices { changes[index].after.seq = seq }
        return changes
    }

    /// Tells of every row that fell below its level by these moves, once each.
    func emitLow(_ transaction: Transaction) {
        for index in changes.indices {
            let after = changes[index].after
            if after.onHand >= before[index].onHand || !after.isLow || before[index].isLow {
                continue
            }
            Self.emitLow(after, transaction)
        }
    }

    /// Tells that a row lies below its level.
    ///
    /// - Parameter after: the row as the event before this one left it.
    static func emitLow(_ after: Stock, _ transaction: Transaction) {
        var row = after
        row.seq = transaction.nextSeq
        transaction.emit(
            .inventoryLow,
            .inventory(
                InventoryChange(
                    stock: StockChange(
                        after: row, previous: after.seq, delta: 0, counterpart: nil),
                    quantity: row.onHand, reason: nil)))
    }

    /// Every figure stays below 2⁵³, so that every client can hold it exactly.
    static let maximumFigure: Int64 = (1 << 53) - 1

    static func add(_ left: Int64, _ right: Int64, _ name: String) throws(CommandError) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        if overflow || sum > maximumFigure {
            throw CommandError(.range, "\(name) would pass the limit of \(maximumFigure)")
        }
        return sum
    }
}
