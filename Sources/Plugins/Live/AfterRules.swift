package import Basics
package import Domain
import JSON
package import Ledger

/// The hooks after the commit of one live version: `on` and `every`.
///
/// Whoever runs it reads the durable events behind the plugin's cursor, hands them over one by one
/// in order, and puts what comes back into the outbox. A hook that fails is counted and logged, and
/// the event is done all the same. Threading: one thread, not the ledger's.
package final class AfterRules {
    package let plugin: Identifier
    package let tag: VersionTag
    package let definition: PluginDefinition
    private let label: String
    private let version: PluginVersion
    private var machine: RuleMachine
    private let scope: StationNumber?
    private let log: RuleLog
    private let clock: any Clock
    private let on: RuleStatistics.Counters
    private let every: RuleStatistics.Counters
    private var policy = FallbackPolicy()
    private var actions: [RuleAction] = []
    private var toldAt: UInt64?
    /// The budgets of a call; may be changed between calls.
    package var limits: Limits
    private var text = ByteBuffer()

    /// Compiles a stored version.
    ///
    /// - Parameter version: with its source.
    /// - Throws: where it cannot be compiled (it could when it was loaded).
    package init(
        _ version: PluginVersion, statistics: RuleStatistics, log: RuleLog, clock: any Clock,
        limits: Limits
    ) throws(PluginProblem) {
        machine = try Self.machine(version, log: log, clock: clock, limits: limits)
        self.version = version
        plugin = version.plugin
        tag = version.tag
        definition = machine.definition
        scope = version.station
        self.log = log
        self.clock = clock
        self.limits = limits
        on = statistics.counters(version.plugin, "on")
        every = statistics.counters(version.plugin, "every")
        label = version.tag.label
    }

    private static func machine(
        _ version: PluginVersion, log: RuleLog, clock: any Clock, limits: Limits
    ) throws(PluginProblem) -> RuleMachine {
        let machine = try RuleMachine(
            source: version.source, file: version.plugin.text, limits: limits)
        machine.scope = version.station
        let label = version.tag.label
        machine.host.log = { level, hook, text in
            log.add(
                RuleLog.Line(
                    time: Timestamp(milliseconds: clock.wallMilliseconds()), level: level,
                    version: label, hook: "\(hook)", text: text), plugin: version.plugin)
        }
        return machine
    }

    /// Whether a hook hears the event: by its type, and, for a station's plugin, by the stations
    /// that it concerns. Cheap.
    package func hears(_ event: borrowing Event) -> Bool {
        if event.type.isInternal { return false }
        let isHeard = definition.on.contains { $0.matches(event.type) }
        guard isHeard, let scope else { return isHeard }
        var concerns = false
        event.forEachStation { if $0 == scope { concerns = true } }
        return concerns
    }

    /// Calls the hooks that hear an event.
    ///
    /// - Parameters:
    ///   - history: the history that the event belongs to.
    ///   - world: at the event's time.
    /// - Returns: what they returned, one after the other.
    package func hear(
        _ event: Event, history: String, world: any RuleWorld
    ) -> AfterResult {
        var all = AfterResult()
        if !hears(event) { return all }
        text.removeAll(keeping: 64 << 10)
        text.appendJSON(event, history: history, names: world.names)
        guard let document = try? JSONReader.parse(text.array.span) else { return all }
        for hook in machine.hooks(for: event.type) {
            guard
                let result = call(
                    "on", on,
                    { () throws(RuleFault) in
                        try machine.hear(
                            document, id: "\(history):\(event.seq)", hook: hook, world: world,
                            limits: after)
                    })
            else { continue }
            all.notices += result.notices
            all.state += result.state
        }
        return all
    }

    /// Calls a timer.
    ///
    /// - Parameters:
    ///   - timer: a place in `definition.every`.
    ///   - world: at the timer's moment.
    package func tick(_ timer: Int, world: any RuleWorld) -> AfterResult {
        call(
            "every", every,
            { () throws(RuleFault) in try machine.tick(timer, world: world, limits: after) })
            ?? AfterResult()
    }

    /// What failures have led to since the last call; for `Ledger.fallBack`.
    package func takeActions() -> [RuleAction] {
        defer { actions = [] }
        return actions
    }

    /// Counts a result that cannot be taken, such as a state that is too large, as a failed call.
    package func refuse(_ fault: RuleFault, hook: String) {
        fail(fault, hook, hook == "every" ? every : on)
    }

    /// Frees the machine, on this thread.
    package func close() { machine.close() }

    private var after: RuleLimits {
        RuleLimits(
            instructions: limits.ruleAfterInstructions,
            microseconds: limits.ruleAfterMilliseconds * 1_000)
    }

    private func call(
        _ hook: String, _ counters: RuleStatistics.Counters,
        _ body: () throws(RuleFault) -> AfterResult
    ) -> AfterResult? {
        do throws(RuleFault) {
            let result = try body()
            counters.add(figures(.passed))
            _ = policy.note(.passed, now: 0)
            return result
        } catch {
            fail(error, hook, counters)
            renew()
            return nil
        }
    }

    private func fail(_ fault: RuleFault, _ hook: String, _ counters: RuleStatistics.Counters) {
        counters.add(figures(.failed(isKill: fault.isKill, isSkipped: true)))
        log.add(
            RuleLog.Line(
                time: Timestamp(milliseconds: clock.wallMilliseconds()), level: .error,
                version: label, hook: hook, text: fault.text), plugin: plugin)
        note(fault, hook)
    }

    /// After a kill that has left little memory: another machine. The record of failures stays.
    private func renew() {
        guard machine.needsReplacement,
            let fresh = try? Self.machine(version, log: log, clock: clock, limits: limits)
        else { return }
        machine.close()
        machine = fresh
    }

    private func figures(_ end: HookCall.End) -> HookCall {
        HookCall(
            instructions: Int64(clamping: machine.usage.instructions),
            nanoseconds: machine.usage.nanoseconds, memoryPeak: machine.usage.memoryPeak,
            end: end)
    }

    private func note(_ fault: RuleFault, _ hook: String) {
        let now = clock.monotonicNanoseconds()
        var error = fault.text
        let kind: RuleAction.Kind
        if let verdict = policy.note(fault.isKill ? .killed : .failed, now: now) {
            kind = .fallback
            error = "\(verdict.sentence); the last: \(error)"
        } else if toldAt.map({ now &- $0 >= LiveRules.tellingNanoseconds }) ?? true {
            kind = .failure
            toldAt = now
        } else {
            return
        }
        actions.append(
            RuleAction(
                kind: kind, plugin: plugin, version: tag.digest, hook: hook, trade: nil,
                error: RuleText.oneLine(error)))
    }
}
