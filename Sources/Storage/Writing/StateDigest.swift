package import Basics

/// The state digest: the order-free sum, modulo 2⁶⁴ in each half, of one hash per record.
///
/// `hash = FastHash.hash128(value, seed: FastHash.hash64(key, seed: family number))`. Two stores
/// that hold the same records have the same digest however they came to them.
package enum StateDigest {
    @inlinable package static func hash(
        _ keyspace: Keyspace, key: Span<UInt8>, value: Span<UInt8>
    ) -> Digest128 {
        FastHash.hash128(
            value, seed: FastHash.hash64(key, seed: UInt64(truncatingIfNeeded: keyspace.rawValue)))
    }
}
