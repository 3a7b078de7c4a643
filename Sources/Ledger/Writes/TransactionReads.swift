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
        case ("INVENTORY LEVEL", 4), ("INVENTORY GET", 4):
            let station = try Lookup.station(words, &cursor, "station", transaction)
            let item = try Lookup.item(words, &cursor, transaction)
            let row = transaction.stock(station, item)
            if spec.flags.contains(.level) {
                reply.value = .integer(row.available)
            } else {
                reply.value = .record
                reply.body.appendJSON(row, names: transaction.names)
            }
        case ("TRADE GET", 3):
            let id = try cursor.identifier(words, "trade")
            guard let trade = try transaction.trade(id: id) else { return true }
            reply.value = .record
            reply.body.appendJSON(trade, names: transaction.names)
        case ("CARGO GET", 3):
            let id = try cursor.identifier(words, "shipment")
            guard let shipment = try transaction.shipment(id: id) else { return true }
            reply.value = .record
            reply.body.appendJSON(shipment, names: transaction.names)
        case ("STATION GET", 3):
            let number = try Lookup.station(words, &cursor, "station", transaction)
            guard let station = transaction.state.station(number) else { return true }
            reply.value = .record
            reply.body.appendJSON(station, names: transaction.names)
        case ("ITEM GET", 3):
            let number = try Lookup.item(words, &cursor, transaction)
            guard let item = transaction.state.item(number) else { return true }
            reply.value = .record
            reply.body.appendJSON(item, names: transaction.names)
        default: return false
        }
        return true
    }
}
