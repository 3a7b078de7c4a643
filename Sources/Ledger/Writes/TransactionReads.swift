import Basics
import Domain

/// Reads inside `MULTI`: they see the writes before them in the same transaction.
///
/// Point reads are answered through the transaction. A list is answered from the store, and so is
/// taken only as long as the transaction has written nothing that it could miss.
enum TransactionReads {
    static func answer(
        _ words: borrowing ArgumentVector, _ spec: CommandSpec, _ transaction: Transaction,
        _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        if spec.name == "TRADE GET", try trades(words, transaction, reply) { return }
        if try point(words, spec, transaction, reply) { return }
        if transaction.hasEvents {
            throw CommandError(
                .err, "\(spec.name) is not allowed behind a write inside MULTI: it would not see it"
            )
        }
        guard case .read(let handler) = spec.handler else { return }
        try handler(words, context, reply)
    }

    /// - Returns: whether the read is one of a single record and the reply is there.
    private static func point(
        _ words: borrowing ArgumentVector, _ spec: CommandSpec, _ transaction: Transaction,
        _ reply: Reply
    ) throws(CommandError) -> Bool {
        var cursor = ArgumentCursor(at: 2)
        switch (spec.name, words.count) {
        case ("INVENTORY LEVEL", 4):
            let row = try stock(words, &cursor, transaction)
            reply.value = .integer(row?.available ?? 0)
        case ("INVENTORY GET", 4):
            let station = try Lookup.station(words, &cursor, "station", transaction)
            let item = try Lookup.item(words, &cursor, transaction)
            reply.value = .record
            reply.body.appendJSON(transaction.stock(station, item), names: transaction.names)
        case ("TRADE GET", 3):
            let id = try cursor.identifier(words, "trade")
            guard let trade = try transaction.trade(id: id), Lookup.isVisible(trade, transaction)
            else { return true }
            reply.value = .record
            reply.body.appendJSON(trade, names: transaction.names)
        case ("CARGO GET", 3):
            let id = try cursor.identifier(words, "shipment")
            guard let shipment = try transaction.shipment(id: id),
                Lookup.isVisible(shipment, transaction)
            else { return true }
            reply.value = .record
            reply.body.appendJSON(shipment, names: transaction.names)
        case ("STATION GET", 3):
            let id = try cursor.identifier(words, "station")
            guard let number = transaction.names.stations.number(of: id),
                let station = transaction.state.station(StationNumber(number))
            else { return true }
            reply.value = .record
            reply.body.appendJSON(station, names: transaction.names)
        case ("ITEM GET", 3):
            let id = try cursor.identifier(words, "item")
            guard let number = transaction.names.items.number(of: id),
                let item = transaction.state.item(ItemNumber(number))
            else { return true }
            reply.value = .record
            reply.body.appendJSON(item, names: transaction.names)
        case ("SHIP GET", 3):
            let id = try cursor.identifier(words, "ship")
            guard let number = transaction.names.ships.number(of: id),
                let ship = transaction.state.ship(ShipNumber(number))
            else { return true }
            reply.value = .record
            reply.body.appendJSON(ship, names: transaction.names)
        default: return false
        }
        return true
    }

    /// Several trades: a record or null for each.
    ///
    /// - Returns: false for a single one, and for a read of the past.
    private static func trades(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) -> Bool {
        if words.count < 4 || words[3].equalsFolded("AS") { return false }
        var cursor = ArgumentCursor(at: 2)
        var values: [ReplyValue] = []
        while !cursor.isAtEnd(words) {
            let id = try cursor.identifier(words, "trade")
            guard let trade = try transaction.trade(id: id), Lookup.isVisible(trade, transaction)
            else {
                values.append(.null)
                continue
            }
            var body = ByteBuffer(capacity: 512)
            body.appendJSON(trade, names: transaction.names)
            values.append(.json(body.bytes.array))
        }
        reply.value = .array(values)
        return true
    }

    /// The row of an item at a station; nil where either is unknown.
    private static func stock(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Stock? {
        let station = try cursor.identifier(words, "station")
        let item = try cursor.identifier(words, "item")
        guard let stationNumber = transaction.names.stations.number(of: station),
            let itemNumber = transaction.names.items.number(of: item)
        else { return nil }
        return transaction.stock(StationNumber(stationNumber), ItemNumber(itemNumber))
    }
}
