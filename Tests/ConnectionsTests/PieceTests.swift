import Basics
import Connections
import EventLoop
import Ledger
import Testing

@Suite("What both edges share") struct PieceTests {
    // MARK: Histogram

    @Test func histogramBucketsAreNarrow() {
        for value: UInt64 in [0, 1, 7, 8, 9, 100, 1_000, 123_456, 1 << 33, (1 << 40) - 1] {
            let bound = LatencyHistogram.upperBound(LatencyHistogram.index(value))
            #expect(bound >= value)
            #expect(Double(bound) <= Double(value) * 1.125 + 1)
        }
        #expect(LatencyHistogram.index(.max) == LatencyHistogram.index((1 << 40) - 1))
    }

    @Test func histogramCumulatesByPowersOfTwo() {
        var histogram = LatencyHistogram()
        for nanoseconds: UInt64 in [500, 900, 1_500, 3_500, 100_000] {
            histogram.record(nanoseconds: nanoseconds)
        }
        let buckets = histogram.cumulativeMicroseconds
        #expect(buckets.first?.upTo == 1 && buckets.first?.count == 2)
        #expect(buckets.last?.upTo == 128 && buckets.last?.count == 5)
        #expect(histogram.quantile(0.5) >= 1_500 && histogram.quantile(0.5) < 1_700)
        #expect(histogram.quantile(1) == 100_000)
        #expect(LatencyHistogram().cumulativeMicroseconds.isEmpty)
    }

    // MARK: Slow log

    @Test func slowlogCutsLongWordsAndOldEntries() {
        let log = Slowlog()
        let words = [[UInt8]](repeating: [UInt8](repeating: 65, count: 200), count: 40)
        for _ in 0..<3 {
            log.add(
                words, seconds: 1, microseconds: 2, address: "a", clientName: "", limit: 2)
        }
        #expect(log.entries.map(\.id) == [1, 2])
        #expect(log.entries[0].words.count == 32)
        #expect(
            String(decoding: log.entries[0].words[0], as: UTF8.self).hasSuffix("(72 more bytes)"))
        #expect(
            String(decoding: log.entries[0].words[31], as: UTF8.self) == "... (9 more arguments)")
    }

    // MARK: Census

    @Test func censusCountsPerAddressAndInAll() {
        var limits = Limits()
        limits.maxConnections = 3
        limits.maxConnectionsPerAddress = 2
        let census = ConnectionCensus()
        let (near, far) = (
            Endpoint.tcp(host: "10.0.0.1", port: 1), Endpoint.tcp(host: "10.0.0.2", port: 2)
        )
        #expect(census.admit(near, limits) && census.admit(near, limits))
        #expect(!census.admit(near, limits))
        #expect(census.admit(far, limits))
        #expect(!census.admit(far, limits))
        census.leave(near)
        #expect(census.count == 2)
        #expect(census.admit(far, limits))
        #expect(!census.admit(near, limits))
        for peer in [near, far, far] { census.leave(peer) }
        #expect(census.count == 0)
        census.leave(near)
        #expect(census.count == 0)
    }

    // MARK: Output

    @Test func repliesWaitForTheirGroupsInOrder() {
        var queue = OutputQueue()
        queue.buffer.append("a" as StaticString)
        queue.endReply(group: 0, durable: 4)
        #expect(queue.isSendable && !queue.isHolding)
        queue.buffer.append("b" as StaticString)
        queue.endReply(group: 5, durable: 4)
        queue.buffer.append("c" as StaticString)
        queue.endReply(group: 0, durable: 4)
        queue.buffer.append("d" as StaticString)
        queue.endReply(group: 6, durable: 4)
        #expect(queue.isHolding && queue.lastGroup == 6)
        let hasNone = queue.release(upTo: 4)
        #expect(!hasNone)
        let hasNews = queue.release(upTo: 5)
        #expect(hasNews && queue.isHolding)
        let hasMore = queue.release(upTo: 7)
        #expect(hasMore && !queue.isHolding && queue.unsentBytes == 4 && queue.replyCount == 4)
    }

    // MARK: Commands

    @Test func commandsAreFoundByTheirNames() {
        let commands = CommandLookup()
        #expect(commands.index(named: "trade|create") == commands.index(named: "TRADE CREATE"))
        #expect(commands.index(named: "TRADE NOTHING") == nil)
        #expect(commands.indices(matching: "trade").count > 3)
        #expect(commands.all[commands.level].name == "INVENTORY LEVEL")
    }
}
