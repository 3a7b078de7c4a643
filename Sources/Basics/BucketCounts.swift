/// Counts of values in a few fixed buckets, as metrics show them.
///
/// A record costs a search among the bounds, no allocation. Threading: none of its own.
package struct BucketCounts: Sendable {
    /// The largest value of each bucket, ascending; larger ones are in a last bucket of their own.
    package let bounds: [UInt64]
    /// One more than there are bounds.
    package private(set) var counts: [UInt64]
    package private(set) var sum: UInt64 = 0
    package private(set) var total: UInt64 = 0

    package init(bounds: [UInt64]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Counts one value.
    package mutating func record(_ value: UInt64) {
        var place = 0
        while place < bounds.count && value > bounds[place] { place += 1 }
        counts[place] &+= 1
        sum &+= value
        total &+= 1
    }

    /// How many values were at most as large as each bound.
    package var cumulative: [UInt64] {
        var seen: UInt64 = 0
        return bounds.indices.map { index in
            seen &+= counts[index]
            return seen
        }
    }
}
