package import Basics
package import Domain

/// The stored form of a channel: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  number         2 bytes   id         3 varint  kind
///      4 bytes   url            absent: none
///      5 bytes*  secret         private; newest first
///      6 bytes*  address        of mail
///      7 varint  to stations, 1 absent: not
///      8 varint  station        absent: all
///      9 varint  digest         milliseconds; absent: none
///     10 bytes   subject       11 bytes   text: templates; absent: the notice's own
///     12 varint  status         absent: enabled
///     13 bytes   reason         absent: none
///     14 route*  1 pattern  2 station (absent: all)                          closed
///     15 varint  removed, 1     absent: not
///     16 varint  created        milliseconds since 1970, zigzag
///     17 varint  updated        zigzag milliseconds since created; absent: created
///     18 varint  seq            absent: 0
package enum ChannelCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    private static let repeated: UInt64 = 1 << 5 | 1 << 6 | 1 << 14

    /// Appends the stored form.
    package static func encode(_ channel: Channel, into buffer: inout ByteBuffer) {
        let created = channel.created
        buffer.append(varint: schema)
        buffer.field(1, UInt64(channel.number))
        buffer.field(2, channel.id)
        buffer.field(3, UInt64(channel.kind.rawValue))
        buffer.field(4, channel.url)
        for secret in channel.secrets { buffer.field(5, secret) }
        switch channel.recipients {
        case .none: break
        case .addresses(let addresses): for address in addresses { buffer.field(6, address) }
        case .stations: buffer.field(7, 1 as UInt64)
        }
        if let station = channel.station { buffer.field(8, UInt64(station.raw)) }
        buffer.field(9, channel.digestMilliseconds)
        buffer.field(10, channel.subject)
        buffer.field(11, channel.text)
        if channel.status != .enabled { buffer.field(12, UInt64(channel.status.rawValue)) }
        buffer.field(13, channel.reason)
        for route in channel.routes {
            let start = buffer.beginMessage(14)
            buffer.field(1, route.pattern)
            if let station = route.station { buffer.field(2, UInt64(station.raw)) }
            buffer.endMessage(start)
        }
        if channel.isRemoved { buffer.field(15, 1 as UInt64) }
        buffer.field(16, signed: created.milliseconds)
        if channel.updated != created { buffer.field(17, channel.updated, since: created) }
        buffer.field(18, unlessZero: channel.seq)
        buffer.append(channel.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Channel {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: repeated)
        var number: UInt32?
        var id: Identifier?
        var kind: ChannelKind?
        var addresses: [String] = []
        var created: Timestamp?
        var updated: Int64 = 0
        var channel = Channel(
            number: 0, id: .system, kind: .log, created: Timestamp(milliseconds: 0), seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: number = try fields.owner()
            case 2: id = try fields.identifier()
            case 3: kind = try fields.choice()
            case 4: channel.url = try fields.text()
            case 5: channel.secrets.append(try fields.text())
            case 6: addresses.append(try fields.text())
            case 7: if try fields.flag() { channel.recipients = .stations }
            case 8: channel.station = StationNumber(try fields.owner())
            case 9: channel.digestMilliseconds = try fields.integer()
            case 10: channel.subject = try fields.text()
            case 11: channel.text = try fields.text()
            case 12: channel.status = try fields.choice()
            case 13: channel.reason = try fields.text()
            case 14: channel.routes.append(try route(try fields.bytes()))
            case 15: channel.isRemoved = try fields.flag()
            case 16: created = Timestamp(milliseconds: try fields.signed())
            case 17: updated = try fields.signed()
            case 18: channel.seq = try fields.unsigned()
            default: try fields.keep(in: &channel.unknown)
            }
        }
        if !addresses.isEmpty {
            if channel.recipients == .stations { throw .malformed("addresses and stations") }
            channel.recipients = .addresses(addresses)
        }
        channel.number = try required(number, "number")
        channel.id = try required(id, "id")
        channel.kind = try required(kind, "kind")
        channel.created = try required(created, "created")
        channel.updated = channel.created.moved(by: updated)
        return channel
    }

    private static func route(_ bytes: Span<UInt8>) throws(DecodingError) -> Channel.Route {
        var fields = FieldReader(nested: bytes)
        var pattern: String?
        var station: StationNumber?
        while try fields.next() {
            switch fields.number {
            case 1: pattern = try fields.text()
            case 2: station = StationNumber(try fields.owner())
            default: throw fields.unexpected()
            }
        }
        return Channel.Route(pattern: try required(pattern, "pattern"), station: station)
    }
}
