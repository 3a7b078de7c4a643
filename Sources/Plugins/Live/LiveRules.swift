package import Basics
package import Domain
package import Ledger

/// The rules in force, as the ledger asks them.
///
/// Every plugin with a live version or one on trial has its place by priority, then name. A version
/// is a compiled machine; `adopt` only swaps machines that `RuleWorkshop` has made ready.
/// Threading: the ledger's thread, but for `statistics` and `log`.
package final class LiveRules: RuleBook {
    package let workshop: RuleWorkshop
    /// What the hooks have cost and done; any thread.
    package let statistics: RuleStatistics
    /// What plugins have said; any thread.
    package let log: RuleLog
    /// The budgets; may be changed between commands.
    package var limits: Limits
    private let names: Names
    let clock: any Clock

    private var servings: [Identifier: [Digest128: Serving]] = [:]
    private var slots: [Identifier: RuleSlot] = [:]
    var pricing: [RuleSlot] = []
    var validating: [RuleSlot] = []
    var arriving: [RuleSlot] = []

    private var world: TransactionWorld?
    var budget = RuleTime()
    /// What is only watched takes nothing from those that decide.
    var shadowBudget = RuleTime()
    var references: [RuleReference] = []
    var actions: [RuleAction] = []
    var isDryRun = false
    var isQuote = false
    /// The trade that was asked about last, and whether its id came with the request.
    var lastTrade: (id: Identifier, hasID: Bool)?

    /// How often a failure of one version becomes an event.
    static let tellingNanoseconds: UInt64 = 60_000_000_000

    /// - Parameter names: of the ledger's state.
    package init(
        workshop: RuleWorkshop, names: Names, statistics: RuleStatistics = RuleStatistics(),
        log: RuleLog = RuleLog(), clock: any Clock, limits: Limits
    ) {
        self.workshop = workshop
        self.names = names
        self.statistics = statistics
        self.log = log
        self.clock = clock
        self.limits = limits
    }

    // MARK: Versions

    /// Compiles and takes up what is in force at a start, before the first command.
    ///
    /// A version that cannot be compiled fails at each call, as its `on_error` says: an embargo
    /// that is broken must not let everything pass.
    ///
    /// - Parameter source: reads a stored version with its source.
    package func start(
        _ plugins: [Plugin], source: (Digest128) -> PluginVersion?
    ) {
        for plugin in plugins { adopt(plugin, source: source) }
        sort()
    }

    package func adopt(_ change: PluginChange) {
        adopt(change.plugin) { digest in
            change.version?.tag.digest == digest ? change.version : nil
        }
        sort()
    }

    private func adopt(_ plugin: Plugin, source: (Digest128) -> PluginVersion?) {
        let wanted = plugin.isRemoved ? [] : [plugin.live, plugin.candidate, plugin.previous]
        let present = servings[plugin.name] ?? [:]
        var kept: [Digest128: Serving] = [:]
        for tag in wanted.compactMap({ $0 }) where kept[tag.digest] == nil {
            kept[tag.digest] =
                present[tag.digest] ?? serving(plugin.name, tag, source: source)
        }
        for (digest, serving) in present where kept[digest] == nil { serving.retire(workshop) }
        servings[plugin.name] = kept.isEmpty ? nil : kept
        let live = plugin.live.flatMap { kept[$0.digest] }
        let candidate = plugin.candidate.flatMap { kept[$0.digest] }
        let isInForce = live != nil || (candidate != nil && plugin.trial != .off)
        slots[plugin.name] =
            isInForce
            ? RuleSlot(
                plugin: plugin.name, live: live, candidate: candidate, trial: plugin.trial) : nil
    }

    private func serving(
        _ plugin: Identifier, _ tag: VersionTag, source: (Digest128) -> PluginVersion?
    ) -> Serving {
        var machine: RuleMachine?
        var text = ""
        var stored: PluginVersion?
        var isSuspect = false
        if let ready = workshop.take(tag.digest) {
            (machine, text, isSuspect) = (ready.machine, ready.source, ready.isSuspect)
        } else if let version = source(tag.digest) {
            stored = version
            text = version.source
            do throws(PluginProblem) {
                machine = try RuleMachine(source: text, file: plugin.text, limits: limits)
            } catch { note(plugin, tag.label, "load", .error, error.text(file: plugin.text)) }
        } else {
            note(plugin, tag.label, "load", .error, "the source of this version is not there")
        }
        let label = tag.label
        machine?.host.log = { [weak self] level, hook, text in
            self?.note(plugin, label, "\(hook)", level, text)
        }
        return Serving(
            plugin: plugin, tag: tag, machine: machine, source: text, names: names,
            statistics: statistics, isSuspect: isSuspect, fallback: stored)
    }

    /// Rules of low priority first, ties by name.
    private func sort() {
        let all = slots.values.sorted {
            $0.priority != $1.priority ? $0.priority < $1.priority : $0.plugin < $1.plugin
        }
        pricing = all.filter { slot in slot.contains { $0.hasPricing } }
        validating = all.filter { slot in slot.contains { $0.hasValidate } }
        arriving = all.filter { slot in slot.contains { $0.hasETA } }
    }

    package func checked(_ digest: Digest128) -> PluginMetadata? { workshop.checked(digest) }

    // MARK: A command

    package func begin(isMulti: Bool, isDryRun: Bool) {
        budget.begin(
            isMulti: isMulti, trade: limits.ruleTradeMicroseconds,
            transaction: limits.ruleTransactionMicroseconds)
        shadowBudget = budget
        self.isDryRun = isDryRun
        isQuote = false
        lastTrade = nil
        if !references.isEmpty { references.removeAll(keepingCapacity: true) }
    }

    package func takeReferences() -> [RuleReference] {
        if references.isEmpty { return [] }
        defer { references = [] }
        return references
    }

    package func takeActions() -> [RuleAction] {
        if actions.isEmpty { return [] }
        defer { actions = [] }
        return actions
    }

    package func concerns(seller: StationNumber, buyer: StationNumber) -> Bool {
        for slot in pricing where slot.contains({ $0.station.includes(seller) }) { return true }
        for slot in validating
        where slot.contains({ $0.station.includes(seller) || $0.station.includes(buyer) }) {
            return true
        }
        return false
    }

    func world(of transaction: Transaction) -> TransactionWorld {
        if let world, world.isOf(transaction) { return world }
        let made = TransactionWorld(transaction)
        world = made
        return made
    }

    func beginTrade(_ trade: borrowing RuleTrade) {
        if let lastTrade, lastTrade.id == trade.id { return }
        lastTrade = (trade.id, trade.hasID)
        isQuote = trade.isQuote
        beginTime()
    }

    /// Another trade or shipment begins.
    func beginTime() {
        budget.beginTrade()
        shadowBudget.beginTrade()
    }
}
