import Basics
import Domain
import Ledger

/// How calls end: counters, logs, and what failures lead to.
extension LiveRules {
    /// Runs a call within what its trade may still take.
    ///
    /// - Throws: what the call throws, or that nothing was left for it.
    func timed<Result>(
        _ serving: Serving, isShadow: Bool,
        _ body: (RuleMachine, RuleLimits) throws(RuleFault) -> Result
    ) throws(RuleFault) -> Result {
        guard let machine = serving.machine else {
            throw RuleFault("this version could not be compiled; see PLUGIN LOG")
        }
        machine.forgetCall()
        var granted = try (isShadow ? shadowBudget : budget).grant(limits)
        let left = granted.microseconds
        granted.microseconds = serving.allowance(left, limit: limits.ruleMicroseconds)
        defer {
            if isShadow { shadowBudget.spend(machine.usage) } else { budget.spend(machine.usage) }
        }
        do throws(RuleFault) {
            let result = try body(machine, granted)
            serving.ended()
            return result
        } catch {
            var fault = error
            // The rule itself is to blame where it was given less than what others had left it.
            if fault.isKill {
                fault.isOfOthers =
                    left < limits.ruleMicroseconds && granted.microseconds == left
            }
            if !fault.isKill { serving.ended() }
            throw fault
        }
    }

    func note(
        _ serving: Serving, _ hook: StaticString, _ counters: RuleStatistics.Counters,
        _ end: HookCall.End, isShadow: Bool = false
    ) {
        let usage = serving.machine?.usage ?? RuleUsage()
        counters.add(
            HookCall(
                instructions: Int64(clamping: usage.instructions), nanoseconds: usage.nanoseconds,
                memoryPeak: usage.memoryPeak, isShadow: isShadow, end: end))
        if case .failed = end { return }
        if !isDryRun && !isQuote { _ = serving.policy.note(.passed, now: 0) }
    }

    /// Takes in a failure of a version that decides.
    ///
    /// - Throws: `RULEERROR` where the rule rejects on errors.
    func fail(
        _ serving: Serving, _ hook: String, _ counters: RuleStatistics.Counters,
        _ fault: RuleFault, trade: Identifier?
    ) throws(CommandError) {
        let isSkipped = serving.onError == .skip
        failed(serving, hook, counters, fault, trade: trade, isSkipped: isSkipped, isShadow: false)
        if isSkipped { return }
        throw CommandError(
            .ruleError,
            RuleText.oneLine("the \(hook) of rule \(serving.plugin) failed: \(fault.text)"))
    }

    func failShadow(
        _ serving: Serving, _ hook: String, _ counters: RuleStatistics.Counters,
        _ fault: RuleFault, trade: Identifier?
    ) {
        failed(serving, hook, counters, fault, trade: trade, isSkipped: true, isShadow: true)
    }

    private func failed(
        _ serving: Serving, _ hook: String, _ counters: RuleStatistics.Counters,
        _ fault: RuleFault, trade: Identifier?, isSkipped: Bool, isShadow: Bool
    ) {
        let usage = serving.machine?.usage ?? RuleUsage()
        counters.add(
            HookCall(
                instructions: Int64(clamping: usage.instructions), nanoseconds: usage.nanoseconds,
                memoryPeak: usage.memoryPeak, isShadow: isShadow,
                end: .failed(isKill: fault.isKill, isSkipped: isSkipped)))
        note(serving.plugin, serving.label, hook, .error, fault.text)
        serving.renew(workshop)
        if isDryRun || isQuote || fault.isOfOthers { return }
        let now = clock.monotonicNanoseconds()
        let verdict = serving.policy.note(fault.isKill ? .killed : .failed, now: now)
        if let verdict {
            add(.fallback, serving, hook, trade, "\(verdict.sentence); the last: \(fault.text)")
        } else if serving.toldAt.map({ now &- $0 >= Self.tellingNanoseconds }) ?? true {
            serving.toldAt = now
            add(.failure, serving, hook, trade, fault.text)
        }
    }

    private func add(
        _ kind: RuleAction.Kind, _ serving: Serving, _ hook: String, _ trade: Identifier?,
        _ error: String
    ) {
        actions.append(
            RuleAction(
                kind: kind, plugin: serving.plugin, version: serving.tag.digest, hook: hook,
                trade: trade, error: RuleText.oneLine(error)))
    }

    func note(
        _ plugin: Identifier, _ version: String, _ hook: String, _ level: RuleLog.Level,
        _ text: String
    ) {
        log.add(
            RuleLog.Line(
                time: Timestamp(milliseconds: clock.wallMilliseconds()), level: level,
                version: version, hook: hook, text: text), plugin: plugin)
    }
}
