import Domain
import Testing

@testable import Ledger

/// The commands that keep stock, and the low-level signal.
@Suite struct InventoryRuleTests {
    @Test func movements() throws {
        try Market.check { market in
            let events = market.events {
                market.setUp([
                    "INVENTORY ADD vega ore 50 REASON mined", "INVENTORY REMOVE vega ore 10",
                    "INVENTORY ADJUST vega ore -5 REASON count",
                    "INVENTORY ADJUST vega ore 2 REASON recount",
                    "INVENTORY HOLD vega ore 7 REASON customs",
                    "INVENTORY RELEASE vega ore 3 REASON cleared",
                ])
            }
            let expected: [(String, Int64, Counterpart?, Int64, Int64)] = [
                ("inventory.added", 50, .supplier, 50, 0),
                ("inventory.removed", -10, .consumed, 40, 0),
                ("inventory.adjusted", -5, .adjust, 35, 0),
                ("inventory.adjusted", 2, .adjust, 37, 0), ("inventory.held", 0, nil, 37, 7),
                ("inventory.released", 0, nil, 37, 4),
            ]
            #expect(events.count == expected.count)
            for (event, (type, delta, counterpart, onHand, held)) in zip(events, expected) {
                #expect("\(event.type.name)" == type)
                guard case .inventory(let change) = event.data else { continue }
                #expect(change.stock.delta == delta)
                #expect(change.stock.counterpart == counterpart)
                #expect(change.stock.after.onHand == onHand)
                #expect(change.stock.after.held == held)
            }
            #expect(market.figures("vega", "ore") == "37 0 4 0")
        }
    }

    @Test func nothingFallsBelowZero() throws {
        try Market.check { market in
            market.setUp([
                "INVENTORY HOLD luna water 300 REASON x",
                "TRADE RESERVE luna mars water:200 TTL 60",
            ])
            market.refuse(
                "INVENTORY REMOVE luna water 501", .outOfStock, "luna has 500 of water available",
                "501 asked")
            market.refuse("INVENTORY ADJUST luna water -501 REASON x", .outOfStock)
            market.refuse("INVENTORY HOLD luna water 501 REASON x", .outOfStock)
            market.refuse(
                "INVENTORY RELEASE luna water 301 REASON x", .outOfStock,
                "luna has 300 of water held", "301 asked")
            market.refuse("INVENTORY REMOVE vega water 1", .outOfStock, "vega has 0")
            market.setUp(["INVENTORY REMOVE luna water 500"])
            #expect(market.figures("luna", "water") == "500 200 300 0")
        }
    }

    @Test func limitsOfNumbers() throws {
        try Market.check { market in
            let most = "9007199254740991"
            market.refuse("INVENTORY ADD luna water \(most)", .range, "on_hand")
            market.refuse("INVENTORY ADD luna gas 9007199254740992", .range)
            market.setUp(["INVENTORY ADD luna gas \(most)"])
            market.refuse("INVENTORY ADD luna gas 1", .range, "on_hand", most)
            market.refuse("INVENTORY ADJUST luna gas -\(most)0 REASON x", .range)
            for quantity in ["0", "-1", "1.5", "x", "", "99999999999999999999"] {
                let code = market.run("INVENTORY ADD luna gas '\(quantity)'").code
                #expect(code == .range || code == .syntax)
            }
            market.refuse("INVENTORY ADJUST luna gas 0 REASON x", .range, "delta")
            market.setUp(["INVENTORY ADJUST luna gas -\(most) REASON x"])
            market.setUp(["CARGO CREATE mars luna gas:70"])
            market.refuse("INVENTORY LIMITS luna gas CAPACITY -1", .range)
            market.refuse("INVENTORY LIMITS luna gas ASK -1 CR", .range)
            market.refuse("INVENTORY LIMITS luna gas ASK 1.005 CR", .range)
            market.refuse("INVENTORY LIMITS luna gas ASK 1 EUR", .notFound)
        }
    }

    @Test func reasonsAreNeeded() throws {
        try Market.check { market in
            for command in ["ADJUST", "HOLD", "RELEASE"] {
                #expect(market.run("INVENTORY \(command) luna water 1").error != nil)
                market.refuse("INVENTORY \(command) luna water 1 REASON ''", .syntax, "REASON")
            }
            market.refuse("INVENTORY ADD nowhere water 1", .notFound, "nowhere")
            market.refuse("INVENTORY ADD luna nothing 1", .notFound, "nothing")
        }
    }

    @Test func limitsAndTheirAbsence() throws {
        try Market.check { market in
            let types = market.types {
                let row = market.take("INVENTORY LIMITS luna water CAPACITY 2000 ASK 9.99 CR")
                #expect(row.at("capacity") == "2000")
                #expect(row.at("low_at") == "200")
                #expect(row.at("ask") == "9.99")
                #expect(market.take("INVENTORY LIMITS luna water LOW 7").at("low_at") == "7")
                let none = market.take(
                    "INVENTORY LIMITS luna water CAPACITY NONE LOW NONE ASK NONE")
                #expect(none.at("capacity") == "null")
                #expect(none.at("low_at") == "null")
                #expect(none.at("currency") == "null")
                // Without a level a row is never low, not even empty.
                #expect(market.take("INVENTORY REMOVE luna water 1000").at("low") == "false")
            }
            #expect(Set(types) == ["inventory.limits", "inventory.removed"])
        }
    }

    @Test func lowIsSaidOnceAndArmedAgain() throws {
        try Market.check { market in
            market.setUp(["INVENTORY LIMITS luna water LOW 100"])
            func types(_ line: String) -> [String] {
                market.types { market.take(line) }
            }
            #expect(types("INVENTORY REMOVE luna water 900") == ["inventory.removed"])
            #expect(
                types("INVENTORY REMOVE luna water 1") == [
                    "inventory.removed", "inventory.low",
                ])
            #expect(types("INVENTORY REMOVE luna water 1") == ["inventory.removed"])
            #expect(types("INVENTORY ADD luna water 1") == ["inventory.added"])
            #expect(types("INVENTORY ADD luna water 1") == ["inventory.added"])
            #expect(
                types("INVENTORY ADJUST luna water -1 REASON x") == [
                    "inventory.adjusted", "inventory.low",
                ])
            #expect(types("INVENTORY ADD luna water 10") == ["inventory.added"])
            #expect(
                types("TRADE CREATE luna mars water:10 ID t") == [
                    "trade.initiated", "shipment.created", "inventory.low",
                ])
            #expect(types("TRADE CANCEL t").count == 2)
            #expect(types("TRADE RESERVE luna mars water:10 ID r TTL 50") == ["trade.reserved"])
            #expect(
                types("TRADE COMMIT r") == [
                    "trade.committed", "shipment.created", "inventory.low",
                ])
            #expect(types("CARGO CREATE luna mars water:1").contains("inventory.low") == false)
        }
    }

    @Test func lowOfCapacity() throws {
        try Market.check { market in
            market.setUp(["INVENTORY LIMITS luna water CAPACITY 1000"])
            let events = market.events { market.take("CARGO CREATE luna mars water:901") }
            #expect(events.names == ["shipment.created", "inventory.low"])
            guard case .inventory(let change)? = events.last?.data else { return }
            #expect(change.stock.after.onHand == 99)
            #expect(change.stock.previous == events.first?.seq)
            #expect(market.run("INVENTORY GET luna water").json().at("low") == "true")
        }
    }
}
