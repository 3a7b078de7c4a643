package import Basics
import Domain
import JSON
import Storage

/// The reads of stock. Figures are readable by all; a row's history by its station only.
package enum InventoryQueries {
    private enum GetOption: String, CaseIterable {
        case asOf = "AS"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    private enum FindOption: String, CaseIterable {
        case minimum = "MIN"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    // MARK: Figures

    /// `INVENTORY LEVEL station item`: what is available, 0 where nothing was ever stocked.
    ///
    /// Cost: two look-ups of names and one of the row, no allocation.
    package static func level(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let stationID = try cursor.identifier(words, "station")
        let itemID = try cursor.identifier(words, "item")
        try cursor.finish(words)
        let names = context.view.names
        guard let station = names.stations.number(of: stationID),
            let item = names.items.number(of: itemID)
        else {
            reply.value = .integer(0)
            return
        }
        let key = StockKey(station: StationNumber(station), item: ItemNumber(item))
        do throws(StorageError) {
            reply.value = .integer(try context.view.stock(key)?.available ?? 0)
        } catch { throw CommandError(error) }
    }

    /// `INVENTORY GET station [item] [AS OF seq|time] [LIMIT n] [CURSOR c]`: one row, or a page of
    /// the station's rows in the order in which they came.
    package static func get(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let stationID = try cursor.identifier(words, "station")
        var itemID: Identifier?
        if !cursor.isAtEnd(words), !isOption(words, cursor) {
            itemID = try cursor.identifier(words, "item")
        }
        var asOf: UInt64?
        var limit = 100
        var first: UInt64 = 0
        while let option = try cursor.option(words, of: GetOption.self) {
            switch option {
            case .asOf: asOf = try cursor.asOf(words, context)
            case .limit: limit = try cursor.limit(words, context.limits)
            case .cursor: first = try cursor.place(words)
            }
        }
        guard let number = context.view.names.stations.number(of: stationID) else { return }
        let station = StationNumber(number)
        guard let itemID else {
            let count = try page(
                of: station, asOf: asOf, limit: limit, from: first, context, reply)
            // A station that the view does not know yet has no page. A row says that there is a
            // station, which spares the look-up.
            if count == 0, try !isKnown(stationID, context) { reply.reset() }
            return
        }
        guard let item = context.view.names.items.number(of: itemID) else { return }
        let key = StockKey(station: station, item: ItemNumber(item))
        guard let stock = try stock(key, asOf: asOf, context) else { return }
        reply.body.appendJSON(stock, names: context.view.names)
        reply.value = .record
    }

    private static func isOption(
        _ words: borrowing ArgumentVector, _ cursor: ArgumentCursor
    ) -> Bool {
        cursor.peekKeyword(words, "AS") || cursor.peekKeyword(words, "LIMIT")
            || cursor.peekKeyword(words, "CURSOR")
    }

    /// A row as it was after event `asOf`, or as the view has it: out of memory where it is the
    /// same there.
    static func stock(
        _ key: StockKey, asOf: UInt64?, _ context: ReadContext
    ) throws(CommandError) -> Stock? {
        if let row = context.stockLists.row(key) { return try stock(row, asOf: asOf, context) }
        let stored = try reading { () throws(StorageError) in try context.view.stock(key) }
        return try past(stored, asOf: asOf, context)
    }

    /// The row at a place of the lists: a station's page looks none of its rows up by name.
    private static func stock(
        _ row: UInt32, asOf: UInt64?, _ context: ReadContext
    ) throws(CommandError) -> Stock? {
        let lists = context.stockLists
        if let stock = lists.stock(row, upTo: context.view.head.seq) {
            return try past(stock, asOf: asOf, context)
        }
        let stored = try reading { () throws(StorageError) in
            try context.view.stock(lists.key(row))
        }
        return try past(stored, asOf: asOf, context)
    }

    private static func past(
        _ latest: Stock?, asOf: UInt64?, _ context: ReadContext
    ) throws(CommandError) -> Stock? {
        guard let asOf, let latest, latest.seq > asOf else { return latest }
        return try ChainReader(StockChain(key: latest.key), context)
            .record(asOf: asOf, latest: latest, seq: latest.seq)
    }

    private static func page(
        of station: StationNumber, asOf: UInt64?, limit: Int, from first: UInt64,
        _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) -> Int {
        // Taken out of the context once: a page has up to a thousand rows.
        let (lists, names, head) = (
            context.stockLists, context.view.names, context.view.head.seq
        )
        let newest = min(asOf ?? head, head)
        let rows = lists.rows(at: station)
        var page = PageWriter(reply, limit: limit, context.limits)
        var next: String?
        var index = Int(clamping: first)
        var examined = 0
        while index < rows.count {
            if page.isFull || examined >= context.limits.pageExaminedRows {
                next = PageCursor.text(.rows, reversed: false, RecordKey(seq: UInt64(index)))
                break
            }
            examined += 1
            let found =
                if let live = lists.stock(rows[index], upTo: newest) {
                    live
                } else {
                    try stock(rows[index], asOf: asOf, context)
                }
            if let stock = found {
                page.beginItem()
                reply.body.appendJSON(stock, names: names)
                if !page.endItem() {
                    next = PageCursor.text(.rows, reversed: false, RecordKey(seq: UInt64(index)))
                    break
                }
            }
            index += 1
        }
        page.finish(next: next, seq: head)
        return page.count
    }

    private static func isKnown(
        _ station: Identifier, _ context: ReadContext
    ) throws(CommandError) -> Bool {
        try reading { () throws(StorageError) in try context.view.station(station) } != nil
    }

    /// `INVENTORY FIND item [MIN n] [LIMIT n] [CURSOR c]`: the stations where at least `n` (1) are
    /// available, in the order in which they first stocked it.
    package static func find(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let item = try context.item(try cursor.identifier(words, "item"))
        var minimum: Int64 = 1
        var limit = 100
        var first: UInt64 = 0
        while let option = try cursor.option(words, of: FindOption.self) {
            switch option {
            case .minimum: minimum = try cursor.integer(words, "MIN", in: 0...Int64.max)
            case .limit: limit = try cursor.limit(words, context.limits)
            case .cursor: first = try cursor.place(words)
            }
        }
        let rows = context.stockLists.rows(of: item)
        var page = PageWriter(reply, limit: limit, context.limits)
        var next: String?
        var index = Int(clamping: first)
        var examined = 0
        while index < rows.count {
            if page.isFull || examined >= context.limits.pageExaminedRows {
                next = PageCursor.text(.rows, reversed: false, RecordKey(seq: UInt64(index)))
                break
            }
            examined += 1
            let row = rows[index]
            index += 1
            guard let stock = try stock(row, asOf: nil, context), stock.available >= minimum else {
                continue
            }
            page.beginItem()
            appendPlace(stock, context, reply)
            _ = page.endItem()
        }
        page.finish(next: next, seq: context.view.head.seq)
    }

    /// Appends `{"station","available","ask","currency"}`.
    private static func appendPlace(_ stock: Stock, _ context: ReadContext, _ reply: Reply) {
        let names = context.view.names
        reply.body.append("{\"station\":" as StaticString)
        reply.body.appendJSON(names.station(stock.station))
        reply.body.append(",\"available\":" as StaticString)
        reply.body.append(decimal: stock.available)
        reply.body.append(",\"ask\":" as StaticString)
        if let ask = stock.ask, let currency = stock.askCurrency {
            MoneyText.appendJSON(ask, scale: names.scale(of: currency), to: &reply.body)
            reply.body.append(",\"currency\":" as StaticString)
            reply.body.appendJSON(currency)
        } else {
            reply.body.append("null,\"currency\":null" as StaticString)
        }
        reply.body.append(UInt8(ascii: "}"))
    }
}

extension ArgumentCursor {
    /// What stands behind `AS`: `OF` and a place in the log, as the last seq at or before it.
    ///
    /// - Throws: `SYNTAX`, or `RANGE` for a place beyond the head.
    mutating func asOf(
        _ words: borrowing ArgumentVector, _ context: ReadContext
    ) throws(CommandError) -> UInt64 {
        try expectKeyword(words, "OF")
        return try Timeline.seq(at: try seqOrTime(words, "AS OF"), context)
    }

    /// The place in a list in memory that a `CURSOR` names.
    mutating func place(_ words: borrowing ArgumentVector) throws(CommandError) -> UInt64 {
        let text = try text(words, "CURSOR", maximumBytes: 128)
        return try PageCursor.key(text, of: .rows, reversed: false).seq
    }
}
