/// Durations counted in buckets, each at most 1.6 % wider than its lower bound.
///
/// Log-linear: 64 buckets for every power of two of nanoseconds, up to 2⁴⁰ (18 minutes). A record
/// costs one array access and no allocation.
package struct BenchHistogram: Sendable {
    private static let stepBits = 6
    private static let steps = 1 << stepBits
    private static let topBit = 40

    private var counts = [UInt64](repeating: 0, count: (topBit - stepBits + 1) * steps)
    /// How many were recorded.
    package private(set) var total: UInt64 = 0
    private var maximum: UInt64 = 0

    package init() {}

    /// Adds `count` requests that took as long.
    package mutating func record(nanoseconds: UInt64, count: UInt64 = 1) {
        counts[Self.index(nanoseconds)] &+= count
        total &+= count
        maximum = max(maximum, nanoseconds)
    }

    private static func index(_ nanoseconds: UInt64) -> Int {
        let value = min(nanoseconds, (1 << topBit) - 1)
        if value < UInt64(steps) { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount - stepBits
        return (exponent + 1) * steps + (Int(value >> UInt64(exponent)) & (steps - 1))
    }

    /// The longest duration of a bucket.
    private static func upperBound(_ index: Int) -> UInt64 {
        if index < steps { return UInt64(index) }
        let exponent = UInt64(index / steps - 1)
        return ((UInt64(index % steps + steps) + 1) << exponent) - 1
    }

    /// The duration in milliseconds that a share of all (0…1) does not exceed; 0 without any.
    package func milliseconds(at share: Double) -> Double {
        if total == 0 { return 0 }
        let wanted = min(max(1, UInt64((Double(total) * share).rounded(.up))), total)
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= wanted { return Double(min(Self.upperBound(index), maximum)) / 1e6 }
        }
        return Double(maximum) / 1e6
    }
}
