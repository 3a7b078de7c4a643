import Basics
import JSON

extension ByteBuffer {
    /// Appends what an event carries, in the shape of its kind.
    mutating func appendData(_ event: Event, names: Names) {
        switch event.data {
        case .trade(let change): appendData(change, names: names)
        case .shipment(let change): appendData(change, names: names)
        case .inventory(let change): appendData(change, names: names)
        case .station(let before, let after):
            append("{\"before\":" as StaticString)
            if let before { appendJSON(before, names: names) } else { appendJSONNull() }
            append(",\"after\":" as StaticString)
            appendJSON(after, names: names)
            append(UInt8(ascii: "}"))
        case .item(let before, let after):
            append("{\"before\":" as StaticString)
            if let before { appendJSON(before, names: names) } else { appendJSONNull() }
            append(",\"after\":" as StaticString)
            appendJSON(after, names: names)
            append(UInt8(ascii: "}"))
        case .ship(let before, let after, let aboard, let note):
            append("{\"before\":" as StaticString)
            if let before { appendJSON(before, names: names) } else { appendJSONNull() }
            append(",\"after\":" as StaticString)
            appendJSON(after, names: names)
            if event.type == .shipTracked { appendTracked(aboard, note, names: names) }
            append(UInt8(ascii: "}"))
        case .currency(let currency):
            append("{\"before\":null,\"after\":" as StaticString)
            appendJSON(currency)
            append(UInt8(ascii: "}"))
        case .rate(let rate, let previous):
            appendField("{\"base\":", optional: rate.base)
            appendField(",\"quote\":", optional: rate.quote)
            append(",\"rate\":" as StaticString)
            appendJSON(rate.rate)
            append(",\"previous\":" as StaticString)
            if let previous { appendJSON(previous) } else { appendJSONNull() }
            append(UInt8(ascii: "}"))
        case .system(let change): appendData(change)
        case .plugin(let change): appendData(change)
        case .channel(let change):
            append("{\"before\":" as StaticString)
            if let before = change.before {
                appendJSON(before, names: names)
            } else {
                appendJSONNull()
            }
            append(",\"after\":" as StaticString)
            appendJSON(change.channel, names: names)
            append(UInt8(ascii: "}"))
        case .notices(let change): appendData(change, names: names)
        case .user(let change): appendData(change)
        case .grant(let change): appendData(change)
        }
    }

    private mutating func appendData(_ change: TradeChange, names: Names) {
        append("{\"trade\":" as StaticString)
        appendJSON(change.trade, names: names)
        appendStock(change.stock, names: names)
        append(",\"steps\":[" as StaticString)
        for index in change.steps.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(step: change.steps[index], currency: change.trade.currency, names: names)
        }
        appendField("],\"expires\":", optional: change.trade.expires)
        appendField(",\"reason\":", optional: change.reason)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendData(_ change: ShipmentChange, names: Names) {
        append("{\"shipment\":" as StaticString)
        appendJSON(change.shipment, names: names)
        appendStock(change.stock, names: names)
        append(",\"receipt\":[" as StaticString)
        var separator: StaticString = "{\"item\":"
        for line in change.receipt {
            appendField(separator, names.item(line.item))
            appendField(",\"quantity\":", line.quantity)
            appendField(",\"lost\":", line.lost)
            appendField(",\"reason\":", optional: line.reason)
            append(UInt8(ascii: "}"))
            separator = ",{\"item\":"
        }
        append("],\"point\":" as StaticString)
        if let point = change.point { appendJSON(point) } else { appendJSONNull() }
        appendField(",\"previous_eta\":", optional: change.previousETA)
        appendField(",\"reason\":", optional: change.reason)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendData(_ change: InventoryChange, names: Names) {
        let stock = change.stock.after
        appendField("{\"station\":", names.station(stock.station))
        appendField(",\"item\":", names.item(stock.item))
        appendField(",\"quantity\":", change.quantity)
        if let counterpart = change.stock.counterpart {
            appendField(",\"counterpart\":", name: counterpart.name)
        } else {
            append(",\"counterpart\":null" as StaticString)
        }
        appendField(",\"reason\":", optional: change.reason)
        append(",\"stock\":" as StaticString)
        appendJSON(stock, names: names)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendData(_ change: SystemChange) {
        switch change {
        case .started(let version): appendField("{\"version\":", optional: version)
        case .promoted(let history, let previous, let endedAt):
            appendField("{\"history\":", optional: history)
            appendField(",\"previous\":", optional: previous)
            appendField(",\"ended_at\":", endedAt)
        case .digest(let digest): appendField("{\"digest\":", optional: digest.text)
        case .timeAccepted(let skew): appendField("{\"clock_skew_ms\":", skew)
        case .action(let action):
            appendField("{\"command\":", optional: .some(action.command))
            appendField(",\"target\":", optional: action.target)
            appendField(",\"detail\":", optional: action.detail)
        }
        append(UInt8(ascii: "}"))
    }

    private mutating func appendStock(_ stock: [StockChange], names: Names) {
        append(",\"stock\":[" as StaticString)
        for index in stock.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(stock[index].after, names: names)
        }
        append(UInt8(ascii: "]"))
    }

    /// The shipments that moved with a ship, and what was noted.
    private mutating func appendTracked(
        _ aboard: [RecordChange<Shipment>], _ note: String?, names: Names
    ) {
        append(",\"shipments\":[" as StaticString)
        for index in aboard.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(aboard[index].after, names: names)
        }
        appendField("],\"note\":", optional: note)
    }

    /// Appends a tracking point: `{"position","note","time"}`.
    package mutating func appendJSON(_ point: TrackingPoint) {
        appendField("{\"position\":", optional: point.position)
        appendField(",\"note\":", optional: point.note)
        appendField(",\"time\":", point.time)
        append(UInt8(ascii: "}"))
    }
}
