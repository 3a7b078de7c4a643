import Basics
import EntrepotServer
import Synchronization
import Testing

private final class StepClock: Clock {
    private let now = Atomic<UInt64>(5_000_000_000)
    func wallMilliseconds() -> Int64 { 0 }
    func monotonicNanoseconds() -> UInt64 { now.load(ordering: .relaxed) }
    func advance(milliseconds: UInt64) {
        now.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
}

private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    func add(_ text: String) { kept.withLock { $0.append(text) } }
    var all: [String] { kept.withLock { $0 } }
}

@Suite struct ProgressBarTests {
    @Test func rateAndRemainingTime() {
        let clock = StepClock()
        let lines = Lines()
        var bar = ProgressBar(
            "import", total: 1_000, unit: "rows", isShown: true, clock: clock, write: lines.add)
        clock.advance(milliseconds: 2_000)
        bar.update(250)
        #expect(
            lines.all == [
                "\r\u{1b}[Kimport [######------------------] 25 %  250/1000 rows  125/s  6 s left"
            ])
        bar.advance(by: 1)
        clock.advance(milliseconds: 99)
        bar.advance(by: 1)
        #expect(lines.all.count == 1)
        clock.advance(milliseconds: 1)
        bar.advance(by: 748)
        bar.finish()
        #expect(lines.all.count == 4)
        #expect(lines.all[2].contains("[########################] 100 %  1000/1000 rows"))
        #expect(lines.all[3] == "\n")
    }

    @Test func quietInAPipe() {
        let lines = Lines()
        var bar = ProgressBar(
            "x", total: nil, unit: "rows", isShown: false, clock: StepClock(), write: lines.add)
        bar.update(5)
        bar.clear()
        bar.finish()
        #expect(lines.all.isEmpty)
    }

    @Test func withoutATotalAndOddNumbers() {
        let clock = StepClock()
        let lines = Lines()
        var bar = ProgressBar(
            "x", total: nil, unit: "rows", isShown: true, clock: clock, write: lines.add)
        bar.update(0)
        clock.advance(milliseconds: 1_000)
        bar.update(7)
        #expect(lines.all.last == "\r\u{1b}[Kx 7 rows  7/s")
        bar.clear()
        bar.update(.max)
        bar.advance(by: 1)
        bar.finish()
        var empty = ProgressBar(
            "x", total: 0, unit: "rows", isShown: true, clock: clock, write: lines.add)
        empty.update(-3)
        #expect(lines.all.last?.contains("100 %") == true)
        var slow = ProgressBar(
            "x", total: .max, unit: "rows", isShown: true, clock: clock, write: lines.add)
        clock.advance(milliseconds: 3_600_000)
        slow.update(1)
        #expect(lines.all.last?.hasSuffix("a long time left") == true)
    }
}
