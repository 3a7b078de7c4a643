import Basics
import Domain

/// Words of a write command turned into what they name. Each refusal names the word.
enum Lookup {
    static func station(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString,
        _ transaction: Transaction
    ) throws(CommandError) -> StationNumber {
        let id = try cursor.identifier(words, name)
        guard let number = transaction.names.stations.number(of: id) else {
            var error = CommandError.notFound("station", id.text)
            error.station = id
            throw error
        }
        return StationNumber(number)
    }

    static func item(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> ItemNumber {
        try item(try cursor.identifier(words, "item"), transaction)
    }

    static func item(
        _ id: Identifier, _ transaction: Transaction
    ) throws(CommandError) -> ItemNumber {
        guard let number = transaction.names.items.number(of: id) else {
            var error = CommandError.notFound("item", id.text)
            error.item = id
            throw error
        }
        return ItemNumber(number)
    }

    static func ship(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> ShipNumber {
        let id = try cursor.identifier(words, "ship")
        guard let number = transaction.names.ships.number(of: id) else {
            throw .notFound("ship", id.text)
        }
        return ShipNumber(number)
    }

    static func trade(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Trade {
        let id = try cursor.identifier(words, "trade")
        guard let trade = try transaction.trade(id: id), isVisible(trade, transaction) else {
            throw .notFound("trade", id.text)
        }
        return trade
    }

    static func shipment(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        let id = try cursor.identifier(words, "shipment")
        guard let shipment = try transaction.shipment(id: id), isVisible(shipment, transaction)
        else { throw .notFound("shipment", id.text) }
        return shipment
    }

    /// Another station's trade is like one that does not exist.
    static func isVisible(_ trade: Trade, _ transaction: Transaction) -> Bool {
        transaction.caller.maySee(trade, names: transaction.names)
    }

    static func isVisible(_ shipment: Shipment, _ transaction: Transaction) -> Bool {
        transaction.caller.maySee(shipment, names: transaction.names)
    }

    /// A quantity of goods: 1 to 2⁵³ − 1, so that every client can hold it.
    static func quantity(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Int64 {
        try cursor.integer(words, "quantity", in: 1...StockMoves.maximumFigure)
    }

    /// `item:qty[@price]`
    static func line(
        _ word: Span<UInt8>, _ transaction: Transaction
    ) throws(CommandError) -> RequestedLine {
        var colon = 0
        while colon < word.count, word[colon] != UInt8(ascii: ":") { colon += 1 }
        if colon >= word.count { throw badLine(word) }
        var at = colon + 1
        while at < word.count, word[at] != UInt8(ascii: "@") { at += 1 }
        guard let id = Identifier(word.extracting(0..<colon)) else { throw badLine(word) }
        let number = try item(id, transaction)
        let quantity: Int64
        var named: RequestedLine.NamedPrice?
        do throws(ValueError) {
            quantity = try QuantityText.parse(
                word.extracting(colon + 1..<at))
            if at < word.count {
                let price = try MoneyText.parseAnyScale(word.extracting(at + 1..<word.count))
                named = RequestedLine.NamedPrice(
                    mantissa: price.mantissa, fractionDigits: price.fractionDigits)
            }
        } catch { throw CommandError(error) }
        if quantity < 1 || quantity > StockMoves.maximumFigure {
            throw CommandError(
                .range,
                "quantity of \(id) must be 1 to \(StockMoves.maximumFigure), got \(quantity)")
        }
        return RequestedLine(item: number, quantity: quantity, named: named)
    }

    private static func badLine(_ word: Span<UInt8>) -> CommandError {
        CommandError(.syntax, "\(ValueError.quoted(word)) is not item:quantity[@price]")
    }

    /// The words `item:qty…` up to the first word without a colon; 1 to 100 of them.
    static func lines(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> [RequestedLine] {
        var lines: [RequestedLine] = []
        while cursor.position < words.count, hasColon(words[cursor.position]) {
            if lines.count == transaction.limits.tradeLines {
                throw CommandError(
                    .limit, "a trade has at most \(transaction.limits.tradeLines) lines")
            }
            lines.append(try line(words[cursor.position], transaction))
            cursor.position += 1
        }
        return lines
    }

    static func hasColon(_ word: Span<UInt8>) -> Bool {
        for index in 0..<word.count where word[index] == UInt8(ascii: ":") { return true }
        return false
    }

    /// A new id that a client chooses: no option word, and not in the form of a server's own.
    static func newIdentifier(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString
    ) throws(CommandError) -> Identifier {
        let id = try cursor.identifier(words, name)
        if id.isReserved {
            throw CommandError(
                .syntax, "\(name) \(id) is a word of the command language: choose another")
        }
        if let ulid = ULID(id), ulid.isServerForm {
            throw CommandError(
                .range, "\(name) \(id) has the form of an id that the server chooses")
        }
        return id
    }

    /// A name, reason, note or reference: text without control characters, as long as the limits
    /// allow.
    static func text(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString,
        _ transaction: Transaction
    ) throws(CommandError) -> String {
        let position = cursor.position
        let text = try cursor.text(words, name, maximumBytes: transaction.limits.textBytes)
        if hasControl(words[position]) {
            throw CommandError(
                .syntax,
                "\(name) \(ValueError.quoted(words[position])) holds a control character")
        }
        return text
    }

    /// As `text`, of a part of a word.
    static func text(
        _ part: Span<UInt8>, _ name: StaticString, _ transaction: Transaction
    ) throws(CommandError) -> String {
        if part.count > transaction.limits.textBytes {
            throw CommandError(
                .limit,
                "\(name) has \(part.count) bytes, the limit is \(transaction.limits.textBytes)")
        }
        guard let text = part.validatedText, !hasControl(part) else {
            throw CommandError(.syntax, "\(name) \(ValueError.quoted(part)) is not plain text")
        }
        return text
    }

    /// A text that may be absent: nil for `NONE`.
    static func optionalText(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString,
        _ transaction: Transaction
    ) throws(CommandError) -> String? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        return try text(words, &cursor, name, transaction)
    }

    /// Whether UTF-8 holds a control character: U+0000–001F, U+007F–009F. They would forge lines
    /// in terminals and logs.
    private static func hasControl(_ text: Span<UInt8>) -> Bool {
        for index in 0..<text.count {
            let byte = text[index]
            if byte < 0x20 || byte == 0x7f { return true }
            if byte == 0xc2, index + 1 < text.count, text[index + 1] < 0xa0 { return true }
        }
        return false
    }

    /// A JSON object of attributes in compact form; nil for an empty one.
    static func attributes(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> String? {
        let word = try cursor.word(words, "META")
        if word.equalsFolded("NONE") { return nil }
        return try Attributes.parse(word, limits: transaction.limits)
    }

    /// How long goods travel where neither the command nor a rule says: 7 days.
    static let defaultTransitMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    /// An ETA: relative or absolute. Whoever sets it calls `checkETA`.
    static func eta(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Timestamp {
        try cursor.timestamp(words, "ETA", now: transaction.now)
    }

    /// - Throws: `RANGE` for an ETA in the past.
    static func checkETA(
        _ eta: Timestamp, _ transaction: Transaction
    ) throws(CommandError) {
        if eta < transaction.now {
            throw CommandError(
                .range, "ETA \(eta) has passed, it is \(transaction.now) now")
        }
    }

    /// - Throws: `BADSTATE` for an item that is no longer sold or shipped.
    static func checkActive(
        _ number: ItemNumber, _ transaction: Transaction
    ) throws(CommandError) {
        if transaction.state.terms(number)?.isRetired != true { return }
        let id = transaction.names.item(number)
        var error = CommandError(.badState, "item \(id) is retired")
        error.item = id
        throw error
    }

    static func position(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Position {
        let x = try coordinate(words, &cursor, "x")
        let y = try coordinate(words, &cursor, "y")
        let z = try coordinate(words, &cursor, "z")
        guard let position = Position(x: x, y: y, z: z) else {
            throw CommandError(.range, "a coordinate is not finite")
        }
        return position
    }

    private static func coordinate(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ name: StaticString
    ) throws(CommandError) -> Double {
        let word = try cursor.word(words, name)
        do throws(ValueError) {
            return try Position.coordinate(word)
        } catch { throw CommandError(error) }
    }
}
