/// A 128-bit value that adds and subtracts without carry between its halves: the element of the
/// order-free state digest, and the width of the hashes below.
package struct Digest128: Equatable, Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    @inlinable package init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    @inlinable package static func == (left: Digest128, right: Digest128) -> Bool {
        left.low == right.low && left.high == right.high
    }

    /// It is a hash already: half of it is enough.
    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(low) }

    @inlinable package static func += (left: inout Digest128, right: Digest128) {
        left.high &+= right.high
        left.low &+= right.low
    }

    @inlinable package static func -= (left: inout Digest128, right: Digest128) {
        left.high &-= right.high
        left.low &-= right.low
    }

    /// 32 lower-case hexadecimal digits.
    package var text: String { hexadecimal(high) + hexadecimal(low) }
}

private func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// A fast, seeded, non-cryptographic 64- and 128-bit hash (multiply-fold over 16-byte steps).
///
/// Used for tables in memory, the state digest and checksums. Its values are on disk: the constants
/// and the order of steps are part of the format and must not change (golden values in the tests).
/// Not for anything that must resist a forger: the event chain uses SHA-256.
package enum FastHash {
    @usableFromInline static let prime0: UInt64 = 0x9e37_79b9_7f4a_7c15
    @usableFromInline static let prime1: UInt64 = 0xe703_7ed1_a0b4_28db
    @usableFromInline static let prime2: UInt64 = 0x8ebc_6af0_9c88_c6e3
    @usableFromInline static let prime3: UInt64 = 0x5899_65cc_7537_4cc3

    @inlinable @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inlinable @inline(__always)
    static func load(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The last 1–8 bytes as one number.
    @inlinable @inline(__always)
    static func loadTail(_ pointer: UnsafeRawPointer, _ offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count {
            value |=
                UInt64(pointer.load(fromByteOffset: offset + index, as: UInt8.self))
                << UInt64(index * 8)
        }
        return value
    }

    /// 64 bits of `bytes`. Complexity: about 1 ns per 8 bytes.
    @inlinable package static func hash64(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        hash128(bytes, seed: seed).low
    }

    /// 128 bits of `bytes`. Complexity: about 1 ns per 8 bytes, no allocation.
    @inlinable package static func hash128(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> Digest128 {
        bytes.withUnsafeBytes { buffer in
            let count = buffer.count
            var first = seed ^ prime0
            var second = (seed &+ prime1) ^ UInt64(truncatingIfNeeded: count)
            guard let pointer = buffer.baseAddress else { return finish(first, second) }
            // Invariant: every load below stays inside `count`: 16-byte steps while 16 remain,
            // then 8, then a tail.
            var offset = 0
            while count - offset >= 16 {
                let low = load(pointer, offset)
                let high = load(pointer, offset + 8)
                first = fold(low ^ prime2, first ^ high)
                second = fold(high ^ prime3, second &+ low)
                offset += 16
            }
            if count - offset >= 8 {
                let word = load(pointer, offset)
                first = fold(word ^ prime1, first ^ prime3)
                second = fold(word ^ prime0, second ^ prime2)
                offset += 8
            }
            if count > offset {
                let word = loadTail(pointer, offset, count - offset)
                first = fold(word ^ prime3, first &+ prime0)
                second = fold(word &+ prime2, second ^ prime1)
            }
            return finish(first, second)
        }
    }

    @inlinable @inline(__always)
    static func finish(_ first: UInt64, _ second: UInt64) -> Digest128 {
        Digest128(
            high: fold(first ^ prime1, second &+ prime2),
            low: fold(second ^ prime3, first &+ prime0))
    }

    /// Mixes one number, for tables keyed by integers.
    @inlinable package static func mix(_ number: UInt64) -> UInt64 {
        fold(number ^ prime0, prime1)
    }
}
