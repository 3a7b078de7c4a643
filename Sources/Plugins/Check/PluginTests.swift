import Basics
import Domain
import JSON
import Ledger
import Lua

/// Runs the tests that a plugin's table brings along.
struct PluginTests {
    let source: String
    let file: String
    let limits: Limits

    /// When no test says otherwise, it is 2026-01-01T00:00:00Z.
    static let defaultTime = Timestamp(milliseconds: 1_767_225_600_000)

    /// Runs all tests in order. Each has a machine of its own, so that none sees what another left
    /// behind.
    ///
    /// - Parameter first: the machine of the first one.
    func run(_ first: RuleMachine) -> [PluginCheck.Outcome] {
        var outcomes: [PluginCheck.Outcome] = []
        for (index, value) in first.definition.tests.enumerated() {
            var title = "test \(index + 1)"
            var failure: String?
            do throws(PluginProblem) {
                let machine =
                    try index == 0
                    ? first : RuleMachine(source: source, file: file, limits: limits)
                var given = try GivenTable(value, path: title)
                let hook = try given.text("hook")
                let name = try given.text("name")
                title += name.map { " (\($0))" } ?? hook.map { " (\($0))" } ?? ""
                try PluginTest(machine: machine, limits: limits, hook: hook, &given)
            } catch { failure = error.line.map { "line \($0): \(error.message)" } ?? error.message }
            outcomes.append(PluginCheck.Outcome(title: title, failure: failure))
        }
        return outcomes
    }
}

/// One test: what is given, the call, and what was expected of it.
private struct PluginTest {
    private let machine: RuleMachine
    private let limits: Limits
    private let world: GivenWorld
    private let expected: Expectation

    /// Runs the test.
    ///
    /// - Throws: what is wrong with the test itself, or in what its result differs.
    @discardableResult
    init(
        machine: RuleMachine, limits: Limits, hook: String?, _ given: inout GivenTable
    ) throws(PluginProblem) {
        self.machine = machine
        self.limits = limits
        let now = try given.time("now")
        let eventTime = try PluginTest.eventTime(&given)
        let time = now ?? eventTime ?? PluginTests.defaultTime
        world = try GivenWorld(given.value("given"), now: time)
        expected = try Expectation(&given)
        if let station = machine.definition.station { machine.scope = world.stationNumber(station) }
        switch hook {
        case "pricing": try price(&given)
        case "validate": try validate(&given)
        case "eta": try arrive(&given)
        case "on": try hear(&given)
        case "every": try tick(&given)
        case nil:
            throw PluginProblem(
                message: "hook is missing: \"pricing\", \"validate\", \"eta\", \"on\" or \"every\"")
        case let other?:
            throw PluginProblem(
                message: "there is no hook \"\(other)\""
                    + NearestWord.hint(other, in: ["pricing", "validate", "eta", "on", "every"]))
        }
    }

    /// An event happens at its own time, unless the test names another.
    private static func eventTime(_ given: inout GivenTable) throws(PluginProblem) -> Timestamp? {
        guard case .table(let event) = given.value("event"), event["time"] != .none else {
            return nil
        }
        var table = GivenTable(event, path: "event")
        return try table.time("time")
    }

    private var before: RuleLimits {
        RuleLimits(
            instructions: limits.ruleInstructions, microseconds: limits.ruleMicroseconds)
    }

    private var after: RuleLimits {
        RuleLimits(
            instructions: limits.ruleAfterInstructions,
            microseconds: limits.ruleAfterMilliseconds * 1_000)
    }

    private func require(_ has: Bool, _ hook: String) throws(PluginProblem) {
        if !has { throw PluginProblem(message: "the plugin has no \(hook)") }
    }

    // MARK: Trades

    /// The trade of a test, with the line that is tested where it is a test of pricing.
    private func trade(
        _ given: inout GivenTable, _ path: String
    ) throws(PluginProblem) -> (trade: RuleTrade, line: Int, isNamed: Bool) {
        var table = try given.table("trade") ?? GivenTable(emptyAt: path)
        let quote = try table.boolean("quote") ?? false
        let id = try table.text("id") ?? "t-1"
        let whole = try GivenRecords.trade(&table, id: id, in: world)
        let currency = world.currency(named: whole.currency)
        var lines = whole.lines
        var place = 0
        var isNamed = false
        if var inner = try given.table("line") {
            let tested = try GivenRecords.line(&inner, scale: currency.scale, in: world)
            isNamed = tested.isNamed
            // The line of the trade that it is, or one more.
            place = lines.firstIndex { $0.item == tested.line.item } ?? lines.count
            if place < lines.count { lines[place] = tested.line } else { lines.append(tested.line) }
        }
        var sum: Int64 = 0
        for line in lines { sum = sum.addingReportingOverflow(line.lineTotal).partialValue }
        var trade = RuleTrade(
            id: whole.id, hasID: true, seller: whole.seller, buyer: whole.buyer,
            currency: currency, lines: lines, total: lines.isEmpty ? whole.total : sum,
            now: world.now)
        trade.reference = whole.reference
        trade.attributes = whole.attributes
        trade.isQuote = quote
        trade.isReservation = whole.status == .reserved
        return (trade, place, isNamed)
    }

    private func price(_ given: inout GivenTable) throws(PluginProblem) {
        try require(machine.definition.hasPricing, "pricing")
        let (trade, line, isNamed) = try trade(&given, "trade")
        try given.finish()
        if !trade.lines.indices.contains(line) {
            throw PluginProblem(message: "a test of pricing needs a line")
        }
        try expected.allow(["expect", "expect_error", "expect_reason"])
        let result: RuleMachine.Price?
        do throws(RuleFault) {
            result = try machine.price(
                trade, line: line, isNamed: isNamed, world: world, limits: before)
        } catch { return try expected.check(error) }
        try expected.checkNoError(
            result.map { MoneyText.text($0.amount, scale: trade.currency.scale) } ?? "nothing")
        let amount = result?.amount ?? trade.lines[line].unitPrice
        let scale = trade.currency.scale
        if let wanted = try expected.amount(scale: scale, else: trade.lines[line].unitPrice),
            wanted != amount
        {
            throw PluginProblem(
                message: "expected \(MoneyText.text(wanted, scale: scale)), "
                    + "is \(MoneyText.text(amount, scale: scale))")
        }
        try expected.checkReason(result?.reason)
    }

    private func validate(_ given: inout GivenTable) throws(PluginProblem) {
        try require(machine.definition.hasValidate, "validate")
        let trade = try trade(&given, "trade").trade
        try given.finish()
        try expected.allow(["expect_reject", "expect_error"])
        let refusal: String?
        do throws(RuleFault) {
            refusal = try machine.refusal(trade, world: world, limits: before)
        } catch { return try expected.check(error) }
        try expected.checkNoError(refusal.map { "refused: \($0)" } ?? "passed")
        try expected.checkRefusal(refusal)
    }

    private func arrive(_ given: inout GivenTable) throws(PluginProblem) {
        try require(machine.definition.hasETA, "eta")
        var table = try given.table("shipment") ?? GivenTable(emptyAt: "shipment")
        let id = try table.text("id") ?? "c-1"
        let shipment = try GivenRecords.shipment(&table, id: id, in: world)
        try given.finish()
        try expected.allow(["expect", "expect_error"])
        let eta: Timestamp?
        do throws(RuleFault) {
            eta = try machine.arrival(shipment, world: world, limits: before)
        } catch { return try expected.check(error) }
        try expected.checkNoError(eta?.text ?? "nothing")
        let wanted = try expected.time(now: world.now)
        if wanted != eta {
            throw PluginProblem(
                message: "expected \(wanted?.text ?? "nothing"), is \(eta?.text ?? "nothing")")
        }
    }

    // MARK: Events and timers

    private func hear(_ given: inout GivenTable) throws(PluginProblem) {
        guard let event = LuaJSON.json(given.value("event")), case .object = event else {
            throw PluginProblem(message: "a test of \"on\" needs an event, a table")
        }
        try given.finish()
        guard let name = event["type"]?.string,
            let type = EventType.allCases.first(where: { "\($0.name)" == name })
        else { throw PluginProblem(message: "event.type is no type of event") }
        let hooks = machine.hooks(for: type)
        if hooks.isEmpty { throw PluginProblem(message: "no hook of \"on\" hears \(name)") }
        try expected.allow(["expect_notices", "expect_state", "expect_error"])
        var result = AfterResult()
        do throws(RuleFault) {
            for hook in hooks {
                let one = try machine.hear(
                    event, id: event["id"]?.string ?? "test:1", hook: hook, world: world,
                    limits: after)
                result.notices += one.notices
                result.state += one.state
            }
        } catch { return try expected.check(error) }
        try expected.check(result)
    }

    private func tick(_ given: inout GivenTable) throws(PluginProblem) {
        let periods = machine.definition.every
        let word = try given.text("every")
        try given.finish()
        if word == nil && periods.count > 1 {
            throw PluginProblem(message: "the plugin has several timers: every names none")
        }
        guard let place = periods.firstIndex(where: { word == nil || $0.text == word }) else {
            throw PluginProblem(
                message: "the plugin has no timer \"\(word ?? "")\""
                    + NearestWord.hint(word ?? "", in: periods.map(\.text)))
        }
        try expected.allow(["expect_notices", "expect_state", "expect_error"])
        let result: AfterResult
        do throws(RuleFault) {
            result = try machine.tick(place, world: world, limits: after)
        } catch { return try expected.check(error) }
        try expected.check(result)
    }
}
