import Basics
import EventLoop
import Glibc
import Synchronization
import System
import Testing

/// A clock that stands still until it is moved.
final class ManualClock: Clock {
    private let nanoseconds = Atomic<UInt64>(1_000_000_000)

    func wallMilliseconds() -> Int64 { Int64(monotonicNanoseconds() / 1_000_000) }
    func monotonicNanoseconds() -> UInt64 { nanoseconds.load(ordering: .relaxed) }

    func advance(milliseconds: UInt64) {
        nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
}

/// Writes down what it is told; does not read.
final class Recorder: EventHandler {
    var calls = 0
    var last: ReadyEvents = []
    var onReady: ((EventLoop) -> Void)?

    func ready(_ events: ReadyEvents, on loop: EventLoop) {
        calls += 1
        last = events
        onReady?(loop)
    }
}

/// Two connected sockets.
func socketPair() throws -> (Int32, Int32) {
    var pair: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let status = pair.withUnsafeMutableBufferPointer {
        socketpair(AF_UNIX, type, 0, $0.baseAddress)
    }
    try #require(status == 0)
    return (pair[0], pair[1])
}

@Suite("Event loop")
struct EventLoopTests {
    @Test("takes steps of a turn in order")
    func order() throws {
        let loop = try EventLoop()
        let steps = Monitor<[String]>([])
        loop.afterWake = { steps.withLock { $0.append("wake") } }
        loop.beforeSleep = { steps.withLock { $0.append("sleep") } }
        loop.post { steps.withLock { $0.append("first") } }
        loop.post { steps.withLock { $0.append("second") } }
        try loop.turn(maximumMilliseconds: 0)
        #expect(steps.withLock { $0 } == ["wake", "first", "second", "sleep"])
    }

    @Test("reports levels, and nothing after deregistering")
    func levels() throws {
        let loop = try EventLoop()
        let (left, right) = try socketPair()
        let near = Socket(adopting: left)
        let far = Socket(adopting: right)
        let recorder = Recorder()
        let registration = try loop.register(near.descriptor, for: .readable, recorder)
        try loop.turn(maximumMilliseconds: 0)
        #expect(recorder.calls == 0)
        let sent = try far.write([1, 2, 3].span)
        #expect(sent == .bytes(3))
        try loop.turn(maximumMilliseconds: 0)
        try loop.turn(maximumMilliseconds: 0)
        #expect(recorder.calls == 2 && recorder.last == .readable)
        try loop.watch(registration, for: [])
        try loop.turn(maximumMilliseconds: 0)
        #expect(recorder.calls == 2)
        try loop.watch(registration, for: [.readable, .writable])
        try loop.turn(maximumMilliseconds: 0)
        #expect(recorder.last == [.readable, .writable])
        loop.deregister(registration)
        loop.deregister(registration)
        #expect(loop.registrationCount == 0)
        try loop.turn(maximumMilliseconds: 0)
        #expect(recorder.calls == 3)
    }

    @Test("a handler may remove another of the same turn, whose slot is used again")
    func removal() throws {
        let loop = try EventLoop()
        let (left, right) = try socketPair()
        let near = Socket(adopting: left)
        let far = Socket(adopting: right)
        // Both ends have something to read.
        _ = try near.write([1].span)
        _ = try far.write([1].span)
        let (first, second, third) = (Recorder(), Recorder(), Recorder())
        let one = try loop.register(near.descriptor, for: .readable, first)
        let two = try loop.register(far.descriptor, for: .readable, second)
        // Whoever comes first removes both and puts a third in a freed slot.
        let (nearNumber, calls) = (near.descriptor, Monitor(0))
        for recorder in [first, second] {
            recorder.onReady = { loop in
                calls.withLock { $0 += 1 }
                loop.deregister(one)
                loop.deregister(two)
                _ = try? loop.register(nearNumber, for: .readable, third)
            }
        }
        try loop.turn(maximumMilliseconds: 0)
        #expect(calls.withLock { $0 } == 1 && third.calls == 0)
        try loop.turn(maximumMilliseconds: 0)
        #expect(third.calls == 1)
    }

    @Test("runs jobs of other threads in order, and stops")
    func jobs() throws {
        let loop = try EventLoop()
        let seen = Monitor<[Int]>([])
        let thread = try SystemThread(name: "poster") {
            for number in 0..<1_000 { loop.post { seen.withLock { $0.append(number) } } }
            loop.post { loop.stop() }
        }
        try loop.run()
        thread.join()
        #expect(seen.withLock { $0 } == Array(0..<1_000))
    }

    @Test("turns signals into calls")
    func signals() throws {
        let loop = try EventLoop()
        let seen = Monitor<[Int32]>([])
        try loop.handleSignals([SIGUSR2]) { number in seen.withLock { $0.append(number) } }
        // To this thread, which has it blocked: the rest of the process is not concerned.
        pthread_kill(pthread_self(), SIGUSR2)
        try loop.turn(maximumMilliseconds: 1_000)
        #expect(seen.withLock { $0 } == [SIGUSR2])
    }

    @Test("goes by the injected clock")
    func timers() throws {
        let clock = ManualClock()
        let loop = try EventLoop(clock: clock)
        var fired: [String] = []
        loop.schedule(afterMilliseconds: 20) { fired.append("once") }
        let periodic = loop.schedule(everyMilliseconds: 10) { fired.append("every") }
        let cancelled = loop.schedule(afterMilliseconds: 5) { fired.append("never") }
        loop.cancel(cancelled)
        try loop.turn(maximumMilliseconds: 0)
        #expect(fired.isEmpty)
        clock.advance(milliseconds: 10)
        try loop.turn(maximumMilliseconds: 0)
        #expect(fired == ["every"])
        clock.advance(milliseconds: 10)
        try loop.turn(maximumMilliseconds: 0)
        #expect(fired == ["every", "once", "every"])
        clock.advance(milliseconds: 1_000)
        try loop.turn(maximumMilliseconds: 0)
        #expect(fired.count == 4)
        loop.cancel(periodic)
        clock.advance(milliseconds: 1_000)
        try loop.turn(maximumMilliseconds: 0)
        #expect(fired.count == 4)
    }

    @Test("a timer that adds one does not keep the turn going")
    func recursion() throws {
        let loop = try EventLoop(clock: ManualClock())
        var count = 0
        func again() {
            count += 1
            loop.schedule(afterMilliseconds: 0) { again() }
        }
        again()
        try loop.turn(maximumMilliseconds: 0)
        #expect(count == 2)
    }

    @Test("keeps thousands of timers in order through cancellations")
    func timerQueue() {
        var queue = TimerQueue()
        var seed: UInt64 = 3
        var deadlines: [UInt64] = []
        var tokens: [(TimerToken, UInt64)] = []
        for _ in 0..<2_000 {
            seed = FastHash.mix(seed &+ 1)
            let deadline = seed % 10_000
            tokens.append((queue.add(deadline: deadline) { deadlines.append(deadline) }, deadline))
        }
        for index in stride(from: 0, to: 2_000, by: 3) {
            let (first, second) = (queue.cancel(tokens[index].0), queue.cancel(tokens[index].0))
            #expect(first && !second)
        }
        let left = tokens.indices.filter { $0 % 3 != 0 }.map { tokens[$0].1 }.sorted()
        #expect(queue.count == left.count && queue.earliest == left.first)
        while let action = queue.takeDue(now: .max) { action() }
        #expect(deadlines == left && queue.earliest == nil)
    }
}
