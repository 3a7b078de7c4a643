package import Basics
import Domain
import JSON
import Storage

/// `EXPLAIN TRADE`: how a trade's prices came about, and what it moved.
package enum ExplainQueries {
    /// `EXPLAIN TRADE id`: `{"trade":T,"steps":[…],"movements":[…]}`, every rule that took part
    /// among the steps, every change of stock by the trade and its shipments among the movements.
    ///
    /// - Throws: `NOTFOUND` for an unknown trade.
    package static func trade(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "trade")
        try cursor.finish(words)
        guard let trade = try TradeQueries.find(id, asOf: nil, context) else {
            throw .notFound("trade", id.text)
        }
        let view = context.view
        let names = view.names
        let made = try reading { () throws(StorageError) in try view.event(trade.key.seq) }
        var steps: [PriceStep] = []
        if case .trade(let change)? = made?.data { steps = change.steps }
        let movements = try movements(of: trade, context)
        reply.body.append("{\"trade\":" as StaticString)
        reply.body.appendJSON(trade, names: names)
        reply.body.append(",\"steps\":" as StaticString)
        reply.body.appendList(steps) { step, buffer in
            buffer.appendJSON(step: step, currency: trade.currency, names: names)
        }
        reply.body.append(",\"movements\":" as StaticString)
        reply.body.appendList(movements) { line, buffer in
            line.appendMovement(to: &buffer, names: names)
        }
        reply.body.append(UInt8(ascii: "}"))
        reply.value = .record
    }

    /// The changes of stock in the events of a trade and of its shipments, in the order of seqs.
    private static func movements(
        of trade: Trade, _ context: ReadContext
    ) throws(CommandError) -> [StockLine] {
        let limit = context.limits.pageExaminedRows
        var seqs = Set(
            try ChainReader(TradeChain(key: trade.key), context)
                .descending(in: 0..<UInt64.max, latest: trade.seq, limit: limit))
        for reference in trade.shipments {
            let found = try reading { () throws(StorageError) in
                try context.view.shipment(reference.key)
            }
            guard let shipment = found else { continue }
            seqs.formUnion(
                try ChainReader(ShipmentChain(key: shipment.key), context)
                    .descending(in: 0..<UInt64.max, latest: shipment.seq, limit: limit))
        }
        var lines: [StockLine] = []
        for seq in seqs.sorted() {
            let event = try reading { () throws(StorageError) in try context.view.event(seq) }
            guard let event else { continue }
            let rows: [StockChange] =
                switch event.data {
                case .trade(let change): change.stock
                case .shipment(let change): change.stock
                default: []
                }
            for row in rows {
                if let line = StockLine(event, of: row.after.key) { lines.append(line) }
            }
        }
        return lines
    }
}
