import Basics
import Domain

/// The write commands of `ITEM`, `CURRENCY` and `RATE`.
enum ItemCommands {
    private enum Option: String, CaseIterable {
        case name = "NAME"
        case description = "DESCRIPTION"
        case category = "CATEGORY"
        case unit = "UNIT"
        case mass = "MASS"
        case volume = "VOLUME"
        case price = "PRICE"
        case attributes = "META"
        case status = "STATUS"
    }

    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try Lookup.newIdentifier(words, &cursor, "item")
        if transaction.names.items.number(of: id) != nil {
            throw CommandError(.exists, "item \(id) exists")
        }
        if transaction.state.items.count >= SymbolTable.limit {
            throw CommandError(.limit, "there are at most \(SymbolTable.limit) items")
        }
        var item = Item(
            number: ItemNumber(UInt32(transaction.state.items.count + 1)), id: id,
            seq: transaction.nextSeq)
        try parse(&item, words, &cursor, transaction)
        transaction.emit(.itemAdded, .item(before: nil, after: item))
        show(item, transaction, reply)
    }

    static func set(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let number = try Lookup.item(words, &cursor, transaction)
        guard let before = transaction.state.item(number) else {
            throw .notFound("item", "\(number.raw)")
        }
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "ITEM SET needs at least one option")
        }
        var after = before
        try parse(&after, words, &cursor, transaction)
        after.seq = transaction.nextSeq
        transaction.emit(.itemChanged, .item(before: before, after: after))
        show(after, transaction, reply)
    }

    private static func parse(
        _ item: inout Item, _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) {
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .name:
                item.name =
                    try Lookup.optionalText(words, &cursor, "NAME", transaction) ?? item.id.text
            case .description:
                item.description = try Lookup.optionalText(
                    words, &cursor, "DESCRIPTION", transaction)
            case .category:
                item.category = try Lookup.optionalText(words, &cursor, "CATEGORY", transaction)
            case .unit: item.unit = try Lookup.optionalText(words, &cursor, "UNIT", transaction)
            case .mass: item.mass = try Measure.mass(words, &cursor) ?? 0
            case .volume: item.volume = try Measure.volume(words, &cursor) ?? 0
            case .price:
                if cursor.matchKeyword(words, "NONE") {
                    item.price = nil
                    item.currency = nil
                } else {
                    let price = try Prices.amountAndCurrency(words, &cursor, "PRICE", transaction)
                    item.price = price.amount
                    item.currency = price.currency
                }
            case .attributes: item.attributes = try Lookup.attributes(words, &cursor, transaction)
            case .status:
                item.status = try Choice.of(ItemStatus.self, words, &cursor, "STATUS") { $0.name }
            }
        }
    }

    private static func show(_ item: Item, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(item, names: transaction.names)
    }

    // MARK: Currencies

    /// `CURRENCY ADD code name scale`
    static func addCurrency(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let code = try cursor.currency(words)
        let name = try Lookup.text(words, &cursor, "name", transaction)
        let scale = try cursor.integer(words, "scale", in: 0...Int64(MoneyText.maximumScale))
        try cursor.finish(words)
        if transaction.state.currencies[code] != nil {
            throw CommandError(.exists, "currency \(code) exists")
        }
        let currency = Currency(
            code: code, name: name, scale: Int(scale), seq: transaction.nextSeq)
        transaction.emit(.currencyAdded, .currency(currency))
        reply.value = .record
        reply.body.appendJSON(currency)
    }

    /// `RATE SET base quote rate`
    static func setRate(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let base = try cursor.currency(words, "base")
        let quote = try cursor.currency(words, "quote")
        let word = try cursor.word(words, "rate")
        let rate: Rate
        do throws(ValueError) { rate = try Rate.parse(word) } catch { throw CommandError(error) }
        try cursor.finish(words)
        for code in [base, quote] where transaction.state.currencies[code] == nil {
            throw .notFound("currency", code.text)
        }
        if base == quote {
            throw CommandError(.range, "a currency's rate to itself is 1 and cannot be set")
        }
        let set = ExchangeRate(
            base: base, quote: quote, rate: rate, set: transaction.now, seq: transaction.nextSeq)
        let previous = transaction.state.rate(from: base, to: quote)?.rate
        transaction.emit(.rateSet, .rate(set, previous: previous))
        reply.value = .record
        reply.body.appendJSON(set)
    }
}

/// Masses and volumes as a command writes them; `NONE` clears.
enum Measure {
    static func mass(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Int64? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        let word = try cursor.word(words, "MASS")
        do throws(ValueError) { return try QuantityText.parseMass(word) } catch {
            throw CommandError(error)
        }
    }

    static func volume(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Int64? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        let word = try cursor.word(words, "VOLUME")
        do throws(ValueError) { return try QuantityText.parseVolume(word) } catch {
            throw CommandError(error)
        }
    }
}
