package import Basics
import Domain
import JSON
import Storage

/// `ITEM PRICES`: what was paid for an item, for charts.
package enum PriceQueries {
    private enum Option: String, CaseIterable {
        case station = "STATION"
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
        case reversed = "REV"
    }

    /// `ITEM PRICES item [STATION s] [FROM t] [TO t] [LIMIT n] [CURSOR c] [REV]`: a page of
    /// `{"time","trade","seller","buyer","quantity","unit_price","currency"}`, one for each trade
    /// that was neither reserved only nor taken back; a trade with several lines of the item gives
    /// several. A caller sees the trades of its stations.
    package static func prices(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let item = try context.item(try cursor.identifier(words, "item"))
        var station: StationNumber?
        var range = ListRange()
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .station: station = try context.station(try cursor.identifier(words, "STATION"))
            case .from: try range.setFrom(words, &cursor, context)
            case .to: try range.setTo(words, &cursor, context)
            case .limit: range.limit = try cursor.limit(words, context.limits)
            case .cursor: try range.setCursor(words, &cursor)
            case .reversed: range.isReversed = true
            }
        }
        let scope = Scope(context)
        let keys = try range.keys(.trades)
        let view = context.view
        let walk = try reading { () throws(StorageError) in
            var sources = try RecordSources(keys, reversed: range.isReversed, context)
            try sources.add(.itemTrade, owner: UInt64(item.raw), required: [])
            return RecordWalk(sources.list, in: keys, reversed: range.isReversed) {
                (key) throws(StorageError) in try view.trade(key)
            }
        }
        try walk.writePage(
            .trades, limit: range.limit, reversed: range.isReversed, context, reply,
            where: { trade in
                isSold(trade) && scope.allows(trade)
                    && (station.map { trade.seller == $0 || trade.buyer == $0 } ?? true)
            },
            { trade, reply in append(trade, item, view.names, reply) })
    }

    private static func isSold(_ trade: Trade) -> Bool {
        trade.status == .initiated || trade.status == .completed
    }

    private static func append(
        _ trade: Trade, _ item: ItemNumber, _ names: Names, _ reply: Reply
    ) {
        var opening: StaticString = "{\"time\":"
        for line in trade.lines where line.item == item {
            reply.body.append(opening)
            opening = ",{\"time\":"
            reply.body.appendJSON(trade.occurred ?? trade.created)
            reply.body.append(",\"trade\":" as StaticString)
            reply.body.appendJSON(trade.id)
            reply.body.append(",\"seller\":" as StaticString)
            reply.body.appendJSON(names.station(trade.seller))
            reply.body.append(",\"buyer\":" as StaticString)
            reply.body.appendJSON(names.station(trade.buyer))
            reply.body.append(",\"quantity\":" as StaticString)
            reply.body.append(decimal: line.quantity)
            reply.body.append(",\"unit_price\":" as StaticString)
            MoneyText.appendJSON(
                line.unitPrice, scale: names.scale(of: trade.currency), to: &reply.body)
            reply.body.append(",\"currency\":" as StaticString)
            reply.body.appendJSON(trade.currency)
            reply.body.append(UInt8(ascii: "}"))
        }
    }
}
