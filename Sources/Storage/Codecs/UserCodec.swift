package import Basics
package import Domain

/// The stored form of a user: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   name
///      2 bytes   password hash  private; a PHC string; absent: none
///      3 varint  role
///      4 varint  all stations, 1   absent: those of field 5
///      5 bytes*  station
///      6 bytes   designation     7 bytes   e-mail address     absent: none
///      8 bytes   attributes      a JSON object; absent: {}
///      9 varint  disabled, 1     absent: not
///     10 varint  created         milliseconds since 1970, zigzag
///     11 varint  updated         zigzag milliseconds since created; absent: created
///     12 varint  seq             absent: 0
package enum UserCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ user: User, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, user.name)
        buffer.field(2, user.passwordHash)
        buffer.field(3, UInt64(user.role.rawValue))
        if let stations = user.stations {
            for station in stations { buffer.field(5, station) }
        } else {
            buffer.field(4, 1 as UInt64)
        }
        buffer.field(6, user.designation)
        buffer.field(7, user.email)
        buffer.field(8, user.attributes)
        if user.isDisabled { buffer.field(9, 1 as UInt64) }
        buffer.field(10, signed: user.created.milliseconds)
        if user.updated != user.created { buffer.field(11, user.updated, since: user.created) }
        buffer.field(12, unlessZero: user.seq)
        buffer.append(user.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> User {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: 1 << 5)
        var name: Identifier?
        var role: Role?
        var actsForAll = false
        var stations: [Identifier] = []
        var created: Timestamp?
        var updated: Int64 = 0
        var user = User(
            name: .system, role: .viewer, stations: nil, created: Timestamp(milliseconds: 0),
            seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: name = try fields.identifier()
            case 2: user.passwordHash = try fields.text()
            case 3: role = try fields.choice()
            case 4: actsForAll = try fields.flag()
            case 5: stations.append(try fields.identifier())
            case 6: user.designation = try fields.text()
            case 7: user.email = try fields.text()
            case 8: user.attributes = try fields.text()
            case 9: user.isDisabled = try fields.flag()
            case 10: created = Timestamp(milliseconds: try fields.signed())
            case 11: updated = try fields.signed()
            case 12: user.seq = try fields.unsigned()
            default: try fields.keep(in: &user.unknown)
            }
        }
        if actsForAll && !stations.isEmpty { throw .malformed("all stations and some") }
        user.stations = actsForAll ? nil : stations
        user.name = try required(name, "name")
        user.role = try required(role, "role")
        user.created = try required(created, "created")
        user.updated = user.created.moved(by: updated)
        return user
    }
}
