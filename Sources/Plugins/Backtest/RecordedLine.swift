import Domain

/// How one line of a trade got its price, as the event tells it, seen from the place of one rule.
struct RecordedLine {
    /// Whether the command named the price.
    private(set) var isNamed = false
    /// The command's own, the seller's or the list price.
    private(set) var base: Int64
    /// The price that reached the rule's place.
    private(set) var before: Int64
    /// The price that left it: what the version that served then made of it, else the same.
    private(set) var after: Int64
    /// What was paid.
    let paid: Int64

    /// - Parameters:
    ///   - line: the line's place in the trade.
    ///   - rule: the rule whose place is looked for.
    ///   - isEarlier: whether another rule of that name and version has its place before it.
    init(
        _ change: TradeChange, line: Int, rule: Identifier,
        isEarlier: (_ name: Identifier, _ version: String) -> Bool
    ) {
        paid = change.trade.lines[line].unitPrice
        (base, before, after) = (paid, paid, paid)
        for step in change.steps where step.line == line {
            guard let other = step.rule else {
                isNamed = step.source == .named
                (base, before, after) = (step.after, step.after, step.after)
                continue
            }
            switch step.outcome {
            case .notInCanary, .shadow: continue
            case .changed, .unchanged, .skipped: break
            }
            if other.name == rule {
                before = step.before ?? before
                after = step.after
                return
            }
            if !isEarlier(other.name, other.version) { return }
            (before, after) = (step.after, step.after)
        }
    }

    /// What would have been paid if this price had left the rule's place: what later rules added
    /// or took stays as it was recorded. Never below zero; nil beyond 64 bits.
    func paid(leaving price: Int64) -> Int64? {
        let (change, overflow) = price.subtractingReportingOverflow(after)
        let (sum, sumOverflow) = paid.addingReportingOverflow(change)
        return overflow || sumOverflow ? nil : max(0, sum)
    }
}
