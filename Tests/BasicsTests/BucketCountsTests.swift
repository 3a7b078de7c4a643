import Basics
import Testing

@Suite("Counts in buckets")
struct BucketCountsTests {
    @Test("bounds belong to their bucket, larger values to none")
    func counts() {
        var counts = BucketCounts(bounds: [1, 10, 100])
        for value: UInt64 in [0, 1, 2, 10, 11, 1_000] { counts.record(value) }
        #expect(counts.counts == [2, 2, 1, 1])
        #expect(counts.cumulative == [2, 4, 5])
        #expect(counts.total == 6)
        #expect(counts.sum == 1_024)
        #expect(BucketCounts(bounds: []).cumulative == [])
    }
}
