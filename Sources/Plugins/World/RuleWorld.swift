package import Domain

/// What a rule can ask about: the state that the decision it takes part in sees.
///
/// The ledger's transaction is one (live decisions), a view of the durable store another (hooks
/// after the commit), tables that a plugin's own tests give a third, the past at one event of a
/// back-test a fourth. One thread at a time. A method that fails because the store does throws;
/// what does not exist is nil.
package protocol RuleWorld: AnyObject {
    /// The ids of the numbers in all its records.
    var names: Names { get }
    /// The decision's time.
    var now: Timestamp { get }
    func station(_ number: StationNumber) throws(RuleWorldError) -> Station?
    func item(_ number: ItemNumber) throws(RuleWorldError) -> Item?
    /// The figures of an item at a station; nil where nothing was ever stocked.
    func stock(_ station: StationNumber, _ item: ItemNumber) throws(RuleWorldError) -> Stock?
    func trade(_ id: Identifier) throws(RuleWorldError) -> Trade?
    func shipment(_ id: Identifier) throws(RuleWorldError) -> Shipment?
    func currency(_ code: CurrencyCode) throws(RuleWorldError) -> Currency?
    /// The stored rate of exactly this direction.
    func rate(from: CurrencyCode, to: CurrencyCode) throws(RuleWorldError) -> Rate?
    /// The plugin's own table as it is kept; nil while it has none.
    func state(of plugin: Identifier) throws(RuleWorldError) -> PluginState?
}

/// A question that the store could not answer.
package struct RuleWorldError: Error, Equatable, Sendable {
    package let message: String

    package init(_ message: String) { self.message = message }
}
