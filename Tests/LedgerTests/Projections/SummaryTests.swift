import Basics
import Domain
import Testing

@testable import Ledger

@Suite struct SummaryTests {
    @Test func tradesAndCargoOfDays() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "TRADE CREATE luna mars water:2 ID t-1 ETA +2d",
            "TRADE CREATE luna mars water:1 ID t-2",
            "TRADE RESERVE luna vega ore:1 ID t-3 TTL 10", "TRADE CANCEL t-2",
        ])
        market.clock.advance(milliseconds: 20_000)
        market.ledger.tick()
        market.settle()
        market.clock.advance(milliseconds: 86_400_000)
        let cargo = market.run("TRADE GET t-1").json().at("shipments.0")
        market.setUp(["CARGO DISPATCH \(cargo)", "CARGO DELIVER \(cargo)"])
        market.setUp(["TRADE CREATE mars luna water:1 CURRENCY CR ID t-5"])
        let all = market.run("TRADE SUMMARY DAYS 3").json()
        #expect(all.at("trades.created") == "4")
        #expect(all.at("trades.completed") == "1")
        #expect(all.at("trades.cancelled") == "1")
        #expect(all.at("trades.expired") == "1")
        #expect(all.at("trades.open") == "1")
        #expect(all.at("cargo.delivered") == "1")
        #expect(all.at("cargo.open") == "1")
        #expect(all.at("cargo.mass") == "3")
        #expect(all.at("delivered_share") == "1")
        #expect(all.at("on_time_share") == "1")
        #expect(all.at("value.0.currency") == "CR")
        #expect(all.at("value.0.sold") == "37.50")
        #expect(all.at("daily.1.trades") == "3")
        #expect(all.at("daily.1.value.0.sold") == "25.00")
        #expect(all.at("daily.2.trades") == "1")
        #expect(all.at("daily.0.value") == "[]")
        let mars = market.run("TRADE SUMMARY STATION mars DAYS 3").json()
        #expect(mars.at("trades.created") == "3")
        #expect(mars.at("value.0.bought") == "25.00")
        #expect(mars.at("value.0.sold") == "12.50")
        #expect(market.run("TRADE SUMMARY DAYS 1").json().at("trades.created") == "1")
        #expect(market.run("TRADE SUMMARY DAYS 0").code == .range)
        #expect(market.run("TRADE SUMMARY STATION nowhere").code == .notFound)
    }

    @Test func delaysComeAndGo() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp(["CARGO CREATE luna mars water:1 ID c-1 ETA +1m", "CARGO DISPATCH c-1"])
        func delayed() -> String { market.run("TRADE SUMMARY").json().at("cargo.delayed") }
        #expect(delayed() == "0")
        market.clock.advance(milliseconds: 61_000)
        market.ledger.tick()
        market.settle()
        #expect(market.run("CARGO LIST DELAYED").items("id") == ["c-1"])
        #expect(delayed() == "1")
        market.setUp(["CARGO ETA c-1 +1h"])
        #expect(delayed() == "0")
        market.clock.advance(milliseconds: 3_700_000)
        market.setUp(["CARGO DELIVER c-1"])
        #expect(delayed() == "0")
        #expect(market.run("TRADE SUMMARY").json().at("on_time_share") == "0")
    }

    @Test func sumsAreKeptExactly() throws {
        var totals = DayTotals()
        var delta = DayDelta(
            seq: 1, day: -3, from: 1, to: 2, what: .created, status: .pending, currency: .credits,
            amount: .max, volume: 0)
        for _ in 0..<3 { totals.add(delta, scope: 1) }
        delta.what = .cargoCreated
        for _ in 0..<3 { totals.add(delta, scope: 2) }
        var buffer = ByteBuffer()
        totals.encode(into: &buffer)
        #expect(try DayTotals.decode(buffer.bytes) == totals)
        #expect(totals.values[.credits]?.sold == Int128(Int64.max) * 3)
        for count in 0..<buffer.count {
            #expect(throws: DecodingError.self) {
                try DayTotals.decode(buffer.bytes.extracting(0..<count))
            }
        }
        #expect(DayKey.day(biased: DayKey.biased(-3)) == -3)
        #expect(DayKey.biased(-1) < DayKey.biased(0))
    }
}
