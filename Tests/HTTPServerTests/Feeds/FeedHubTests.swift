import Basics
import Domain
import JSON
import Ledger
import Storage
import Testing

@testable import HTTPServer

private let h = FakeLog.historyID

struct FeedHubTests {
    // MARK: Where it begins

    @Test func beginsNow() throws {
        let world = FeedWorld(events: [.rate, .rate])
        let sink = try world.open()
        #expect(
            sink.text == "retry: 3000\nevent: ready\nid: \(h):2\ndata: {\"cursor\":\"\(h):2\"}\n\n")
        world.publish(.rate, .stock(1))
        world.settle()
        #expect(sink.seqs == [3, 4])
        #expect(world.log.reads == 0)
        let first = sink.events.first { $0.id == "\(h):3" }
        #expect(first?.data.hasPrefix("{\"seq\":3,\"id\":\"\(h):3\",\"time\":") == true)
    }

    @Test(arguments: ["?cursor=earliest", "?cursor=\(h):0"])
    func beginsWithTheFirst(_ query: String) throws {
        let world = FeedWorld(events: Array(repeating: .rate, count: 500))
        let sink = try world.open(query)
        world.publish(.rate)
        world.settle()
        #expect(sink.seqs == Array(1...501))
        #expect(sink.events.first?.id == "\(h):0")
    }

    @Test func goesOnBehindACursor() throws {
        let world = FeedWorld(events: Array(repeating: .rate, count: 200))
        #expect(try world.open("?cursor=\(h):150").seqs == Array(151...200))
        #expect(try world.open("", fields: "Last-Event-ID: \(h):190\r\n").seqs == Array(191...200))
        // A browser that comes back to the address it was given first.
        let back = try world.open("?cursor=earliest", fields: "Last-Event-ID: \(h):199\r\n")
        #expect(back.seqs == [200])
        #expect(try world.open("?cursor=\(h):200").seqs == [])
    }

    @Test func waitsForACursorThatIsAhead() throws {
        let world = FeedWorld(events: [.rate])
        let sink = try world.open("?cursor=\(h):3")
        world.wait(seconds: 16)
        #expect(sink.events.map(\.id) == ["\(h):3", "\(h):3"])
        world.publish(.rate)
        world.settle()
        world.publish(.rate, .rate)
        world.settle()
        world.publish(.rate)
        world.settle()
        #expect(sink.seqs == [4, 5])
    }

    @Test func saysWhereItCannotGoOn() throws {
        let world = FeedWorld(events: Array(repeating: .rate, count: 20))
        world.log.history.begin(.init(id: "feedfeedfeedfeed", first: 11))
        world.log.first = 5
        let cases: [(String, String)] = [
            ("\(h):2", "pruned"), ("\(h):15", "forked"), ("ffffffffffffffff:15", "unknown"),
        ]
        for (cursor, reason) in cases {
            let sink = try world.open("?cursor=\(cursor)")
            #expect(
                sink.events == [
                    SSE(
                        event: "ready", id: "feedfeedfeedfeed:20",
                        data: "{\"cursor\":\"feedfeedfeedfeed:20\"}"),
                    SSE(
                        event: "reset", id: nil,
                        data: "{\"reason\":\"\(reason)\",\"first\":5,\"head\":20}"),
                ])
        }
        let strange = try world.open("", fields: "Last-Event-ID: strange\r\n")
        #expect(strange.named("reset").count == 1)
        // What follows a reset are the events from then on.
        world.publish(.rate)
        world.settle()
        #expect(strange.seqs == [21])
        // The end of an earlier history is good, and so is the last event before what is kept.
        #expect(try world.open("?cursor=\(h):10").seqs == Array(11...21))
        #expect(try world.open("?cursor=\(h):4").seqs == Array(5...21))
    }

    @Test func showsWhatWasMissedBetweenStartAndFirstTurn() throws {
        let world = FeedWorld(events: [.rate])
        let sink = try world.open()
        _ = world.log.append([.rate])
        _ = world.log.append([.rate])
        world.publish(.rate)
        world.settle()
        #expect(sink.seqs == [2, 3, 4])
    }

    // MARK: What is shown

    @Test func filters() throws {
        let world = FeedWorld()
        let all = try world.open()
        let rates = try world.open("?types=rate.*")
        let system = try world.open("?types=*,system.started")
        let luna = try world.open("?stations=luna-1")
        let both = try world.open("?station=luna-1,titan-3&types=inventory.*")
        let replayed = try world.open("?types=rate.set")
        world.publish(.stock(1), .stock(2), .stock(3), .rate, .system, .accepted, .progress)
        world.settle()
        let late = try world.open("?types=system.*&cursor=earliest")
        #expect(all.seqs == [1, 2, 3, 4])
        #expect(rates.seqs == [4])
        #expect(system.seqs == [1, 2, 3, 4, 5])
        #expect(luna.seqs == [1])
        #expect(both.seqs == [1, 3])
        #expect(replayed.seqs == [4])
        #expect(late.seqs == [5, 6])
    }

    @Test func keepsToTheScopeOfItsCaller() throws {
        let world = FeedWorld(events: [.stock(1), .stock(2), .system, .rate])
        let live = try world.open(caller: FeedWorld.viewer)
        let named = try world.open("?stations=luna-1&types=*,system.*", caller: FeedWorld.viewer)
        world.publish(.stock(1), .stock(2), .system, .rate)
        world.settle()
        let replayed = try world.open("?cursor=earliest", caller: FeedWorld.viewer)
        #expect(live.seqs == [6, 8])
        #expect(named.seqs == [])
        #expect(replayed.seqs == [2, 4, 6, 8])
    }

    @Test func refusesWhatItDoesNotKnow() throws {
        let world = FeedWorld()
        let cases: [(String, ErrorCode)] = [
            ("?types=trade.sold", .range), ("?types=notice.progress", .range),
            ("?stations=venus-9", .notFound), ("?cursor=5", .syntax), ("?cursor=", .syntax),
            ("?cursor=\(h):-1", .syntax), ("?cursor=\(h):05", .syntax),
            ("?token=secret", .syntax), ("?types=trade.*&types=*", .syntax),
            ("?station=luna-1&stations=mars-2", .syntax), ("?limit=5", .range),
            ("?limit=0", .range), ("?types=" + String(repeating: "*,", count: 65), .range),
        ]
        for (query, code) in cases {
            #expect(throws: CommandError.self, "\(query)") { try world.open(query) }
            do { _ = try world.open(query) } catch let error as CommandError {
                #expect(error.code == code, "\(query)")
                #expect(!error.message.contains("secret"))
            }
        }
        #expect(world.hub.isIdle)
        #expect(world.hub.subscriberCount == 0)
    }

    @Test func hasRoomForSoMany() throws {
        let world = FeedWorld { $0.subscribers = 2 }
        let first = try world.open()
        _ = try world.open()
        #expect(throws: CommandError(.limit, "the server has at most 2 subscriptions")) {
            _ = try world.open()
        }
        let route = try #require(RouteTable.feedRoutes.first)
        let input = RouteInput(
            route: route, request: try FeedWorld.request("/api/updates/real-time", ""),
            parameters: [], query: try RouteQuery(route, [], limits: Limits()), body: .null,
            caller: .local, read: { _ in nil })
        do throws(Problem) {
            _ = try world.hub.begin(input, sink: FakeSink(9))
            Issue.record("there was room")
        } catch {
            #expect(error.status == 429)
            #expect(error.fields.contains { "\($0.name)" == "Retry-After" })
        }
        first.handler?.didClose()
        _ = try world.open()
        #expect(world.hub.subscriberCount == 2)
    }

    // MARK: Time

    @Test func heartbeatsMoveTheCursor() throws {
        let world = FeedWorld { $0.feedHeartbeatMilliseconds = 5_000 }
        let sink = try world.open("?types=trade.*")
        world.publish(.rate)
        world.publish(.rate)
        world.wait(seconds: 4)
        #expect(sink.named("heartbeat").isEmpty)
        world.wait(seconds: 7)
        #expect(sink.seqs == [])
        #expect(
            sink.named("heartbeat")
                == Array(repeating: SSE(event: "heartbeat", id: "\(h):2", data: "{}"), count: 2))
    }

    @Test func aHeartbeatWaitsForWhatIsUnsent() throws {
        let world = FeedWorld { $0.feedHeartbeatMilliseconds = 5_000 }
        let sink = try world.open()
        sink.room = 100
        world.publish(.rate)
        world.wait(seconds: 10)
        #expect(sink.named("heartbeat").isEmpty)
        sink.openTap()
        world.settle()
        world.wait(seconds: 1)
        #expect(sink.seqs == [1])
        #expect(sink.named("heartbeat").map(\.id) == ["\(h):1"])
    }

    @Test func endsWhenTheTokenEnds() throws {
        let world = FeedWorld()
        world.access.expiries[FeedWorld.viewer.name] = 1_003_000
        let sink = try world.open(caller: FeedWorld.viewer)
        world.wait(seconds: 2)
        #expect(!sink.isFinished)
        world.wait(seconds: 1)
        #expect(sink.events.last == SSE(event: "end", id: nil, data: "{\"reason\":\"expired\"}"))
        #expect(sink.isFinished)
        world.publish(.rate)
        world.settle()
        #expect(sink.seqs == [])
        sink.handler?.didClose()
        #expect(world.hub.isIdle && world.hub.subscriberCount == 0)
    }

    @Test func endsWhenTheAccountChanges() throws {
        let world = FeedWorld()
        let vera = FeedWorld.viewer
        let (gone, other) = (try world.open(caller: vera), try world.open())
        world.access.fresh[vera.name] = Caller(
            name: vera.name, role: vera.role, stations: vera.stations)
        world.hub.accountsChanged([vera.name])
        world.settle()
        #expect(gone.named("end").isEmpty)
        world.access.fresh[vera.name] = Caller(name: vera.name, role: .viewer, stations: [])
        world.hub.accountsChanged([vera.name])
        world.settle()
        #expect(gone.named("end").count == 1)
        #expect(other.named("end").isEmpty)
        let disabled = try world.open(caller: vera)
        world.access.gone = [vera.name]
        world.hub.accountsChanged([vera.name, .local])
        world.settle()
        #expect(disabled.named("end").count == 1)
        #expect(other.named("end").isEmpty)
    }

    @Test func endsWithTheServer() throws {
        let world = FeedWorld()
        let sink = try world.open()
        world.publish(.rate)
        world.hub.beginStop()
        world.settle()
        #expect(sink.events.last?.data == "{\"reason\":\"shutdown\"}")
        #expect(sink.isFinished)
        sink.handler?.didClose()
        #expect(world.hub.isIdle)
        let late = try world.open()
        #expect(late.named("end").count == 1)
    }
}
