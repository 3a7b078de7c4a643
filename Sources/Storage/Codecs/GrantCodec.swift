package import Basics
package import Domain

/// The stored form of a grant: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   id              a ULID
///      2 bytes   user
///      3 varint  kind
///      4 bytes   name            absent: none
///      5 bytes   secret hash     private; 32 bytes
///      6 varint  generation      absent: 0
///      7 varint  created         milliseconds since 1970, zigzag
///      8 varint  expires         zigzag milliseconds since created; absent: never
///      9 varint  revoked         zigzag milliseconds since created; absent: not
///     10 varint  seq             absent: 0
package enum GrantCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ grant: Grant, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, grant.id)
        buffer.field(2, grant.user)
        buffer.field(3, UInt64(grant.kind.rawValue))
        buffer.field(4, grant.name)
        buffer.field(5, grant.secret)
        buffer.field(6, unlessZero: UInt64(grant.generation))
        buffer.field(7, signed: grant.created.milliseconds)
        if let expires = grant.expires { buffer.field(8, expires, since: grant.created) }
        if let revoked = grant.revoked { buffer.field(9, revoked, since: grant.created) }
        buffer.field(10, unlessZero: grant.seq)
        buffer.append(grant.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Grant {
        var fields = try FieldReader(record: bytes, schema: schema)
        var id: Identifier?
        var user: Identifier?
        var kind: GrantKind?
        var secret: SecretHash?
        var created: Timestamp?
        var expires: Int64?
        var revoked: Int64?
        var grant = Grant(
            id: .system, user: .system, kind: .api,
            secret: SecretHash(high: Digest128(), low: Digest128()),
            created: Timestamp(milliseconds: 0), seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: id = try fields.identifier()
            case 2: user = try fields.identifier()
            case 3: kind = try fields.choice()
            case 4: grant.name = try fields.text()
            case 5: secret = try fields.secretHash()
            case 6: grant.generation = try fields.number()
            case 7: created = Timestamp(milliseconds: try fields.signed())
            case 8: expires = try fields.signed()
            case 9: revoked = try fields.signed()
            case 10: grant.seq = try fields.unsigned()
            default: try fields.keep(in: &grant.unknown)
            }
        }
        let made = try required(created, "created")
        grant.id = try required(id, "id")
        grant.user = try required(user, "user")
        grant.kind = try required(kind, "kind")
        grant.secret = try required(secret, "secret hash")
        grant.created = made
        grant.expires = expires.map { made.moved(by: $0) }
        grant.revoked = revoked.map { made.moved(by: $0) }
        return grant
    }
}
