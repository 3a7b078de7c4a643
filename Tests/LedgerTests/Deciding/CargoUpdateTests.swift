import Domain
import Testing

@testable import Ledger

/// Any of a shipment's fields at once, and a row that is cleared.
@Suite struct CargoUpdateTests {
    @Test func oneTransactionForAll() throws {
        try Market.check { market in
            market.take("CARGO CREATE luna mars water:5 ID c-1 ETA +2d")
            let leaving = market.types {
                let cargo = market.take(
                    "CARGO UPDATE c-1 STATUS in_transit ETA +3d AT 1 2 0 NOTE 'past the gate'")
                #expect(cargo.at("status") == "in_transit")
                #expect(cargo.at("position.y") == "2")
            }
            #expect(leaving == ["shipment.dispatched", "shipment.tracked"])
            let events = market.take("CARGO HISTORY c-1")
            #expect(events.at("items.2.note") == "past the gate")
            let ending = market.types {
                let cargo = market.take("CARGO UPDATE c-1 STATUS delivered AT 3 4 0 ETA +4d")
                #expect(cargo.at("status") == "delivered")
            }
            #expect(
                ending == ["shipment.rescheduled", "shipment.tracked", "shipment.delivered"])
            #expect(market.figures("mars", "water") == "5 0 0 0")
        }
    }

    @Test func whatIsSoChangesNothing() throws {
        try Market.check { market in
            market.take("CARGO CREATE luna mars water:5 ID c-1 ETA 2027-01-01T00:00:00Z")
            let types = market.types {
                market.take("CARGO UPDATE c-1")
                market.take("CARGO UPDATE c-1 STATUS pending REASON why")
                market.take("CARGO UPDATE c-1 ETA 2027-01-01T00:00:00Z")
                market.take("CARGO UPDATE c-1 STATUS in_transit")
                market.take("CARGO UPDATE c-1 STATUS in_transit AT 0 0 0")
            }
            #expect(types == ["shipment.dispatched"])
        }
    }

    @Test func movesThatAreNone() throws {
        try Market.check { market in
            market.setUp(["SHIP ADD hermes", "CARGO CREATE luna mars water:5 ID c-1"])
            market.refuse("CARGO UPDATE c-1 STATUS delivered", .badState, "from pending")
            market.refuse("CARGO UPDATE c-1 STATUS held", .badState, "from pending")
            market.refuse("CARGO UPDATE c-1 BY hermes", .badState, "when it leaves")
            market.refuse("CARGO UPDATE c-1 NOTE hello", .badState, "position")
            market.refuse("CARGO UPDATE c-1 STATUS delayed", .syntax, "STATUS")
            market.refuse("CARGO UPDATE c-9 STATUS held", .notFound, "c-9")
            // All or nothing: the status would do, the ETA does not.
            market.refuse(
                "CARGO UPDATE c-1 STATUS in_transit AT 1 1 1 ETA 2020-01-01T00:00:00Z", .range,
                "has passed")
            #expect(market.cargo("c-1") == "pending")
            market.take("CARGO UPDATE c-1 STATUS in_transit BY hermes")
            market.take("CARGO UPDATE c-1 BY hermes")
            #expect(market.cargo("c-1", "ship") == "hermes")
            market.refuse(
                "CARGO UPDATE c-1 STATUS pending", .badState, "from in_transit to pending")
        }
    }

    @Test func lossesWithReasonsOfTheirOwn() throws {
        try Market.check { market in
            market.setUp([
                "CARGO CREATE luna mars water:5 ore:4 ID c-1", "CARGO DISPATCH c-1",
                "CARGO DELIVER c-1 water:4 ore:2 LOST 'water:1@a leak' ore:2 REASON 'rough trip'",
            ])
            let event = market.take("EVENT LIST TYPES shipment.delivered")
            let receipt = "items.0.data.receipt"
            #expect(event.at("\(receipt).2.reason") == "a leak")
            #expect(event.at("\(receipt).3.reason") == "rough trip")
        }
    }

    @Test func aRowIsCleared() throws {
        try Market.check { market in
            market.take("TRADE RESERVE luna mars water:5 TTL 600 ID t-1")
            market.refuse("INVENTORY CLEAR luna water", .badState, "5 of the stock row")
            market.refuse("INVENTORY CLEAR mars water", .badState, "on their way")
            market.refuse("INVENTORY CLEAR vega water", .notFound, "no stock row")
            market.take("TRADE CANCEL t-1")
            let types = market.types {
                let row = market.take("INVENTORY CLEAR luna water REASON 'sold off'")
                #expect(row.at("on_hand") == "0")
                market.take("INVENTORY CLEAR luna water")
            }
            #expect(types == ["inventory.removed"])
        }
    }
}
