import Glibc
import System
import Testing

@Suite("Figures of the process")
struct ProcessFiguresTests {
    @Test("are those of a process that lives")
    func figures() {
        let first = ProcessFigures.now
        var sum = 0
        for number in 0..<200_000 { sum &+= number }
        let second = ProcessFigures.now
        #expect(sum > 0)
        #expect(second.processorNanoseconds > first.processorNanoseconds)
        #expect(first.residentBytes > 1 << 20)
        #expect(first.virtualBytes >= first.residentBytes)
        #expect(first.openFiles >= 3)
        #expect(first.maximumFiles >= UInt64(first.openFiles))
        #expect(first.threads >= 1)
        #expect(first.startNanoseconds == second.startNanoseconds)
        let now = UInt64(time(nil)) * 1_000_000_000
        #expect(first.startNanoseconds < now + 2_000_000_000)
        #expect(first.startNanoseconds > now - 86_400_000_000_000)
    }
}
