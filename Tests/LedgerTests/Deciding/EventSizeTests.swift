import Basics
import Domain
import Storage
import Testing

@testable import Ledger

/// An event is at most 256 KiB, a transaction 4 MiB, else `LIMIT`.
@Suite struct EventSizeTests {
    private func lines(_ count: Int) -> String {
        (0..<count).map { "i-\($0):1@12345678.90" }.joined(separator: " ")
    }

    private func setUp(_ market: Market, items: Int) {
        let lines = (0..<items).flatMap { ["ITEM ADD i-\($0)", "INVENTORY ADD luna i-\($0) 500"] }
        #expect(market.multi(lines).error == nil)
    }

    @Test func theLongestTradeFits() throws {
        try Market.check { market in
            setUp(market, items: 100)
            let meta = "{\"a\":\"" + String(repeating: "x", count: (16 << 10) - 8) + "\"}"
            let reference = String(repeating: "r", count: 1_024)
            let events = market.events {
                market.take(
                    "TRADE CREATE luna mars \(lines(100)) REF \(reference) META '\(meta)' ID t")
            }
            #expect(events.count == 2)
            let stored = try market.ledger.store.latestView().bytes(.events, .event(events[0].seq))
            let size = try #require(stored)
            #expect(size.count < 40 << 10)
        }
    }

    @Test func anEventTooLongIsRefused() throws {
        var limits = Limits()
        limits.attributesBytes = 300 << 10
        try Market.check(limits) { market in
            let fill = String(repeating: "x", count: 280 << 10)
            market.refuse("STATION ADD nova META '{\"a\":\"\(fill)\"}'", .limit, "station.added")
            let half = String(repeating: "x", count: 140 << 10)
            market.take("STATION ADD nova META '{\"a\":\"\(half)\"}'")
            // The event of a change holds the record before and after it.
            market.refuse("STATION SET nova NAME x", .limit, "station.changed", "262144")
            let tried = market.run("STATION SET nova NAME x", isDryRun: true).json()
            #expect(tried.at("error.code") == "LIMIT")
        }
    }

    @Test func attributesNestedTooDeepAreRefused() throws {
        var limits = Limits()
        limits.jsonDepth = 4
        try Market.check(limits) { market in
            market.take("STATION ADD nova META '{\"a\":[[[1]]]}'")
            market.refuse("STATION ADD rigel META '{\"a\":[[[[1]]]]}'", .syntax, "deeper than 4")
        }
    }

    @Test func aTransactionTooLongIsRefused() throws {
        try Market.check { market in
            setUp(market, items: 100)
            let meta = "{\"a\":\"" + String(repeating: "x", count: 16_000) + "\"}"
            let line = "TRADE CREATE luna mars i-0:1@1 META '\(meta)'"
            let head = market.ledger.store.writeSet.head
            let answer = market.multi(Array(repeating: line, count: 270))
            #expect(answer.error?.hasPrefix("EXECABORT the transaction: LIMIT") == true)
            #expect(market.ledger.store.writeSet.head == head)
            #expect(market.multi(Array(repeating: line, count: 250)).error == nil)
        }
    }

    @Test func aShipThatCarriesTooMuchCannotBeTracked() throws {
        try Market.check { market in
            setUp(market, items: 100)
            market.setUp(["SHIP ADD swift"])
            var commands: [String] = []
            for index in 0..<450 {
                commands.append(
                    "CARGO CREATE luna mars "
                        + (0..<100).map { "i-\($0):1" }.joined(separator: " ") + " ID c-\(index)")
                commands.append("CARGO DISPATCH c-\(index) BY swift")
            }
            for start in stride(from: 0, to: commands.count, by: 100) {
                let part = Array(commands[start..<min(start + 100, commands.count)])
                #expect(market.multi(part).error == nil)
            }
            market.refuse("SHIP TRACK swift 1 2 3", .limit, "ship.tracked")
            market.setUp(["CARGO DELIVER c-0"])
        }
    }
}
