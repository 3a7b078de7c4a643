package import Domain
package import Ledger

/// What rules say of whole trades and of shipments.
extension LiveRules {
    // MARK: Refusals

    package func validate(
        _ trade: borrowing RuleTrade, in transaction: Transaction
    ) throws(CommandError) {
        if validating.isEmpty { return }
        beginTrade(trade)
        let world = world(of: transaction)
        for slot in validating {
            let (serving, shadow, _) = slot.roles(trade: trade.id, hasID: trade.hasID)
            var verdict: CommandError?
            var isRefused = false
            if let serving, validates(serving, trade.seller, trade.buyer) {
                do throws(CommandError) {
                    if let reason = try refusal(of: serving, trade, world) {
                        isRefused = true
                        verdict = CommandError(
                            .rejected, "\(serving.plugin) refuses the trade: \(reason)")
                    }
                } catch { verdict = error }
            }
            if let shadow, validates(shadow, trade.seller, trade.buyer) {
                watch(shadow, trade, isRefused: isRefused, world)
            }
            if let verdict { throw verdict }
        }
    }

    private func validates(
        _ serving: Serving, _ seller: StationNumber, _ buyer: StationNumber
    ) -> Bool {
        serving.hasValidate
            && (serving.station.includes(seller) || serving.station.includes(buyer))
    }

    private func refusal(
        of serving: Serving, _ trade: borrowing RuleTrade, _ world: TransactionWorld
    ) throws(CommandError) -> String? {
        do throws(RuleFault) {
            let reason = try look(serving, trade, isShadow: false, world)
            note(serving, "validate", serving.validate, reason == nil ? .passed : .refused)
            references.append(reference(serving, "validate"))
            return reason.map(RuleText.oneLine)
        } catch {
            try fail(serving, "validate", serving.validate, error, trade: trade.id)
            return nil
        }
    }

    private func watch(
        _ shadow: Serving, _ trade: borrowing RuleTrade, isRefused: Bool,
        _ world: TransactionWorld
    ) {
        do throws(RuleFault) {
            let refuses = try look(shadow, trade, isShadow: true, world) != nil
            note(
                shadow, "validate", shadow.validate, refuses == isRefused ? .passed : .diverged,
                isShadow: true)
        } catch { failShadow(shadow, "validate", shadow.validate, error, trade: trade.id) }
    }

    private func look(
        _ serving: Serving, _ trade: borrowing RuleTrade, isShadow: Bool,
        _ world: TransactionWorld
    ) throws(RuleFault) -> String? {
        let asked = copy trade
        return try timed(serving, isShadow: isShadow) { (machine, limits) throws(RuleFault) in
            try machine.refusal(asked, world: world, limits: limits)
        }
    }

    // MARK: Arrivals

    package func eta(
        _ shipment: borrowing Shipment, in transaction: Transaction
    ) throws(CommandError) -> Timestamp? {
        if arriving.isEmpty { return nil }
        let subject = shipment.tradeID ?? shipment.id
        var hasID = true
        if let lastTrade, lastTrade.id == subject {
            hasID = lastTrade.hasID || !isQuote
        } else {
            lastTrade = (subject, true)
            beginTime()
        }
        let world = world(of: transaction)
        var asked = copy shipment
        var result: Timestamp?
        for slot in arriving {
            let (serving, shadow, _) = slot.roles(trade: subject, hasID: hasID)
            let before = asked.eta
            if let serving, serving.hasETA, serving.station.includes(shipment.origin) {
                if let eta = try arrival(of: serving, asked, world) {
                    result = eta
                    asked.eta = eta
                    asked.promised = eta
                }
            }
            if let shadow, shadow.hasETA, shadow.station.includes(shipment.origin) {
                var watched = asked
                watched.eta = before
                watched.promised = before
                watch(shadow, watched, served: asked.eta, world)
            }
        }
        return result
    }

    private func arrival(
        of serving: Serving, _ shipment: Shipment, _ world: TransactionWorld
    ) throws(CommandError) -> Timestamp? {
        do throws(RuleFault) {
            let eta = try arrive(serving, shipment, isShadow: false, world)
            note(serving, "eta", serving.eta, .passed)
            references.append(reference(serving, "eta"))
            return eta
        } catch {
            try fail(serving, "eta", serving.eta, error, trade: shipment.tradeID)
            return nil
        }
    }

    private func watch(
        _ shadow: Serving, _ shipment: Shipment, served: Timestamp, _ world: TransactionWorld
    ) {
        do throws(RuleFault) {
            let eta = try arrive(shadow, shipment, isShadow: true, world) ?? shipment.eta
            note(shadow, "eta", shadow.eta, eta == served ? .passed : .diverged, isShadow: true)
        } catch { failShadow(shadow, "eta", shadow.eta, error, trade: shipment.tradeID) }
    }

    private func arrive(
        _ serving: Serving, _ shipment: Shipment, isShadow: Bool, _ world: TransactionWorld
    ) throws(RuleFault) -> Timestamp? {
        try timed(serving, isShadow: isShadow) { (machine, limits) throws(RuleFault) in
            try machine.arrival(shipment, world: world, limits: limits)
        }
    }

    private func reference(_ serving: Serving, _ hook: String) -> RuleReference {
        RuleReference(
            name: serving.plugin, version: serving.label, hook: hook,
            inputs: serving.machine?.takeInputs())
    }
}
