import Basics
import Domain
import JSON

/// The reply of `TRADE QUOTE`: what a trade would be, and how its prices come about.
enum QuoteRendering {
    static func append(
        _ pricing: Pricing, _ request: TradeDecision.Request, eta: Timestamp,
        _ transaction: Transaction, to body: inout ByteBuffer
    ) {
        let names = transaction.names
        let scale = pricing.currency.scale
        body.append("{\"id\":")
        if let id = request.id { body.appendJSON(id) } else { body.append("null") }
        body.append(",\"seller\":")
        body.appendJSON(names.station(request.seller))
        body.append(",\"buyer\":")
        body.appendJSON(names.station(request.buyer))
        body.append(",\"lines\":[")
        for (index, line) in pricing.lines.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append("{\"item\":")
            body.appendJSON(names.item(line.item))
            body.append(",\"quantity\":")
            body.append(decimal: line.quantity)
            body.append(",\"unit_price\":")
            MoneyText.appendJSON(line.unitPrice, scale: scale, to: &body)
            body.append(",\"line_total\":")
            MoneyText.appendJSON(line.lineTotal, scale: scale, to: &body)
            body.append("}")
        }
        body.append("],\"currency\":")
        body.appendJSON(pricing.currency.code)
        body.append(",\"total\":")
        MoneyText.appendJSON(pricing.total, scale: scale, to: &body)
        body.append(",\"eta\":")
        body.appendJSON(eta)
        body.append(",\"steps\":")
        append(pricing.steps, currency: pricing.currency.code, names: names, to: &body)
        body.append(",\"seq\":")
        body.append(decimal: transaction.nextSeq - 1)
        body.append("}")
    }

    /// The steps of all prices, as a list.
    static func append(
        _ steps: [PriceStep], currency: CurrencyCode, names: Names, to body: inout ByteBuffer
    ) {
        body.append("[")
        for (index, step) in steps.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.appendJSON(step: step, currency: currency, names: names)
        }
        body.append("]")
    }
}
