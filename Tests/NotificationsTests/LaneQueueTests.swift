import Notifications
import Testing

@Suite struct LaneQueueTests {
    /// 1 s, 10 s, then dead.
    func queue(digest: Int64? = nil, capacity: Int = 1_024) -> LaneQueue {
        LaneQueue(
            schedule: RetrySchedule(waits: [1_000, 10_000]), digestMilliseconds: digest, seed: 1,
            capacity: capacity)
    }

    func due(_ verdict: LaneQueue.Verdict) -> Int64 {
        if case .retry(let due) = verdict { due } else { -1 }
    }

    @Test func inOrderOneByOne() {
        var queue = queue()
        #expect(queue.next(now: 0) == .wait(milliseconds: nil))
        for sequence in [3, 1, 2, 2] as [UInt64] {
            queue.add(.init(sequence: sequence, key: nil, time: Int64(sequence)))
        }
        #expect(queue.count == 3)
        #expect(queue.oldestTime == 1)
        for sequence in 1...3 as ClosedRange<UInt64> {
            #expect(queue.next(now: 5) == .send([sequence]))
            queue.succeeded(sequence)
        }
        #expect(queue.next(now: 5) == .wait(milliseconds: nil))
        #expect(queue.oldestTime == nil)
    }

    @Test func aFailureHoldsUpItsKeyAlone() {
        var queue = queue()
        queue.add(.init(sequence: 1, key: "a", time: 0))
        queue.add(.init(sequence: 2, key: "a", time: 0))
        queue.add(.init(sequence: 3, key: "b", time: 0))
        queue.add(.init(sequence: 4, key: nil, time: 0))
        let again = due(queue.failed(1, now: 0, isAnswered: true))
        #expect((900...1_100).contains(again))
        #expect(queue.failures(of: 1) == 1)
        #expect(queue.next(now: 0) == .send([3]))
        queue.succeeded(3)
        #expect(queue.next(now: 0) == .send([4]))
        queue.succeeded(4)
        #expect(queue.next(now: 0) == .wait(milliseconds: again))
        #expect(queue.next(now: again) == .send([1]))
        queue.succeeded(1)
        #expect(queue.next(now: again) == .send([2]))
    }

    @Test func theDeadMakeRoomForTheirKey() {
        var queue = queue()
        queue.add(.init(sequence: 1, key: "a", time: 0))
        queue.add(.init(sequence: 2, key: "a", time: 0))
        let first = due(queue.failed(1, now: 0, isAnswered: true))
        let second = due(queue.failed(1, now: first, isAnswered: true))
        #expect((9_000...11_000).contains(second - first))
        #expect(queue.next(now: second - 1) == .wait(milliseconds: 1))
        #expect(queue.next(now: second) == .send([1]))
        #expect(queue.failed(1, now: second, isAnswered: true) == .dead)
        #expect(queue.next(now: second) == .send([2]))
        #expect(queue.failed(2, now: second, isAnswered: true, isFinal: true) == .dead)
        #expect(queue.count == 0)
        #expect(queue.failed(9, now: 0, isAnswered: true) == .dead)
    }

    @Test func anEndpointThatAsksForAPauseGetsIt() {
        var queue = queue()
        queue.add(.init(sequence: 1, key: nil, time: 0))
        queue.add(.init(sequence: 2, key: nil, time: 0))
        let again = due(queue.failed(1, now: 0, isAnswered: true, retryAfter: 60_000))
        #expect(again == 60_000)
        #expect(queue.next(now: 0) == .wait(milliseconds: 60_000))
        #expect(queue.next(now: 60_000) == .send([1]))
        queue.resume()
        #expect(queue.next(now: 1) == .send([2]))
    }

    /// Ten thousand notices for a dead endpoint do not mean ten thousand time-outs in a row.
    @Test func theSilentAreOnlyProbed() {
        var queue = queue()
        for sequence in 1...100 as ClosedRange<UInt64> {
            queue.add(.init(sequence: sequence, key: nil, time: 0))
        }
        var now: Int64 = 0
        var attempts = 0
        while now < 60_000 {
            switch queue.next(now: now) {
            case .send(let batch):
                attempts += 1
                _ = queue.failed(batch[0], now: now, isAnswered: false)
            case .wait(let milliseconds): now += milliseconds ?? 60_000
            }
        }
        #expect((8...20).contains(attempts))
        queue.resume()
        guard case .send(let batch) = queue.next(now: now) else {
            Issue.record("nothing is sent after a pause")
            return
        }
        queue.succeeded(batch[0])
        guard case .send = queue.next(now: now) else {
            Issue.record("an answer does not end the probing")
            return
        }
    }

    @Test func aDigestGathers() {
        var queue = queue(digest: 5_000)
        queue.add(.init(sequence: 1, key: "a", time: 1_000))
        queue.add(.init(sequence: 2, key: "a", time: 2_000))
        #expect(queue.next(now: 2_000) == .wait(milliseconds: 4_000))
        queue.add(.init(sequence: 3, key: "b", time: 5_500))
        #expect(queue.next(now: 6_000) == .send([1, 2, 3]))
        let again = due(queue.failed(1, now: 6_000, isAnswered: true))
        _ = queue.failed(2, now: 6_000, isAnswered: true)
        queue.succeeded(3)
        #expect(again > 6_000)
        queue.add(.init(sequence: 4, key: nil, time: 6_500))
        // The failed go again when they are due; what has not been tried joins.
        #expect(queue.next(now: 8_000) == .send([1, 2, 4]))
    }

    @Test func aDigestHasALimit() {
        var queue = queue(digest: 0)
        for sequence in 1...250 as ClosedRange<UInt64> {
            queue.add(.init(sequence: sequence, key: nil, time: 0))
        }
        guard case .send(let batch) = queue.next(now: 0) else {
            Issue.record("nothing is sent")
            return
        }
        #expect(batch == Array(1...UInt64(LaneQueue.batchLimit)))
    }

    @Test func aClockThatJumpsDelaysNothingForEver() {
        var queue = queue()
        queue.add(.init(sequence: 1, key: nil, time: 0, failures: 1, due: .max))
        #expect(queue.next(now: 0) == .wait(milliseconds: RetrySchedule.longest))
        var digest = self.queue(digest: .max)
        digest.add(.init(sequence: 1, key: nil, time: .max))
        #expect(digest.next(now: 0) == .wait(milliseconds: RetrySchedule.longest))
    }

    @Test func itHoldsSoMany() {
        var queue = queue(capacity: 2)
        queue.add(.init(sequence: 1, key: nil, time: 0))
        #expect(!queue.isFull)
        queue.add(.init(sequence: 2, key: nil, time: 0))
        #expect(queue.isFull)
        queue.remove(1)
        queue.remove(1)
        #expect(!queue.isFull)
        queue.removeAll()
        #expect(queue.count == 0)
    }
}
