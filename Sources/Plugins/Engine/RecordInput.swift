import Basics
import Domain
import JSON
import Ledger
import Lua

/// Writes records where a script can read them: the documented fields, amounts as money, times as
/// text and as milliseconds.
///
/// Cost: about 0.2 µs a record; nothing is allocated but what `LuaInput` and `scratch` grow to.
struct RecordInput: ~Copyable {
    var input = LuaInput()
    private var scratch = ByteBuffer(capacity: 64)
    private let box: MoneyBox

    init(box: MoneyBox) { self.box = box }

    /// The next fields of one record.
    private struct Row {
        let slots: LuaSlots
        var next = 0

        init(_ slots: LuaSlots) { self.slots = slots }

        mutating func take() -> Int {
            defer { next += 1 }
            return next
        }
    }

    // MARK: Fields

    private static func set(
        _ input: inout LuaInput, _ slots: LuaSlots, _ index: Int, _ text: borrowing ByteBuffer
    ) {
        input.set(slots, index, text.bytes)
    }

    private mutating func add(_ row: inout Row, _ id: Identifier) {
        input.set(row.slots, row.take(), id.bytes)
    }

    private mutating func add(_ row: inout Row, optional id: Identifier?) {
        if let id { add(&row, id) } else { row.next += 1 }
    }

    private mutating func add(_ row: inout Row, _ number: Int64) {
        input.set(row.slots, row.take(), number)
    }

    private mutating func add(_ row: inout Row, optional number: Int64?) {
        if let number { add(&row, number) } else { row.next += 1 }
    }

    private mutating func add(_ row: inout Row, _ flag: Bool) {
        input.set(row.slots, row.take(), flag)
    }

    private mutating func add(_ row: inout Row, _ word: StaticString) {
        scratch.removeAll()
        scratch.append(word)
        Self.set(&input, row.slots, row.take(), scratch)
    }

    private mutating func add(_ row: inout Row, optional text: String?) {
        if let text { input.set(row.slots, row.take(), text) } else { row.next += 1 }
    }

    private mutating func add(_ row: inout Row, _ code: CurrencyCode) {
        scratch.removeAll()
        scratch.append(code)
        Self.set(&input, row.slots, row.take(), scratch)
    }

    private mutating func add(_ row: inout Row, optional code: CurrencyCode?) {
        if let code { add(&row, code) } else { row.next += 1 }
    }

    /// A time takes two fields.
    private mutating func add(_ row: inout Row, _ time: Timestamp) {
        scratch.removeAll()
        scratch.append(time)
        Self.set(&input, row.slots, row.take(), scratch)
        input.set(row.slots, row.take(), time.milliseconds)
    }

    private mutating func add(_ row: inout Row, optional time: Timestamp?) {
        if let time { add(&row, time) } else { row.next += 2 }
    }

    private mutating func add(
        _ row: inout Row, money: Int64?, _ currency: CurrencyCode?, scale: Int
    ) {
        let place = row.take()
        guard let money, let currency else { return }
        setMoney(row.slots, place, money, currency, scale)
    }

    private mutating func setMoney(
        _ slots: LuaSlots, _ place: Int, _ minor: Int64, _ currency: CurrencyCode, _ scale: Int
    ) {
        let money = ExactMoney(minor: minor, currency: currency, scale: scale)
        // An amount that cannot be put aside is one too many of a call's 65 536: left nil.
        guard let value = try? box.value(money) else { return }
        input.set(slots, place, value)
    }

    /// Thousandths as a number: kilograms, cubic metres.
    private mutating func add(_ row: inout Row, thousandths: Int64) {
        let place = row.take()
        if thousandths % 1_000 == 0 {
            input.set(row.slots, place, thousandths / 1_000)
        } else {
            input.set(row.slots, place, Double(thousandths) / 1_000)
        }
    }

    private mutating func add(_ row: inout Row, optional position: Position?) {
        let place = row.take()
        guard let position else { return }
        let slots = input.record(row.slots, place, RuleInterface.position)
        input.set(slots, 0, position.x)
        input.set(slots, 1, position.y)
        input.set(slots, 2, position.z)
    }

    private mutating func add(_ row: inout Row, object text: String?) {
        let place = row.take()
        guard let text else {
            _ = input.map(row.slots, place, count: 0)
            return
        }
        // What is stored was checked when it was written.
        let value = (try? JSONReader.parse(text.utf8.span)) ?? .object([])
        add(value, row.slots, place)
    }

    // MARK: Records

    /// A trade that is being decided.
    mutating func add(
        _ trade: borrowing RuleTrade, names: Names, _ slots: LuaSlots, _ index: Int
    ) {
        var row = Row(input.record(slots, index, RuleInterface.trade))
        if trade.hasID { add(&row, trade.id) } else { row.next += 1 }
        add(&row, names.station(trade.seller))
        add(&row, names.station(trade.buyer))
        let lines = input.list(row.slots, row.take(), count: trade.lines.count)
        for place in trade.lines.indices {
            add(
                trade.lines[place], isNamed: nil, currency: trade.currency, names: names, lines,
                place)
        }
        add(&row, trade.currency.code)
        add(&row, money: trade.total, trade.currency.code, scale: trade.currency.scale)
        add(&row, trade.isReservation ? "reserved" : "initiated")
        add(&row, "pending" as StaticString)
        add(&row, "none" as StaticString)
        _ = input.list(row.slots, row.take(), count: 0)
        add(&row, optional: trade.reference)
        add(&row, object: trade.attributes)
        row.next += 3
        add(&row, trade.now)
        add(&row, trade.now)
        row.next += 1
        add(&row, trade.isQuote)
    }

    /// A line of such a trade.
    ///
    /// - Parameter isNamed: whether the command names its price; nil: not said.
    mutating func add(
        _ line: TradeLine, isNamed: Bool?, currency: Currency, names: Names, _ slots: LuaSlots,
        _ index: Int
    ) {
        var row = Row(input.record(slots, index, RuleInterface.line))
        add(&row, names.item(line.item))
        add(&row, line.quantity)
        add(&row, money: line.unitPrice, currency.code, scale: currency.scale)
        add(&row, money: line.lineTotal, currency.code, scale: currency.scale)
        add(&row, money: line.unitPrice, currency.code, scale: currency.scale)
        if let isNamed { add(&row, isNamed) }
    }

    mutating func add(_ trade: Trade, names: Names, _ slots: LuaSlots, _ index: Int) {
        let scale = names.scale(of: trade.currency)
        var row = Row(input.record(slots, index, RuleInterface.trade))
        add(&row, trade.id)
        add(&row, names.station(trade.seller))
        add(&row, names.station(trade.buyer))
        let lines = input.list(row.slots, row.take(), count: trade.lines.count)
        for place in trade.lines.indices {
            let line = trade.lines[place]
            var inner = Row(input.record(lines, place, RuleInterface.line))
            add(&inner, names.item(line.item))
            add(&inner, line.quantity)
            add(&inner, money: line.unitPrice, trade.currency, scale: scale)
            add(&inner, money: line.lineTotal, trade.currency, scale: scale)
            add(&inner, money: line.unitPrice, trade.currency, scale: scale)
        }
        add(&row, trade.currency)
        add(&row, money: trade.total, trade.currency, scale: scale)
        add(&row, trade.status.name)
        add(&row, trade.payment.name)
        add(&row, trade.fulfilment.name)
        let shipments = input.list(row.slots, row.take(), count: trade.shipments.count)
        for place in trade.shipments.indices {
            input.set(shipments, place, trade.shipments[place].id.bytes)
        }
        add(&row, optional: trade.reference)
        add(&row, object: trade.attributes)
        add(&row, optional: trade.expires)
        add(&row, trade.actor)
        add(&row, trade.created)
        add(&row, trade.updated)
        add(&row, Int64(clamping: trade.seq))
        add(&row, false)
    }

    mutating func add(_ shipment: Shipment, names: Names, _ slots: LuaSlots, _ index: Int) {
        var row = Row(input.record(slots, index, RuleInterface.shipment))
        add(&row, shipment.id)
        add(&row, optional: shipment.tradeID)
        add(&row, names.station(shipment.origin))
        add(&row, names.station(shipment.destination))
        let lines = input.list(row.slots, row.take(), count: shipment.lines.count)
        for place in shipment.lines.indices {
            let line = shipment.lines[place]
            var inner = Row(input.record(lines, place, RuleInterface.shipmentLine))
            add(&inner, names.item(line.item))
            add(&inner, line.quantity)
            add(&inner, line.delivered)
            add(&inner, line.lost)
        }
        add(&row, thousandths: shipment.mass)
        add(&row, thousandths: shipment.volume)
        add(&row, shipment.status.name)
        add(&row, shipment.delayed)
        add(&row, optional: shipment.ship.map { names.ship($0) })
        add(&row, optional: shipment.position)
        add(&row, shipment.eta)
        add(&row, shipment.promised)
        add(&row, shipment.created)
        add(&row, optional: shipment.dispatched)
        add(&row, optional: shipment.delivered)
        add(&row, Int64(clamping: shipment.seq))
    }

    mutating func add(_ stock: Stock, names: Names, _ slots: LuaSlots, _ index: Int) {
        var row = Row(input.record(slots, index, RuleInterface.stock))
        add(&row, names.station(stock.station))
        add(&row, names.item(stock.item))
        add(&row, stock.onHand)
        add(&row, stock.reserved)
        add(&row, stock.held)
        add(&row, stock.incoming)
        add(&row, stock.available)
        add(&row, optional: stock.capacity)
        add(&row, optional: stock.effectiveLowAt)
        add(&row, stock.isLow)
        add(
            &row, money: stock.ask, stock.askCurrency,
            scale: stock.askCurrency.map { names.scale(of: $0) } ?? 0)
        add(&row, optional: stock.askCurrency)
        add(&row, Int64(clamping: stock.seq))
    }

    mutating func add(_ station: Station, names: Names, _ slots: LuaSlots, _ index: Int) {
        var row = Row(input.record(slots, index, RuleInterface.station))
        add(&row, station.id)
        add(&row, optional: station.name)
        add(&row, station.kind.name)
        add(&row, optional: station.orbits.map { names.station($0) })
        add(&row, optional: station.position)
        add(&row, station.status.name)
        add(&row, object: station.attributes)
        add(&row, station.created)
        add(&row, station.updated)
        add(&row, Int64(clamping: station.seq))
    }

    mutating func add(_ item: Item, names: Names, _ slots: LuaSlots, _ index: Int) {
        var row = Row(input.record(slots, index, RuleInterface.item))
        add(&row, item.id)
        add(&row, optional: item.name)
        add(&row, optional: item.description)
        add(&row, optional: item.category)
        add(&row, optional: item.unit)
        add(&row, thousandths: item.mass)
        add(&row, thousandths: item.volume)
        add(
            &row, money: item.price, item.currency,
            scale: item.currency.map { names.scale(of: $0) } ?? 0)
        add(&row, optional: item.currency)
        add(&row, item.status.name)
        add(&row, object: item.attributes)
        add(&row, Int64(clamping: item.seq))
    }

    // MARK: JSON

    /// A JSON value as it is: objects as maps, arrays as lists.
    mutating func add(_ value: JSONValue, _ slots: LuaSlots, _ index: Int) {
        switch value {
        case .null: input.setNone(slots, index)
        case .bool(let flag): input.set(slots, index, flag)
        case .number(let text):
            if let whole = Int64(text) {
                input.set(slots, index, whole)
            } else {
                input.set(slots, index, Double(text) ?? 0)
            }
        case .string(let text): input.set(slots, index, text)
        case .array(let elements):
            let inner = input.list(slots, index, count: elements.count)
            for place in elements.indices { add(elements[place], inner, place) }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let inner = input.map(slots, index, count: sorted.count)
            for place in sorted.indices {
                input.set(inner, place * 2, sorted[place].key)
                add(sorted[place].value, inner, place * 2 + 1)
            }
        }
    }

    // MARK: Events

    /// The fields of events and their records that hold amounts.
    private static let amounts: Set<String> = [
        "price", "unit_price", "line_total", "total", "ask", "before", "after", "sold", "bought",
    ]
    /// Those that hold times.
    private static let times: Set<String> = [
        "time", "created", "updated", "expires", "eta", "promised", "dispatched", "delivered",
        "previous_eta",
    ]

    /// An event as its JSON has it, with amounts as money in the currency that stands beside or
    /// around them, and times in milliseconds beside their text.
    mutating func add(event: JSONValue, _ slots: LuaSlots, _ index: Int) {
        add(event: event, currency: nil, slots, index)
    }

    private mutating func add(
        event value: JSONValue, currency outer: CurrencyCode?, _ slots: LuaSlots, _ index: Int
    ) {
        switch value {
        case .array(let elements):
            let inner = input.list(slots, index, count: elements.count)
            for place in elements.indices {
                add(event: elements[place], currency: outer, inner, place)
            }
        case .object(let members):
            let own = value["currency"]?.string ?? value["trade"]?["currency"]?.string
            let currency = own.flatMap { CurrencyCode($0) } ?? outer
            var entries: [(key: String, value: Entry)] = []
            for (key, member) in members {
                let entry = Self.entry(key, member, currency)
                entries.append((key, entry))
                if case .time(_, let milliseconds) = entry {
                    entries.append((key + "_ms", .json(.number(String(milliseconds)))))
                }
            }
            entries.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let inner = input.map(slots, index, count: entries.count)
            for place in entries.indices {
                input.set(inner, place * 2, entries[place].key)
                add(entries[place].value, currency, inner, place * 2 + 1)
            }
        default: add(value, slots, index)
        }
    }

    private enum Entry {
        case json(JSONValue)
        case money(ExactMoney)
        case time(String, Int64)
    }

    private static func entry(
        _ key: String, _ value: JSONValue, _ currency: CurrencyCode?
    ) -> Entry {
        guard case .string(let text) = value else { return .json(value) }
        if amounts.contains(key), let currency,
            let money = try? ExactMoney(text: text, currency: currency)
        {
            return .money(money)
        }
        if times.contains(key), let time = Timestamp(rfc3339: text) {
            return .time(text, time.milliseconds)
        }
        return .json(value)
    }

    private mutating func add(
        _ entry: Entry, _ currency: CurrencyCode?, _ slots: LuaSlots, _ index: Int
    ) {
        switch entry {
        case .json(let value): add(event: value, currency: currency, slots, index)
        case .time(let text, _): input.set(slots, index, text)
        case .money(let money):
            if let value = try? box.value(money) { input.set(slots, index, value) }
        }
    }
}
