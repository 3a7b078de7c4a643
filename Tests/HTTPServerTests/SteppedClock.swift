import Basics
import Synchronization

/// The machine's clock, which tests can put forward.
final class SteppedClock: Clock {
    private let offset = Atomic<UInt64>(0)
    private let machine = SystemClock()

    func advance(seconds: UInt64) {
        offset.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
    }

    func wallMilliseconds() -> Int64 {
        machine.wallMilliseconds() + Int64(offset.load(ordering: .relaxed) / 1_000_000)
    }

    func monotonicNanoseconds() -> UInt64 {
        machine.monotonicNanoseconds() + offset.load(ordering: .relaxed)
    }
}
