package import Basics
package import Domain

/// Where the log stands after a group: the last event, its chain hash, and the state's digest.
///
/// On disk as the value of `meta/head`, written in every group:
///
///     head = schema:varint(1) seq:varint time:varint chain:16 digest:16 dueTime:varint
package struct LogHead: Equatable, Sendable {
    /// The last event; 0 before the first.
    package var seq: UInt64 = 0
    /// The last event's time: the next event's is never earlier.
    package var time = Timestamp(milliseconds: 0)
    /// The last event's chain hash.
    package var chain = Digest128()
    /// The order-free sum over all records that the digest covers.
    package var digest = Digest128()
    /// Everything due before this time has been looked at.
    package var dueTime = Timestamp(milliseconds: 0)

    package init() {}

    package func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        buffer.append(varint: seq)
        buffer.append(varint: UInt64(bitPattern: time.milliseconds))
        buffer.append(bigEndian: chain.high)
        buffer.append(bigEndian: chain.low)
        buffer.append(bigEndian: digest.high)
        buffer.append(bigEndian: digest.low)
        buffer.append(varint: UInt64(bitPattern: dueTime.milliseconds))
    }

    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> LogHead {
        var reader = ByteReader(bytes)
        let schema = try reader.varint()
        if schema != 1 { throw .newerSchema(schema) }
        var head = LogHead()
        head.seq = try reader.varint()
        head.time = Timestamp(milliseconds: Int64(bitPattern: try reader.varint()))
        head.chain.high = try reader.bigEndian()
        head.chain.low = try reader.bigEndian()
        head.digest.high = try reader.bigEndian()
        head.digest.low = try reader.bigEndian()
        head.dueTime = Timestamp(milliseconds: Int64(bitPattern: try reader.varint()))
        if !reader.isAtEnd { throw .malformed("bytes behind the head") }
        return head
    }
}
