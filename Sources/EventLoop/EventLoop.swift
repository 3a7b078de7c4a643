package import Basics
import CSystem
import Glibc
import Synchronization
package import System

/// One thread's loop over ready descriptors, timers and jobs from other threads (raw epoll,
/// level-triggered).
///
/// One turn: wait → `afterWake` → ready handlers → due timers → posted jobs → `beforeSleep`.
/// So everything that arrived together is handled before `beforeSleep` closes the group.
///
/// Threading: everything belongs to the thread that calls ``run()``, except ``post(_:)``,
/// ``wake()`` and ``stop()``, which any thread may call. Before `run` the loop belongs to whoever
/// made it.
package final class EventLoop: @unchecked Sendable {
    // Invariant behind `@unchecked Sendable`: `inbox` and `isStopping` synchronise themselves, the
    // wake descriptor is constant, and the rest is touched by the owning thread only.
    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var handler: (any EventHandler)?
    }

    private struct Inbox {
        var jobs: [@Sendable () -> Void] = []
        var isSignalled = false
    }

    private static let wakeToken = UInt64.max
    private static let signalToken = UInt64.max - 1
    private static let eventsPerTurn = 256

    /// Called first in a turn that had something to do.
    package var afterWake: (() -> Void)?
    /// Called last in each turn, when everything that was ready has been handled.
    package var beforeSleep: (() -> Void)?
    package let clock: any Clock

    private let poll: OwnedDescriptor
    private let wakeUp: OwnedDescriptor
    private var signals: OwnedDescriptor?
    private var signalAction: ((Int32) -> Void)?
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var timers = TimerQueue()
    private var events: [csystem_event]
    private var running: [@Sendable () -> Void] = []
    private let inbox = Mutex(Inbox())
    private let isStopping = Atomic(false)

    /// - Parameter clock: its monotonic side drives the timers.
    package init(clock: any Clock = SystemClock()) throws(SystemError) {
        self.clock = clock
        poll = try OwnedDescriptor(calling("epoll_create") { csystem_epoll_create() })
        wakeUp = try OwnedDescriptor(calling("eventfd") { csystem_wake_create() })
        events = Array(
            repeating: csystem_event(token: 0, events: 0), count: Self.eventsPerTurn)
        let (poll, wakeUp) = (poll.number, wakeUp.number)
        try calling("epoll_ctl") {
            csystem_epoll_add(poll, wakeUp, ReadyEvents.readable.rawValue, Self.wakeToken)
        }
    }

    // MARK: Descriptors

    /// The number of registered descriptors.
    package var registrationCount: Int { slots.count - freeSlots.count }

    /// Watches `descriptor` and tells `handler`, which is retained until ``deregister(_:)``.
    package func register(
        _ descriptor: Int32, for events: ReadyEvents, _ handler: any EventHandler
    ) throws(SystemError) -> Registration {
        let slot = freeSlots.last ?? slots.count
        let generation = slot < slots.count ? slots[slot].generation : 0
        let registration = Registration(slot: slot, generation: generation)
        try calling("epoll_ctl add") {
            csystem_epoll_add(poll.number, descriptor, events.rawValue, registration.token)
        }
        if slot == slots.count { slots.append(Slot()) } else { freeSlots.removeLast() }
        slots[slot].descriptor = descriptor
        slots[slot].handler = handler
        return registration
    }

    /// Changes what a descriptor is watched for; an empty set leaves errors and hang-ups only.
    package func watch(
        _ registration: Registration, for events: ReadyEvents
    ) throws(SystemError) {
        guard let descriptor = descriptor(of: registration) else { return }
        try calling("epoll_ctl modify") {
            csystem_epoll_modify(poll.number, descriptor, events.rawValue, registration.token)
        }
    }

    /// Stops watching; must come before the descriptor is closed. Its handler is not called again,
    /// not even for events of the present turn.
    package func deregister(_ registration: Registration) {
        guard let descriptor = descriptor(of: registration) else { return }
        _ = csystem_epoll_remove(poll.number, descriptor)
        slots[registration.slot].generation &+= 1
        slots[registration.slot].handler = nil
        slots[registration.slot].descriptor = -1
        freeSlots.append(registration.slot)
    }

    private func descriptor(of registration: Registration) -> Int32? {
        let slot = registration.slot
        guard slot < slots.count, slots[slot].generation == registration.generation,
            slots[slot].handler != nil
        else { return nil }
        return slots[slot].descriptor
    }

    // MARK: Timers

    /// Calls `action` once, `milliseconds` from now.
    @discardableResult
    package func schedule(
        afterMilliseconds milliseconds: UInt64, _ action: @escaping () -> Void
    ) -> TimerToken {
        timers.add(deadline: deadline(milliseconds), action)
    }

    /// Calls `action` every `milliseconds` (at least 1). Turns that were missed are not made up.
    @discardableResult
    package func schedule(
        everyMilliseconds milliseconds: UInt64, _ action: @escaping () -> Void
    ) -> TimerToken {
        let period = max(min(milliseconds, UInt64(Int32.max)), 1)
        return timers.add(deadline: deadline(period), period: period * 1_000_000, action)
    }

    /// Cancels a timer; a stale token does nothing.
    package func cancel(_ token: TimerToken) { timers.cancel(token) }

    private func deadline(_ milliseconds: UInt64) -> UInt64 {
        // Bounded to 68 years, so that nothing overflows.
        clock.monotonicNanoseconds() &+ min(milliseconds, 1 << 31) * 1_000_000
    }

    // MARK: From other threads

    /// Has the loop's thread run `job` in its next turn. Any thread; jobs keep their order.
    package func post(_ job: @escaping @Sendable () -> Void) {
        let mustSignal = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isSignalled = true }
            return !inbox.isSignalled
        }
        // One system call per batch of jobs.
        if mustSignal { csystem_wake_signal(wakeUp.number) }
    }

    /// Makes the loop take a turn. Any thread.
    package func wake() { csystem_wake_signal(wakeUp.number) }

    /// Makes ``run()`` return at the end of its turn. Any thread.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        wake()
    }

    /// Reports `signals` (such as `SIGTERM`) on the loop's thread instead of their usual effect.
    ///
    /// Call once, on the first thread, before others start: they inherit the blocked signals.
    package func handleSignals(
        _ signals: [Int32], _ action: @escaping (Int32) -> Void
    ) throws(SystemError) {
        let descriptor = try calling("signalfd") {
            unsafe csystem_signal_create(signals, Int32(signals.count))
        }
        self.signals = OwnedDescriptor(descriptor)
        signalAction = action
        try calling("epoll_ctl") {
            csystem_epoll_add(
                poll.number, descriptor, ReadyEvents.readable.rawValue, Self.signalToken)
        }
    }

    // MARK: Turns

    /// Takes turns until ``stop()``.
    /// - Throws: only if the descriptors of the loop itself fail.
    package func run() throws(SystemError) {
        while !isStopping.load(ordering: .acquiring) { try turn(maximumMilliseconds: nil) }
        isStopping.store(false, ordering: .relaxed)
    }

    /// One turn: waits for something to do, at most `maximumMilliseconds` (nil: for ever), and
    /// does it.
    package func turn(maximumMilliseconds: Int?) throws(SystemError) {
        let timeout = timeout(maximumMilliseconds)
        var count = unsafe csystem_epoll_wait(
            poll.number, &events, Int32(Self.eventsPerTurn), timeout)
        if count < 0 {
            let error = SystemError.last("epoll_wait")
            // An interrupted wait is a turn without events.
            if error.number != EINTR { throw error }
            count = 0
        }
        afterWake?()
        for index in 0..<Int(count) {
            dispatch(events[index].token, ReadyEvents(rawValue: events[index].events))
        }
        if timers.earliest != nil {
            let now = clock.monotonicNanoseconds()
            // Not those that an action adds, so that a turn always ends.
            var budget = timers.count
            while budget > 0, let action = timers.takeDue(now: now) {
                action()
                budget -= 1
            }
        }
        beforeSleep?()
    }

    private func dispatch(_ token: UInt64, _ ready: ReadyEvents) {
        switch token {
        case Self.wakeToken:
            csystem_wake_clear(wakeUp.number)
            runJobs()
        case Self.signalToken:
            guard let signals else { return }
            while case let signal = csystem_signal_next(signals.number), signal != 0 {
                signalAction?(signal)
            }
        default:
            let registration = Registration(token: token)
            // A handler called before may have deregistered this one, or reused its slot.
            guard slots[registration.slot].generation == registration.generation,
                let handler = slots[registration.slot].handler
            else { return }
            handler.ready(ready, on: self)
        }
    }

    private func runJobs() {
        inbox.withLock { inbox in
            swap(&inbox.jobs, &running)
            inbox.isSignalled = false
        }
        for job in running { job() }
        running.removeAll(keepingCapacity: running.capacity <= 4_096)
    }

    private func timeout(_ maximumMilliseconds: Int?) -> Int32 {
        var milliseconds = maximumMilliseconds.map { UInt64(max($0, 0)) } ?? .max
        if let earliest = timers.earliest {
            let now = clock.monotonicNanoseconds()
            // Rounded up: waking early would mean waking twice.
            let wait = earliest > now ? (earliest - now) / 1_000_000 + 1 : 0
            milliseconds = min(milliseconds, wait)
        }
        return milliseconds == .max ? -1 : Int32(min(milliseconds, UInt64(Int32.max)))
    }
}

/// A descriptor that is closed with its owner.
final class OwnedDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { _ = close(number) }
}
