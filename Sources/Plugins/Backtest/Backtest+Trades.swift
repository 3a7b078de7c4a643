import Basics
import Domain
import Ledger

/// One trade, and one shipment, as the version would have decided them.
extension Backtest {
    /// What became of a trade's prices.
    private struct Outcome {
        /// What would have been paid per unit, line by line.
        var prices: [Int64]
        /// Whether a call failed, and whether that is a refusal.
        var fault: RuleFault?
        var isRejected = false
    }

    /// Replays a trade that was made.
    ///
    /// - Returns: whether it would have been refused, by `validate` or by an error.
    func replay(_ change: TradeChange, _ event: Event) throws(BacktestError) -> Bool {
        let recorded = recordedLines(change)
        var trade = asked(change, event, recorded)
        var changes: [PriceChange] = []
        var outcome = Outcome(prices: recorded.map(\.paid))
        if definition.hasPricing, sees(change.trade.seller) {
            price(&trade, recorded, &outcome, &changes)
        }
        for line in trade.lines.indices { trade.lines[line].unitPrice = outcome.prices[line] }
        var refusal: String?
        if !outcome.isRejected {
            if !Self.total(&trade) {
                outcome.fault = RuleFault("the total leaves the range of 64-bit numbers")
                outcome.isRejected = true
            } else if definition.hasValidate {
                refusal = validate(trade, &outcome)
            }
        }
        if let fault = outcome.fault { note(fault, change, event.seq) }
        if let refusal {
            trades.refused += 1
            add(.refused(refusal), change, event.seq)
        }
        if refusal != nil || outcome.isRejected { return true }
        try add(changes, recorded, outcome.prices, change, event.seq)
        return false
    }

    /// One line whose price the rule changed, with its reason.
    private struct PriceChange {
        let line: Int
        let reason: String?
    }

    private func recordedLines(_ change: TradeChange) -> [RecordedLine] {
        change.trade.lines.indices.map { line in
            RecordedLine(change, line: line, rule: definition.name) { isEarlier($0, $1) }
        }
    }

    /// The trade as a live rule would have met it, with its base prices.
    private func asked(
        _ change: TradeChange, _ event: Event, _ recorded: [RecordedLine]
    ) -> RuleTrade {
        let made = change.trade
        let currency =
            market.currencies[made.currency]
            ?? Currency(
                code: made.currency, name: made.currency.text,
                scale: market.names.scale(of: made.currency), seq: 0)
        var lines = made.lines
        for line in lines.indices {
            lines[line].unitPrice = recorded[line].base
            lines[line].lineTotal = lines[line].quantity &* recorded[line].base
        }
        var trade = RuleTrade(
            id: made.id, hasID: ULID(made.id)?.seq != event.seq, seller: made.seller,
            buyer: made.buyer, currency: currency, lines: lines, total: 0, now: event.time)
        trade.reference = made.reference
        trade.attributes = made.attributes
        trade.isReservation = event.type == .tradeReserved
        return trade
    }

    // MARK: Prices

    private func price(
        _ trade: inout RuleTrade, _ recorded: [RecordedLine], _ outcome: inout Outcome,
        _ changes: inout [PriceChange]
    ) {
        for line in trade.lines.indices {
            let was = recorded[line]
            lines.examined += 1
            trade.lines[line].unitPrice = was.before
            var answer: RuleMachine.Price?
            do throws(RuleFault) {
                guard Self.total(&trade) else {
                    throw RuleFault("the total leaves the range of 64-bit numbers")
                }
                answer = try call("pricing", trade: trade.id) {
                    (machine, world, limits) throws(RuleFault) in
                    try machine.price(
                        trade, line: line, isNamed: was.isNamed, world: world, limits: limits)
                }
            } catch {
                outcome.fault = outcome.fault ?? error
                if definition.onError == .reject {
                    outcome.isRejected = true
                    return
                }
            }
            let left = answer?.amount ?? was.before
            guard let paid = was.paid(leaving: left) else {
                outcome.fault = outcome.fault ?? RuleFault("a price leaves 64 bits")
                outcome.isRejected = true
                return
            }
            trade.lines[line].unitPrice = paid
            outcome.prices[line] = paid
            if paid != was.paid {
                changes.append(PriceChange(line: line, reason: answer?.reason))
            }
        }
    }

    /// Brings the totals in line with the unit prices; false where they leave 64 bits.
    private static func total(_ trade: inout RuleTrade) -> Bool {
        var total: Int64 = 0
        for line in trade.lines.indices {
            let product = trade.lines[line].quantity.multipliedReportingOverflow(
                by: trade.lines[line].unitPrice)
            let sum = total.addingReportingOverflow(product.partialValue)
            if product.overflow || sum.overflow { return false }
            trade.lines[line].lineTotal = product.partialValue
            total = sum.partialValue
        }
        trade.total = total
        return true
    }

    private func validate(_ trade: RuleTrade, _ outcome: inout Outcome) -> String? {
        do throws(RuleFault) {
            return try call("validate", trade: trade.id) {
                (machine, world, limits) throws(RuleFault) in
                try machine.refusal(trade, world: world, limits: limits)
            }.map(RuleText.oneLine)
        } catch {
            outcome.fault = outcome.fault ?? error
            if definition.onError == .reject { outcome.isRejected = true }
            return nil
        }
    }

    // MARK: Arrivals

    /// The transit time of a shipment that names no ETA and that no rule gives one.
    private static let usualTransitMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    /// Replays the ETA of a trade's shipment, unless its command named one.
    func replay(_ made: Shipment, trade: Trade, rules: [RuleReference]) {
        let others = rules.filter { $0.hook == "eta" }
        guard let usual = made.created.adding(milliseconds: Self.usualTransitMilliseconds),
            !others.isEmpty || made.promised == usual
        else { return }
        arrivals.examined += 1
        var shipment = made
        shipment.eta = usual
        shipment.promised = usual
        let isOwn = others.contains { $0.name == definition.name }
        var eta = !isOwn && !others.isEmpty ? made.promised : usual
        do throws(RuleFault) {
            let answer = try call("eta", trade: trade.id) {
                (machine, world, limits) throws(RuleFault) in
                try machine.arrival(shipment, world: world, limits: limits)
            }
            eta = answer ?? eta
        } catch {
            count(error)
            examples.add(example(.failed(error.text), trade, seq: made.key.seq))
            if definition.onError == .reject { return }
        }
        if eta == made.promised { return }
        arrivals.changed += 1
        if eta < made.promised { arrivals.earlier += 1 } else { arrivals.later += 1 }
    }

    // MARK: Counting

    private func add(
        _ changes: [PriceChange], _ recorded: [RecordedLine], _ prices: [Int64],
        _ change: TradeChange, _ seq: UInt64
    ) throws(BacktestError) {
        let trade = change.trade
        for line in trade.lines.indices {
            try totals.add(
                trade.lines[line].item, trade.currency, quantity: trade.lines[line].quantity,
                before: recorded[line].paid, after: prices[line])
        }
        if changes.isEmpty { return }
        trades.changed += 1
        let scale = market.names.scale(of: trade.currency)
        for change in changes {
            let line = trade.lines[change.line]
            let was = recorded[change.line]
            lines.changed += 1
            if was.isNamed && !definition.namedPrices { lines.named += 1 }
            let difference =
                Int128(line.quantity) * (Int128(prices[change.line]) - Int128(was.paid))
            let size = WideMoney.size(difference, scale: scale)
            if !examples.wantsChange(size) { continue }
            examples.add(
                BacktestReport.Example(
                    trade: trade.id, seq: seq, line: change.line,
                    item: market.names.item(line.item), currency: trade.currency,
                    before: MoneyText.text(was.paid, scale: scale),
                    after: MoneyText.text(prices[change.line], scale: scale),
                    verdict: .changed(reason: change.reason.map(RuleText.oneLine)), size: size))
        }
    }

    private func note(_ fault: RuleFault, _ change: TradeChange, _ seq: UInt64) {
        count(fault)
        add(.failed(RuleText.oneLine(fault.text)), change, seq)
    }

    private func add(
        _ verdict: BacktestReport.Example.Verdict, _ change: TradeChange, _ seq: UInt64
    ) {
        examples.add(example(verdict, change.trade, seq: seq))
    }

    private func example(
        _ verdict: BacktestReport.Example.Verdict, _ trade: Trade, seq: UInt64
    ) -> BacktestReport.Example {
        let scale = market.names.scale(of: trade.currency)
        return BacktestReport.Example(
            trade: trade.id, seq: seq, line: nil, item: nil, currency: trade.currency,
            before: MoneyText.text(trade.total, scale: scale), after: nil, verdict: verdict,
            size: WideMoney.size(Int128(trade.total), scale: scale))
    }
}
