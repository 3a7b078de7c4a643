package import Domain
package import Ledger

/// What rules do to prices.
extension LiveRules {
    package func price(
        _ trade: borrowing RuleTrade, line: Int, base: PriceStep, steps: inout [PriceStep],
        in transaction: Transaction
    ) throws(CommandError) -> Int64 {
        var price = base.after
        if pricing.isEmpty { return price }
        beginTrade(trade)
        let isNamed = base.source == .named
        let world = world(of: transaction)
        var asked = copy trade
        for slot in pricing {
            let (serving, shadow, leftOut) = slot.roles(trade: trade.id, hasID: trade.hasID)
            if let leftOut, prices(leftOut, trade.seller, isNamed) {
                steps.append(step(leftOut, line, .notInCanary, before: price, after: price))
            }
            let before = price
            if let serving, prices(serving, trade.seller, isNamed) {
                let call = PriceCall(line: line, before: before, isNamed: isNamed)
                price = try ask(serving, &asked, call, &steps, world)
            }
            if let shadow, prices(shadow, trade.seller, isNamed) {
                let call = PriceCall(line: line, before: before, isNamed: isNamed)
                watch(shadow, &asked, call, served: price, &steps, world)
            }
        }
        return price
    }

    private func prices(_ serving: Serving, _ seller: StationNumber, _ isNamed: Bool) -> Bool {
        serving.hasPricing && serving.station.includes(seller) && (!isNamed || serving.namedPrices)
    }

    /// What a rule is asked about a line.
    private struct PriceCall {
        let line: Int
        let before: Int64
        let isNamed: Bool
    }

    /// Asks the version that decides.
    private func ask(
        _ serving: Serving, _ trade: inout RuleTrade, _ call: PriceCall,
        _ steps: inout [PriceStep], _ world: TransactionWorld
    ) throws(CommandError) -> Int64 {
        do throws(RuleFault) {
            let result = try run(serving, &trade, call, isShadow: false, world)
            note(serving, "pricing", serving.pricing, .passed)
            if !references.contains(where: { $0.name == serving.plugin && $0.hook == "pricing" }) {
                references.append(
                    RuleReference(name: serving.plugin, version: serving.label, hook: "pricing"))
            }
            let after = result?.amount ?? call.before
            steps.append(
                step(
                    serving, call.line, after == call.before ? .unchanged : .changed,
                    before: call.before, after: after, reason: result?.reason))
            return after
        } catch {
            try fail(serving, "pricing", serving.pricing, error, trade: trade.id)
            steps.append(
                step(
                    serving, call.line, .skipped, before: call.before, after: call.before,
                    error: error.text))
            return call.before
        }
    }

    /// Asks a version that is only watched, and compares.
    private func watch(
        _ shadow: Serving, _ trade: inout RuleTrade, _ call: PriceCall, served: Int64,
        _ steps: inout [PriceStep], _ world: TransactionWorld
    ) {
        do throws(RuleFault) {
            let result = try run(shadow, &trade, call, isShadow: true, world)
            let after = result?.amount ?? call.before
            note(
                shadow, "pricing", shadow.pricing, after == served ? .passed : .diverged,
                isShadow: true)
            steps.append(
                step(
                    shadow, call.line, .shadow, before: call.before, after: after,
                    reason: result?.reason))
        } catch {
            failShadow(shadow, "pricing", shadow.pricing, error, trade: trade.id)
            steps.append(
                step(
                    shadow, call.line, .shadow, before: call.before, after: call.before,
                    error: error.text))
        }
    }

    private func run(
        _ serving: Serving, _ trade: inout RuleTrade, _ call: PriceCall, isShadow: Bool,
        _ world: TransactionWorld
    ) throws(RuleFault) -> RuleMachine.Price? {
        guard trade.lines.indices.contains(call.line) else { return nil }
        let line = trade.lines[call.line]
        // Written only where it differs: a write copies all lines.
        if line.unitPrice != call.before {
            let product = line.quantity.multipliedReportingOverflow(by: call.before)
            if product.overflow { throw RuleFault("the line's total leaves 64 bits") }
            trade.lines[call.line].unitPrice = call.before
            trade.lines[call.line].lineTotal = product.partialValue
        }
        return try timed(serving, isShadow: isShadow) { (machine, limits) throws(RuleFault) in
            try machine.price(
                trade, line: call.line, isNamed: call.isNamed, world: world, limits: limits)
        }
    }

    private func step(
        _ serving: Serving, _ line: Int, _ outcome: PriceStep.Outcome, before: Int64, after: Int64,
        reason: String? = nil, error: String? = nil
    ) -> PriceStep {
        let wasCalled = outcome != .notInCanary
        let machine = wasCalled ? serving.machine : nil
        return PriceStep(
            line: line, source: .rule, outcome: outcome, before: before, after: after,
            rule: PriceStep.RuleStep(
                name: serving.plugin, version: serving.label, reason: reason,
                inputs: machine?.takeInputs(),
                microseconds: Int64(clamping: (machine?.usage.nanoseconds ?? 0) / 1_000),
                error: error))
    }
}
