import Basics

/// The time that the rules of one trade, and of one `MULTI`, may still take.
struct RuleTime {
    private var tradeLimit = 0
    private var trade = 0
    /// Of the whole `MULTI`; nil outside of one.
    private var transaction: Int?

    /// A command or a `MULTI` begins; microseconds.
    mutating func begin(isMulti: Bool, trade: Int, transaction: Int) {
        tradeLimit = trade
        self.trade = trade
        self.transaction = isMulti ? transaction : nil
    }

    /// Another trade or shipment of the same transaction begins.
    mutating func beginTrade() { trade = tradeLimit }

    /// What the next call may spend.
    ///
    /// - Throws: where nothing is left.
    func grant(_ limits: Limits) throws(RuleFault) -> RuleLimits {
        let left = min(trade, transaction ?? trade)
        if left <= 0 {
            var fault = RuleFault(
                trade <= 0
                    ? "the rules of this trade have used up their time"
                    : "the rules of this MULTI have used up their time")
            fault.isOfOthers = true
            throw fault
        }
        return RuleLimits(
            instructions: limits.ruleInstructions,
            microseconds: min(limits.ruleMicroseconds, left))
    }

    mutating func spend(_ usage: RuleUsage) {
        let microseconds = Int(clamping: usage.nanoseconds / 1_000)
        trade -= microseconds
        if let left = transaction { transaction = left - microseconds }
    }
}

/// Texts of rules on their way into replies.
enum RuleText {
    /// The text on one line: what is no printable character becomes a space.
    static func oneLine(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
