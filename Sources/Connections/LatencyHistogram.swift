/// Counts of durations in buckets of which each is at most an eighth wider than its lower bound.
///
/// Log-linear: eight buckets for every power of two of nanoseconds, up to 2⁴⁰ (18 minutes), so a
/// record costs one array access and no allocation. Threading: none of its own.
package struct LatencyHistogram: Sendable {
    private static let stepBits = 3
    private static let steps = 1 << stepBits
    private static let topBit = 40

    private var counts: [UInt64] = []
    /// How many were recorded.
    package private(set) var total: UInt64 = 0
    /// The sum of all durations, nanoseconds.
    package private(set) var sum: UInt64 = 0
    /// The longest duration, nanoseconds.
    package private(set) var maximum: UInt64 = 0

    package init() {}

    /// Counts one duration.
    package mutating func record(nanoseconds: UInt64) {
        if counts.isEmpty {
            counts = Array(
                repeating: 0, count: (Self.topBit - Self.stepBits + 2) * Self.steps)
        }
        let index = Self.index(nanoseconds)
        counts[index] &+= 1
        total &+= 1
        sum &+= nanoseconds
        maximum = max(maximum, nanoseconds)
    }

    /// The bucket of a duration.
    package static func index(_ nanoseconds: UInt64) -> Int {
        let value = min(nanoseconds, (1 << topBit) - 1)
        if value < UInt64(steps) { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount - stepBits
        let step = Int(value >> UInt64(exponent)) & (steps - 1)
        return (exponent + 1) * steps + step
    }

    /// The largest duration of a bucket.
    package static func upperBound(_ index: Int) -> UInt64 {
        if index < steps { return UInt64(index) }
        let exponent = UInt64(index / steps - 1)
        let step = UInt64(index % steps + steps)
        return ((step + 1) << exponent) - 1
    }

    /// The duration that a share of all (0…1) does not exceed; 0 when nothing was recorded.
    package func quantile(_ share: Double) -> UInt64 {
        let wanted = max(1, UInt64((Double(total) * share).rounded(.up)))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return min(Self.upperBound(index), maximum) }
        }
        return maximum
    }

    /// How many durations did not exceed each of some bounds, which ascend. A bucket that a bound
    /// cuts counts as above it: at most an eighth of the durations next to the bound.
    package func cumulative(upTo bounds: [UInt64]) -> [UInt64] {
        var result: [UInt64] = []
        var seen: UInt64 = 0
        var index = 0
        for bound in bounds {
            while index < counts.count && Self.upperBound(index) <= bound {
                seen &+= counts[index]
                index += 1
            }
            result.append(seen)
        }
        return result
    }

    /// Cumulative counts by powers of two of microseconds, as Redis shows them: from the first
    /// bucket that holds something to the one that holds the longest.
    package var cumulativeMicroseconds: [(upTo: Int64, count: Int64)] {
        var result: [(upTo: Int64, count: Int64)] = []
        var seen: UInt64 = 0
        var bound: UInt64 = 1_000
        for (index, count) in counts.enumerated() where count > 0 {
            let value = Self.upperBound(index)
            while value > bound {
                if seen > 0 { result.append((Int64(bound / 1_000), Int64(clamping: seen))) }
                bound *= 2
            }
            seen += count
        }
        if seen > 0 { result.append((Int64(bound / 1_000), Int64(clamping: seen))) }
        return result
    }
}
