import Domain
import Testing

@testable import Ledger

/// What the leader's clock does: expiries, delays, and a wall clock that jumps.
@Suite struct ClockRuleTests {
    /// A command that finds too little because of a long backlog has more of it written, as far as
    /// it needs, before it is refused.
    @Test func aShortageWaitsForTheBacklog() throws {
        try Market.check { market in
            let reserve = "TRADE RESERVE luna mars water:1 TTL 10 ID"
            market.setUp(["INVENTORY ADD luna water 200"] + (0..<1_200).map { "\(reserve) r\($0)" })
            market.refuse("INVENTORY REMOVE luna water 900", .outOfStock, "luna has 0 of water")
            market.clock.advance(seconds: 11)
            // All of it: 1 200 reservations are three portions.
            market.take("INVENTORY REMOVE luna water 1150")
            market.refuse("INVENTORY REMOVE luna water 5000", .outOfStock, "luna has 50 of water")
            #expect(market.trade("r1199") == "expired")
        }
    }

    @Test func reservationsExpireByThemselves() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:5 TTL 60 ID a", "TRADE PAY a",
                "TRADE RESERVE luna mars water:6 TTL 61 ID b",
            ])
            market.makes([]) { market.pass(seconds: 59) }
            let events = market.events { market.pass(seconds: 1) }
            #expect(events.names == ["trade.expired", "trade.refunded"])
            #expect(events.allSatisfy { $0.actor == .system && $0.cause.command == nil })
            #expect(events.map(\.count) == [2, 2])
            #expect(market.trade("a", "payment") == "refunded")
            #expect(market.figures("luna", "water") == "1000 6 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 6")
            market.makes(["trade.expired"]) { market.pass(seconds: 1) }
            market.makes([]) { market.pass(seconds: 100) }
        }
    }

    @Test func committedAndCancelledOnesDoNot() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:5 TTL 60 ID a", "TRADE COMMIT a",
                "TRADE RESERVE luna mars water:6 TTL 60 ID b", "TRADE CANCEL b",
            ])
            market.makes([]) { market.pass(seconds: 61) }
            #expect(market.trade("a") == "initiated")
        }
    }

    @Test func whatIsDueComesBeforeTheCommand() throws {
        try Market.check { market in
            market.setUp(["TRADE RESERVE luna mars water:900 TTL 10 ID a"])
            market.clock.advance(seconds: 10)
            // No tick in between: the command itself finds the stock given back.
            let types = market.types { market.take("TRADE CREATE luna mars water:500 ID b") }
            #expect(types == ["trade.expired", "trade.initiated", "shipment.created"])
            market.setUp(["TRADE RESERVE luna mars water:1 TTL 10 ID c"])
            market.clock.advance(seconds: 11)
            #expect(market.run("TRADE COMMIT c").error?.contains("expired to initiated") == true)
            #expect(market.trade("c") == "expired")
        }
    }

    @Test func momentsOfTheOpenGroupAreSeen() throws {
        try Market.check { market in
            market.run("TRADE RESERVE luna mars water:1 TTL 1 ID c", isSettled: false)
            market.clock.advance(seconds: 2)
            #expect(market.run("TRADE COMMIT c").error?.contains("expired to initiated") == true)
        }
    }

    @Test func aBacklogIsWorkedOffInPortions() throws {
        try Market.check { market in
            market.setUp(["INVENTORY ADD luna gas 5000"])
            for index in 0..<1_300 {
                market.run("TRADE RESERVE luna mars gas:1@1 TTL 5 ID g-\(index)", isSettled: false)
            }
            market.settle()
            try market.restart()
            market.clock.advance(seconds: 60)
            // The last one is named: it comes before its turn, the oldest 500 with it.
            let types = market.types {
                #expect(market.run("TRADE COMMIT g-1299").code == .badState)
            }
            #expect(types == Array(repeating: "trade.expired", count: 501))
            #expect(market.figures("luna", "gas") == "5000 799 0 0")
            #expect(market.trade("g-1298") == "reserved")
            let second = market.types { market.tick() }
            #expect(second.count == 500)
            let third = market.types { market.tick() }
            #expect(third.count == 299)
            market.makes([]) { market.tick() }
            #expect(market.figures("luna", "gas") == "5000 0 0 0")
        }
    }

    @Test func delayedIsSaidOnce() throws {
        try Market.check { market in
            market.setUp(["CARGO CREATE luna mars water:5 ID c ETA +1h"])
            let promised = market.cargo("c", "promised")
            market.makes([]) { market.pass(seconds: 3_599) }
            market.makes(["shipment.delayed"]) { market.pass(seconds: 1) }
            #expect(market.cargo("c", "delayed") == "true")
            #expect(market.cargo("c") == "pending")
            market.makes([]) { market.pass(seconds: 9_999) }
            market.setUp(["CARGO DISPATCH c"])
            #expect(market.cargo("c", "delayed") == "true")
            market.refuse("CARGO ETA c 2020-01-01T00:00:00Z", .range)
            #expect(market.take("CARGO ETA c +1h").at("delayed") == "false")
            #expect(market.cargo("c", "promised") == promised)
            market.makes(["shipment.delayed"]) { market.pass(seconds: 3_600) }
            market.setUp(["CARGO DELIVER c"])
            #expect(market.cargo("c", "delayed") == "false")
            market.makes([]) { market.pass(seconds: 9_999) }
        }
    }

    @Test func anEarlierEtaCountsAndAnOldOneDoesNot() throws {
        try Market.check { market in
            market.setUp([
                "CARGO CREATE luna mars water:5 ID a ETA +10h", "CARGO ETA a +1h",
                "CARGO CREATE luna mars water:5 ID b ETA +1h", "CARGO DISPATCH b ETA +10h",
            ])
            let events = market.events { market.pass(seconds: 3_600) }
            #expect(events.count == 1)
            #expect(market.cargo("a", "delayed") == "true")
            #expect(market.cargo("b", "delayed") == "false")
            market.makes(["shipment.delayed"]) { market.pass(seconds: 36_000) }
        }
    }

    @Test func aJumpOfTheWallClockPausesTimers() throws {
        try Market.check { market in
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 600 ID a"])
            market.clock.jump(seconds: 3_600)
            market.makes([]) { market.tick() }
            #expect(market.ledger.clockSkewMilliseconds == 3_600_000)
            // Events go on with the time that the monotonic clock makes of it.
            market.clock.advance(seconds: 5)
            let created = market.take("TRADE CREATE luna mars water:1").at("created")
            #expect(created.hasPrefix("2026-11-18T11:06:45"), "\(created)")
            // Even what is due by that time waits.
            market.makes([]) { market.pass(seconds: 700) }
            market.makes(["system.time_accepted"]) { market.ledger.acceptTime() }
            market.makes([]) { market.ledger.acceptTime() }
            #expect(market.ledger.clockSkewMilliseconds == 0)
            market.makes(["trade.expired"]) { market.tick() }
        }
    }

    @Test func aJumpBelowTheLimitCounts() throws {
        try Market.check { market in
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 60 ID a"])
            market.clock.jump(seconds: 60)
            market.makes(["trade.expired"]) { market.tick() }
        }
    }

    @Test func timeNeverGoesBack() throws {
        try Market.check { market in
            market.pass(seconds: 100)
            let first = market.take("TRADE CREATE luna mars water:1").at("created")
            market.clock.jump(seconds: -90)
            #expect(market.take("TRADE CREATE luna mars water:1").at("created") == first)
            // A reservation made now ends its ttl after the last event, and is found.
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 10 ID a"])
            market.makes([]) { market.pass(seconds: 99) }
            market.makes(["trade.expired"]) { market.pass(seconds: 1) }
        }
    }

    /// The cursor of what is due stands where a stale moment was looked at, without any event.
    @Test func aShortReservationAfterTheClockWasSetBack() throws {
        try Market.check { market in
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 100 ID a", "TRADE CANCEL a"])
            market.pass(seconds: 100)
            market.clock.jump(seconds: -100)
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 1 ID b"])
            market.pass(seconds: 102)
            #expect(market.trade("b") == "expired")
        }
    }
}
