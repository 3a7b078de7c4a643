package import Basics
package import Crypto

/// How an event lies in the `events` family: its body, a checksum, and its link in the chain.
///
///     value    = body checksum:4 chain:16
///     body     see EventCodec
///     checksum = low 32 bits of FastHash.hash64(body, seed: seq), big-endian
///     chain    = first 16 bytes of SHA-256(chain of seq - 1 ‖ seq:8 ‖ body)
///
/// The chain makes a changed, missing or swapped event visible to anyone who walks the log; the
/// checksum tells at once whether one event, read alone, is whole.
package enum StoredEvent {
    package static let trailerCount = 20

    /// Appends checksum and chain hash to a body that `value` holds.
    ///
    /// - Returns: the event's chain hash.
    package static func seal(
        _ value: inout ByteBuffer, seq: UInt64, previousChain: Digest128, hasher: inout SHA256
    ) throws(CryptoError) -> Digest128 {
        let checksum = UInt32(truncatingIfNeeded: FastHash.hash64(value.bytes, seed: seq))
        let chain = try link(value.bytes, seq: seq, previousChain: previousChain, hasher: &hasher)
        value.append(bigEndian: checksum)
        value.append(bigEndian: chain.high)
        value.append(bigEndian: chain.low)
        return chain
    }

    /// The chain hash of a body behind `previousChain`.
    package static func link(
        _ body: Span<UInt8>, seq: UInt64, previousChain: Digest128, hasher: inout SHA256
    ) throws(CryptoError) -> Digest128 {
        var prefix = InlineArray<24, UInt8>(repeating: 0)
        for index in 0..<8 {
            let shift = UInt64(56 - index * 8)
            prefix[index] = UInt8(truncatingIfNeeded: previousChain.high >> shift)
            prefix[index + 8] = UInt8(truncatingIfNeeded: previousChain.low >> shift)
            prefix[index + 16] = UInt8(truncatingIfNeeded: seq >> shift)
        }
        hasher.update(prefix.span)
        hasher.update(body)
        return try hasher.finish128()
    }

    /// The parts of a stored value, its checksum checked.
    ///
    /// - Throws: `truncated` where the trailer is missing, `malformed` where the checksum differs.
    @_lifetime(copy value)
    package static func open(
        _ value: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> OpenedEvent {
        let count = value.count - trailerCount
        if count < 0 { throw .truncated }
        let body = value.extracting(0..<count)
        var reader = ByteReader(value.extracting(count..<value.count))
        let checksum: UInt32 = try reader.bigEndian()
        if checksum != UInt32(truncatingIfNeeded: FastHash.hash64(body, seed: seq)) {
            throw .malformed("event \(seq) fails its checksum")
        }
        let chain = Digest128(high: try reader.bigEndian(), low: try reader.bigEndian())
        return OpenedEvent(body: body, chain: chain)
    }
}

/// A stored event's body and chain hash, borrowed from the value it was read from.
package struct OpenedEvent: ~Escapable {
    package let body: Span<UInt8>
    package let chain: Digest128

    @_lifetime(copy body)
    init(body: Span<UInt8>, chain: Digest128) {
        self.body = body
        self.chain = chain
    }
}
