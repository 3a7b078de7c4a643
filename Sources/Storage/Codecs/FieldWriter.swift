import Basics
import Domain

/// Writing numbered fields. Callers write them in ascending order and leave out defaults.
///
/// Cost: no allocation besides the buffer's growth.
extension ByteBuffer {
    @inline(__always)
    mutating func appendTag(_ number: UInt64, _ wire: Wire) {
        let tag = number << 3 | UInt64(wire.rawValue)
        if tag < 0x80 {
            append(UInt8(truncatingIfNeeded: tag))
        } else {
            append(varint: tag)
        }
    }

    @inline(__always)
    mutating func field(_ number: UInt64, _ value: UInt64) {
        appendTag(number, .varint)
        append(varint: value)
    }

    @inline(__always)
    mutating func field(_ number: UInt64, unlessZero value: UInt64) {
        if value != 0 { field(number, value) }
    }

    /// A number that is never negative.
    @inline(__always)
    mutating func field(_ number: UInt64, _ value: Int64) {
        field(number, UInt64(bitPattern: value))
    }

    @inline(__always)
    mutating func field(_ number: UInt64, unlessZero value: Int64) {
        if value != 0 { field(number, UInt64(bitPattern: value)) }
    }

    @inline(__always)
    mutating func field(_ number: UInt64, _ value: Int64?) {
        if let value { field(number, UInt64(bitPattern: value)) }
    }

    @inline(__always)
    mutating func field(_ number: UInt64, signed value: Int64) {
        appendTag(number, .varint)
        append(zigzag: value)
    }

    /// How many milliseconds `value` lies behind `base`; wraps, so that every pair comes back.
    @inline(__always)
    mutating func field(_ number: UInt64, _ value: Timestamp, since base: Timestamp) {
        field(number, signed: value.milliseconds &- base.milliseconds)
    }

    @inline(__always)
    mutating func field(_ number: UInt64, fixed64 value: UInt64) {
        appendTag(number, .fixed64)
        append(littleEndian: value)
    }

    @inline(__always)
    mutating func field(_ number: UInt64, _ id: Identifier) {
        appendTag(number, .bytes)
        append(UInt8(truncatingIfNeeded: id.count))
        append(id.bytes)
    }

    @inline(__always)
    mutating func field(_ number: UInt64, _ code: CurrencyCode) {
        appendTag(number, .bytes)
        append(UInt8(truncatingIfNeeded: code.count))
        append(code)
    }

    mutating func field(_ number: UInt64, _ text: String) {
        appendTag(number, .bytes)
        append(varint: UInt64(text.utf8.count))
        append(text)
    }

    @inline(__always)
    mutating func field(_ number: UInt64, _ text: String?) {
        if let text { field(number, text) }
    }

    /// 16 bytes, the high half first.
    mutating func field(_ number: UInt64, _ digest: Digest128) {
        appendTag(number, .bytes)
        append(16 as UInt8)
        append(bigEndian: digest.high)
        append(bigEndian: digest.low)
    }

    /// 32 bytes.
    mutating func field(_ number: UInt64, _ secret: SecretHash) {
        appendTag(number, .bytes)
        append(32 as UInt8)
        for half in [secret.high, secret.low] {
            append(bigEndian: half.high)
            append(bigEndian: half.low)
        }
    }

    mutating func field(_ number: UInt64, _ position: Position?) {
        guard let position else { return }
        appendTag(number, .bytes)
        append(24 as UInt8)
        append(littleEndian: position.x.bitPattern)
        append(littleEndian: position.y.bitPattern)
        append(littleEndian: position.z.bitPattern)
    }

    // MARK: Nested messages

    /// Begins a nested message: one byte is kept free for its length.
    ///
    /// - Returns: where the message begins, for `endMessage`.
    @inline(__always)
    mutating func beginMessage(_ number: UInt64) -> Int {
        appendTag(number, .bytes)
        append(0 as UInt8)
        return count
    }

    /// Ends the message that began at `start`. Below 128 bytes its length fits the free byte, which
    /// is the common case; a longer message is moved to make room, so that lengths are always
    /// written the shortest way.
    @inline(__always)
    mutating func endMessage(_ start: Int) {
        let length = count - start
        if length < 0x80 {
            self[start - 1] = UInt8(truncatingIfNeeded: length)
        } else {
            endLongMessage(start, length)
        }
    }

    @inline(never)
    private mutating func endLongMessage(_ start: Int, _ length: Int) {
        let message = bytes(in: start..<count).array
        truncate(to: start - 1)
        append(varint: UInt64(length))
        append(message)
    }
}
