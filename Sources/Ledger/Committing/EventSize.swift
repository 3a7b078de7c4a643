import Basics
import Domain
import Storage

/// Refuses what the log does not take: an event above 256 KiB, a transaction above 4 MiB.
///
/// Nearly every event is far below; for those a bound is added up from its parts and nothing is
/// encoded.
enum EventSize {
    /// The longest transaction, in bytes of its events.
    static var maximumTransactionBytes: Int { Limits.transactionBytes }

    /// - Throws: `LIMIT`.
    static func check(_ events: ArraySlice<Event>) throws(CommandError) {
        var total = 0
        var isBelow = true
        let span = events.span
        for index in span.indices {
            let count = bound(span[index])
            total += count
            if count > WriteSet.maximumEventBytes { isBelow = false }
        }
        if !isBelow || total > maximumTransactionBytes { try measure(events) }
    }

    /// Encodes every event and counts.
    private static func measure(_ events: ArraySlice<Event>) throws(CommandError) {
        var total = 0
        var buffer = ByteBuffer(capacity: WriteSet.maximumEventBytes)
        for event in events {
            buffer.removeAll()
            // The numbers that it gets later, as long as they can be.
            var numbered = event
            numbered.first = 0
            numbered.count = .max
            EventCodec.encode(numbered, into: &buffer)
            if buffer.count > WriteSet.maximumEventBytes {
                throw CommandError(
                    .limit,
                    "the event \(event.type.name) would have \(buffer.count) bytes, the limit is "
                        + "\(WriteSet.maximumEventBytes)")
            }
            total += buffer.count
            if total > maximumTransactionBytes {
                throw CommandError(
                    .limit,
                    "the transaction would have more than \(maximumTransactionBytes) bytes")
            }
        }
    }

    // MARK: Bounds

    /// The head of an event, and of any record: numbers, ids, statuses and times.
    private static let head = 512
    /// A stock row, a line, a price step: up to 14 numbers of at most 10 bytes with their tags.
    private static let row = 192

    /// No event is longer than this says.
    private static func bound(_ event: borrowing Event) -> Int {
        switch event.data {
        case .trade(let change):
            return head + bound(change.trade) + change.stock.count * row
                + change.steps.reduce(0) { $0 + bound($1) } + bound(change.reason)
        case .shipment(let change):
            var sum = head + bound(change.shipment) + change.stock.count * row
            for trade in change.trades { sum += bound(trade.after) }
            for ship in change.ships { sum += bound(ship.after) }
            for line in change.receipt { sum += row + bound(line.reason) }
            return sum + row + bound(change.point?.note) + bound(change.reason)
        case .inventory(let change): return head + row + bound(change.reason)
        case .ship(let before, let after, let aboard, let note):
            return head + (before.map { bound($0) } ?? 0) + bound(after)
                + aboard.reduce(0) { $0 + bound($1.after) } + bound(note)
        case .station(let before, let after):
            return head + (before.map { bound($0) } ?? 0) + bound(after)
        case .item(let before, let after):
            return head + (before.map { bound($0) } ?? 0) + bound(after)
        case .currency(let currency): return head + head + bound(currency.name)
        case .rate, .system: return head + head
        case .plugin, .channel, .notices, .user, .grant: return FeatureSize.bound(event.data) + head
        }
    }

    private static func bound(_ text: String?) -> Int { text.map { $0.utf8.count + 12 } ?? 0 }

    private static func bound(_ trade: Trade) -> Int {
        head + (trade.lines.count + trade.shipments.count) * row + bound(trade.reference)
            + bound(trade.attributes) + trade.unknown.count
    }

    private static func bound(_ shipment: Shipment) -> Int {
        head + shipment.lines.count * row + shipment.unknown.count
    }

    private static func bound(_ ship: Ship) -> Int {
        head + bound(ship.name) + ship.aboard.count * 24 + ship.unknown.count
    }

    private static func bound(_ station: Station) -> Int {
        head + bound(station.name) + bound(station.attributes) + station.unknown.count
    }

    private static func bound(_ item: Item) -> Int {
        head + bound(item.name) + bound(item.description) + bound(item.category)
            + bound(item.unit) + bound(item.attributes) + item.unknown.count
    }

    private static func bound(_ step: PriceStep) -> Int {
        guard let rule = step.rule else { return row }
        return row + head + bound(rule.version) + bound(rule.reason) + bound(rule.inputs)
            + bound(rule.error)
    }
}
