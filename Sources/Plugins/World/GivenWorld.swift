package import Domain
package import Lua

/// A world made of tables: what a plugin's own test says there is.
///
/// Stations and items that are only mentioned exist too, with nothing known of them; `CR` has scale
/// 2, another currency the scale that it is given or 2.
package final class GivenWorld: RuleWorld {
    package let names = Names()
    package var now: Timestamp
    private var stations: [Station] = []
    private var items: [Item] = []
    private var rows: [StockKey: Stock] = [:]
    private var trades: [Identifier: Trade] = [:]
    private var shipments: [Identifier: Shipment] = [:]
    private var currencies: [CurrencyCode: Currency] = [:]
    private var rates: [MarketState.RatePair: Rate] = [:]
    private var stateJSON: String?

    /// An empty world at a time.
    package init(now: Timestamp) {
        self.now = now
        add(Currency.credits(seq: 1))
    }

    /// - Throws: `PluginProblem` for an unknown key or a value of the wrong form.
    package convenience init(_ given: LuaValue, now: Timestamp) throws(PluginProblem) {
        self.init(now: now)
        if given == .none { return }
        var table = try GivenTable(given, path: "given")
        try read(table.table("currencies")) { (code, value) throws(PluginProblem) in
            try addCurrency(code, value)
        }
        try read(table.table("stations")) { (id, value) throws(PluginProblem) in
            try addStation(id, value)
        }
        try read(table.table("items")) { (id, value) throws(PluginProblem) in
            try addItem(id, value)
        }
        try read(table.table("stock")) { (key, value) throws(PluginProblem) in
            try addStock(key, value)
        }
        try read(table.table("rates")) { (pair, value) throws(PluginProblem) in
            try addRate(pair, value)
        }
        try read(table.table("trades")) { (id, value) throws(PluginProblem) in
            var table = try GivenTable(value, path: "given.trades[\"\(id)\"]")
            let trade = try GivenRecords.trade(&table, id: id, in: self)
            trades[trade.id] = trade
        }
        try read(table.table("shipments")) { (id, value) throws(PluginProblem) in
            var table = try GivenTable(value, path: "given.shipments[\"\(id)\"]")
            let shipment = try GivenRecords.shipment(&table, id: id, in: self)
            shipments[shipment.id] = shipment
        }
        let state = table.value("state")
        if state != .none { stateJSON = try GivenRecords.object(state, path: "given.state") }
        try table.finish()
    }

    private func read(
        _ table: GivenTable?, _ body: (String, LuaValue) throws(PluginProblem) -> Void
    ) throws(PluginProblem) {
        for (key, value) in table?.entries ?? [] { try body(key, value) }
    }

    // MARK: Making

    /// The number of a station, made if it was not there.
    func stationNumber(_ id: Identifier) -> StationNumber {
        if let number = names.stations.number(of: id) { return StationNumber(number) }
        let number = StationNumber(names.stations.insert(id) ?? 0)
        stations.append(Station(number: number, id: id, created: now, seq: 1))
        return number
    }

    /// The number of an item, made if it was not there.
    func itemNumber(_ id: Identifier) -> ItemNumber {
        if let number = names.items.number(of: id) { return ItemNumber(number) }
        let number = ItemNumber(names.items.insert(id) ?? 0)
        items.append(Item(number: number, id: id, seq: 1))
        return number
    }

    /// A currency, made with scale 2 if it was not there.
    func currency(named code: CurrencyCode) -> Currency {
        if let present = currencies[code] { return present }
        let made = Currency(code: code, name: code.text, scale: 2, seq: 1)
        add(made)
        return made
    }

    private func add(_ currency: Currency) {
        currencies[currency.code] = currency
        names.setScale(currency.scale, of: currency.code)
    }

    private func addCurrency(_ name: String, _ value: LuaValue) throws(PluginProblem) {
        let path = "given.currencies.\(name)"
        guard let code = CurrencyCode(name) else {
            throw PluginProblem(message: "\(path) is no currency code")
        }
        guard case .integer(let scale) = value, (0...9).contains(scale) else {
            throw PluginProblem(message: "\(path) must be its scale, 0 to 9")
        }
        add(Currency(code: code, name: name, scale: Int(scale), seq: 1))
    }

    private func addStation(_ name: String, _ value: LuaValue) throws(PluginProblem) {
        var table = try GivenTable(value, path: "given.stations[\"\(name)\"]")
        let id = try GivenRecords.identifier(name, path: table.path)
        let number = stationNumber(id)
        var station = stations[Int(number.raw) - 1]
        if let text = try table.text("name") { station.name = text }
        if let kind = try table.text("kind") {
            station.kind = try GivenRecords.one(of: StationKind.self, kind, "\(table.path).kind")
        }
        if let status = try table.text("status") {
            station.status = try GivenRecords.one(
                of: StationStatus.self, status, "\(table.path).status")
        }
        station.orbits = try table.identifier("orbits").map { stationNumber($0) }
        if let position = try table.table("position") {
            station.position = try GivenRecords.position(position)
        }
        station.attributes = try GivenRecords.attributes(&table)
        try table.finish()
        stations[Int(number.raw) - 1] = station
    }

    private func addItem(_ name: String, _ value: LuaValue) throws(PluginProblem) {
        var table = try GivenTable(value, path: "given.items[\"\(name)\"]")
        let number = itemNumber(try GivenRecords.identifier(name, path: table.path))
        var item = items[Int(number.raw) - 1]
        if let text = try table.text("name") { item.name = text }
        item.description = try table.text("description")
        item.category = try table.text("category")
        item.unit = try table.text("unit")
        item.mass = try GivenRecords.thousandths(&table, "mass") ?? 0
        item.volume = try GivenRecords.thousandths(&table, "volume") ?? 0
        if let status = try table.text("status") {
            item.status = try GivenRecords.one(of: ItemStatus.self, status, "\(table.path).status")
        }
        let currency = currency(named: try table.currency("currency") ?? .credits)
        item.price = try table.money("price", scale: currency.scale)
        if item.price != nil { item.currency = currency.code }
        item.attributes = try GivenRecords.attributes(&table)
        try table.finish()
        items[Int(number.raw) - 1] = item
    }

    private func addStock(_ key: String, _ value: LuaValue) throws(PluginProblem) {
        var table = try GivenTable(value, path: "given.stock[\"\(key)\"]")
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let station = Identifier(String(parts[0])),
            let item = Identifier(String(parts[1]))
        else { throw PluginProblem(message: "\(table.path) is no \"station/item\"") }
        var row = Stock(station: stationNumber(station), item: itemNumber(item))
        row.onHand = try table.quantity("on_hand") ?? 0
        row.reserved = try table.quantity("reserved") ?? 0
        row.held = try table.quantity("held") ?? 0
        row.incoming = try table.quantity("incoming") ?? 0
        row.capacity = try table.quantity("capacity")
        row.lowAt = try table.quantity("low_at")
        let currency = currency(named: try table.currency("currency") ?? .credits)
        row.ask = try table.money("ask", scale: currency.scale)
        if row.ask != nil { row.askCurrency = currency.code }
        row.seq = 1
        let low = try table.boolean("low")
        let available = try table.integer("available")
        try table.finish()
        if let low, low != row.isLow {
            throw PluginProblem(message: "\(table.path).low follows from the others: \(row.isLow)")
        }
        if let available, available != row.available {
            throw PluginProblem(
                message: "\(table.path).available follows from the others: \(row.available)")
        }
        if row.available < 0 {
            throw PluginProblem(message: "\(table.path) has more reserved and held than on hand")
        }
        rows[row.key] = row
    }

    private func addRate(_ pair: String, _ value: LuaValue) throws(PluginProblem) {
        let path = "given.rates[\"\(pair)\"]"
        let parts = pair.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = CurrencyCode(String(parts[0])),
            let to = CurrencyCode(String(parts[1]))
        else { throw PluginProblem(message: "\(path) is no \"FROM/TO\"") }
        guard case .string(let text) = value else {
            throw PluginProblem(message: "\(path) must be a string such as \"0.91\"")
        }
        do throws(ValueError) {
            rates[.init(base: from, quote: to)] = try Rate(text.utf8.span)
        } catch { throw PluginProblem(message: "\(path): \(error.message)") }
        _ = currency(named: from)
        _ = currency(named: to)
    }

    // MARK: Reading

    package func station(_ number: StationNumber) -> Station? {
        let index = Int(number.raw) - 1
        return stations.indices.contains(index) ? stations[index] : nil
    }

    package func item(_ number: ItemNumber) -> Item? {
        let index = Int(number.raw) - 1
        return items.indices.contains(index) ? items[index] : nil
    }

    package func stock(_ station: StationNumber, _ item: ItemNumber) -> Stock? {
        rows[StockKey(station: station, item: item)]
    }

    package func trade(_ id: Identifier) -> Trade? { trades[id] }

    package func shipment(_ id: Identifier) -> Shipment? { shipments[id] }

    package func currency(_ code: CurrencyCode) -> Currency? { currencies[code] }

    package func rate(from: CurrencyCode, to: CurrencyCode) -> Rate? {
        rates[.init(base: from, quote: to)]
    }

    package func state(of plugin: Identifier) -> PluginState? {
        stateJSON.map { PluginState(plugin: plugin, json: $0, seq: 1) }
    }
}
