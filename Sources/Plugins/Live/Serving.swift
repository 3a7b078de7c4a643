import Basics
import Domain
import Ledger

/// A version that takes part in decisions, with its counters and its record of failures.
///
/// The ledger's thread only.
final class Serving {
    let plugin: Identifier
    let tag: VersionTag
    /// `1.2.0@3fa9c1d2`.
    let label: String
    /// nil where the version could not be compiled: each call of it fails.
    private(set) var machine: RuleMachine?
    private let source: String
    let hasPricing: Bool
    let hasValidate: Bool
    let hasETA: Bool
    let namedPrices: Bool
    let priority: Int64
    let onError: RuleFailure
    let station: StationScope
    var policy = FallbackPolicy()
    /// Whether its examination expects it to be killed, and no call of it has ended yet.
    private(set) var isSuspect: Bool
    /// When a failure of it was told by an event last, monotonic nanoseconds.
    var toldAt: UInt64?
    let pricing: RuleStatistics.Counters
    let validate: RuleStatistics.Counters
    let eta: RuleStatistics.Counters

    /// Whose trades and shipments a version sees.
    enum StationScope: Equatable {
        case all
        case one(StationNumber)
        /// A station that does not exist.
        case nobody

        func includes(_ station: StationNumber) -> Bool {
            switch self {
            case .all: true
            case .one(let own): own == station
            case .nobody: false
            }
        }
    }

    /// - Parameter version: what the ledger keeps of the version, where there is no machine.
    init(
        plugin: Identifier, tag: VersionTag, machine: RuleMachine?, source: String, names: Names,
        statistics: RuleStatistics, isSuspect: Bool, fallback version: PluginVersion?
    ) {
        self.plugin = plugin
        self.tag = tag
        self.machine = machine
        self.source = source
        self.isSuspect = isSuspect
        label = tag.label
        let definition = machine?.definition
        hasPricing = definition?.hasPricing ?? version?.hooks.contains("pricing") ?? false
        hasValidate = definition?.hasValidate ?? version?.hooks.contains("validate") ?? false
        hasETA = definition?.hasETA ?? version?.hooks.contains("eta") ?? false
        namedPrices = definition?.namedPrices ?? false
        priority = definition?.priority ?? version?.priority ?? 50
        onError = definition?.onError ?? version?.onError ?? .reject
        if let definition {
            station =
                definition.station.map { id in
                    names.stations.number(of: id).map { .one(StationNumber($0)) } ?? .nobody
                } ?? .all
        } else {
            station = version?.station.map { .one($0) } ?? .all
        }
        if case .one(let number) = station { machine?.scope = number }
        pricing = statistics.counters(plugin, "pricing")
        validate = statistics.counters(plugin, "validate")
        eta = statistics.counters(plugin, "eta")
    }

    /// The time of its next call, microseconds, of what the budget leaves it: a suspect gets a
    /// tenth, so that a rule that never ends costs the others little until it falls back.
    func allowance(_ microseconds: Int, limit: Int) -> Int {
        isSuspect ? min(microseconds, max(limit / 10, 1)) : microseconds
    }

    /// A call came to its end: it is a suspect no more.
    func ended() { isSuspect = false }

    /// After a kill that left little memory: another machine, if one is ready, else one is ordered.
    func renew(_ workshop: RuleWorkshop) {
        guard let old = machine, old.needsReplacement else { return }
        guard let fresh = workshop.take(tag.digest)?.machine else {
            workshop.order(tag.digest, source: source)
            return
        }
        fresh.scope = old.scope
        fresh.host.log = old.host.log
        machine = fresh
        workshop.dispose(old)
    }

    /// Hands the machine over to be freed.
    func retire(_ workshop: RuleWorkshop) {
        if let machine { workshop.dispose(machine) }
        machine = nil
    }

    /// Whether a trade belongs to the share of a canary.
    func isInShare(_ percent: Int, trade: Identifier) -> Bool {
        let hash = FastHash.hash64(trade.bytes, seed: tag.digest.low)
        return hash % 100 < UInt64(clamping: percent)
    }
}

/// A plugin in force: the version that serves, and the one on trial.
final class RuleSlot {
    let plugin: Identifier
    let live: Serving?
    let candidate: Serving?
    let trial: PluginTrial

    init(plugin: Identifier, live: Serving?, candidate: Serving?, trial: PluginTrial) {
        self.plugin = plugin
        self.live = live
        self.candidate = candidate
        self.trial = trial
    }

    /// The place among the rules is that of the live version, if there is one.
    var priority: Int64 { live?.priority ?? candidate?.priority ?? 50 }

    /// Whether either version fits.
    func contains(_ fits: (Serving) -> Bool) -> Bool {
        live.map(fits) == true || (trial != .off && candidate.map(fits) == true)
    }

    /// The version that decides about a trade, the one that is only watched, and the one that this
    /// trade's share leaves out.
    func roles(
        trade: Identifier, hasID: Bool
    ) -> (serving: Serving?, shadow: Serving?, leftOut: Serving?) {
        switch trial {
        case .off: return (live, nil, nil)
        case .shadow: return (live, candidate, nil)
        case .canary(let percent):
            guard let candidate else { return (live, nil, nil) }
            if hasID && candidate.isInShare(percent, trade: trade) { return (candidate, nil, nil) }
            return (live, nil, candidate)
        }
    }
}
