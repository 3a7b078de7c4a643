package import Basics
package import Domain

/// Where the log stands after a group: the last event, its chain hash, and the state's digest.
///
/// On disk as the value of `meta/head`, written in every group:
///
///     head    = schema:varint(1) seq:varint time:varint chain:16 digest:16 dueTime:varint
///               count:varint { family:varint seq:varint }*count       the marker vector
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
    /// Per family: the last event whose group wrote there.
    package var markers = InlineArray<16, UInt64>(repeating: 0)

    package init() {}

    package static func == (left: LogHead, right: LogHead) -> Bool {
        if left.seq != right.seq || left.time != right.time || left.chain != right.chain
            || left.digest != right.digest || left.dueTime != right.dueTime
        {
            return false
        }
        for index in 0..<16 where left.markers[index] != right.markers[index] { return false }
        return true
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        buffer.append(varint: seq)
        buffer.append(varint: UInt64(bitPattern: time.milliseconds))
        buffer.append(bigEndian: chain.high)
        buffer.append(bigEndian: chain.low)
        buffer.append(bigEndian: digest.high)
        buffer.append(bigEndian: digest.low)
        buffer.append(varint: UInt64(bitPattern: dueTime.milliseconds))
        var used: UInt64 = 0
        for index in 0..<16 where markers[index] != 0 { used += 1 }
        buffer.append(varint: used)
        for index in 0..<16 where markers[index] != 0 {
            buffer.append(varint: UInt64(index))
            buffer.append(varint: markers[index])
        }
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
        let used = try reader.varint()
        if used > 16 { throw .malformed("the head lists \(used) families, at most 16 exist") }
        for _ in 0..<used {
            let index = try reader.varint()
            if index >= 16 { throw .malformed("the head names family \(index)") }
            head.markers[Int(index)] = try reader.varint()
        }
        if !reader.isAtEnd { throw .malformed("bytes behind the head") }
        return head
    }
}
