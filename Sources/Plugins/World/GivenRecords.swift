import Basics
import Domain
import JSON
import Lua

/// Records out of tables, as a plugin's own tests write them: the documented fields by name, each
/// left out where it does not matter.
enum GivenRecords {
    // MARK: Parts

    static func identifier(_ text: String, path: String) throws(PluginProblem) -> Identifier {
        guard let id = Identifier(text) else {
            throw PluginProblem(message: "\(path): \"\(text)\" is no id")
        }
        return id
    }

    /// A word that names a case.
    static func one<Choice: CaseIterable & NamedChoice>(
        of type: Choice.Type, _ word: String, _ path: String
    ) throws(PluginProblem) -> Choice {
        for choice in type.allCases where "\(choice.name)" == word { return choice }
        let words = type.allCases.map { "\($0.name)" }
        throw PluginProblem(
            message: "\(path) must be one of \(words.joined(separator: ", ")), is \"\(word)\"")
    }

    static func position(_ given: GivenTable) throws(PluginProblem) -> Position {
        var table = given
        let x = try number(&table, "x")
        let y = try number(&table, "y")
        let z = try number(&table, "z")
        try table.finish()
        guard let position = Position(x: x, y: y, z: z) else {
            throw PluginProblem(message: "\(table.path) is not finite")
        }
        return position
    }

    private static func number(
        _ table: inout GivenTable, _ key: String
    ) throws(PluginProblem) -> Double {
        switch table.value(key) {
        case .none: return 0
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case let other:
            throw PluginProblem(
                message: "\(table.path).\(key) must be a number, is \(other.kind)")
        }
    }

    /// Kilograms or cubic metres as thousandths.
    static func thousandths(
        _ table: inout GivenTable, _ key: String
    ) throws(PluginProblem) -> Int64? {
        let value = table.value(key)
        if value == .none { return nil }
        let number: Double
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let decimal): number = decimal
        default:
            throw PluginProblem(
                message: "\(table.path).\(key) must be a number, is \(value.kind)")
        }
        guard number >= 0, let grams = Int64(exactly: (number * 1_000).rounded()) else {
            throw PluginProblem(message: "\(table.path).\(key) is out of range")
        }
        return grams
    }

    static func attributes(_ table: inout GivenTable) throws(PluginProblem) -> String? {
        let value = table.value("attributes")
        return value == .none ? nil : try object(value, path: "\(table.path).attributes")
    }

    /// A table as a compact JSON object.
    static func object(_ value: LuaValue, path: String) throws(PluginProblem) -> String {
        guard case .table = value else {
            throw PluginProblem(message: "\(path) must be a table, is \(value.kind)")
        }
        if case .table(let table) = value, table.pairs.isEmpty { return "{}" }
        var text = ByteBuffer()
        guard let tree = LuaJSON.json(value) else {
            throw PluginProblem(message: "\(path) holds something that is no data")
        }
        tree.append(to: &text)
        guard text.bytes.count > 0, text[0] == UInt8(ascii: "{") else {
            throw PluginProblem(message: "\(path) must have names as keys")
        }
        return text.bytes.validatedText ?? "{}"
    }

    // MARK: Records

    private static let defaultSeller = Identifier(literal: "seller")
    private static let defaultBuyer = Identifier(literal: "buyer")

    /// A whole trade.
    static func trade(
        _ table: inout GivenTable, id name: String, in world: GivenWorld
    ) throws(PluginProblem) -> Trade {
        let id = try identifier(name, path: table.path)
        if let inner = try table.identifier("id"), inner != id {
            throw PluginProblem(message: "\(table.path).id is \(inner)")
        }
        let currency = world.currency(named: try table.currency("currency") ?? .credits)
        let seller = world.stationNumber(try table.identifier("seller") ?? defaultSeller)
        let buyer = world.stationNumber(try table.identifier("buyer") ?? defaultBuyer)
        let lines = try lines(&table, scale: currency.scale, in: world)
        var trade = Trade(
            key: RecordKey(seq: 1), id: id, seller: seller, buyer: buyer, lines: lines,
            currency: currency.code, total: 0, status: .initiated,
            actor: try table.identifier("actor") ?? .local,
            created: try table.time("created") ?? world.now)
        for line in lines { trade.total = trade.total &+ line.lineTotal }
        if let total = try table.money("total", scale: currency.scale) { trade.total = total }
        if let word = try table.text("status") {
            trade.status = try one(of: TradeStatus.self, word, "\(table.path).status")
        }
        if let word = try table.text("payment") {
            trade.payment = try one(of: PaymentStatus.self, word, "\(table.path).payment")
        }
        if let word = try table.text("fulfilment") {
            trade.fulfilment = try one(of: Fulfilment.self, word, "\(table.path).fulfilment")
        }
        trade.reference = try table.text("reference")
        trade.attributes = try attributes(&table)
        trade.expires = try table.time("expires")
        trade.updated = try table.time("updated") ?? trade.created
        try table.finish()
        return trade
    }

    /// The lines of a trade; none where the table has none.
    static func lines(
        _ table: inout GivenTable, scale: Int, in world: GivenWorld
    ) throws(PluginProblem) -> [TradeLine] {
        var lines: [TradeLine] = []
        for (index, value) in (try table.list("lines") ?? []).enumerated() {
            var line = try GivenTable(value, path: "\(table.path).lines[\(index + 1)]")
            lines.append(try Self.line(&line, scale: scale, in: world).line)
        }
        return lines
    }

    /// One line, and whether its price counts as named by the command.
    static func line(
        _ table: inout GivenTable, scale: Int, in world: GivenWorld
    ) throws(PluginProblem) -> (line: TradeLine, isNamed: Bool) {
        guard let item = try table.identifier("item") else {
            throw PluginProblem(message: "\(table.path) has no item")
        }
        let quantity = try table.quantity("quantity") ?? 1
        let price = try table.money("price", scale: scale)
        let unitPrice = try table.money("unit_price", scale: scale) ?? price ?? 0
        let total = quantity.multipliedReportingOverflow(by: unitPrice)
        if total.overflow { throw PluginProblem(message: "\(table.path) is beyond 64 bits") }
        let isNamed = try table.boolean("named") ?? false
        try table.finish()
        return (
            TradeLine(
                item: world.itemNumber(item), quantity: quantity, unitPrice: unitPrice,
                lineTotal: total.partialValue), isNamed
        )
    }

    /// A whole shipment.
    static func shipment(
        _ table: inout GivenTable, id name: String, in world: GivenWorld
    ) throws(PluginProblem) -> Shipment {
        let id = try identifier(name, path: table.path)
        if let inner = try table.identifier("id"), inner != id {
            throw PluginProblem(message: "\(table.path).id is \(inner)")
        }
        let origin = world.stationNumber(try table.identifier("origin") ?? defaultSeller)
        let destination = world.stationNumber(try table.identifier("destination") ?? defaultBuyer)
        var lines: [ShipmentLine] = []
        for (index, value) in (try table.list("lines") ?? []).enumerated() {
            var line = try GivenTable(value, path: "\(table.path).lines[\(index + 1)]")
            guard let item = try line.identifier("item") else {
                throw PluginProblem(message: "\(line.path) has no item")
            }
            lines.append(
                ShipmentLine(
                    item: world.itemNumber(item), quantity: try line.quantity("quantity") ?? 1,
                    delivered: try line.quantity("delivered") ?? 0,
                    lost: try line.quantity("lost") ?? 0))
            try line.finish()
        }
        let created = try table.time("created") ?? world.now
        let eta = try table.time("eta") ?? created
        var shipment = Shipment(
            key: RecordKey(seq: 1), id: id, trade: nil, tradeID: try table.identifier("trade"),
            origin: origin, destination: destination, lines: lines,
            mass: try thousandths(&table, "mass") ?? 0,
            volume: try thousandths(&table, "volume") ?? 0, eta: eta, created: created)
        if let word = try table.text("status") {
            shipment.status = try one(of: ShipmentStatus.self, word, "\(table.path).status")
        }
        shipment.delayed = try table.boolean("delayed") ?? false
        if let position = try table.table("position") {
            shipment.position = try Self.position(position)
        }
        shipment.promised = try table.time("promised") ?? eta
        shipment.dispatched = try table.time("dispatched")
        shipment.delivered = try table.time("delivered")
        try table.finish()
        return shipment
    }
}

/// A word of the documented records.
protocol NamedChoice { var name: StaticString { get } }

extension StationKind: NamedChoice {}
extension StationStatus: NamedChoice {}
extension ItemStatus: NamedChoice {}
extension TradeStatus: NamedChoice {}
extension PaymentStatus: NamedChoice {}
extension Fulfilment: NamedChoice {}
extension ShipmentStatus: NamedChoice {}
