import Testing

@testable import Ledger

@Suite struct CatalogQueryTests {
    @Test func recordsAndAbsence() throws {
        let market = try TestLedger()
        market.setUpMarket()
        #expect(market.run("STATION GET luna").json().at("id") == "luna")
        #expect(market.run("ITEM GET water").json().at("price") == "12.50")
        #expect(market.run("station get nowhere").isNull)
        #expect(market.run("ITEM GET nothing").isNull)
        #expect(market.run("SHIP GET nobody").isNull)
        #expect(market.run("STATION GET -bad").code == .syntax)
    }

    @Test func listsGoByIdAndResume() throws {
        let market = try TestLedger()
        market.setUpMarket()
        let all = market.run("STATION LIST")
        #expect(all.items("id") == ["luna", "mars", "vega"])
        #expect(all.json().at("next") == "null")
        let first = market.run("STATION LIST LIMIT 2")
        #expect(first.items("id") == ["luna", "mars"])
        let next = first.json().at("next")
        #expect(market.run("STATION LIST CURSOR \(next)").items("id") == ["vega"])
        market.setUp(["STATION ADD alpha", "STATION ADD zeta"])
        #expect(market.run("STATION LIST CURSOR \(next)").items("id") == ["vega", "zeta"])
        #expect(market.run("STATION LIST LIMIT 5").json().at("next") == "null")
    }

    @Test func badOptionsNameTheWordAndTheLimit() throws {
        let market = try TestLedger()
        #expect(
            market.run("STATION LIST LIMIT 0").error
                == "RANGE LIMIT must be 1 to 1000, got 0")
        #expect(market.run("STATION LIST LIMIT 1001").code == .range)
        #expect(market.run("STATION LIST LIMIT x").code == .syntax)
        #expect(market.run("STATION LIST CURSOR nonsense").code == .syntax)
        #expect(
            market.run("ITEM LIST LIMIT 1 limit 2").error == "SYNTAX option LIMIT is given twice")
        #expect(
            market.run("ITEM LIST COLOUR red").error
                == "SYNTAX unknown option \"COLOUR\", expected one of CATEGORY, LIMIT, CURSOR")
        #expect(market.run("ITEM LIST LIMIT").error == "SYNTAX option LIMIT needs a value")
    }

    @Test func itemsByCategoryAndText() throws {
        let market = try TestLedger()
        market.setUpMarket()
        #expect(market.run("ITEM LIST category fluids").items("id") == ["water"])
        #expect(market.run("ITEM SEARCH ATER").items("id") == ["water"])
        #expect(market.run("ITEM SEARCH r LIMIT 1").items("id") == ["ore"])
        let next = market.run("ITEM SEARCH r LIMIT 1").json().at("next")
        #expect(market.run("ITEM SEARCH r LIMIT 1 CURSOR \(next)").items("id") == ["water"])
        #expect(market.run("ITEM SEARCH xyz").items("id") == [])
    }

    @Test func nearestFirst() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp(["STATION ADD close AT 1 0 0"])
        let near = market.run("STATION NEAR luna")
        #expect(near.items("id") == ["close", "mars"])
        #expect(near.items("distance") == ["1", "5"])
        #expect(market.run("STATION NEAR luna LIMIT 1").items("id") == ["close"])
        #expect(market.run("STATION NEAR nowhere").code == .notFound)
        #expect(market.run("STATION NEAR vega").code == .range)
    }

    @Test func currenciesAndRates() throws {
        let market = try TestLedger()
        market.setUp(["CURRENCY ADD GOLD Gold 4", "RATE SET GOLD CR 250.5"])
        #expect(market.run("CURRENCY LIST").items("code") == ["CR", "GOLD"])
        #expect(market.run("RATE GET GOLD CR").json().at("rate") == "250.5")
        #expect(market.run("RATE GET CR GOLD").isNull)
        #expect(market.run("RATE LIST").items("base") == ["GOLD"])
        #expect(market.run("RATE CONVERT 2.0000 GOLD CR").json().at("result") == "501.00")
        #expect(market.run("RATE CONVERT 501.00 CR GOLD").json().at("result") == "2.0000")
        #expect(market.run("RATE CONVERT 1 CR ZZ").code == .notFound)
        #expect(market.run("RATE CONVERT 1.234 CR GOLD").code == .range)
    }
}
