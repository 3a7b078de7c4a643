package import Domain
import Ledger

/// What a back-test found.
///
/// `money` and `items` compare what was paid with what would have been paid, over all lines of the
/// trades that concern the rule and that it does not refuse.
package struct BacktestReport: Sendable, Equatable {
    package struct Money: Sendable, Equatable {
        package let currency: CurrencyCode
        /// Decimal text with the currency's digits.
        package let before: String
        package let after: String
        package let difference: String
    }

    package struct ItemMoney: Sendable, Equatable {
        package let item: Identifier
        package let quantity: String
        package let money: Money
    }

    package struct Slowest: Sendable, Equatable {
        package let trade: Identifier
        package let microseconds: UInt64
        package let hook: String
    }

    /// One trade or line that would have been another.
    package struct Example: Sendable, Equatable {
        package enum Verdict: Sendable, Equatable {
            /// Another price, with the rule's reason.
            case changed(reason: String?)
            case refused(String)
            case failed(String)
        }

        package let trade: Identifier
        package let seq: UInt64
        /// The line's place from 0 and its item; nil where the whole trade is meant.
        package let line: Int?
        package let item: Identifier?
        package let currency: CurrencyCode
        /// The unit price that was paid; the total where the whole trade is meant.
        package let before: String
        /// nil where nothing would have been paid, or nothing is known.
        package let after: String?
        package let verdict: Verdict
        /// What examples are ordered by.
        let size: Double
    }

    package struct Trades: Sendable, Equatable {
        /// Made in the period.
        package var examined: UInt64 = 0
        /// Those that the rule sees.
        package var concerned: UInt64 = 0
        /// Those with another price.
        package var changed: UInt64 = 0
        /// Those that `validate` refuses.
        package var refused: UInt64 = 0
        /// Those in which a call failed.
        package var errors: UInt64 = 0
        /// Those in which a call went over a budget.
        package var killed: UInt64 = 0
    }

    package struct Lines: Sendable, Equatable {
        /// Those that `pricing` was asked about.
        package var examined: UInt64 = 0
        package var changed: UInt64 = 0
        /// Of the changed ones, those whose price the command named and that the version, being
        /// without `named_prices`, leaves alone when it is live.
        package var named: UInt64 = 0
    }

    package struct Arrivals: Sendable, Equatable {
        package var examined: UInt64 = 0
        package var changed: UInt64 = 0
        package var earlier: UInt64 = 0
        package var later: UInt64 = 0
    }

    /// Items shown at most.
    package static let itemLimit = 100
    /// Examples shown at most.
    package static let exampleLimit = 20

    package var plugin: Identifier
    /// `1.2.0@3fa9c1d2`.
    package var version: String
    package var period: BacktestPeriod
    package var trades = Trades()
    package var lines = Lines()
    package var money: [Money] = []
    /// Those with the largest differences.
    package var items: [ItemMoney] = []
    /// How many more items have a difference.
    package var itemsLeftOut = 0
    package var etas = Arrivals()
    package var slowest: Slowest?
    package var examples: [Example] = []
    package var started: Timestamp
    package var finished: Timestamp
    /// Events walked.
    package var events: UInt64 = 0
    package var eventsPerSecond: UInt64 = 0

    init(
        plugin: Identifier, version: String, period: BacktestPeriod, started: Timestamp,
        finished: Timestamp
    ) {
        self.plugin = plugin
        self.version = version
        self.period = period
        self.started = started
        self.finished = finished
    }
}
