import Domain
import Testing

@testable import Ledger

/// What charts, maps and pages of the log are made of.
@Suite struct ChartQueryTests {
    private func market() throws -> TestLedger {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "TRADE CREATE luna mars water:1 ID t-1", "TRADE CREATE luna vega ore:2 ID t-2",
            "TRADE CREATE luna mars water:3@5.00 water:1@6.00 ID t-3",
        ])
        market.clock.advance(milliseconds: 3_600_000)
        market.setUp([
            "TRADE CREATE luna vega water:4 ID t-4",
            "TRADE RESERVE luna mars water:5 TTL 60 ID t-5",
            "TRADE CANCEL t-5",
        ])
        return market
    }

    private func caller(_ stations: String...) -> Caller {
        Caller(
            name: Caller.local.name, role: .viewer,
            stations: Set(stations.compactMap(Identifier.init)))
    }

    @Test func seriesByHour() throws {
        let market = try market()
        let all = market.run("TRADE SERIES BY hour")
        #expect(all.items("trades") == ["3", "2"])
        let one = market.run("TRADE SERIES STATION mars BY minute FROM 1")
        #expect(one.items("trades") == ["2", "1"])
        #expect(one.json().at("items.0.value.0.bought") == "33.50")
        #expect(one.json().at("items.0.value.0.sold") == "0.00")
        #expect(one.json().at("items.1.value") == "[]")
        #expect(market.run("TRADE SERIES BY day").items("trades") == ["5"])
        #expect(market.run("TRADE SERIES TO 1").items("trades") == [])
        #expect(market.run("TRADE SERIES BY week").code == .syntax)
        #expect(market.run("TRADE SERIES STATION nowhere").code == .notFound)
    }

    @Test func seriesOfACaller() throws {
        let market = try market()
        let own = market.run("TRADE SERIES FROM 1", as: caller("vega"))
        #expect(own.items("trades") == ["1", "1"])
        #expect(
            market.run("TRADE SERIES STATION luna", as: caller("vega")).code == .notFound)
    }

    @Test func seriesInPages() throws {
        let market = try market()
        let first = market.run("TRADE SERIES FROM 1 LIMIT 1")
        #expect(first.items("trades") == ["3"])
        let next = first.json().at("next")
        #expect(next.hasPrefix("sa"))
        let second = market.run("TRADE SERIES FROM 1 LIMIT 1 CURSOR \(next)")
        #expect(second.items("trades") == ["2"])
        #expect(second.json().at("next") == "null")
    }

    @Test func pricesOfAnItem() throws {
        let market = try market()
        let prices = market.run("ITEM PRICES water")
        #expect(prices.items("unit_price") == ["12.50", "5.00", "6.00", "12.50"])
        #expect(prices.items("trade") == ["t-1", "t-3", "t-3", "t-4"])
        #expect(market.run("ITEM PRICES water STATION vega").items("trade") == ["t-4"])
        #expect(market.run("ITEM PRICES water REV LIMIT 1").items("trade") == ["t-4"])
        #expect(market.run("ITEM PRICES water", as: caller("vega")).items("trade") == ["t-4"])
        #expect(market.run("ITEM PRICES nothing").code == .notFound)
    }

    @Test func aMap() throws {
        let market = try market()
        market.setUp(["CARGO CREATE luna mars water:1 ID c-1", "CARGO DISPATCH c-1"])
        let map = market.run("CARGO MAP")
        #expect(map.items("id") == ["c-1"])
        #expect(map.json().at("stations.0.id") == "luna")
        #expect(market.run("CARGO MAP", as: caller("vega")).items("id") == [])
    }

    @Test func pagesOfTheLog() throws {
        let market = try market()
        let trades = market.run("EVENT LIST TYPES trade.*")
        #expect(
            trades.items("type") == [
                "trade.initiated", "trade.initiated", "trade.initiated", "trade.initiated",
                "trade.reserved", "trade.cancelled",
            ])
        let last = market.run("EVENT LIST TYPES trade.* REV LIMIT 2")
        #expect(last.items("type") == ["trade.cancelled", "trade.reserved"])
        let rest = market.run("EVENT LIST TYPES trade.* REV CURSOR \(last.json().at("next"))")
        #expect(rest.items("type").count == 4)
        let vega = market.run("EVENT LIST STATIONS vega TYPES trade.initiated,shipment.created")
        #expect(vega.items("subject").count == 4)
        let own = market.run("EVENT LIST TYPES trade.*", as: caller("vega"))
        #expect(own.items("subject") == ["trade/t-2", "trade/t-4"])
        #expect(market.run("EVENT LIST").items("type").contains { $0.hasPrefix("system") } == false)
        #expect(market.run("EVENT LIST CURSOR 0123456789abcdef:4").code == .conflict)
        #expect(market.run("EVENT LIST CURSOR 4").code == .syntax)
        #expect(market.run("EVENT LIST TYPES a,,b").code == .syntax)
        #expect(market.run("EVENT LIST STATIONS nowhere").code == .notFound)
    }
}
