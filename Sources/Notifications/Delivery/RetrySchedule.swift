import Basics

/// When a failed notice is tried again, and when it is given up.
package struct RetrySchedule: Equatable, Sendable {
    /// No wait is longer, whatever an endpoint asks; milliseconds.
    package static let longest: Int64 = 86_400_000
    /// The waits after the first, second, … failure; milliseconds.
    package let waits: [Int64]

    /// After 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 24 h; then never.
    package static let standard = RetrySchedule(waits: [
        5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 86_400_000,
    ])

    /// - Parameter waits: milliseconds; each is brought into 1 ms … 24 h.
    package init(waits: [Int64]) {
        self.waits = waits.map { min(max($0, 1), RetrySchedule.longest) }
    }

    /// How long to wait after failure number `failures` (from 1), in milliseconds; nil: never
    /// again.
    ///
    /// - Parameters:
    ///   - seed: spreads notices that failed together by ±10 %; the same seed and number give the
    ///     same wait.
    ///   - retryAfter: what the endpoint asked, in milliseconds: it is tried no sooner, and no
    ///     sooner than the schedule says either.
    package func wait(failures: Int, seed: UInt64, retryAfter: Int64? = nil) -> Int64? {
        if failures < 1 || failures > waits.count { return nil }
        let wait = waits[failures - 1]
        let random = FastHash.mix(seed &+ FastHash.mix(UInt64(failures)))
        // A share of the wait between -100 and +100 thousandths.
        let share = Int64(random % 201) - 100
        let spread = wait + wait * share / 1_000
        return min(max(spread, retryAfter ?? 0, 1), RetrySchedule.longest)
    }
}
