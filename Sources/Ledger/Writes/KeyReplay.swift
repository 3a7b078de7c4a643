import Basics
import Domain
import Storage

/// `KEY k`: the same key and the same request give the first result again.
enum KeyReplay {
    /// How long a key counts, in milliseconds of event time.
    static let lifetimeMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    /// Answers a request whose key has been seen.
    ///
    /// - Returns: whether the reply is there; false for a new key, or one whose time is over.
    /// - Throws: `CONFLICT` where the key belongs to another request.
    static func answer(
        _ key: RequestIdentity, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) -> Bool {
        guard let claimed = try transaction.identity(.key, key.name) else { return false }
        let age = transaction.now.milliseconds - claimed.time.milliseconds
        if age > lifetimeMilliseconds { return false }
        if claimed.requestHash != key.requestHash {
            throw CommandError(
                .conflict,
                "key \(key.name) was used for another request, at event \(claimed.seq)")
        }
        guard let event = try transaction.event(claimed.seq) else {
            throw CommandError(.err, "the event \(claimed.seq) of key \(key.name) cannot be read")
        }
        reply.value = .record
        append(event, names: transaction.names, to: &reply.body)
        return true
    }

    /// The record as it was after its event, marked as a repeat.
    private static func append(_ event: Event, names: Names, to body: inout ByteBuffer) {
        switch event.data {
        case .trade(let change): body.appendJSON(change.trade, names: names, replayed: true)
        case .shipment(let change):
            body.appendJSON(change.shipment, names: names, replayed: true)
        case .inventory(let change):
            body.appendJSON(change.stock.after, names: names, replayed: true)
        case .station(_, let after): body.appendJSON(after, names: names, replayed: true)
        case .item(_, let after): body.appendJSON(after, names: names, replayed: true)
        case .ship(_, let after, _, _): body.appendJSON(after, names: names, replayed: true)
        case .currency(let currency): body.appendJSON(currency, replayed: true)
        case .rate(let rate, _): body.appendJSON(rate, replayed: true)
        case .system: body.append("{\"replayed\":true}")
        }
    }
}
