import Basics
import Domain
import Ledger
import Testing

@testable import HTTPServer

/// Slow readers, cut pieces, many at once.
struct FeedFlowTests {
    @Test func aSlowReaderIsCutOffAndDisturbsNobody() throws {
        let world = FeedWorld { $0.subscriberBufferHardBytes = 2 << 20 }
        let slow = try world.open()
        let quick = try world.open()
        slow.room = 1_000
        // A chunk that it has got half of must become whole before the last words.
        for _ in 0..<100 {
            world.publish(.stock(1, bytes: 30_000))
            world.settle()
        }
        world.wait(seconds: 1)
        #expect(quick.seqs == Array(1...100))
        #expect(world.hub.statistics.dropped == 1)
        slow.openTap()
        world.settle()
        #expect(slow.events.last == SSE(event: "end", id: nil, data: "{\"reason\":\"slow\"}"))
        #expect(slow.seqs == [1])
        #expect(slow.isFinished)
        #expect(quick.named("end").isEmpty)
    }

    @Test func whoNeverReadsIsClosed() throws {
        let world = FeedWorld { $0.subscriberBufferHardBytes = 100_000 }
        let sink = try world.open()
        sink.room = 10
        world.publish(.stock(1, bytes: 200_000))
        world.wait(seconds: 1)
        #expect(!sink.isAborted)
        world.wait(seconds: 6)
        #expect(sink.isAborted)
        #expect(world.hub.isIdle && world.hub.subscriberCount == 0)
    }

    @Test func muchMayLieForSoLong() throws {
        let world = FeedWorld {
            $0.subscriberBufferSoftBytes = 100_000
            $0.subscriberBufferSoftMilliseconds = 20_000
        }
        let sink = try world.open()
        sink.room = 10
        world.publish(.stock(1, bytes: 150_000))
        for _ in 0..<19 {
            // A little now and then is progress, and is not enough.
            sink.openTap(10)
            world.wait(seconds: 1)
            #expect(world.hub.statistics.dropped == 0)
        }
        sink.openTap(10)
        world.wait(seconds: 2)
        #expect(world.hub.statistics.dropped == 1)
    }

    @Test func aLittleMayNotLieForEverEither() throws {
        let world = FeedWorld { $0.subscriberBufferSoftMilliseconds = 20_000 }
        let sink = try world.open()
        sink.room = 10
        world.publish(.rate)
        world.wait(seconds: 19)
        #expect(world.hub.statistics.dropped == 0)
        world.wait(seconds: 2)
        #expect(world.hub.statistics.dropped == 1)
    }

    @Test func aSlowReaderOfTheLogHoldsLittle() throws {
        let world = FeedWorld(events: Array(repeating: .stock(1, bytes: 1_000), count: 3_000))
        let sink = try world.open("?cursor=earliest", settles: false) { $0.room = 50_000 }
        world.settle()
        let reads = world.log.reads
        #expect(reads < 5)
        world.settle()
        #expect(world.log.reads == reads)
        world.publish(.rate)
        for _ in 0..<200 {
            sink.openTap(30_000)
            world.settle()
        }
        #expect(sink.seqs == Array(1...3_001))
    }

    @Test func wholeTransactionsAreReadFromTheLog() throws {
        let world = FeedWorld()
        world.publish(Array(repeating: .rate, count: 50))
        world.publish(Array(repeating: .rate, count: 100))
        world.publish(Array(repeating: .rate, count: 10))
        let sink = try world.open("?cursor=earliest", settles: false)
        sink.room = 1 << 30
        world.hub.flush()
        world.hub.flush()
        #expect(sink.seqs == Array(1...150))
        world.settle()
        #expect(sink.seqs == Array(1...160))
    }

    @Test func aConnectionThatIsGoneIsForgotten() throws {
        let world = FeedWorld()
        let sink = try world.open()
        sink.isGone = true
        world.publish(.rate)
        world.settle()
        #expect(world.hub.isIdle && world.hub.subscriberCount == 0)
        sink.handler?.didClose()
        sink.handler?.canSend()
        world.publish(.rate)
        world.settle()
    }

    @Test func aLongChainIsLetGo() {
        var chunk: FeedChunk? = FeedChunk([1], start: 0)
        let first = chunk
        for _ in 0..<300_000 { chunk = chunk?.append([2]) }
        #expect(first?.next != nil)
        chunk = nil
    }

    @Test func eachGetsEachEventOnceHoweverItReads() throws {
        var random = SystemRandomNumberGenerator()
        let world = FeedWorld { $0.subscribers = 1_000 }
        var sinks: [(sink: FakeSink, filter: Int, from: UInt64)] = []
        for round in 0..<400 {
            if round % 10 == 0 {
                let filter = Int.random(in: 0...2, using: &random)
                let query = ["", "&stations=luna-1", "&types=rate.set"][filter]
                let from = UInt64.random(in: 0...world.log.head, using: &random)
                let sink = try world.open(
                    "?cursor=\(FakeLog.historyID):\(from)\(query)", settles: false
                ) { $0.piece = .random(in: 1...5_000, using: &random) }
                sinks.append((sink, filter, from))
            }
            let kinds: [FakeEvent] = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                [.stock(1), .stock(2), .rate, .stock(1, bytes: 6_000), .progress].randomElement(
                    using: &random) ?? .rate
            }
            world.publish(kinds)
            if let some = sinks.randomElement(using: &random)?.sink {
                some.openTap(.random(in: 0...40_000, using: &random))
            }
            world.hub.flush()
        }
        for (sink, _, _) in sinks { sink.openTap() }
        for _ in 0..<20 { world.settle() }
        for (sink, filter, from) in sinks {
            let wanted = world.log.stored.filter { event in
                if event.seq <= from || event.type.isInternal { return false }
                if filter == 2 { return event.type == .rateSet }
                guard filter == 1 else { return true }
                if case .inventory(let change) = event.data {
                    return change.stock.after.station.raw == 1
                }
                return false
            }
            #expect(sink.seqs == wanted.map(\.seq))
        }
    }

    @Test func whatIsSharedIsFramedOnce() throws {
        let world = FeedWorld()
        let sinks = try (0..<50).map { _ in try world.open() }
        let scoped = try world.open(caller: FeedWorld.viewer)
        world.publish(.stock(1), .stock(2))
        world.settle()
        #expect(world.hub.statistics.events == 101)
        #expect(sinks.allSatisfy { $0.seqs == [1, 2] })
        #expect(scoped.seqs == [2])
    }
}
