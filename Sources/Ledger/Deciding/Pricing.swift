import Basics
package import Domain

/// What a line of a trade request asks for.
struct RequestedLine {
    let item: ItemNumber
    let quantity: Int64
    /// The price that the command names, with as many fraction digits as it wrote.
    let named: NamedPrice?

    struct NamedPrice {
        let mantissa: Int64
        let fractionDigits: Int

        /// Minor units, rounded once, half-even.
        func amount(scale: Int) throws(CommandError) -> Int64 {
            let exact = Rounding.halfEven(
                Int128(mantissa) * Int128(DecimalText.powerOfTen(scale)),
                Int128(DecimalText.powerOfTen(fractionDigits)))
            guard let amount = Int64(exactly: exact) else {
                throw CommandError(.range, "a price leaves the range of 64-bit numbers")
            }
            return amount
        }
    }
}

/// The making of prices: the command's own, else the seller's ask, else the list price, converted
/// once at the stored rate, each rounded once, half-even, to the currency's scale.
struct Pricing {
    private(set) var currency: Currency
    private(set) var lines: [TradeLine] = []
    private(set) var steps: [PriceStep] = []
    private(set) var total: Int64 = 0

    /// Prices all lines of a request.
    ///
    /// - Parameter currency: the trade's currency where the command names it; else the first
    ///   line's price decides.
    /// - Throws: `NOPRICE` for a line without any price or rate, `RANGE` for an overflow.
    init(
        _ requested: [RequestedLine], seller: StationNumber, currency code: CurrencyCode?,
        _ transaction: Transaction
    ) throws(CommandError) {
        let chosen = try Self.currency(
            code, first: requested.first, seller: seller, transaction)
        currency = chosen
        lines.reserveCapacity(requested.count)
        steps.reserveCapacity(requested.count)
        for (index, line) in requested.enumerated() {
            let step = try Self.basePrice(
                line, index: index, seller: seller, currency: chosen, transaction)
            let (lineTotal, overflow) = line.quantity.multipliedReportingOverflow(by: step.after)
            let (sum, sumOverflow) = total.addingReportingOverflow(lineTotal)
            if overflow || sumOverflow {
                throw CommandError(.range, "the total would leave the range of 64-bit numbers")
            }
            total = sum
            lines.append(
                TradeLine(
                    item: line.item, quantity: line.quantity, unitPrice: step.after,
                    lineTotal: lineTotal))
            steps.append(step)
        }
    }

    /// Lets rules change the prices, line by line.
    ///
    /// - Parameter trade: what they see besides the lines.
    /// - Throws: what a rule throws; `RANGE` for an overflow.
    mutating func apply(
        _ rules: any RuleBook, to trade: inout RuleTrade, _ transaction: Transaction
    ) throws(CommandError) {
        let bases = steps
        steps.removeAll(keepingCapacity: true)
        for index in lines.indices {
            steps.append(bases[index])
            (trade.lines, trade.total) = (lines, total)
            let price = try rules.price(
                trade, line: index, base: bases[index], steps: &steps, in: transaction)
            if price < 0 { throw CommandError(.ruleError, "a rule gave a price below zero") }
            if price == lines[index].unitPrice { continue }
            let product = lines[index].quantity.multipliedReportingOverflow(by: price)
            // What the line had is part of the sum: taking it out cannot overflow.
            let sum = (total - lines[index].lineTotal).addingReportingOverflow(
                product.partialValue)
            if product.overflow || sum.overflow {
                throw CommandError(.range, "the total would leave the range of 64-bit numbers")
            }
            lines[index].unitPrice = price
            lines[index].lineTotal = product.partialValue
            total = sum.partialValue
        }
        (trade.lines, trade.total) = (lines, total)
    }

    private static func currency(
        _ code: CurrencyCode?, first: RequestedLine?, seller: StationNumber,
        _ transaction: Transaction
    ) throws(CommandError) -> Currency {
        var wanted = code
        if wanted == nil, let first {
            let row = transaction.stock(seller, first.item)
            wanted = row.askCurrency ?? transaction.state.terms(first.item)?.currency
            // A named price says no currency of its own: where nothing else does, it is Credits.
            if wanted == nil, first.named != nil { wanted = .credits }
        }
        guard let wanted else {
            throw noPrice(first?.item, seller: seller, transaction)
        }
        guard let currency = transaction.state.currencies[wanted] else {
            throw .notFound("currency", wanted.text)
        }
        return currency
    }

    private static func basePrice(
        _ line: RequestedLine, index: Int, seller: StationNumber, currency: Currency,
        _ transaction: Transaction
    ) throws(CommandError) -> PriceStep {
        if let named = line.named {
            let amount = try named.amount(scale: currency.scale)
            if amount < 0 { throw CommandError(.range, "a price must not be negative") }
            return PriceStep(
                line: index, source: .named, outcome: .changed, before: nil, after: amount)
        }
        let row = transaction.stock(seller, line.item)
        let source: PriceStep.Source
        let amount: Int64
        let code: CurrencyCode
        if let ask = row.ask, let askCurrency = row.askCurrency {
            (source, amount, code) = (.ask, ask, askCurrency)
        } else if let item = transaction.state.terms(line.item), let price = item.price,
            let itemCurrency = item.currency
        {
            (source, amount, code) = (.list, price, itemCurrency)
        } else {
            throw noPrice(line.item, seller: seller, transaction)
        }
        if code == currency.code {
            return PriceStep(
                line: index, source: source, outcome: .changed, before: nil, after: amount)
        }
        let (converted, rate) = try Conversion.convert(
            amount, from: code, to: currency.code, state: transaction.state)
        return PriceStep(
            line: index, source: source, outcome: .changed, before: nil, after: converted,
            conversion: PriceStep.Conversion(amount: amount, currency: code, rate: rate))
    }

    private static func noPrice(
        _ item: ItemNumber?, seller: StationNumber, _ transaction: Transaction
    ) -> CommandError {
        let name = item.map { transaction.names.item($0).text } ?? "the trade"
        var error = CommandError(
            .noPrice,
            "\(name) has no price: \(transaction.names.station(seller)) asks none, "
                + "the item lists none and the command names none")
        error.station = transaction.names.station(seller)
        error.item = item.map { transaction.names.item($0) }
        return error
    }
}

/// Conversion between currencies at the stored rates.
package enum Conversion {
    /// Converts minor units, rounded once, half-even. The direct rate is used, else the inverse of
    /// the opposite one, exactly.
    ///
    /// - Returns: the amount in minor units of `to`, and the rate as from → to.
    /// - Throws: `NOTFOUND` for an unknown currency, `NOPRICE` without a rate, `RANGE`.
    package static func convert(
        _ amount: Int64, from: CurrencyCode, to: CurrencyCode, state: MarketState
    ) throws(CommandError) -> (amount: Int64, rate: Rate) {
        guard let source = state.currencies[from] else { throw .notFound("currency", from.text) }
        guard let target = state.currencies[to] else { throw .notFound("currency", to.text) }
        return try convert(
            amount, from: source, to: target, direct: state.rate(from: from, to: to)?.rate,
            opposite: state.rate(from: to, to: from)?.rate)
    }

    /// The same, with the rates of both directions as far as they are set.
    ///
    /// - Throws: `NOPRICE` without a rate, `RANGE`.
    static func convert(
        _ amount: Int64, from source: Currency, to target: Currency, direct: Rate?, opposite: Rate?
    ) throws(CommandError) -> (amount: Int64, rate: Rate) {
        if source.code == target.code { return (amount, .one) }
        if let direct {
            do throws(ValueError) {
                let converted = try Rounding.convert(
                    amount, fromScale: source.scale, toScale: target.scale, rate: direct)
                return (converted, direct)
            } catch { throw CommandError(error) }
        }
        guard let opposite else {
            throw CommandError(.noPrice, "no rate is set from \(source.code) to \(target.code)")
        }
        return try convert(amount, source: source, target: target, inverseOf: opposite)
    }

    private static func convert(
        _ amount: Int64, source: Currency, target: Currency, inverseOf rate: Rate
    ) throws(CommandError) -> (amount: Int64, rate: Rate) {
        // amount · 10^(target scale) · 10^9 / (10^(source scale) · billionths): at most
        // 2^63 · 10^18 < 2^127, so Int128 holds the numerator.
        let billion: Int128 = 1_000_000_000
        let numerator =
            Int128(amount) * Int128(DecimalText.powerOfTen(target.scale)) * billion
        let denominator =
            Int128(DecimalText.powerOfTen(source.scale)) * Int128(rate.billionths)
        let result = Rounding.halfEven(numerator, denominator)
        guard let converted = Int64(exactly: result) else {
            throw CommandError(.range, "the converted amount leaves the range of 64-bit numbers")
        }
        let inverse = Rounding.halfEven(billion * billion, Int128(rate.billionths))
        // Shown with 9 digits; one that is smaller than all of them is shown as the smallest.
        let shown = Rate(billionths: max(1, Int64(clamping: inverse))) ?? .one
        return (converted, shown)
    }
}
