import Glibc

/// A value guarded by a lock, with waiting: what `Mutex` alone does not offer.
///
/// Threading: any thread; the lock is not recursive, and bodies must be short and not block.
@safe package final class Monitor<State>: @unchecked Sendable {
    // Invariant: `state` is touched only between lock and unlock of `mutex`, and both C objects
    // stay where they were initialised until `deinit`. That makes this Sendable.
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init(_ state: State) {
        self.state = state
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        // Deadlines by the clock that nobody can set.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Reads or changes the value without waking anybody.
    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Changes the value and wakes everybody who waits for it.
    package func update<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        let result = body(&state)
        unsafe pthread_cond_broadcast(condition)
        return result
    }

    /// Waits until `body`, called after each update, returns something.
    ///
    /// - Parameter milliseconds: how long at most; nil waits for ever.
    /// - Returns: what `body` returned, or nil when the time is up.
    package func wait<Result>(
        milliseconds: Int? = nil, _ body: (inout State) -> Result?
    ) -> Result? {
        var deadline = timespec()
        if let milliseconds {
            unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
            let bounded = min(max(milliseconds, 0), 1_000_000_000)
            let nanoseconds = deadline.tv_nsec + (bounded % 1_000) * 1_000_000
            deadline.tv_sec += bounded / 1_000 + nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
        }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            if milliseconds == nil {
                unsafe pthread_cond_wait(condition, mutex)
            } else if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return body(&state)
            }
        }
    }
}

/// A flag that threads wait for: set once, it stays set until it is cleared.
package final class WaitableFlag: Sendable {
    private let monitor = Monitor(false)

    package init() {}

    package var isSet: Bool { monitor.withLock { $0 } }

    package func set() { monitor.update { $0 = true } }

    package func clear() { monitor.withLock { $0 = false } }

    /// Waits for the flag; false if `milliseconds` went by first.
    @discardableResult
    package func wait(milliseconds: Int? = nil) -> Bool {
        monitor.wait(milliseconds: milliseconds) { $0 ? true : nil } ?? false
    }
}
