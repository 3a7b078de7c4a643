package import Basics
package import Domain

/// The rules as the ledger asks them: prices, refusals and ETAs, inside the decision of a command.
///
/// What they decide is in the events, so that replay, verification and followers never ask.
/// Threading: the ledger's thread only. A rule must come to an end within its budget: every call
/// here holds up all commands.
package protocol RuleBook: AnyObject {
    /// A command, or a `MULTI` as a whole, begins: budgets start anew, references are forgotten.
    ///
    /// - Parameter isDryRun: nothing of it will happen: failures do not count.
    func begin(isMulti: Bool, isDryRun: Bool)

    /// Whether any rule looks at trades of this seller and buyer. Cheap; where it says no, neither
    /// `price` nor `validate` is called.
    func concerns(seller: StationNumber, buyer: StationNumber) -> Bool

    /// Prices one line after its base price.
    ///
    /// - Parameters:
    ///   - trade: with all lines: those before `line` as priced, the others at their base prices.
    ///   - base: the step that gave the base price; `named` where the command names it.
    ///   - steps: gets one step for each rule that was considered.
    /// - Returns: the unit price in minor units of the trade's currency; never negative.
    /// - Throws: `RULEERROR` where a rule with `on_error = "reject"` fails.
    func price(
        _ trade: borrowing RuleTrade, line: Int, base: PriceStep, steps: inout [PriceStep],
        in transaction: Transaction
    ) throws(CommandError) -> Int64

    /// Looks at a trade whose prices are made.
    ///
    /// - Throws: `REJECTED` with the rule's reason; `RULEERROR` as above.
    func validate(
        _ trade: borrowing RuleTrade, in transaction: Transaction
    ) throws(CommandError)

    /// The ETA of a shipment that names none; nil: no rule says one.
    ///
    /// - Parameter shipment: as it will be, with the ETA that counts where no rule says another.
    func eta(
        _ shipment: borrowing Shipment, in transaction: Transaction
    ) throws(CommandError) -> Timestamp?

    /// The rules that took part since `begin` or the last call, for the cause of the events.
    func takeReferences() -> [RuleReference]

    /// What failures have led to since the last call: asked after each command, refused ones too,
    /// and written as a transaction of its own.
    func takeActions() -> [RuleAction]

    /// A change of a plugin was decided and is in memory: adopt its versions and modes. A start
    /// reads `MarketState.plugins` instead.
    func adopt(_ change: PluginChange)

    /// What the check of exactly this source found; nil where it was not checked or did not pass.
    func checked(_ digest: Digest128) -> PluginMetadata?
}

/// A trade as rules see it.
package struct RuleTrade {
    /// The id that the trade has or would get.
    package var id: Identifier
    /// Whether the request names the id: only then does a quote belong to a canary's share.
    package var hasID: Bool
    package var seller: StationNumber
    package var buyer: StationNumber
    package var currency: Currency
    package var lines: [TradeLine]
    package var total: Int64
    package var reference: String?
    package var attributes: String?
    package var isQuote: Bool
    package var isReservation: Bool
    package var now: Timestamp

    package init(
        id: Identifier, hasID: Bool, seller: StationNumber, buyer: StationNumber,
        currency: Currency, lines: [TradeLine], total: Int64, now: Timestamp
    ) {
        self.id = id
        self.hasID = hasID
        self.seller = seller
        self.buyer = buyer
        self.currency = currency
        self.lines = lines
        self.total = total
        reference = nil
        attributes = nil
        isQuote = false
        isReservation = false
        self.now = now
    }
}

/// A failure that becomes an event.
package struct RuleAction: Equatable, Sendable {
    package enum Kind: Sendable {
        /// Told, nothing changes: `plugin.failed`.
        case failure
        /// The version gives way: the live one to the previous one or to nothing, a candidate's
        /// trial ends.
        case fallback
    }

    package var kind: Kind
    package var plugin: Identifier
    /// The version that failed.
    package var version: Digest128
    package var hook: String
    /// The trade in which it failed.
    package var trade: Identifier?
    package var error: String

    package init(
        kind: Kind, plugin: Identifier, version: Digest128, hook: String, trade: Identifier?,
        error: String
    ) {
        self.kind = kind
        self.plugin = plugin
        self.version = version
        self.hook = hook
        self.trade = trade
        self.error = error
    }
}

/// What the check of a source found: what the table that it returns says of itself.
package struct PluginMetadata: Equatable, Sendable {
    package var name: Identifier
    package var declared: String
    /// A station's id; nil for `*`.
    package var station: Identifier?
    package var priority: Int64
    /// `pricing`, `validate`, `eta`, `on:shipment.delayed`, `every:1h`.
    package var hooks: [String]
    package var description: String?
    package var onError: RuleFailure

    package init(
        name: Identifier, declared: String, station: Identifier?, priority: Int64,
        hooks: [String], description: String?, onError: RuleFailure
    ) {
        self.name = name
        self.declared = declared
        self.station = station
        self.priority = priority
        self.hooks = hooks
        self.description = description
        self.onError = onError
    }
}
