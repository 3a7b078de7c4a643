import Domain
import Testing

@testable import Ledger

/// Idempotency: client-chosen ids and `KEY`.
@Suite struct RepeatRuleTests {
    /// A reply and its repeat differ by the mark alone.
    private func isRepeat(_ answer: Answer, of first: Answer) -> Bool {
        let mark = ",\"replayed\":true"
        return answer.text.contains(mark) && answer.text.replacing(mark, with: "") == first.text
    }

    @Test func aTradeIsMadeOnce() throws {
        try Market.check { market in
            let create = "TRADE CREATE luna mars water:5 ID t-1 ETA +1h MAX 70 REF x TRACE"
            let reserve = "TRADE RESERVE luna mars water:5 TTL 50 ID t-2"
            let first = market.run(create)
            let second = market.run(reserve)
            let shipment = market.shipment(of: "t-1")
            market.setUp([
                "CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment)", "TRADE PAY t-1",
                "ITEM SET water STATUS retired PRICE 1 CR", "STATION CLOSE mars",
            ])
            market.pass(seconds: 7_200)
            for _ in 0..<2 {
                let seq = market.ledger.writtenSeq
                #expect(isRepeat(market.run(create), of: first))
                #expect(isRepeat(market.run(reserve), of: second))
                #expect(market.ledger.writtenSeq == seq)
                try market.restart()
            }
            // For ever.
            market.pass(seconds: 400 * 86_400)
            #expect(isRepeat(market.run(create), of: first))
        }
    }

    @Test func anAbsoluteEtaMayHavePassed() throws {
        try Market.check { market in
            let line = "TRADE CREATE luna mars water:5 ID t-1 ETA 2026-11-19T00:00:00Z"
            let first = market.run(line)
            #expect(first.error == nil)
            market.pass(seconds: 86_400)
            #expect(isRepeat(market.run(line), of: first))
            let cargo = "CARGO CREATE luna mars water:5 ID c-1 ETA 2026-11-20T00:00:00Z"
            let shipped = market.run(cargo)
            market.pass(seconds: 86_400)
            #expect(isRepeat(market.run(cargo), of: shipped))
        }
    }

    @Test func repeatsInTheOpenGroup() throws {
        try Market.check { market in
            let line = "TRADE CREATE luna mars water:5 ID t-1"
            let first = market.run(line, isSettled: false)
            #expect(isRepeat(market.run(line, isSettled: false), of: first))
            let key = market.run("INVENTORY ADD luna water 5", key: "k", isSettled: false)
            #expect(
                isRepeat(
                    market.run("INVENTORY ADD luna water 5", key: "k", isSettled: false), of: key))
            #expect(market.run("INVENTORY ADD luna water 6", key: "k").code == .conflict)
        }
    }

    @Test func anotherRequestIsAConflict() throws {
        try Market.check { market in
            market.setUp([
                "TRADE CREATE luna mars water:5 ore:2@3 ID t REF a META '{\"a\":1}'",
                "TRADE RESERVE luna mars water:5 ID r TTL 500",
                "CARGO CREATE luna mars water:5 ore:2 ID c",
            ])
            let cases: [(String, String)] = [
                ("TRADE CREATE vega mars water:5 ore:2@3 ID t REF a META '{\"a\":1}'", "seller"),
                ("TRADE CREATE luna vega water:5 ore:2@3 ID t REF a META '{\"a\":1}'", "buyer"),
                ("TRADE CREATE luna mars water:5 ID t REF a META '{\"a\":1}'", "number of lines"),
                ("TRADE CREATE luna mars gas:5 ore:2@3 ID t REF a META '{\"a\":1}'", "item"),
                ("TRADE CREATE luna mars water:6 ore:2@3 ID t REF a META '{\"a\":1}'", "quantity"),
                ("TRADE CREATE luna mars water:5 ore:2@4 ID t REF a META '{\"a\":1}'", "price"),
                ("TRADE CREATE luna mars water:5 ore:2 ID t REF a META '{\"a\":1}'", "price"),
                ("TRADE CREATE luna mars water:5 ore:2@3 ID t META '{\"a\":1}'", "REF"),
                ("TRADE CREATE luna mars water:5 ore:2@3 ID t REF a", "META"),
                (
                    "TRADE CREATE luna mars water:5 ore:2@3 ID t REF a META '{\"a\":1}' ETA "
                        + "2020-01-01T00:00:00Z", "ETA"
                ),
                ("TRADE RESERVE luna mars water:5 ore:2@3 ID t REF a TTL 5", "command"),
                ("TRADE RESERVE luna mars water:5 ID r TTL 600", "TTL"),
                ("TRADE CREATE luna mars water:5 ID r", "command"),
                ("CARGO CREATE luna mars water:5 ore:3 ID c", "quantity"),
                ("CARGO CREATE luna vega water:5 ore:2 ID c", "destination"),
                ("CARGO CREATE luna mars water:5 ID c", "number of lines"),
                ("CARGO CREATE luna mars water:5 ore:2 ID c ETA +1d", "ETA"),
            ]
            for (line, field) in cases { market.refuse(line, .conflict, field) }
            // A trade and a shipment may have the same id.
            market.setUp(["CARGO CREATE luna mars water:5 ID t"])
        }
    }

    @Test func keysOfEveryWrite() throws {
        try Market.check { market in
            market.setUp(["SHIP ADD swift", "CURRENCY ADD USD Dollar 2"])
            let lines = [
                "STATION ADD s-1", "STATION SET s-1 NAME One", "STATION CLOSE s-1",
                "STATION OPEN s-1", "ITEM ADD i-1 PRICE 2 CR", "ITEM SET i-1 NAME One",
                "SHIP ADD n-1", "SHIP SET n-1 NAME One", "SHIP TRACK n-1 1 2 3",
                "CURRENCY ADD EUR Euro 2", "RATE SET EUR CR 2", "INVENTORY ADD luna water 5",
                "INVENTORY REMOVE luna water 5", "INVENTORY ADJUST luna water 5 REASON x",
                "INVENTORY HOLD luna water 5 REASON x", "INVENTORY RELEASE luna water 5 REASON x",
                "INVENTORY LIMITS luna water LOW 1000", "INVENTORY REMOVE luna water 6",
                "TRADE RESERVE luna mars water:5 TTL 500",
                "TRADE RESERVE luna mars ore:1 TTL 9 ID r",
                "TRADE PAY r", "TRADE COMMIT r", "TRADE CANCEL r",
                "TRADE CREATE luna mars ore:1 TRACE", "CARGO CREATE luna mars ore:1 ID c",
                "CARGO DISPATCH c BY swift", "CARGO TRACK c 1 2 3", "CARGO HOLD c",
                "CARGO RESUME c",
                "CARGO ETA c +1d", "CARGO DELIVER c", "CARGO CREATE luna mars ore:1 ID d",
                "CARGO CANCEL d", "CARGO CREATE luna mars ore:1 ID e", "CARGO DISPATCH e",
                "CARGO LOSE e", "CARGO CREATE luna mars ore:1 ID f", "CARGO DISPATCH f",
                "CARGO RETURN f",
            ]
            var firsts: [Answer] = []
            for (index, line) in lines.enumerated() {
                let answer = market.run(line, key: "k-\(index)")
                #expect(answer.error == nil, "\(line): \(answer)")
                firsts.append(answer)
            }
            let bob = Caller(name: Identifier(literal: "bob"), role: .admin, stations: nil)
            for _ in 0..<2 {
                for (index, line) in lines.enumerated() {
                    let again = market.run(line, key: "k-\(index)")
                    #expect(isRepeat(again, of: firsts[index]), "\(line): \(again)")
                    let other = (index + 1) % lines.count
                    market.refuse(line, .conflict, "k-\(other)", key: "k-\(other)")
                }
                try market.restart()
            }
            // Keys are a user's own.
            let own = market.run("INVENTORY ADD luna gas 1", as: bob, key: "k-11")
            #expect(own.error == nil && !own.text.contains("replayed"))
        }
    }

    @Test func keysLastSevenDays() throws {
        try Market.check { market in
            let add = "INVENTORY ADD luna water 5"
            market.take(add, key: "k")
            market.pass(seconds: 7 * 86_400)
            #expect(market.run(add, key: "k").json().at("replayed") == "true")
            market.refuse("INVENTORY ADD luna water 6", .conflict, "k", key: "k")
            market.pass(seconds: 1)
            #expect(market.run("INVENTORY ADD luna water 6", key: "k").error == nil)
            #expect(
                market.run("INVENTORY ADD luna water 6", key: "k").json().at("replayed") == "true")
            market.refuse(add, .conflict, key: "k")
            #expect(market.figures("luna", "water") == "1011 0 0 0")
        }
    }

    @Test func refusalsAndDryRunsAreNotStored() throws {
        try Market.check { market in
            market.refuse("INVENTORY REMOVE luna gas 5", .outOfStock, key: "k")
            market.refuse("TRADE CREATE luna mars gas:5@1 ID t", .outOfStock)
            #expect(
                market.run("INVENTORY ADD luna gas 5", key: "d", isDryRun: true).error == nil)
            market.setUp(["INVENTORY ADD luna gas 50"])
            #expect(market.run("INVENTORY REMOVE luna gas 4", key: "k").error == nil)
            #expect(market.run("INVENTORY REMOVE luna gas 4", key: "d").error == nil)
            #expect(
                market.take("TRADE CREATE luna mars gas:1@1 ID t").at("replayed") == "no replayed")
        }
    }

    @Test func aRepeatIsForItsParties() throws {
        try Market.check { market in
            market.setUp([
                "TRADE CREATE luna mars water:5 ID t", "CARGO CREATE luna mars water:5 ID c",
            ])
            let vega = Caller.of("vega")
            #expect(market.run("TRADE CREATE luna mars water:5 ID t", as: vega).code == .noPerm)
            #expect(market.run("CARGO CREATE luna mars water:5 ID c", as: vega).code == .noPerm)
            let luna = Caller.of("luna")
            #expect(market.run("TRADE CREATE luna mars water:5 ID t", as: luna).error == nil)
            // What another's trade was is not told by way of what differs.
            for line in [
                "TRADE CREATE vega mars water:5 ID t", "CARGO CREATE vega mars ore:5 ID c",
            ] {
                market.refuse(line, .conflict, "made by another request", as: vega)
                #expect(market.run(line, as: vega).error?.contains("differs") == false)
            }
        }
    }
}
