package import Basics
package import Domain

/// The stored form of a station: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  number        2 bytes id
///      3 bytes   name          absent: the id
///      4 varint  kind          5 varint orbits (station number)
///      6 bytes   position      three little-endian doubles
///      7 varint  status        absent: open
///      8 bytes   attributes
///      9 varint  created       milliseconds since 1970, zigzag
///     10 varint  updated       zigzag milliseconds since created; absent: created
///     11 varint  seq           absent: 0
package enum StationCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ station: Station, into buffer: inout ByteBuffer) {
        let created = station.created
        buffer.append(varint: schema)
        buffer.field(1, UInt64(station.number.raw))
        buffer.field(2, station.id)
        if station.name != station.id.text { buffer.field(3, station.name) }
        buffer.field(4, UInt64(station.kind.rawValue))
        if let orbits = station.orbits { buffer.field(5, UInt64(orbits.raw)) }
        buffer.field(6, station.position)
        if station.status != .open { buffer.field(7, UInt64(station.status.rawValue)) }
        buffer.field(8, station.attributes)
        buffer.field(9, signed: created.milliseconds)
        if station.updated != created { buffer.field(10, station.updated, since: created) }
        buffer.field(11, unlessZero: station.seq)
        buffer.append(station.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Station {
        var fields = try FieldReader(record: bytes, schema: schema)
        var number: StationNumber?
        var id: Identifier?
        var name: String?
        var kind: StationKind?
        var orbits: StationNumber?
        var position: Position?
        var status = StationStatus.open
        var attributes: String?
        var created: Timestamp?
        var updated: Int64 = 0
        var seq: UInt64 = 0
        var unknown: [UInt8] = []
        while try fields.next() {
            switch fields.number {
            case 1: number = StationNumber(try fields.owner())
            case 2: id = try fields.identifier()
            case 3: name = try fields.text()
            case 4: kind = try fields.choice()
            case 5: orbits = StationNumber(try fields.owner())
            case 6: position = try fields.position()
            case 7: status = try fields.choice()
            case 8: attributes = try fields.text()
            case 9: created = Timestamp(milliseconds: try fields.signed())
            case 10: updated = try fields.signed()
            case 11: seq = try fields.unsigned()
            default: try fields.keep(in: &unknown)
            }
        }
        var station = Station(
            number: try required(number, "number"), id: try required(id, "id"),
            created: try required(created, "created"), seq: seq)
        if let name { station.name = name }
        station.kind = try required(kind, "kind")
        station.orbits = orbits
        station.position = position
        station.status = status
        station.attributes = attributes
        station.updated = station.created.moved(by: updated)
        station.unknown = unknown
        return station
    }
}
