import Basics
import Domain
import JSON
import Lua

/// What answers a rule's questions: one per machine, told before each call whom and what it is
/// about.
///
/// Everything that a rule reads here is noted in `inputs`. Its machine's thread only.
final class RuleHost: LuaHost {
    let box = MoneyBox()
    /// Answers of host functions under construction.
    private var answer: RecordInput
    /// The plugin's own table as it was read last, ready to be given again.
    private var table: RecordInput
    private var tableText: String?
    var inputs = RuleInputs()

    /// The world of the running call; nil while the main part runs, which may ask for nothing.
    private(set) var world: (any RuleWorld)?
    private var plugin: Identifier?
    /// The station whose records the plugin sees; nil: all.
    private var scope: StationNumber?
    private var random = RuleRandom.unset
    private var randomCalls = 0
    /// Takes what the rule logs; set once by the owner.
    var log: ((RuleLog.Level, StaticString, String) -> Void)?
    private var hook: StaticString = "load"
    private var lines = 0
    /// A question that the store could not answer: the call's error, whatever the rule makes of it.
    private(set) var storeFailure: String?

    /// Lines that one call may log; the others are dropped.
    static let linesPerCall = 50

    init() {
        answer = RecordInput(box: box)
        table = RecordInput(box: box)
    }

    /// Begins a call.
    func begin(
        _ plugin: Identifier, _ hook: StaticString, scope: StationNumber?, random: RuleRandom,
        world: any RuleWorld
    ) {
        self.hook = hook
        self.plugin = plugin
        self.scope = scope
        self.random = random
        self.world = world
        randomCalls = 0
        lines = 0
        storeFailure = nil
        inputs.removeAll()
    }

    /// Ends a call: nothing of the world is kept.
    func end() { world = nil }

    // MARK: Functions

    func call(_ number: Int, _ call: inout LuaHostCall) {
        guard let function = RuleInterface.Function(rawValue: number) else { return }
        switch function {
        case .money: makeMoney(&call)
        case .none: call.give(RuleInterface.none)
        case .log: addLine(&call)
        default:
            guard let world else {
                call.fail("entrepot.\(function) can be asked inside a hook only")
                return
            }
            do throws(RuleWorldError) { try ask(function, world, &call) } catch {
                storeFailure = error.message
                call.fail(error.message)
            }
        }
    }

    private func ask(
        _ function: RuleInterface.Function, _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        switch function {
        case .stock: try stock(world, &call)
        case .station: try station(world, &call)
        case .item: try item(world, &call)
        case .trade: try trade(world, &call)
        case .shipment: try shipment(world, &call)
        case .rate: try rate(world, &call)
        case .distance: try distance(world, &call)
        case .now:
            inputs.note("now") { $0.appendJSON(world.now) }
            call.give(world.now.milliseconds)
        case .random: makeRandom(&call)
        case .state: try state(world, &call)
        case .money, .log, .none: break
        }
    }

    func printed(_ text: Span<UInt8>) {
        add(.info, text.validatedText ?? "(not UTF-8)")
    }

    // MARK: Log

    private func addLine(_ call: inout LuaHostCall) {
        guard let word = call.string(0), let level = RuleLog.Level(rawValue: word) else {
            let words = RuleLog.Level.allCases.map(\.rawValue).joined(separator: ", ")
            call.fail("entrepot.log(level, text): the level is one of \(words)")
            return
        }
        guard let text = call.string(1) else {
            call.fail("entrepot.log(level, text): the text must be a string")
            return
        }
        add(level, text)
    }

    private func add(_ level: RuleLog.Level, _ text: String) {
        lines += 1
        if lines <= Self.linesPerCall { log?(level, hook, text) }
    }

    // MARK: Records

    /// An id that is the argument at `index`; an error in the script otherwise.
    private func identifier(
        _ index: Int, _ usage: StaticString, _ call: inout LuaHostCall
    ) -> Identifier? {
        let found = call.withBytes(index) { Identifier($0) }
        if case .some(.some(let id)) = found { return id }
        if found == nil { call.fail("\(usage): argument \(index + 1) must be a string") }
        // A text that is no id names nothing: nil, as for an unknown id.
        return nil
    }

    private func note(
        _ kind: StaticString, _ first: Identifier, _ second: Identifier? = nil,
        _ write: (inout ByteBuffer) -> Void
    ) {
        var key = "\(kind)/\(first)"
        if let second { key += "/\(second)" }
        inputs.note(key, write)
    }

    private func stock(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        let usage: StaticString = "entrepot.stock(station, item)"
        guard let station = identifier(0, usage, &call), let item = identifier(1, usage, &call)
        else { return }
        let names = world.names
        guard let stationNumber = names.stations.number(of: station),
            let itemNumber = names.items.number(of: item),
            let row = try world.stock(StationNumber(stationNumber), ItemNumber(itemNumber))
        else {
            note("stock", station, item) { $0.appendJSONNull() }
            return
        }
        note("stock", station, item) { $0.appendJSON(row, names: names) }
        answer.input.reset()
        answer.add(row, names: names, answer.input.root, 0)
        call.give(answer.input)
    }

    private func station(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        guard let id = identifier(0, "entrepot.station(id)", &call) else { return }
        guard let number = world.names.stations.number(of: id),
            let station = try world.station(StationNumber(number))
        else {
            note("station", id) { $0.appendJSONNull() }
            return
        }
        note("station", id) { $0.appendJSON(station, names: world.names) }
        answer.input.reset()
        answer.add(station, names: world.names, answer.input.root, 0)
        call.give(answer.input)
    }

    private func item(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        guard let id = identifier(0, "entrepot.item(id)", &call) else { return }
        guard let number = world.names.items.number(of: id),
            let item = try world.item(ItemNumber(number))
        else {
            note("item", id) { $0.appendJSONNull() }
            return
        }
        note("item", id) { $0.appendJSON(item, names: world.names) }
        answer.input.reset()
        answer.add(item, names: world.names, answer.input.root, 0)
        call.give(answer.input)
    }

    private func trade(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        guard let id = identifier(0, "entrepot.trade(id)", &call) else { return }
        guard let trade = try world.trade(id), isVisible(trade.seller, trade.buyer) else {
            note("trade", id) { $0.appendJSONNull() }
            return
        }
        note("trade", id) { $0.appendJSON(trade, names: world.names) }
        answer.input.reset()
        answer.add(trade, names: world.names, answer.input.root, 0)
        call.give(answer.input)
    }

    private func shipment(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        guard let id = identifier(0, "entrepot.shipment(id)", &call) else { return }
        guard let shipment = try world.shipment(id),
            isVisible(shipment.origin, shipment.destination)
        else {
            note("shipment", id) { $0.appendJSONNull() }
            return
        }
        note("shipment", id) { $0.appendJSON(shipment, names: world.names) }
        answer.input.reset()
        answer.add(shipment, names: world.names, answer.input.root, 0)
        call.give(answer.input)
    }

    /// A station's rule sees what its station takes part in.
    private func isVisible(_ first: StationNumber, _ second: StationNumber) -> Bool {
        scope == nil || scope == first || scope == second
    }

    // MARK: Figures

    private func rate(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        let codes = (0..<2).compactMap { index in
            call.withBytes(index) { CurrencyCode($0) }.flatMap { $0 }
        }
        if codes.count != 2 {
            call.fail("entrepot.rate(from, to): both must be currency codes such as \"CR\"")
            return
        }
        var rate = codes[0] == codes[1] ? Rate.one : try world.rate(from: codes[0], to: codes[1])
        if rate == nil, let opposite = try world.rate(from: codes[1], to: codes[0]) {
            let billion: Int128 = 1_000_000_000
            let inverse = Rounding.halfEven(billion * billion, Int128(opposite.billionths))
            rate = Rate(billionths: max(1, Int64(clamping: inverse)))
        }
        inputs.note("rate/\(codes[0])/\(codes[1])") { $0.appendJSON(optional: rate?.text) }
        if let rate { call.give(rate.text) }
    }

    private func distance(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        let usage: StaticString = "entrepot.distance(a, b)"
        guard let first = identifier(0, usage, &call), let second = identifier(1, usage, &call)
        else { return }
        let from = try position(first, world)
        let to = try position(second, world)
        var distance: Double?
        if let from, let to { distance = from.distance(to: to) }
        note("distance", first, second) {
            if let distance { $0.appendJSON(double: distance) } else { $0.appendJSONNull() }
        }
        if let distance { call.give(distance) }
    }

    private func position(
        _ id: Identifier, _ world: any RuleWorld
    ) throws(RuleWorldError) -> Position? {
        guard let number = world.names.stations.number(of: id) else { return nil }
        return try world.station(StationNumber(number))?.position
    }

    /// As `math.random`: nothing for [0, 1), one limit from 1, two limits.
    private func makeRandom(_ call: inout LuaHostCall) {
        randomCalls += 1
        let key = "random/\(randomCalls)"
        if call.count == 0 {
            let number = random.unit()
            inputs.note(key) { $0.appendJSON(double: number) }
            call.give(number)
            return
        }
        let low = call.count == 1 ? 1 : call.integer(0)
        guard let low, let high = call.integer(call.count == 1 ? 0 : 1) else {
            call.fail("entrepot.random: the limits must be integers")
            return
        }
        if low > high {
            call.fail("entrepot.random: the interval is empty")
            return
        }
        let number = random.integer(low, high)
        inputs.note(key) { $0.append(decimal: number) }
        call.give(number)
    }

    private func state(
        _ world: any RuleWorld, _ call: inout LuaHostCall
    ) throws(RuleWorldError) {
        guard let plugin else { return }
        let state = try world.state(of: plugin)
        inputs.note("state") {
            $0.append("{\"seq\":")
            $0.append(decimal: state?.seq ?? 0)
            $0.append("}")
        }
        let text = state?.json ?? "{}"
        if tableText != text {
            table.input.reset()
            let object = try? JSONReader.parse(text.utf8.span)
            table.add(object ?? .object([]), table.input.root, 0)
            tableText = text
        }
        call.give(table.input)
    }
}
