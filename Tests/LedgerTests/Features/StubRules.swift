import Basics
import Domain

@testable import Ledger

/// Rules that do what a test tells them.
final class StubRules: RuleBook {
    /// What every line's price becomes; nil: no pricing.
    var pricing: ((RuleTrade, Int, Int64) throws(CommandError) -> Int64)?
    var refusal: ((RuleTrade) -> CommandError?)?
    var arrival: ((Shipment) -> Timestamp?)?
    var actions: [RuleAction] = []
    var adopted: [PluginChange] = []
    var stations: [Identifier: Identifier] = [:]
    private(set) var begun: [(isMulti: Bool, isDryRun: Bool)] = []
    private var references: [RuleReference] = []
    private var known: [Digest128: PluginMetadata] = [:]
    static let name = Identifier(literal: "stub")

    func begin(isMulti: Bool, isDryRun: Bool) {
        begun.append((isMulti, isDryRun))
        references = []
    }

    func concerns(seller: StationNumber, buyer: StationNumber) -> Bool {
        pricing != nil || refusal != nil
    }

    func price(
        _ trade: borrowing RuleTrade, line: Int, base: PriceStep, steps: inout [PriceStep],
        in transaction: Transaction
    ) throws(CommandError) -> Int64 {
        guard let pricing else { return base.after }
        let after = try pricing(copy trade, line, base.after)
        note("pricing")
        steps.append(
            PriceStep(
                line: line, source: .rule, outcome: after == base.after ? .unchanged : .changed,
                before: base.after, after: after,
                rule: .init(
                    name: Self.name, version: "1@00000000", reason: "because",
                    inputs: #"{"n":1}"#, microseconds: 7, error: nil)))
        return after
    }

    func validate(
        _ trade: borrowing RuleTrade, in transaction: Transaction
    ) throws(CommandError) {
        guard let refusal else { return }
        note("validate", inputs: #"{"stock":3}"#)
        if let error = refusal(copy trade) { throw error }
    }

    func eta(
        _ shipment: borrowing Shipment, in transaction: Transaction
    ) throws(CommandError) -> Timestamp? {
        guard let arrival else { return nil }
        note("eta")
        return arrival(copy shipment)
    }

    func takeReferences() -> [RuleReference] {
        defer { references = [] }
        return references
    }

    func takeActions() -> [RuleAction] {
        defer { actions = [] }
        return actions
    }

    func adopt(_ change: PluginChange) { adopted.append(change) }

    func checked(_ digest: Digest128) -> PluginMetadata? { known[digest] }

    /// Counts a source as checked.
    @discardableResult
    func check(
        _ name: String, _ text: String, version: String, station: String? = nil
    ) throws -> PluginSource {
        let id = Identifier(name) ?? Self.name
        let source = try PluginSource(name: id, text: text)
        known[source.digest] = PluginMetadata(
            name: id, declared: version, station: station.flatMap { Identifier($0) },
            priority: 50, hooks: ["pricing"], description: nil, onError: .skip)
        return source
    }

    private func note(_ hook: String, inputs: String? = nil) {
        let reference = RuleReference(
            name: Self.name, version: "1@00000000", hook: hook, inputs: inputs)
        if !references.contains(reference) { references.append(reference) }
    }
}
