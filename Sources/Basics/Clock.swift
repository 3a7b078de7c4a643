#if canImport(Glibc)
    import Glibc
#endif

/// Where the time comes from; a parameter of everything that decides, waits or measures.
package protocol Clock: Sendable {
    /// Milliseconds since 1970 UTC: may jump when somebody sets the machine's clock.
    func wallMilliseconds() -> Int64
    /// Nanoseconds since an arbitrary moment: never goes back.
    func monotonicNanoseconds() -> UInt64
}

/// The machine's clocks.
package struct SystemClock: Clock {
    package init() {}

    package func wallMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    package func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
