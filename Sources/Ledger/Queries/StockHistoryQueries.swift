package import Basics
import Domain
import JSON
import Storage

/// The reads of a stock row's past: only for callers of its station.
package enum StockHistoryQueries {
    /// Changes that `EXPLAIN STOCK` shows.
    private static let shownChanges = 100

    /// `INVENTORY HISTORY station item [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]`: lines of
    /// `{"seq","time","delta","balance","counterpart","reason","trade","shipment","actor"}`.
    ///
    /// - Throws: `NOTFOUND` for an unknown station or item.
    package static func history(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let key = try key(words, &cursor, context)
        let page = try HistoryPage(words, &cursor, context)
        let stock = try InventoryQueries.stock(key, asOf: nil, context)
        let reader = try ChainReader(StockChain(key: key), context)
        try page.write(reader, latest: stock?.seq ?? 0, context, reply) { event, reply in
            StockLine(event, of: key)?.append(to: &reply.body) != nil
        }
    }

    /// `EXPLAIN STOCK station item`: the figures, the latest changes, and what the reserved,
    /// incoming and held quantities consist of.
    ///
    /// - Throws: `NOTFOUND` for an unknown station or item, or a row that never was.
    package static func explain(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let key = try key(words, &cursor, context)
        try cursor.finish(words)
        let names = context.view.names
        guard let stock = try InventoryQueries.stock(key, asOf: nil, context) else {
            throw .notFound("stock of \(names.item(key.item)) at", names.station(key.station).text)
        }
        let reader = try ChainReader(StockChain(key: key), context)
        var parts = StockParts(stock)
        var lines: [StockLine] = []
        var seq = stock.seq
        var steps = 0
        while seq > 0, steps < context.limits.pageExaminedRows,
            lines.count < shownChanges || !parts.isComplete
        {
            steps += 1
            let step = try reader.step(at: seq)
            let event = try reading { () throws(StorageError) in try context.view.event(seq) }
            if let event {
                if lines.count < shownChanges, let line = StockLine(event, of: key) {
                    lines.append(line)
                }
                try parts.take(event, before: step.previous, reader, context)
            }
            seq = step.previous
        }
        reply.body.append("{\"stock\":" as StaticString)
        reply.body.appendJSON(stock, names: names)
        reply.body.append(",\"changes\":" as StaticString)
        reply.body.appendList(lines.reversed()) { line, buffer in line.append(to: &buffer) }
        parts.append(to: &reply.body, names: names)
        reply.body.append(UInt8(ascii: "}"))
        reply.value = .record
    }

    private static func key(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ context: ReadContext
    ) throws(CommandError) -> StockKey {
        let stationID = try cursor.identifier(words, "station")
        let itemID = try cursor.identifier(words, "item")
        let station = try context.station(stationID)
        if !Scope(context).allows(station) { throw .notFound("station", stationID.text) }
        return StockKey(station: station, item: try context.item(itemID))
    }
}

/// A line of a stock row's history.
struct StockLine {
    let seq: UInt64
    let change: StockChange
    private let time: Timestamp
    private let reason: String?
    private let trade: Identifier?
    private let shipment: Identifier?
    private let actor: Identifier

    /// Nil for an event that does not change the row's figures.
    init?(_ event: Event, of key: StockKey) {
        seq = event.seq
        time = event.time
        actor = event.actor
        switch event.data {
        case .trade(let data):
            guard let found = data.stock.first(where: { $0.after.key == key }) else { return nil }
            (change, reason) = (found, data.reason)
            (trade, shipment) = (data.trade.id, nil)
        case .shipment(let data):
            guard let found = data.stock.first(where: { $0.after.key == key }) else { return nil }
            change = found
            reason = data.reason ?? data.receipt.first { $0.item == key.item }?.reason
            (trade, shipment) = (data.shipment.tradeID, data.shipment.id)
        case .inventory(let data):
            // `inventory.low` tells of a figure, it changes none.
            if event.type == .inventoryLow || data.stock.after.key != key { return nil }
            (change, reason) = (data.stock, data.reason)
            (trade, shipment) = (nil, nil)
        default: return nil
        }
    }

    func append(to buffer: inout ByteBuffer) {
        buffer.append("{\"seq\":" as StaticString)
        buffer.append(decimal: seq)
        buffer.append(",\"time\":" as StaticString)
        buffer.appendJSON(time)
        appendMovement(to: &buffer)
        buffer.append(",\"reason\":" as StaticString)
        buffer.appendJSON(optional: reason)
        buffer.append(",\"trade\":" as StaticString)
        if let trade { buffer.appendJSON(trade) } else { buffer.appendJSONNull() }
        buffer.append(",\"shipment\":" as StaticString)
        if let shipment { buffer.appendJSON(shipment) } else { buffer.appendJSONNull() }
        buffer.append(",\"actor\":" as StaticString)
        buffer.appendJSON(actor)
        buffer.append(UInt8(ascii: "}"))
    }

    private func appendMovement(to buffer: inout ByteBuffer) {
        buffer.append(",\"delta\":" as StaticString)
        buffer.append(decimal: change.delta)
        buffer.append(",\"balance\":" as StaticString)
        buffer.append(decimal: change.after.onHand)
        buffer.append(",\"counterpart\":" as StaticString)
        if let counterpart = change.counterpart {
            buffer.append(UInt8(ascii: "\""))
            buffer.append(counterpart.name)
            buffer.append(UInt8(ascii: "\""))
        } else {
            buffer.appendJSONNull()
        }
    }

    /// Appends the line as a movement of a trade: with station and item, without the trade.
    func appendMovement(to buffer: inout ByteBuffer, names: Names) {
        buffer.append("{\"seq\":" as StaticString)
        buffer.append(decimal: seq)
        buffer.append(",\"time\":" as StaticString)
        buffer.appendJSON(time)
        buffer.append(",\"station\":" as StaticString)
        buffer.appendJSON(names.station(change.after.station))
        buffer.append(",\"item\":" as StaticString)
        buffer.appendJSON(names.item(change.after.item))
        appendMovement(to: &buffer)
        buffer.append(",\"reason\":" as StaticString)
        buffer.appendJSON(optional: reason)
        buffer.append(",\"shipment\":" as StaticString)
        if let shipment { buffer.appendJSON(shipment) } else { buffer.appendJSONNull() }
        buffer.append(",\"actor\":" as StaticString)
        buffer.appendJSON(actor)
        buffer.append(UInt8(ascii: "}"))
    }
}

/// What the reserved, incoming and held figures of a row consist of, gathered from its changes, the
/// latest first, until they add up.
struct StockParts {
    private struct Reservation {
        let trade: Trade
        let quantity: Int64
    }
    /// Goods on their way, or those of a reservation, which has no shipment yet.
    private struct Arrival {
        let shipment: Shipment?
        let trade: Identifier?
        let eta: Timestamp?
        let quantity: Int64
    }
    private struct Hold {
        let quantity: Int64
        let reason: String?
        let seq: UInt64
    }

    private let key: StockKey
    private var missingReserved: Int64
    private var missingIncoming: Int64
    private var isHeldComplete: Bool
    private var reservations: [Reservation] = []
    private var arrivals: [Arrival] = []
    private var promised: [Arrival] = []
    private var holds: [Hold] = []
    private var seenTrades: Set<RecordKey> = []
    private var seenShipments: Set<RecordKey> = []

    init(_ stock: Stock) {
        key = stock.key
        missingReserved = stock.reserved
        missingIncoming = stock.incoming
        isHeldComplete = stock.held == 0
    }

    var isComplete: Bool { missingReserved <= 0 && missingIncoming <= 0 && isHeldComplete }

    /// Takes in one change of the row.
    ///
    /// - Parameter previous: the change before it.
    mutating func take(
        _ event: Event, before previous: UInt64, _ reader: ChainReader<StockChain>,
        _ context: ReadContext
    ) throws(CommandError) {
        switch event.data {
        case .trade(let change): try take(change.trade.key, context)
        case .shipment(let change):
            if let trade = change.shipment.trade { try take(trade, context) }
            try take(shipment: change.shipment.key, context)
        case .inventory(let change) where !isHeldComplete:
            if event.type == .inventoryHeld || event.type == .inventoryReleased {
                let sign: Int64 = event.type == .inventoryHeld ? 1 : -1
                holds.append(
                    Hold(
                        quantity: sign &* change.quantity, reason: change.reason, seq: event.seq))
                let held = previous == 0 ? 0 : try reader.step(at: previous).after.held
                isHeldComplete = held == 0
            }
        default: break
        }
    }

    private mutating func take(_ key: RecordKey, _ context: ReadContext) throws(CommandError) {
        if !seenTrades.insert(key).inserted { return }
        let found = try reading { () throws(StorageError) in try context.view.trade(key) }
        guard let trade = found else { return }
        let quantity = trade.lines.reduce(into: Int64(0)) { sum, line in
            if line.item == self.key.item { sum &+= line.quantity }
        }
        if trade.status == .reserved {
            if trade.seller == self.key.station {
                reservations.append(Reservation(trade: trade, quantity: quantity))
                missingReserved &-= quantity
            } else if trade.buyer == self.key.station {
                promised.append(
                    Arrival(shipment: nil, trade: trade.id, eta: trade.eta, quantity: quantity))
                missingIncoming &-= quantity
            }
        }
        for shipment in trade.shipments { try take(shipment: shipment.key, context) }
    }

    private mutating func take(
        shipment key: RecordKey, _ context: ReadContext
    ) throws(CommandError) {
        if !seenShipments.insert(key).inserted { return }
        let found = try reading { () throws(StorageError) in try context.view.shipment(key) }
        guard let shipment = found, shipment.status.isOpen,
            shipment.destination == self.key.station
        else { return }
        let quantity = shipment.lines.reduce(into: Int64(0)) { sum, line in
            if line.item == self.key.item { sum &+= line.open }
        }
        if quantity == 0 { return }
        arrivals.append(
            Arrival(
                shipment: shipment, trade: shipment.tradeID, eta: shipment.eta,
                quantity: quantity))
        missingIncoming &-= quantity
    }

    func append(to buffer: inout ByteBuffer, names: Names) {
        buffer.append(",\"reservations\":" as StaticString)
        buffer.appendList(reservations.reversed()) { part, buffer in
            buffer.append("{\"trade\":" as StaticString)
            buffer.appendJSON(part.trade.id)
            buffer.append(",\"quantity\":" as StaticString)
            buffer.append(decimal: part.quantity)
            buffer.append(",\"expires\":" as StaticString)
            if let expires = part.trade.expires {
                buffer.appendJSON(expires)
            } else {
                buffer.appendJSONNull()
            }
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(",\"incoming\":" as StaticString)
        buffer.appendList(arrivals.reversed() + promised.reversed()) { part, buffer in
            buffer.append("{\"shipment\":" as StaticString)
            if let shipment = part.shipment {
                buffer.appendJSON(shipment.id)
            } else {
                buffer.appendJSONNull()
            }
            buffer.append(",\"quantity\":" as StaticString)
            buffer.append(decimal: part.quantity)
            buffer.append(",\"eta\":" as StaticString)
            if let eta = part.eta { buffer.appendJSON(eta) } else { buffer.appendJSONNull() }
            buffer.append(",\"trade\":" as StaticString)
            if let trade = part.trade { buffer.appendJSON(trade) } else { buffer.appendJSONNull() }
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(",\"held\":" as StaticString)
        buffer.appendList(holds.reversed()) { part, buffer in
            buffer.append("{\"quantity\":" as StaticString)
            buffer.append(decimal: part.quantity)
            buffer.append(",\"reason\":" as StaticString)
            buffer.appendJSON(optional: part.reason)
            buffer.append(",\"seq\":" as StaticString)
            buffer.append(decimal: part.seq)
            buffer.append(UInt8(ascii: "}"))
        }
    }
}

extension ByteBuffer {
    /// Appends `[…]` with commas between what `body` appends.
    mutating func appendList<Element>(
        _ elements: some Sequence<Element>, _ body: (Element, inout ByteBuffer) -> Void
    ) {
        append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            body(element, &self)
        }
        append(UInt8(ascii: "]"))
    }
}
