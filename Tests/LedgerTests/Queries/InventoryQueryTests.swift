import Domain
import JSON
import Testing

@testable import Ledger

@Suite struct InventoryQueryTests {
    @Test func levelsAndRows() throws {
        let market = try TestLedger()
        market.setUpMarket()
        #expect(market.run("INVENTORY LEVEL luna water").integer == 1_000)
        #expect(market.run("INVENTORY LEVEL mars water").integer == 0)
        #expect(market.run("INVENTORY LEVEL nowhere water").integer == 0)
        let row = market.run("INVENTORY GET luna water").json()
        #expect(row.at("on_hand") == "1000")
        #expect(market.run("INVENTORY GET mars water").isNull)
        #expect(market.run("INVENTORY GET nowhere").isNull)
        let page = market.run("INVENTORY GET luna")
        #expect(page.items("item") == ["water", "ore"])
        #expect(market.run("INVENTORY GET vega").items("item") == [])
        let first = market.run("INVENTORY GET luna LIMIT 1").json().at("next")
        #expect(market.run("INVENTORY GET luna CURSOR \(first)").items("item") == ["ore"])
    }

    @Test func whoStocksIt() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp(["INVENTORY ADD mars water 5", "INVENTORY LIMITS mars water ASK 7.25 CR"])
        let found = market.run("INVENTORY FIND water")
        #expect(found.items("station") == ["luna", "mars"])
        #expect(found.items("ask") == ["null", "7.25"])
        #expect(market.run("INVENTORY FIND water MIN 6").items("station") == ["luna"])
        let next = market.run("INVENTORY FIND water LIMIT 1").json().at("next")
        #expect(market.run("INVENTORY FIND water CURSOR \(next)").items("station") == ["mars"])
        #expect(market.run("INVENTORY FIND nothing").code == .notFound)
    }

    @Test func thePastIsKept() throws {
        let market = try TestLedger()
        market.setUpMarket()
        let before = market.ledger.durableSeq
        market.clock.advance(milliseconds: 60_000)
        market.setUp(["INVENTORY REMOVE luna water 400 REASON leak"])
        market.clock.advance(milliseconds: 60_000)
        market.setUp(["INVENTORY ADD luna water 7"])
        func onHand(_ place: String) -> String {
            let answer = market.run("INVENTORY GET luna water AS OF \(place)")
            return answer.isNull ? "null" : answer.json().at("on_hand")
        }
        #expect(onHand("\(before)") == "1000")
        #expect(onHand("\(before + 1)") == "600")
        #expect(onHand("\(before + 2)") == "607")
        #expect(onHand("0") == "null")
        #expect(onHand("3") == "null")
        let changed = market.run("INVENTORY HISTORY luna water REV").items("time")
        #expect(changed.count == 3)
        #expect(onHand(changed[2]) == "1000")
        #expect(onHand(changed[1]) == "600")
        #expect(onHand(changed[0]) == "607")
        #expect(market.run("INVENTORY GET luna water AS OF 99999").code == .range)
        #expect(market.run("INVENTORY GET luna water AS OF 2999-01-01T00:00:00Z").code == .range)
        #expect(market.run("INVENTORY GET luna water AS IF 1").code == .syntax)
        #expect(
            market.run("INVENTORY GET luna AS OF \(before)").items("on_hand") == ["1000", "500"])
    }

    @Test func historyInBothDirectionsAndInPages() throws {
        let market = try TestLedger()
        market.setUpMarket()
        for quantity in 1...7 { market.setUp(["INVENTORY REMOVE luna ore \(quantity)"]) }
        let all = market.run("INVENTORY HISTORY luna ore")
        #expect(all.items("delta") == ["500", "-1", "-2", "-3", "-4", "-5", "-6", "-7"])
        #expect(all.items("counterpart").first == "SUPPLIER")
        #expect(all.items("reason").first == "mined")
        #expect(all.items("balance").last == "472")
        let reversed = market.run("INVENTORY HISTORY luna ore REV LIMIT 3")
        #expect(reversed.items("delta") == ["-7", "-6", "-5"])
        let next = reversed.json().at("next")
        let rest = market.run("INVENTORY HISTORY luna ore REV CURSOR \(next)")
        #expect(rest.items("delta") == ["-4", "-3", "-2", "-1", "500"])
        let seqs = all.items("seq")
        #expect(
            market.run("INVENTORY HISTORY luna ore FROM \(seqs[2]) TO \(seqs[4])").items("delta")
                == ["-2", "-3"])
        var pages: [String] = []
        var cursor = ""
        while true {
            let page = market.run("INVENTORY HISTORY luna ore LIMIT 3" + cursor)
            pages += page.items("delta")
            let next = page.json().at("next")
            if next == "null" { break }
            cursor = " CURSOR \(next)"
        }
        #expect(pages == all.items("delta"))
        #expect(market.run("INVENTORY HISTORY nowhere ore").code == .notFound)
        #expect(market.run("INVENTORY HISTORY mars ore").items("delta") == [])
    }

    @Test func explainedStock() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "TRADE RESERVE luna mars water:10 ID r-1 TTL 600", "TRADE CREATE luna mars water:5",
            "INVENTORY HOLD luna water 3 REASON customs",
            "INVENTORY HOLD luna water 2 REASON spill",
        ])
        let seller = market.run("EXPLAIN STOCK luna water").json()
        #expect(seller.at("stock.reserved") == "10")
        #expect(seller.at("reservations.0.trade") == "r-1")
        #expect(seller.at("reservations.0.quantity") == "10")
        #expect(seller.at("held.0.reason") == "customs")
        #expect(seller.at("held.1.quantity") == "2")
        #expect(seller["changes"]?.array?.count == 5)
        let buyer = market.run("EXPLAIN STOCK mars water").json()
        #expect(buyer.at("stock.incoming") == "15")
        #expect(buyer.at("incoming.0.quantity") == "5")
        #expect(buyer["incoming"]?.array?.count == 2)
        #expect(buyer.at("incoming.1.shipment") == "null")
        #expect(buyer.at("incoming.1.trade") == "r-1")
        #expect(buyer.at("incoming.1.quantity") == "10")
        #expect(market.run("EXPLAIN STOCK vega water").code == .notFound)
    }

    @Test func historyIsForItsStation() throws {
        let market = try TestLedger()
        market.setUpMarket()
        let name = try #require(Identifier("mia"))
        let mars = try #require(Identifier("mars"))
        let caller = Caller(name: name, role: .viewer, stations: [mars])
        #expect(market.run("INVENTORY GET luna water", as: caller).json().at("on_hand") == "1000")
        #expect(market.run("INVENTORY HISTORY luna water", as: caller).code == .notFound)
        #expect(market.run("EXPLAIN STOCK luna water", as: caller).code == .notFound)
    }
}
