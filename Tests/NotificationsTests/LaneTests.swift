import Basics
import Domain
import Glibc
import Notifications
import Storage
import Synchronization
import System
import Testing

@Suite struct LaneTests {
    let clock = HandClock()
    let transport = FakeTransport()

    func worker(_ outbox: FakeOutbox, _ transport: FakeTransport? = nil) -> LaneWorker {
        let worker = LaneWorker(
            channel: outbox.channel, outbox: outbox, transport: transport ?? self.transport,
            schedule: RetrySchedule(waits: [1_000, 10_000]), clock: clock)
        worker.load()
        return worker
    }

    /// Steps until the worker would wait, and reports.
    func run(_ worker: LaneWorker) -> Int? {
        for _ in 0..<100_000 {
            let wait = worker.step()
            if wait == 0 { continue }
            while let report = worker.takeReport() { worker.outbox.report(report) { _ in } }
            return wait
        }
        Issue.record("the lane never rests")
        return nil
    }

    @Test func whatWaitsAtTheStartGoesOut() {
        let outbox = FakeOutbox(channel())
        for sequence in 1...6 as ClosedRange<UInt64> { outbox.add(sequence) }
        outbox.set(1, .delivered)
        outbox.set(2, .dead)
        outbox.set(3, .retrying, attempts: 1, next: 1_000_500)
        outbox.set(4, .dropped)
        let worker = worker(outbox)
        #expect(worker.figures.queued == 3)
        #expect(worker.figures.dead == 1)
        #expect(worker.figures.oldest == Timestamp(milliseconds: 1_000_000))
        #expect(run(worker) == 500)
        #expect(transport.sent == [[5], [6]])
        clock.advance(500)
        #expect(run(worker) == nil)
        #expect(transport.sent.last == [3])
        #expect(outbox.delivery(3)?.status == .delivered)
        #expect(outbox.delivery(3)?.attempts == 2)
        #expect(outbox.delivery(3)?.lastStatus == 200)
        #expect(worker.figures.sent == 3)
        #expect(worker.figures.retried == 1)
        #expect(worker.figures.queued == 0)
        #expect(worker.figures.oldest == nil)
    }

    @Test func manyMoreThanAreHeld() {
        let outbox = FakeOutbox(channel())
        for sequence in 1...3_000 as ClosedRange<UInt64> { outbox.add(sequence) }
        let worker = worker(outbox)
        #expect(worker.figures.queued == 3_000)
        for sequence in 3_001...3_500 as ClosedRange<UInt64> { outbox.add(sequence) }
        worker.refill(newest: 3_500)
        #expect(worker.figures.queued == 3_500)
        while worker.figures.queued > 0 {
            #expect(run(worker) == nil)
            worker.refill(newest: 3_500)
        }
        #expect(transport.sent == (1...3_500).map { [UInt64($0)] })
        #expect(worker.figures.sent == 3_500)
        // The newest of them stay.
        let left = outbox.content.withLock { $0.rows.keys.sorted() }
        #expect((1_000..<1_064).contains(left.count))
        #expect(left.last == 3_500)
    }

    @Test func whatFailsIsTriedAgainAndThenDead() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        transport.answer(
            Outcome(.failed, status: 503, reason: "busy", retryAfter: 5_000),
            Outcome(.failed, reason: "nobody there"), Outcome(.failed, status: 500, reason: "no"))
        let worker = worker(outbox)
        #expect(run(worker) == 5_000)
        #expect(outbox.delivery(1)?.status == .retrying)
        #expect(outbox.delivery(1)?.next == Timestamp(milliseconds: 1_005_000))
        #expect(outbox.delivery(1)?.lastStatus == 503)
        clock.advance(5_000)
        let wait = run(worker) ?? 0
        #expect((9_000...11_000).contains(wait))
        #expect(outbox.delivery(1)?.lastStatus == nil)
        #expect(outbox.delivery(1)?.lastError == "nobody there")
        clock.advance(Int64(wait))
        #expect(run(worker) == nil)
        #expect(outbox.delivery(1)?.status == .dead)
        #expect(outbox.delivery(1)?.attempts == 3)
        #expect(worker.figures.dead == 1)
        #expect(worker.figures.failed == 3)

        // REDELIVER begins anew.
        outbox.set(1, .queued, attempts: 0)
        if let delivery = outbox.delivery(1) { worker.adopt(delivery) }
        #expect(worker.figures.dead == 0)
        #expect(worker.figures.queued == 1)
        #expect(run(worker) == nil)
        #expect(outbox.delivery(1)?.status == .delivered)
    }

    @Test func aDroppedNoticeIsNotSent() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        let worker = worker(outbox)
        outbox.set(1, .dropped)
        if let delivery = outbox.delivery(1) { worker.adopt(delivery) }
        #expect(run(worker) == nil)
        #expect(transport.sent.isEmpty)
        #expect(worker.figures.queued == 0)
    }

    @Test func goneDisablesAndLosesNothing() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        outbox.add(2)
        transport.answer(Outcome(.gone, status: 410, reason: "gone"))
        let worker = worker(outbox)
        #expect(run(worker) == nil)
        #expect(transport.sent == [[1]])
        #expect(outbox.content.withLock { $0.reports.last?.disables } == "gone")
        #expect(outbox.delivery(1)?.status == .retrying)
        #expect(worker.figures.queued == 2)
        // Enabled again.
        worker.adopt(outbox.channel)
        clock.advance(2_000)
        #expect(run(worker) == nil)
        #expect(transport.sent == [[1], [1], [2]])
    }

    @Test func refusedForGoodIsDeadAtOnce() {
        let outbox = FakeOutbox(channel(.mail))
        outbox.add(1)
        transport.answer(Outcome(.refused, status: 550, reason: "no such user"))
        #expect(run(worker(outbox)) == nil)
        #expect(outbox.delivery(1)?.status == .dead)
    }

    @Test func brokenOffCountsNothing() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        transport.answer(Outcome(.cancelled))
        let worker = worker(outbox)
        #expect(worker.step() == 0)
        #expect(worker.takeReport() == nil)
        #expect(worker.figures.failed == 0)
        #expect(run(worker) == nil)
        #expect(outbox.delivery(1)?.attempts == 1)
    }

    @Test func aLogChannelTellsEvents() {
        let outbox = FakeOutbox(channel(.log))
        outbox.add(1)
        #expect(run(worker(outbox)) == nil)
        let report = outbox.content.withLock { $0.reports.last }
        #expect(report?.logged.map(\.key.sequence) == [1])
        #expect(report?.deliveries.map(\.status) == [.delivered])
    }

    @Test func aRefusedReportStays() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        let worker = worker(outbox)
        #expect(worker.step() == 0)
        guard let report = worker.takeReport() else {
            Issue.record("nothing to report")
            return
        }
        #expect(worker.takeReport() == nil)
        worker.giveBack(report)
        #expect(worker.takeReport()?.deliveries.count == 1)
    }

    @Test func aTestTouchesNothing() {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        transport.answer(Outcome(.failed, status: 500, reason: "no"))
        let worker = worker(outbox)
        #expect(worker.test().outcome == Outcome(.failed, status: 500, reason: "no"))
        #expect(worker.figures.failed == 0)
        #expect(worker.figures.queued == 1)
        #expect(worker.test().outcome.kind == .delivered)
        #expect(transport.sent == [[0], [0]])
        #expect(worker.takeReport() == nil)
    }

    // MARK: With its thread

    @Test(.timeLimit(.minutes(5)))
    func aRemovedChannelLeavesNothing() throws {
        let outbox = FakeOutbox(channel())
        for sequence in 1...700 as ClosedRange<UInt64> { outbox.add(sequence) }
        var removed = outbox.channel
        removed.isRemoved = true
        let lane = Lane(
            channel: removed, newest: 0, outbox: outbox, transport: transport,
            schedule: .standard, clock: SystemClock())
        try lane.start()
        lane.join()
        #expect(transport.sent.isEmpty)
        #expect(outbox.content.withLock { $0.rows.isEmpty })
    }

    @Test(.timeLimit(.minutes(5)))
    func aThreadDeliversAndStops() throws {
        let outbox = FakeOutbox(channel())
        outbox.add(1)
        let lane = Lane(
            channel: outbox.channel, newest: 1, outbox: outbox, transport: transport,
            schedule: .standard, clock: SystemClock())
        try lane.start()
        outbox.add(2)
        lane.advance(to: 2)
        while outbox.delivery(2)?.status != .delivered { usleep(1_000) }
        #expect(lane.figures.sent == 2)
        let told = WaitableFlag()
        lane.test { _ in told.set() }
        #expect(told.wait(milliseconds: 10_000))
        lane.stop()
        lane.join()
        let late = WaitableFlag()
        lane.test { result in if result.outcome.kind == .cancelled { late.set() } }
        #expect(late.isSet)
    }

    @Test(.timeLimit(.minutes(5)))
    func aLedgerThatTakesNothingHoldsUpNoStop() throws {
        let outbox = FakeOutbox(channel())
        outbox.content.withLock { $0.refuses = true }
        outbox.add(1)
        let lane = Lane(
            channel: outbox.channel, newest: 1, outbox: outbox, transport: transport,
            schedule: .standard, clock: SystemClock())
        try lane.start()
        while transport.sent.isEmpty { usleep(1_000) }
        lane.stop()
        lane.join()
        #expect(outbox.delivery(1) == nil)
        #expect(transport.sent == [[1]])
    }
}
