package import Basics
package import Domain

/// The body of a stored event, without checksum and chain hash.
///
///     body      schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  time          milliseconds since 1970, zigzag
///      2 varint  type
///      3 varint  first         the seq minus it; absent: 0
///      4 varint  count         absent: 1
///      5 bytes   actor
///      6 varint  command       absent: the leader's own clock
///      7 rule reference*       8 identity              9 identity: the idempotency key
///     10 trade change*        11 shipment change*     12 stock change*
///     13 price step*
///     14 bytes   reason        of ship.*: the note
///     15 ship change*         16 receipt line*        17 tracking point
///     18 varint  previous ETA  zigzag milliseconds since time
///     19 varint  quantity      zigzag
///     20 bytes   before       21 bytes after: the stored form of the catalog's record
///     22 varint  previous rate, billionths
///     23 bytes   version
///     24 bytes   history      25 bytes previous history        26 varint ended at
///     27 bytes   digest        16, high half first
///     28 varint  clock skew    zigzag milliseconds
///     29 bytes   plugin version: the stored form
///     30 details               of plugin.*
///     31 bytes*  hook cursor   32 bytes* plugin state: the stored forms
///     33 outbox record*        the notices
///     34 outbox record*        the deliveries
///     35 removed*              36 bytes channel: its name
///     37 bytes*  grant         its id, of one that is removed
///     38 action                of system.action
///
/// The messages are described at `ChangeCodec`, `PriceStepCodec`, `EventPartCodec`,
/// `FeatureChangeCodec` and `AccountChangeCodec`. Which of 10–38 an event has follows from
/// its type:
///
///     trade.*        10 once, 12*, 13*, 14
///     shipment.*     11 once, 12*, 10*, 15*, 16*, 17, 18, 14
///     inventory.*    12 once, 19, 14
///     station.* item.* ship.*   20, 21; ship.* also 11* (what is aboard) and 14
///     currency.*     21            rate.*    21, 22
///     system.started 23    .promoted 24, 25, 26    .digest 27    .time_accepted 28    .action 38
///     plugin.*       20, 21, 29, 30    channel.*  20, 21    notice.*  31*, 32*, 33*, 34*, 35*, 36
///     user.*         20, 21        token.*   14, 20, 21, 37*
///
/// A field beyond 38 is skipped: an event is never written again, so nothing is lost.
package enum EventCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    static let repeated: UInt64 =
        1 << 7 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 15 | 1 << 16
        | 1 << 31 | 1 << 32 | 1 << 33 | 1 << 34 | 1 << 35 | 1 << 37

    /// Appends the body. Cost: about 0.3 µs for a trade of one line, no allocation besides the
    /// buffer's growth while nested messages stay below 128 bytes.
    package static func encode(_ event: Event, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, signed: event.time.milliseconds)
        buffer.field(2, UInt64(event.type.rawValue))
        buffer.field(3, unlessZero: event.seq &- event.first)
        if event.count != 1 { buffer.field(4, UInt64(event.count)) }
        buffer.field(5, event.actor)
        if let command = event.cause.command { buffer.field(6, UInt64(command.rawValue)) }
        for rule in event.cause.rules { EventPartCodec.encode(rule, field: 7, into: &buffer) }
        if let identity = event.identity {
            EventPartCodec.encode(identity, subject: event.data.subject, field: 8, into: &buffer)
        }
        if let key = event.key {
            EventPartCodec.encode(key, subject: event.data.subject, field: 9, into: &buffer)
        }
        encode(event.data, of: event, into: &buffer)
    }

    private static func encode(
        _ data: EventData, of event: Event, into buffer: inout ByteBuffer
    ) {
        let seq = event.seq
        switch data {
        case .trade(let change):
            ChangeCodec.encode(
                change.trade, previous: change.previous, field: 10, seq: seq, into: &buffer)
            for row in change.stock {
                ChangeCodec.encode(row, field: 12, seq: seq, into: &buffer)
            }
            for step in change.steps { PriceStepCodec.encode(step, field: 13, into: &buffer) }
            buffer.field(14, change.reason)
        case .shipment(let change): encode(change, of: event, into: &buffer)
        case .inventory(let change):
            ChangeCodec.encode(change.stock, field: 12, seq: seq, into: &buffer)
            buffer.field(14, change.reason)
            buffer.field(19, signed: change.quantity)
        case .station(let before, let after):
            if let before {
                nested(20, before, into: &buffer) { StationCodec.encode($0, into: &$1) }
            }
            nested(21, after, into: &buffer) { StationCodec.encode($0, into: &$1) }
        case .item(let before, let after):
            if let before { nested(20, before, into: &buffer) { ItemCodec.encode($0, into: &$1) } }
            nested(21, after, into: &buffer) { ItemCodec.encode($0, into: &$1) }
        case .ship(let before, let after, let aboard, let note):
            for change in aboard {
                ChangeCodec.encode(
                    change.after, previous: change.previous, field: 11, seq: seq, into: &buffer)
            }
            buffer.field(14, note)
            if let before { nested(20, before, into: &buffer) { ShipCodec.encode($0, into: &$1) } }
            nested(21, after, into: &buffer) { ShipCodec.encode($0, into: &$1) }
        case .currency(let currency):
            nested(21, currency, into: &buffer) { CurrencyCodec.encode($0, into: &$1) }
        case .rate(let rate, let previous):
            nested(21, rate, into: &buffer) { RateCodec.encode($0, into: &$1) }
            if let previous { buffer.field(22, previous.billionths) }
        case .system(let change): encode(change, into: &buffer)
        case .plugin(let change):
            if let before = change.before {
                nested(20, before, into: &buffer) { PluginCodec.encode($0, into: &$1) }
            }
            nested(21, change.plugin, into: &buffer) { PluginCodec.encode($0, into: &$1) }
            if let version = change.version {
                nested(29, version, into: &buffer) { PluginVersionCodec.encode($0, into: &$1) }
            }
            if change.details != PluginDetails() {
                FeatureChangeCodec.encode(change.details, field: 30, into: &buffer)
            }
        case .channel(let change):
            if let before = change.before {
                nested(20, before, into: &buffer) { ChannelCodec.encode($0, into: &$1) }
            }
            nested(21, change.channel, into: &buffer) { ChannelCodec.encode($0, into: &$1) }
        case .notices(let change): encode(change, into: &buffer)
        case .user(let change):
            if let before = change.before {
                nested(20, before, into: &buffer) { UserCodec.encode($0, into: &$1) }
            }
            nested(21, change.user, into: &buffer) { UserCodec.encode($0, into: &$1) }
        case .grant(let change): encode(change, into: &buffer)
        }
    }

    private static func encode(_ change: GrantChange, into buffer: inout ByteBuffer) {
        buffer.field(14, change.reason)
        if let before = change.before {
            nested(20, before, into: &buffer) { GrantCodec.encode($0, into: &$1) }
        }
        if let grant = change.grant {
            nested(21, grant, into: &buffer) { GrantCodec.encode($0, into: &$1) }
        }
        for id in change.removed { buffer.field(37, id) }
    }

    private static func encode(_ change: NoticeChange, into buffer: inout ByteBuffer) {
        for cursor in change.cursors {
            nested(31, cursor, into: &buffer) { HookCursorCodec.encode($0, into: &$1) }
        }
        for state in change.states {
            nested(32, state, into: &buffer) { PluginStateCodec.encode($0, into: &$1) }
        }
        for notice in change.notices {
            FeatureChangeCodec.encode(notice, field: 33, into: &buffer)
        }
        for delivery in change.deliveries {
            FeatureChangeCodec.encode(delivery, field: 34, into: &buffer)
        }
        for key in change.removed { FeatureChangeCodec.encode(key, field: 35, into: &buffer) }
        if let channel = change.channel { buffer.field(36, channel) }
    }

    @inline(__always)
    private static func nested<Record>(
        _ field: UInt64, _ record: Record, into buffer: inout ByteBuffer,
        _ encode: (Record, inout ByteBuffer) -> Void
    ) {
        let start = buffer.beginMessage(field)
        encode(record, &buffer)
        buffer.endMessage(start)
    }

    private static func encode(
        _ change: ShipmentChange, of event: Event, into buffer: inout ByteBuffer
    ) {
        let seq = event.seq
        for trade in change.trades {
            ChangeCodec.encode(
                trade.after, previous: trade.previous, field: 10, seq: seq, into: &buffer)
        }
        ChangeCodec.encode(
            change.shipment, previous: change.previous, field: 11, seq: seq, into: &buffer)
        for row in change.stock { ChangeCodec.encode(row, field: 12, seq: seq, into: &buffer) }
        buffer.field(14, change.reason)
        for ship in change.ships { ChangeCodec.encode(ship, field: 15, seq: seq, into: &buffer) }
        for line in change.receipt { EventPartCodec.encode(line, field: 16, into: &buffer) }
        if let point = change.point { EventPartCodec.encode(point, field: 17, into: &buffer) }
        if let eta = change.previousETA { buffer.field(18, eta, since: event.time) }
    }

    private static func encode(_ change: SystemChange, into buffer: inout ByteBuffer) {
        switch change {
        case .started(let version): buffer.field(23, version)
        case .promoted(let history, let previous, let endedAt):
            buffer.field(24, history)
            buffer.field(25, previous)
            buffer.field(26, endedAt)
        case .digest(let digest):
            buffer.field(27, digest)
        case .timeAccepted(let skew): buffer.field(28, signed: skew)
        case .action(let action): AccountChangeCodec.encode(action, field: 38, into: &buffer)
        }
    }
}

extension EventData {
    /// The id of the trade or shipment that the event is about.
    var subject: Identifier? {
        switch self {
        case .trade(let change): change.trade.id
        case .shipment(let change): change.shipment.id
        default: nil
        }
    }
}
