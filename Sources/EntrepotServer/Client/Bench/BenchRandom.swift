import Glibc

/// A small, fast generator (SplitMix64): the same seed gives the same numbers.
package struct BenchRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ (number >> 30)) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ (number >> 27)) &* 0x94d0_49bb_1331_11eb
        return number ^ (number >> 31)
    }

    /// A number below `bound` (at least 1), without a division.
    package mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }
}

/// Draws places of a list, the first ones more often: place k with weight 1 / k^exponent.
package struct BenchZipf: Sendable {
    private let count: Int
    /// The share of all draws up to each place, of 2⁶³; empty where all are alike.
    private var shares: [UInt64] = []

    package init(count: Int, exponent: Double) {
        self.count = count
        if exponent <= 0 { return }
        var sum = 0.0
        let sums = (1...max(count, 1)).map { place in
            sum += pow(Double(place), -exponent)
            return sum
        }
        shares = sums.map { UInt64($0 / sum * 0x1p63) }
    }

    package func draw(_ random: inout BenchRandom) -> Int {
        if shares.isEmpty { return random.below(count) }
        let wanted = random.next() >> 1
        var low = 0
        var high = shares.count - 1
        while low < high {
            let middle = (low + high) / 2
            if shares[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
