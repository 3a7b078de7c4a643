package import Basics
package import Domain

/// A replay of the log through one version of a rule: what it would have made of the trades of a
/// period, with the market of that moment.
///
/// It is given every event from the log's beginning, in order. It keeps the catalog, the stock and
/// the rates, never the trades: memory does not grow with the log. Nothing is written and nothing
/// is enabled. One thread at a time.
package final class Backtest {
    package let definition: PluginDefinition
    package let tag: VersionTag
    /// The market as the events so far left it.
    package let market = MarketState()

    private let source: String
    private let file: String
    private let limits: Limits
    private let period: BacktestPeriod
    private let records: any PastRecords
    private let clock: any Clock
    private let world: PastWorld
    private let started: Timestamp
    private let startedAt: UInt64

    private(set) var machine: RuleMachine
    private var station: StationNumber?
    /// A trade that was made and whose shipment, if it has one, is the next event: both were
    /// decided with the market before the two.
    private var open: Event?
    private var isOver = false

    var trades = BacktestReport.Trades()
    var lines = BacktestReport.Lines()
    var arrivals = BacktestReport.Arrivals()
    var totals = BacktestTotals()
    var examples = BacktestExamples()
    /// The event whose failure was counted last: a trade counts once.
    private var failedAt: UInt64 = 0
    private var slowest: (trade: Identifier, nanoseconds: UInt64, hook: StaticString)?
    private var events: UInt64 = 0

    /// How much longer than a live call one may take here, where threads of the server come first:
    /// the instructions decide, which are the same on every run.
    private static let patience = 10_000

    /// Compiles the version.
    ///
    /// - Parameters:
    ///   - file: the name for messages.
    ///   - limits: the budgets of rules.
    ///   - records: answers what the rule asks about trades and shipments.
    /// - Throws: what is wrong with the source.
    package init(
        source: String, file: String, limits: Limits, period: BacktestPeriod,
        records: any PastRecords, clock: any Clock
    ) throws(PluginProblem) {
        self.source = source
        self.file = file
        self.limits = limits
        self.period = period
        self.records = records
        self.clock = clock
        machine = try RuleMachine(source: source, file: file, limits: limits)
        definition = machine.definition
        tag = machine.tag
        if !definition.hasBeforeHooks {
            throw PluginProblem(
                message: "has none of pricing, validate, eta: trades do not ask it anything")
        }
        world = PastWorld(market, records)
        started = Timestamp(milliseconds: clock.wallMilliseconds())
        startedAt = clock.monotonicNanoseconds()
    }

    // MARK: Events

    /// Takes the next event of the log.
    ///
    /// - Returns: whether later events still matter.
    package func take(_ event: Event) throws(BacktestError) -> Bool {
        if isOver { return false }
        events += 1
        if let made = open {
            open = nil
            if let shipment = Self.shipment(of: made, in: event) {
                try examine(made, shipment: shipment)
                apply(made)
                apply(event)
                return true
            }
            try examine(made, shipment: nil)
            apply(made)
        }
        if period.isOver(event) {
            isOver = true
            events -= 1
            return false
        }
        if period.hasBegun(event), Self.makesTrade(event) {
            open = event
        } else {
            apply(event)
        }
        return true
    }

    /// Counts an event that no price depends on and that could not be read for that reason.
    package func passOver() { events += 1 }

    /// Ends the work.
    package func finish() throws(BacktestError) -> BacktestReport {
        if let made = open {
            open = nil
            try examine(made, shipment: nil)
            apply(made)
        }
        var report = BacktestReport(
            plugin: definition.name, version: tag.label, period: period, started: started,
            finished: Timestamp(milliseconds: clock.wallMilliseconds()))
        (report.trades, report.lines, report.etas) = (trades, lines, arrivals)
        report.slowest = slowest.map {
            BacktestReport.Slowest(
                trade: $0.trade, microseconds: $0.nanoseconds / 1_000, hook: "\($0.hook)")
        }
        report.examples = examples.all
        addMoney(to: &report)
        report.events = events
        let nanoseconds = max(1, clock.monotonicNanoseconds() &- startedAt)
        report.eventsPerSecond = UInt64(
            min(Double(events) * 1e9 / Double(nanoseconds), 1e15))
        return report
    }

    /// Frees the machine; on a thread that serves nobody.
    package func close() { machine.close() }

    private func apply(_ event: Event) {
        market.apply(event)
        market.commit()
        records.took(event)
    }

    /// Whether an event is the beginning of a trade, or of the shipment of a reserved one.
    private static func makesTrade(_ event: borrowing Event) -> Bool {
        guard case .trade(let change) = event.data else { return false }
        switch event.type {
        case .tradeInitiated, .tradeReserved: return change.previous == 0
        case .tradeCommitted: return true
        default: return false
        }
    }

    /// The shipment that a trade made in the event behind its own.
    private static func shipment(of made: borrowing Event, in event: borrowing Event) -> Event? {
        guard case .trade(let change) = made.data, event.type == .shipmentCreated,
            event.first == made.first, case .shipment(let shipment) = event.data,
            shipment.shipment.tradeID == change.trade.id
        else { return nil }
        return copy event
    }

    private func examine(_ event: Event, shipment: Event?) throws(BacktestError) {
        guard case .trade(let change) = event.data else { return }
        world.seq = event.seq
        world.now = event.time
        let isNew = event.type != .tradeCommitted
        if isNew { trades.examined += 1 }
        let trade = change.trade
        let isSeller = sees(trade.seller)
        let isConcerned =
            (definition.hasPricing || definition.hasETA) && isSeller
            || definition.hasValidate && (isSeller || sees(trade.buyer))
        if !isConcerned { return }
        var isRefused = false
        if isNew {
            trades.concerned += 1
            isRefused = try replay(change, event)
        }
        if !isRefused, isSeller, definition.hasETA, case .shipment(let made)? = shipment?.data,
            let rules = shipment?.cause.rules
        {
            replay(made.shipment, trade: trade, rules: rules)
        }
    }

    // MARK: The rule

    /// Whether the rule sees trades of a station.
    func sees(_ number: StationNumber) -> Bool {
        guard let id = definition.station else { return true }
        if station == nil {
            station = market.names.stations.number(of: id).map { StationNumber($0) }
            machine.scope = station
        }
        return station == number
    }

    /// Asks the machine something; nil where the call failed, which is counted.
    func call<Answer>(
        _ hook: StaticString, trade: Identifier,
        _ body: (RuleMachine, PastWorld, RuleLimits) throws(RuleFault) -> Answer
    ) throws(RuleFault) -> Answer {
        let budget = RuleLimits(
            instructions: limits.ruleInstructions,
            microseconds: min(max(limits.ruleMicroseconds, 1), 36_000_000) * Self.patience)
        defer {
            let nanoseconds = machine.usage.nanoseconds
            if nanoseconds >= (slowest?.nanoseconds ?? 0) {
                slowest = (trade, nanoseconds, hook)
            }
            if machine.needsReplacement { renew() }
        }
        return try body(machine, world, budget)
    }

    /// After a kill that left little memory: another machine. Where none can be made the old one
    /// goes on.
    private func renew() {
        guard let fresh = try? RuleMachine(source: source, file: file, limits: limits) else {
            return
        }
        fresh.scope = machine.scope
        machine.close()
        machine = fresh
    }

    /// Whether another rule had its place before this one. One of unknown priority counts as
    /// earlier: its price was there.
    func isEarlier(_ name: Identifier, _ version: String) -> Bool {
        guard let found = market.versions[name]?.last(where: { $0.tag.label == version }) else {
            return true
        }
        return found.priority != definition.priority
            ? found.priority < definition.priority : name < definition.name
    }

    /// Counts the trade of the present decision as failed.
    func count(_ fault: RuleFault) {
        if failedAt == world.seq { return }
        failedAt = world.seq
        if fault.isKill { trades.killed += 1 } else { trades.errors += 1 }
    }

    // MARK: Sums

    private func addMoney(to report: inout BacktestReport) {
        let names = market.names
        func money(_ currency: CurrencyCode, _ sum: BacktestSum) -> BacktestReport.Money {
            let scale = names.scale(of: currency)
            return BacktestReport.Money(
                currency: currency, before: WideMoney.text(sum.before, scale: scale),
                after: WideMoney.text(sum.after, scale: scale),
                difference: WideMoney.text(sum.difference, scale: scale))
        }
        report.money = totals.money.sorted { $0.key < $1.key }.map { money($0.key, $0.value) }
        let differing = totals.items.filter { $0.value.difference != 0 }.map { key, sum in
            let size = WideMoney.size(sum.difference, scale: names.scale(of: key.currency))
            return (size: size, item: names.item(key.item), currency: key.currency, sum: sum)
        }
        let sorted = differing.sorted {
            if $0.size != $1.size { return $0.size > $1.size }
            return $0.item != $1.item ? $0.item < $1.item : $0.currency < $1.currency
        }
        report.items = sorted.prefix(BacktestReport.itemLimit).map {
            BacktestReport.ItemMoney(
                item: $0.item, quantity: String($0.sum.quantity),
                money: money($0.currency, $0.sum))
        }
        report.itemsLeftOut = sorted.count - report.items.count
    }
}
