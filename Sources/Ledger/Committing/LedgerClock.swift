import Basics
import Domain

/// The leader's time: the wall clock, watched by the monotonic one.
///
/// A wall clock that runs ahead (somebody set it) would end every reservation at once. So where it
/// outruns the monotonic clock by more than the limit, time stands still at what the monotonic
/// clock says and an alarm is raised, until `accept`.
final class LedgerClock {
    private let clock: any Clock
    /// How far the wall clock may run ahead.
    var limitMilliseconds: Int
    private var baseWall: Int64
    private var baseMonotonic: UInt64
    private(set) var skewMilliseconds: Int64 = 0

    init(clock: any Clock, limitMilliseconds: Int) {
        self.clock = clock
        self.limitMilliseconds = limitMilliseconds
        baseWall = clock.wallMilliseconds()
        baseMonotonic = clock.monotonicNanoseconds()
    }

    /// The time that decisions use.
    func now() -> Timestamp {
        let wall = clock.wallMilliseconds()
        let elapsed = Int64(
            clamping: (clock.monotonicNanoseconds() &- baseMonotonic) / 1_000_000)
        let expected = baseWall &+ elapsed
        skewMilliseconds = wall &- expected
        if skewMilliseconds > Int64(limitMilliseconds) { return Timestamp(milliseconds: expected) }
        if skewMilliseconds < 0 {
            // Behind: the ledger never goes back in time anyway; count from here.
            baseWall = wall
            baseMonotonic = clock.monotonicNanoseconds()
        }
        return Timestamp(milliseconds: max(0, wall))
    }

    /// Whether, at the last look, the wall clock had jumped ahead and nobody has accepted it yet:
    /// timers pause.
    var isJumping: Bool { skewMilliseconds > Int64(limitMilliseconds) }

    /// The wall clock is right.
    func accept() {
        baseWall = clock.wallMilliseconds()
        baseMonotonic = clock.monotonicNanoseconds()
        skewMilliseconds = 0
    }
}
