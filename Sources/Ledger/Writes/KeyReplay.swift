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
        _ key: RequestIdentity, _ words: borrowing ArgumentVector, _ transaction: Transaction,
        _ reply: Reply
    ) throws(CommandError) -> Bool {
        guard let claimed = try transaction.identity(.key, key.name) else { return false }
        let age = transaction.now.milliseconds - claimed.time.milliseconds
        if age > lifetimeMilliseconds { return false }
        guard let event = try transaction.event(claimed.seq) else {
            throw CommandError(.err, "the event \(claimed.seq) of key \(key.name) cannot be read")
        }
        if !RequestHash.matches(claimed.requestHash, key.requestHash, words) {
            let difference = KeyDifference(
                event: event, spec: try CommandTable.find(words), transaction: transaction,
                hash: claimed.requestHash)
            throw CommandError(
                .conflict,
                "key \(key.name) was used for another request, at event \(claimed.seq): "
                    + "\(difference.name(words)) differs")
        }
        reply.value = .record
        let last = try lastChange(of: event, transaction)
        append(last, transaction, to: &reply.body)
        if case .trade(let change) = event.data, !change.steps.isEmpty,
            RequestClaim(words).wantsTrace
        {
            TradeCommands.addTrace(change.steps, change.trade, transaction, reply)
        }
        return true
    }

    /// The last event of the same transaction about the same record: a reply shows the record after
    /// the whole command, and one command may change it twice (cancelled, then refunded).
    private static func lastChange(
        of event: Event, _ transaction: Transaction
    ) throws(CommandError) -> Event {
        if event.count < 2 { return event }
        var seq = event.first + UInt64(event.count) - 1
        while seq > event.seq {
            if let other = try transaction.event(seq), isSameRecord(event.data, other.data) {
                return other
            }
            seq -= 1
        }
        return event
    }

    private static func isSameRecord(_ left: EventData, _ right: EventData) -> Bool {
        switch (left, right) {
        case (.trade(let one), .trade(let other)): one.trade.key == other.trade.key
        case (.shipment(let one), .shipment(let other)):
            one.shipment.key == other.shipment.key
        case (.inventory(let one), .inventory(let other)):
            one.stock.after.key == other.stock.after.key
        case (.user(let one), .user(let other)): one.user.name == other.user.name
        default: false
        }
    }

    /// A grant, marked as a repeat; of a new one the token is not shown again.
    private static func appendGrant(
        _ change: GrantChange, of event: Event, to body: inout ByteBuffer
    ) {
        guard let grant = change.grant else { return body.append("{\"replayed\":true}") }
        if event.type == .tokenIssued {
            body.appendJSON(grant, token: nil, replayed: true)
        } else {
            body.appendJSON(grant, replayed: true)
        }
    }

    /// The record as it was after its event, marked as a repeat.
    private static func append(
        _ event: Event, _ transaction: Transaction, to body: inout ByteBuffer
    ) {
        let names = transaction.names
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
        case .channel(let change): body.appendJSON(change.channel, names: names, replayed: true)
        case .plugin(let change):
            PluginCommands.append(change.plugin, transaction, replayed: true, to: &body)
        case .user(let change): body.appendJSON(change.user, replayed: true)
        case .grant(let change): appendGrant(change, of: event, to: &body)
        case .system, .notices: body.append("{\"replayed\":true}")
        }
    }
}
