package import Basics
package import Domain

/// The stored form of a ship: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  number        2 bytes id
///      3 bytes   name          absent: the id
///      4 varint  mass capacity, grams                5 varint volume capacity, cubic decimetres
///      6 varint  status        absent: docked
///      7 varint  station       station number
///      8 bytes   position      three little-endian doubles
///      9 aboard*               1 seq  2 index (absent: 0) of the shipment's key
///     10 varint  mass aboard  11 varint volume aboard: absent: 0
///     12 varint  seq           absent: 0
package enum ShipCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    private static let repeated: UInt64 = 1 << 9

    /// Appends the stored form.
    package static func encode(_ ship: Ship, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, UInt64(ship.number.raw))
        buffer.field(2, ship.id)
        if ship.name != ship.id.text { buffer.field(3, ship.name) }
        buffer.field(4, ship.massCapacity)
        buffer.field(5, ship.volumeCapacity)
        if ship.status != .docked { buffer.field(6, UInt64(ship.status.rawValue)) }
        if let station = ship.station { buffer.field(7, UInt64(station.raw)) }
        buffer.field(8, ship.position)
        for key in ship.aboard {
            let start = buffer.beginMessage(9)
            buffer.field(1, key.seq)
            buffer.field(2, unlessZero: UInt64(key.index))
            buffer.endMessage(start)
        }
        buffer.field(10, unlessZero: ship.loadMass)
        buffer.field(11, unlessZero: ship.loadVolume)
        buffer.field(12, unlessZero: ship.seq)
        buffer.append(ship.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Ship {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: repeated)
        var number: ShipNumber?
        var parts: Ship?
        while try fields.next() {
            switch fields.number {
            case 1: number = ShipNumber(try fields.owner())
            case 2:
                parts = Ship(
                    number: try required(number, "number"), id: try fields.identifier(), seq: 0)
            case 3: parts?.name = try fields.text()
            case 4: parts?.massCapacity = try fields.integer()
            case 5: parts?.volumeCapacity = try fields.integer()
            case 6: parts?.status = try fields.choice()
            case 7: parts?.station = StationNumber(try fields.owner())
            case 8: parts?.position = try fields.position()
            case 9: parts?.aboard.append(try key(try fields.bytes()))
            case 10: parts?.loadMass = try fields.integer()
            case 11: parts?.loadVolume = try fields.integer()
            case 12: parts?.seq = try fields.unsigned()
            default:
                var unknown = parts?.unknown ?? []
                try fields.keep(in: &unknown)
                parts?.unknown = unknown
            }
            if fields.number > 1, parts == nil { throw .malformed("id is missing") }
        }
        return try required(parts, "id")
    }

    private static func key(_ bytes: Span<UInt8>) throws(DecodingError) -> RecordKey {
        var fields = FieldReader(nested: bytes)
        var seq: UInt64?
        var index: UInt16 = 0
        while try fields.next() {
            switch fields.number {
            case 1: seq = try fields.unsigned()
            case 2: index = try fields.number()
            default: throw fields.unexpected()
            }
        }
        return RecordKey(seq: try required(seq, "seq"), index: index)
    }
}
