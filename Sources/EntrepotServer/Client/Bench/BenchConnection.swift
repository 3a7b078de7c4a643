import Basics
import Connections
import EventLoop
import System

/// One connection of a benchmark: sends so many requests at once, waits for all their replies,
/// sends the next ones.
final class BenchConnection: EventHandler {
    private var transport: Transport
    private unowned let run: BenchRun
    private var registration: Registration?
    private var output: ByteBuffer
    private var sent = 0
    private var scanner = ReplyScanner()
    private var replies = 0
    private var errors = 0
    private var started: UInt64 = 0
    private var isWatchingForRoom = false
    /// Requests without a reply yet.
    private(set) var owed = 0

    /// - Parameter transport: connected and not blocking.
    init(_ transport: consuming Transport, _ run: BenchRun) throws(SystemError) {
        self.transport = transport
        self.run = run
        output = ByteBuffer(capacity: 4_096)
    }

    /// Begins to be told what arrives.
    func register(on loop: EventLoop) throws(SystemError) {
        registration = try loop.register(transport.descriptor, for: .readable, self)
    }

    /// Sends the next batch.
    func sendBatch() throws(SystemError) {
        output.removeAll()
        sent = 0
        run.appendBatch(to: &output)
        owed = run.options.pipeline
        started = run.loop.clock.monotonicNanoseconds()
        try write()
    }

    private func write() throws(SystemError) {
        while sent < output.count {
            switch try transport.write(output, from: sent) {
            case .bytes(let count): sent += count
            case .wouldBlock: return try watch(forRoom: true)
            case .closed: return run.fail("the server closed a connection")
            }
        }
        try watch(forRoom: false)
    }

    private func watch(forRoom: Bool) throws(SystemError) {
        guard forRoom != isWatchingForRoom, let registration else { return }
        isWatchingForRoom = forRoom
        try run.loop.watch(registration, for: forRoom ? [.readable, .writable] : .readable)
    }

    func ready(_ events: ReadyEvents, on loop: EventLoop) {
        do throws(SystemError) {
            if events.contains(.writable) { try write() }
            if events != .writable { try read() }
        } catch { run.fail("\(error)") }
    }

    private func read() throws(SystemError) {
        guard try run.read(&transport, into: &scanner) else { return }
        let count = scanner.replies - replies
        if count == 0 { return }
        let now = run.loop.clock.monotonicNanoseconds()
        run.record(
            count, errors: scanner.errors - errors, nanoseconds: now &- started,
            firstError: scanner.firstError)
        replies = scanner.replies
        errors = scanner.errors
        owed -= count
        if owed == 0 && !run.isDraining { try sendBatch() }
    }
}
