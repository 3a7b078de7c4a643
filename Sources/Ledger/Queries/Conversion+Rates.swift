import Domain

extension Conversion {
    /// Converts with the rates of both directions as far as they are set.
    ///
    /// - Throws: `NOPRICE` without a rate, `RANGE`.
    static func convert(
        _ amount: Int64, from source: Currency, to target: Currency, direct: Rate?, opposite: Rate?
    ) throws(CommandError) -> (amount: Int64, rate: Rate) {
        let state = MarketState()
        state.set(source)
        state.set(target)
        if let direct {
            state.set(
                ExchangeRate(
                    base: source.code, quote: target.code, rate: direct,
                    set: Timestamp(milliseconds: 0), seq: 0))
        }
        if let opposite {
            state.set(
                ExchangeRate(
                    base: target.code, quote: source.code, rate: opposite,
                    set: Timestamp(milliseconds: 0), seq: 0))
        }
        return try convert(amount, from: source.code, to: target.code, state: state)
    }
}
