import Domain
import Notifications
import Testing

@Suite struct RetryTests {
    @Test func theScheduleOfTheDocumentation() {
        let waits: [Int64] = [5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 86_400]
        var spreads: Set<Int64> = []
        for (index, seconds) in waits.enumerated() {
            for seed in UInt64(0)..<200 {
                let wait = RetrySchedule.standard.wait(failures: index + 1, seed: seed) ?? 0
                #expect(abs(wait - seconds * 1_000) <= seconds * 100)
                #expect(wait <= RetrySchedule.longest)
                if index == 3 { spreads.insert(wait) }
            }
        }
        #expect(spreads.count > 50)
        #expect(RetrySchedule.standard.wait(failures: 10, seed: 1) == nil)
        #expect(RetrySchedule.standard.wait(failures: 0, seed: 1) == nil)
    }

    @Test func aSeedGivesTheSameWaitAgain() {
        for failures in 1...9 {
            let wait = RetrySchedule.standard.wait(failures: failures, seed: 7)
            #expect(wait == RetrySchedule.standard.wait(failures: failures, seed: 7))
        }
    }

    @Test func anEndpointsWishCanOnlyLengthen() {
        let plain = RetrySchedule.standard.wait(failures: 2, seed: 3) ?? 0
        let schedule = RetrySchedule.standard
        #expect(schedule.wait(failures: 2, seed: 3, retryAfter: 1_000) == plain)
        #expect(schedule.wait(failures: 2, seed: 3, retryAfter: 90_000) == 90_000)
        #expect(
            schedule.wait(failures: 2, seed: 3, retryAfter: .max) == RetrySchedule.longest)
        #expect(schedule.wait(failures: 2, seed: 3, retryAfter: .min) == plain)
    }

    @Test func foreignWaitsAreBounded() {
        let schedule = RetrySchedule(waits: [0, -5, .max])
        #expect(schedule.waits == [1, 1, RetrySchedule.longest])
    }

    /// 06 Nov 1994 08:49:37 GMT is 784 111 777 seconds.
    @Test(arguments: [
        ("0", 0), ("1", 1_000), ("120", 120_000), (" 7", 7_000), ("86400", 86_400_000),
        ("86401", 86_400_000), ("99999999999999999999999", 86_400_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37_000),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 37_000),
        ("Sun Nov  6 08:49:37 1994", 37_000),
        ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Mon, 06 Nov 2094 08:49:37 GMT", 86_400_000),
    ])
    func retryAfter(_ text: String, _ milliseconds: Int64) {
        let now = Timestamp(milliseconds: 784_111_740_000)
        #expect(RetryAfter.milliseconds(text, now: now) == milliseconds)
    }

    @Test(arguments: [
        "", " ", "soon", "-1", "1.5", "5s", "1 2", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 194 08:49:37 GMT", "१२",
    ])
    func noRetryAfter(_ text: String) {
        #expect(RetryAfter.milliseconds(text, now: Timestamp(milliseconds: 0)) == nil)
    }
}
