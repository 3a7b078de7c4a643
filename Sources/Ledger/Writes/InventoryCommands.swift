import Basics
import Domain

/// The write commands of `INVENTORY`.
enum InventoryCommands {
    private enum ReasonOption: String, CaseIterable { case reason = "REASON" }

    /// `station item number [REASON r]`
    private struct Request {
        var station: StationNumber
        var item: ItemNumber
        var number: Int64
        var reason: String?
    }

    private static func parse(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, isDelta: Bool = false,
        needsReason: Bool = false
    ) throws(CommandError) -> Request {
        var cursor = ArgumentCursor(at: 2)
        let station = try Lookup.station(words, &cursor, "station", transaction)
        let item = try Lookup.item(words, &cursor, transaction)
        let number =
            isDelta
            ? try cursor.integer(
                words, "delta", in: -StockMoves.maximumFigure...StockMoves.maximumFigure)
            : try Lookup.quantity(words, &cursor)
        if number == 0 { throw CommandError(.range, "delta must not be 0") }
        var request = Request(station: station, item: item, number: number, reason: nil)
        while let option = try cursor.option(words, of: ReasonOption.self) {
            switch option {
            case .reason: request.reason = try Lookup.text(words, &cursor, "REASON", transaction)
            }
        }
        if needsReason && (request.reason ?? "").isEmpty {
            throw CommandError(.syntax, "REASON is missing: this change must say why")
        }
        try ShipmentDecision.requireScope([station], transaction)
        return request
    }

    /// From outside: SUPPLIER → station.
    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction)
        var moves = StockMoves()
        try moves.onHand(
            request.station, request.item, by: request.number, against: .supplier, transaction)
        try moves.checkInvariants(transaction)
        try moves.checkCapacity(at: request.station, transaction)
        emit(.inventoryAdded, request, &moves, transaction, reply)
    }

    /// Used up: station → CONSUMED.
    static func remove(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction)
        var moves = StockMoves()
        try moves.onHand(
            request.station, request.item, by: -request.number, against: .consumed, transaction)
        try moves.checkInvariants(transaction)
        emit(.inventoryRemoved, request, &moves, transaction, reply)
    }

    /// All that is on hand is used up; nothing where nothing is.
    ///
    /// - Throws: `NOTFOUND` for a row that never was, `BADSTATE` while goods are reserved, held or
    ///   on their way.
    static func clear(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let station = try Lookup.station(words, &cursor, "station", transaction)
        let item = try Lookup.item(words, &cursor, transaction)
        var request = Request(station: station, item: item, number: 0, reason: nil)
        while let option = try cursor.option(words, of: ReasonOption.self) {
            switch option {
            case .reason: request.reason = try Lookup.text(words, &cursor, "REASON", transaction)
            }
        }
        try ShipmentDecision.requireScope([station], transaction)
        let row = transaction.stock(station, item)
        let place = "\(transaction.names.station(station)) and \(transaction.names.item(item))"
        if row.seq == 0 {
            throw CommandError(.notFound, "there is no stock row of \(place)")
        }
        for (figure, word) in [
            (row.reserved, "reserved"), (row.held, "held"), (row.incoming, "on their way"),
        ] where figure > 0 {
            var error = CommandError(
                .badState, "\(figure) of the stock row of \(place) are \(word)")
            error.station = transaction.names.station(station)
            error.item = transaction.names.item(item)
            throw error
        }
        if row.onHand == 0 { return show(station, item, transaction, reply) }
        request.number = row.onHand
        var moves = StockMoves()
        try moves.onHand(station, item, by: -row.onHand, against: .consumed, transaction)
        try moves.checkInvariants(transaction)
        emit(.inventoryRemoved, request, &moves, transaction, reply)
    }

    /// A correction, either way: ADJUST ↔ station.
    static func adjust(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction, isDelta: true, needsReason: true)
        var moves = StockMoves()
        try moves.onHand(
            request.station, request.item, by: request.number, against: .adjust, transaction)
        try moves.checkInvariants(transaction)
        if request.number > 0 { try moves.checkCapacity(at: request.station, transaction) }
        emit(.inventoryAdjusted, request, &moves, transaction, reply)
    }

    /// Into quarantine or customs: still on hand, not available.
    static func hold(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction, needsReason: true)
        var moves = StockMoves()
        try moves.held(request.station, request.item, by: request.number, transaction)
        try moves.checkInvariants(transaction)
        emit(.inventoryHeld, request, &moves, transaction, reply)
    }

    static func release(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction, needsReason: true)
        var moves = StockMoves()
        try moves.held(request.station, request.item, by: -request.number, transaction)
        try moves.checkInvariants(transaction)
        emit(.inventoryReleased, request, &moves, transaction, reply)
    }

    private static func emit(
        _ type: EventType, _ request: Request, _ moves: inout StockMoves,
        _ transaction: Transaction, _ reply: Reply
    ) {
        let changes = moves.seal(seq: transaction.nextSeq)
        transaction.emit(
            type,
            .inventory(
                InventoryChange(
                    stock: changes[0], quantity: request.number, reason: request.reason)))
        moves.emitLow(transaction)
        show(request.station, request.item, transaction, reply)
    }

    // MARK: Limits

    private enum LimitOption: String, CaseIterable {
        case capacity = "CAPACITY"
        case low = "LOW"
        case ask = "ASK"
    }

    /// `LIMITS station item [CAPACITY n] [LOW n] [ASK price currency]`; `NONE` clears. A row whose
    /// level was cleared is never low; one without a level is low below 10 % of its capacity.
    static func limits(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let station = try Lookup.station(words, &cursor, "station", transaction)
        let item = try Lookup.item(words, &cursor, transaction)
        try ShipmentDecision.requireScope([station], transaction)
        let before = transaction.stock(station, item)
        var after = before
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "LIMITS needs CAPACITY, LOW or ASK")
        }
        while let option = try cursor.option(words, of: LimitOption.self) {
            switch option {
            case .capacity: after.capacity = try figure(words, &cursor, "CAPACITY")
            case .low:
                after.lowAt = try figure(words, &cursor, "LOW")
                after.isNeverLow = after.lowAt == nil
            case .ask: try ask(words, &cursor, &after, transaction)
            }
        }
        after.seq = transaction.nextSeq
        transaction.emit(
            .inventoryLimits,
            .inventory(
                InventoryChange(
                    stock: StockChange(
                        after: after, previous: before.seq, delta: 0, counterpart: nil),
                    quantity: 0, reason: nil)))
        // A level that rises past the figure is crossed downwards as well.
        if after.isLow && !before.isLow { StockMoves.emitLow(after, transaction) }
        show(station, item, transaction, reply)
    }

    private static func figure(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString
    ) throws(CommandError) -> Int64? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        return try cursor.integer(words, name, in: 0...StockMoves.maximumFigure)
    }

    private static func ask(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ row: inout Stock,
        _ transaction: Transaction
    ) throws(CommandError) {
        if cursor.matchKeyword(words, "NONE") {
            row.ask = nil
            row.askCurrency = nil
            return
        }
        let price = try Prices.amountAndCurrency(words, &cursor, "ASK", transaction)
        row.ask = price.amount
        row.askCurrency = price.currency
    }

    private static func show(
        _ station: StationNumber, _ item: ItemNumber, _ transaction: Transaction, _ reply: Reply
    ) {
        reply.value = .record
        reply.body.appendJSON(transaction.stock(station, item), names: transaction.names)
    }
}

/// A price as two words: an amount and its currency.
enum Prices {
    static func amountAndCurrency(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString,
        _ transaction: Transaction
    ) throws(CommandError) -> (amount: Int64, currency: CurrencyCode) {
        let position = cursor.position
        _ = try cursor.word(words, name)
        let code = try cursor.currency(words)
        guard let currency = transaction.state.currencies[code] else {
            throw .notFound("currency", code.text)
        }
        let amount: Int64
        do throws(ValueError) {
            amount = try MoneyText.parse(words[position], scale: currency.scale)
        } catch { throw CommandError(error) }
        if amount < 0 { throw CommandError(.range, "\(name) must not be negative") }
        return (amount, code)
    }
}
