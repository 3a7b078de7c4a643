import Domain
import JSON
import Testing

@testable import Ledger

@Suite struct TradeQueryTests {
    /// Six trades t-1 … t-6: luna sells water to mars and ore to vega in turn; t-5 is reserved.
    private func market() throws -> TestLedger {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "TRADE CREATE luna mars water:1 ID t-1 REF first",
            "TRADE CREATE luna vega ore:2 ID t-2",
            "TRADE CREATE luna mars water:3 ore:1 ID t-3",
            "TRADE CREATE luna vega ore:4 ID t-4 REF first",
            "TRADE RESERVE luna mars water:5 TTL 600 ID t-5",
            "TRADE CREATE luna vega water:6 ID t-6",
        ])
        return market
    }

    private func caller(_ stations: String...) -> Caller {
        Caller(
            name: Caller.local.name, role: .viewer,
            stations: Set(stations.compactMap(Identifier.init)))
    }

    @Test func oneAndSeveral() throws {
        let market = try market()
        #expect(market.run("TRADE GET t-1").json().at("total") == "12.50")
        #expect(market.run("TRADE GET t-9").isNull)
        guard case .array(let replies) = market.run("TRADE GET t-1 t-9 t-2").value else {
            Issue.record("no array")
            return
        }
        #expect(replies.count == 3)
        if case .json(let bytes) = replies[2] {
            let trade = try JSONReader.parse(bytes.span)
            #expect(trade.at("id") == "t-2")
        } else {
            Issue.record("no trade")
        }
        if case .null = replies[1] {} else { Issue.record("an unknown trade is not null") }
    }

    @Test func lists() throws {
        let market = try market()
        func ids(_ options: String) -> [String] { market.run("TRADE LIST" + options).items("id") }
        #expect(ids("") == ["t-1", "t-2", "t-3", "t-4", "t-5", "t-6"])
        #expect(ids(" REV") == ["t-6", "t-5", "t-4", "t-3", "t-2", "t-1"])
        #expect(ids(" STATION mars") == ["t-1", "t-3", "t-5"])
        #expect(ids(" STATION mars ROLE buyer REV") == ["t-5", "t-3", "t-1"])
        #expect(ids(" STATION mars ROLE seller") == [])
        #expect(ids(" ITEM ore") == ["t-2", "t-3", "t-4"])
        #expect(ids(" ITEM ore STATION mars") == ["t-3"])
        #expect(ids(" STATUS reserved") == ["t-5"])
        #expect(ids(" REF first") == ["t-1", "t-4"])
        #expect(ids(" LIMIT 2") == ["t-1", "t-2"])
        #expect(market.run("TRADE LIST ROLE buyer").code == .syntax)
        #expect(market.run("TRADE LIST STATION nowhere").code == .notFound)
        #expect(market.run("TRADE LIST ITEM nothing").code == .notFound)
        #expect(market.run("TRADE LIST STATUS lost").code == .syntax)
    }

    @Test func pagesAreStable() throws {
        let market = try market()
        for options in ["", " REV", " STATION luna", " STATION luna REV", " ITEM water"] {
            var found: [String] = []
            var cursor = ""
            while true {
                let page = market.run("TRADE LIST LIMIT 2" + options + cursor)
                found += page.items("id")
                let next = page.json().at("next")
                if next == "null" { break }
                cursor = " CURSOR \(next)"
            }
            #expect(found == market.run("TRADE LIST" + options).items("id"))
        }
        let next = market.run("TRADE LIST LIMIT 5").json().at("next")
        #expect(market.run("TRADE LIST REV CURSOR \(next)").code == .syntax)
        #expect(market.run("CARGO LIST CURSOR \(next)").code == .syntax)
        #expect(market.run("TRADE LIST CURSOR ta0.0x").code == .syntax)
        market.setUp(["TRADE CREATE luna mars ore:1 ID t-7"])
        #expect(market.run("TRADE LIST CURSOR \(next)").items("id") == ["t-6", "t-7"])
    }

    @Test func fromAndTo() throws {
        let market = try market()
        let seqs = market.run("TRADE LIST").items("seq")
        #expect(
            market.run("TRADE LIST FROM \(seqs[1]) TO \(seqs[3])").items("id") == ["t-2", "t-3"])
        market.clock.advance(milliseconds: 5_000)
        market.setUp(["TRADE CREATE luna mars ore:1 ID late"])
        let time = market.run("TRADE GET late").json().at("created")
        #expect(market.run("TRADE LIST FROM \(time)").items("id") == ["late"])
        #expect(market.run("TRADE LIST TO \(time) REV LIMIT 1").items("id") == ["t-6"])
        #expect(market.run("TRADE LIST FROM 2099-01-01T00:00:00Z").items("id") == [])
    }

    @Test func onlyOwnTradesAreSeen() throws {
        let market = try market()
        let mars = caller("mars")
        #expect(market.run("TRADE LIST", as: mars).items("id") == ["t-1", "t-3", "t-5"])
        #expect(
            market.run("TRADE LIST STATION luna", as: mars).items("id") == ["t-1", "t-3", "t-5"])
        #expect(market.run("TRADE LIST ITEM ore REV", as: mars).items("id") == ["t-3"])
        #expect(market.run("TRADE GET t-2", as: mars).isNull)
        #expect(market.run("EXPLAIN TRADE t-2", as: mars).code == .notFound)
        #expect(
            market.run("TRADE LIST", as: caller("mars", "vega")).items("id")
                == ["t-1", "t-2", "t-3", "t-4", "t-5", "t-6"])
        #expect(market.run("TRADE LIST", as: caller()).items("id") == [])
        #expect(market.run("CARGO LIST", as: mars).items("trade") == ["t-1", "t-3"])
    }

    @Test func thePastOfATrade() throws {
        let market = try market()
        let made = market.ledger.durableSeq
        market.setUp(["TRADE COMMIT t-5", "TRADE PAY t-5"])
        func past(_ seq: UInt64, _ field: String) -> String {
            let answer = market.run("TRADE GET t-5 AS OF \(seq)")
            return answer.isNull ? "null" : answer.json().at(field)
        }
        #expect(past(made, "status") == "reserved")
        #expect(past(made + 1, "status") == "initiated")
        #expect(past(made + 1, "payment") == "pending")
        #expect(past(market.ledger.durableSeq, "payment") == "paid")
        #expect(past(5, "status") == "null")
        let history = market.run("TRADE HISTORY t-5")
        #expect(history.items("type") == ["trade.reserved", "trade.committed", "trade.paid"])
    }

    @Test func explainedTrade() throws {
        let market = try market()
        let shipment = market.run("TRADE GET t-3").json().at("shipments.0")
        market.setUp(["CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment)"])
        let explained = market.run("EXPLAIN TRADE t-3").json()
        #expect(explained.at("trade.status") == "completed")
        #expect(explained.at("steps.0.source") == "list")
        #expect(explained.at("steps.1.after") == "3.00")
        let movements = try #require(explained["movements"]?.array)
        #expect(movements.map { $0.at("delta") } == ["-3", "-1", "0", "0", "3", "1"])
        #expect(movements.map { $0.at("station") }.last == "mars")
        #expect(market.run("EXPLAIN TRADE t-9").code == .notFound)
    }

    @Test func cargo() throws {
        let market = try market()
        market.setUp([
            "CARGO CREATE luna vega ore:3 ID c-1", "TRADE COMMIT t-5", "SHIP ADD swift",
            "CARGO DISPATCH c-1 BY swift",
        ])
        func list(_ options: String) -> [String] {
            market.run("CARGO LIST" + options).items("trade")
        }
        #expect(list("") == ["t-1", "t-2", "t-3", "t-4", "t-6", "null", "t-5"])
        #expect(list(" STATION vega") == ["t-2", "t-4", "t-6", "null"])
        #expect(list(" STATION luna REV LIMIT 3") == ["t-5", "null", "t-6"])
        #expect(list(" STATION vega ROLE origin") == [])
        #expect(list(" STATION mars ROLE destination") == ["t-1", "t-3", "t-5"])
        #expect(list(" STATUS in_transit") == ["null"])
        #expect(list(" SHIP swift") == ["null"])
        #expect(list(" ITEM ore") == ["t-2", "t-3", "t-4", "null"])
        #expect(list(" DELAYED") == [])
        market.setUp(["CARGO TRACK c-1 1 2 3 NOTE waypoint"])
        let history = market.run("CARGO HISTORY c-1")
        #expect(
            history.items("type") == [
                "shipment.created", "shipment.dispatched", "shipment.tracked",
            ])
        #expect(history.items("note").last == "waypoint")
        #expect(market.run("CARGO GET c-1").json().at("position.y") == "2")
        #expect(market.run("CARGO GET nothing").isNull)
        #expect(market.run("CARGO HISTORY nothing").code == .notFound)
        var pages: [String] = []
        var cursor = ""
        while true {
            let page = market.run("CARGO LIST STATION luna LIMIT 2" + cursor)
            pages += page.items("trade")
            let next = page.json().at("next")
            if next == "null" { break }
            cursor = " CURSOR \(next)"
        }
        #expect(pages == list(""))
    }
}
