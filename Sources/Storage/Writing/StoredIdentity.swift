package import Basics
package import Domain

/// What `ids` keeps of a request that must not happen twice.
///
///     value = schema:varint(1) kind:1 seq:varint requestHash:8 time:varint
package struct StoredIdentity: Equatable, Sendable {
    package let kind: RequestIdentity.Kind
    /// The event that holds the first result.
    package let seq: UInt64
    package let requestHash: UInt64
    /// That event's time: a key is kept 7 days from then.
    package let time: Timestamp

    package init(
        kind: RequestIdentity.Kind, seq: UInt64, requestHash: UInt64, time: Timestamp
    ) {
        self.kind = kind
        self.seq = seq
        self.requestHash = requestHash
        self.time = time
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        buffer.append(kind.rawValue)
        buffer.append(varint: seq)
        buffer.append(bigEndian: requestHash)
        buffer.append(varint: UInt64(bitPattern: time.milliseconds))
    }

    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> StoredIdentity {
        var reader = ByteReader(bytes)
        let schema = try reader.varint()
        if schema != 1 { throw .newerSchema(schema) }
        let number = try reader.byte()
        guard let kind = RequestIdentity.Kind(rawValue: number) else {
            throw .malformed("unknown kind of id: \(number)")
        }
        let seq = try reader.varint()
        let hash: UInt64 = try reader.bigEndian()
        let time = Timestamp(milliseconds: Int64(bitPattern: try reader.varint()))
        if !reader.isAtEnd { throw .malformed("bytes behind an id") }
        return StoredIdentity(kind: kind, seq: seq, requestHash: hash, time: time)
    }
}
