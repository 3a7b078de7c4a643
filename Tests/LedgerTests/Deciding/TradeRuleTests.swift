import Domain
import Testing

@testable import Ledger

/// What a trade needs: stock, room, open stations, lines and quantities within their limits.
@Suite struct TradeRuleTests {
    @Test func stockIsChecked() throws {
        try Market.check { market in
            market.refuse(
                "TRADE CREATE luna mars water:1001", .outOfStock,
                "luna has 1000 of water available, 1001 asked")
            market.setUp([
                "INVENTORY HOLD luna water 300 REASON customs",
                "TRADE RESERVE luna mars water:600 TTL 60 ID r",
            ])
            market.refuse("TRADE CREATE luna mars water:101", .outOfStock, "luna has 100 of water")
            market.refuse("TRADE RESERVE luna vega water:101 TTL 5", .outOfStock)
            let answer = market.run("TRADE CREATE luna mars ore:1 water:101")
            if case .error(let error) = answer.value {
                #expect(error.station?.text == "luna")
                #expect(error.item?.text == "water")
                #expect(error.asked == 101)
                #expect(error.available == 100)
            }
            market.take("TRADE CREATE luna mars water:100")
            #expect(market.figures("luna", "water") == "900 600 300 0")
            #expect(market.run("INVENTORY LEVEL luna water").integer == 0)
            market.refuse("TRADE CREATE vega mars gas:1@1", .outOfStock, "vega has 0 of gas")
        }
    }

    @Test func demandIsSummedOverLines() throws {
        try Market.check { market in
            market.refuse(
                "TRADE CREATE luna mars water:600 ore:1 water:401", .outOfStock,
                "luna has 1000 of water available, 1001 asked")
            let trade = market.take("TRADE CREATE luna mars water:600@1 ore:1 water:400@2 ID t")
            #expect(trade.at("lines.2.unit_price") == "2.00")
            #expect(market.figures("luna", "water") == "0 0 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 1000")
            let shipment = market.shipment(of: "t")
            market.setUp([
                "CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment) water:700",
            ])
            #expect(market.cargo(shipment, "lines.0.delivered") == "600")
            #expect(market.cargo(shipment, "lines.2.delivered") == "100")
        }
    }

    @Test func capacityAdmits() throws {
        try Market.check { market in
            market.setUp(["INVENTORY LIMITS mars water CAPACITY 10", "INVENTORY ADD mars water 2"])
            market.refuse(
                "TRADE CREATE luna mars water:9", .noCapacity, "mars has room for 8 of water",
                "9 asked", "capacity 10")
            market.refuse("TRADE RESERVE luna mars water:5 water:4 TTL 9", .noCapacity)
            market.refuse("CARGO CREATE luna mars water:9", .noCapacity)
            market.refuse("INVENTORY ADD mars water 9", .noCapacity)
            market.refuse("INVENTORY ADJUST mars water 9 REASON count", .noCapacity)
            market.setUp(["TRADE RESERVE luna mars water:5 TTL 9 ID r"])
            market.refuse("TRADE CREATE luna mars water:4", .noCapacity, "room for 3")
            market.setUp(["TRADE CREATE luna mars water:3 ID c"])
            market.refuse("INVENTORY ADD mars water 1", .noCapacity, "room for 0")
            // A lowered capacity may be exceeded, and stops nothing that was admitted.
            market.setUp(["INVENTORY LIMITS mars water CAPACITY 1", "TRADE COMMIT r"])
            market.setUp(["INVENTORY ADJUST mars water -1 REASON count"])
            market.refuse("INVENTORY ADD mars water 1", .noCapacity, "room for 0")
            for trade in ["r", "c"] {
                let shipment = market.shipment(of: trade)
                market.setUp(["CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment)"])
            }
            #expect(market.figures("mars", "water") == "9 0 0 0")
        }
    }

    @Test func giveBacksMayExceedCapacity() throws {
        try Market.check { market in
            market.setUp([
                "TRADE CREATE luna mars water:500 ID t", "CARGO CREATE luna mars water:400 ID c",
                "CARGO CREATE luna mars water:50 ID r", "CARGO DISPATCH r",
                "INVENTORY LIMITS luna water CAPACITY 50", "TRADE CANCEL t", "CARGO CANCEL c",
                "CARGO RETURN r",
            ])
            #expect(market.figures("luna", "water") == "1000 0 0 0")
        }
    }

    @Test func closedStations() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:5 TTL 90 ID r",
                "TRADE CREATE luna mars water:5 ID t",
                "STATION CLOSE mars",
            ])
            for line in [
                "TRADE CREATE luna mars water:1", "TRADE CREATE mars luna gas:1@1",
                "TRADE RESERVE luna mars water:1 TTL 5", "TRADE QUOTE luna mars water:1",
                "CARGO CREATE luna mars water:1", "CARGO CREATE mars luna gas:1", "TRADE COMMIT r",
            ] { market.refuse(line, .closed, "station mars is closed") }
            market.refuse("STATION CLOSE mars", .badState, "closed")
            // What is under way goes on.
            let shipment = market.shipment(of: "t")
            market.setUp([
                "CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment)", "STATION OPEN mars",
                "TRADE COMMIT r",
            ])
            market.refuse("STATION OPEN mars", .badState, "open")
        }
    }

    @Test func linesAndQuantities() throws {
        try Market.check { market in
            market.refuse("TRADE CREATE luna luna water:1", .badState, "itself")
            market.refuse("CARGO CREATE luna luna water:1", .badState, "itself")
            market.refuse("TRADE CREATE luna mars ID t-1 water:1", .syntax, "at least one")
            market.refuse("TRADE CREATE luna mars water:0", .range, "quantity")
            market.refuse("TRADE CREATE luna mars water:-1", .range, "quantity")
            market.refuse("TRADE CREATE luna mars water:9007199254740992", .range, "quantity")
            market.refuse("TRADE CREATE luna mars water:9223372036854775808", .range)
            for line in [
                "water:", "water:x", "water:1.5@", ":5", "water:1@", "water:1@x", "wa ter:1",
            ] {
                let answer = market.run("TRADE CREATE luna mars \"\(line)\"")
                #expect(answer.code == .syntax || answer.code == .range, "\(line): \(answer)")
            }
            market.refuse("TRADE CREATE luna mars nothing:1", .notFound, "item nothing")
            market.refuse("TRADE CREATE luna nowhere water:1", .notFound, "station nowhere")
            market.refuse("TRADE CREATE nowhere mars water:1", .notFound, "station nowhere")
            let hundred = Array(repeating: "water:1", count: 100).joined(separator: " ")
            market.refuse("TRADE CREATE luna mars \(hundred) water:1", .limit, "100 lines")
            market.refuse("CARGO CREATE luna mars \(hundred) water:1", .limit, "100")
            market.refuse("CARGO CREATE luna mars water:1@5", .syntax, "no prices")
            #expect(
                market.take("TRADE CREATE luna mars \(hundred)").at("lines.99.item") == "water")
        }
    }

    @Test func options() throws {
        try Market.check { market in
            market.refuse("TRADE CREATE luna mars water:1 TTL 5", .syntax, "TTL")
            market.refuse("TRADE RESERVE luna mars water:1 ID r x", .syntax)
            market.refuse("TRADE RESERVE luna mars water:1 ID r1 REF x", .syntax, "TTL")
            market.refuse("TRADE RESERVE luna mars water:1 TTL 0", .range, "TTL")
            market.refuse("TRADE CREATE luna mars water:1 ID a ID b", .syntax, "twice")
            market.refuse("TRADE CREATE luna mars water:1 COLOUR red", .syntax, "unknown option")
            market.refuse("TRADE CREATE luna mars water:1 ID", .syntax, "ID needs a value")
            market.refuse("TRADE CREATE luna mars water:1 ETA 2020-01-01T00:00:00Z", .range, "ETA")
            market.refuse("TRADE CREATE luna mars water:1 ETA soon", .syntax, "ETA")
            market.refuse("TRADE CREATE luna mars water:1 ETA +99999999d", .range)
            let trade = market.take("trade create luna mars water:1 eta +3d id t ref x")
            #expect(trade.at("reference") == "x")
            let shipment = market.shipment(of: "t")
            #expect(market.cargo(shipment, "eta") == "2026-11-21T11:06:40.000Z")
        }
    }

    @Test func retiredItemsAreNotSold() throws {
        try Market.check { market in
            market.setUp(["TRADE CREATE luna mars ore:5 ID t", "ITEM SET ore STATUS retired"])
            market.refuse("TRADE CREATE luna mars ore:1", .badState, "item ore is retired")
            market.refuse("TRADE QUOTE luna mars ore:1", .badState, "item ore is retired")
            market.refuse("CARGO CREATE luna mars ore:1", .badState, "item ore is retired")
            // What was sold before still arrives.
            let shipment = market.shipment(of: "t")
            market.setUp(["CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment) ore:5"])
        }
    }
}
