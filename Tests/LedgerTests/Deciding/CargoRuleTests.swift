import Domain
import Testing

@testable import Ledger

/// Shipments and the ships that carry them.
@Suite struct CargoRuleTests {
    @Test func aTransferTakesAndBrings() throws {
        try Market.check { market in
            let types = market.types {
                let cargo = market.take("CARGO CREATE luna mars water:5 ore:3 ID c-1 ETA +2d")
                #expect(cargo.at("trade") == "null")
                #expect(cargo.at("status") == "pending")
                #expect(cargo.at("mass") == "11")
                #expect(cargo.at("volume") == "0.005")
                #expect(cargo.at("promised") == "2026-11-20T11:06:40.000Z")
            }
            #expect(types == ["shipment.created"])
            #expect(market.figures("luna", "water") == "995 0 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 5")
            market.setUp(["CARGO DISPATCH c-1", "CARGO TRACK c-1 1 1 0 NOTE halfway"])
            #expect(market.cargo("c-1", "position.x") == "1")
            market.setUp(["CARGO HOLD c-1 REASON customs", "CARGO RESUME c-1"])
            let end = market.types {
                #expect(market.take("CARGO DELIVER c-1").at("status") == "delivered")
            }
            #expect(end == ["shipment.delivered"])
            #expect(market.figures("mars", "water") == "5 0 0 0")
            #expect(market.cargo("c-1", "position.y") == "4")
            market.refuse("CARGO CREATE luna mars water:5000", .outOfStock, "luna has 995")
        }
    }

    /// Each status against each command that does not fit it.
    @Test func illegalMovesNameFromAndTo() throws {
        try Market.check { market in
            let ways: [(String, [String])] = [
                ("pending", []), ("in_transit", ["DISPATCH"]), ("held", ["DISPATCH", "HOLD"]),
                ("delivered", ["DISPATCH", "DELIVER"]), ("cancelled", ["CANCEL"]),
                ("lost", ["DISPATCH", "LOSE"]), ("returned", ["DISPATCH", "RETURN"]),
            ]
            let moves: [(String, String, Set<String>)] = [
                ("DISPATCH", "in_transit", ["pending"]), ("HOLD", "held", ["in_transit"]),
                ("RESUME", "in_transit", ["held"]),
                ("DELIVER", "delivered", ["in_transit", "held"]),
                ("CANCEL", "cancelled", ["pending"]), ("LOSE", "lost", ["in_transit", "held"]),
                ("RETURN", "returned", ["in_transit", "held"]),
            ]
            for (status, way) in ways {
                let id = "c-\(status)"
                market.take("CARGO CREATE luna mars water:1 ID \(id)")
                for command in way { market.take("CARGO \(command) \(id)") }
                #expect(market.cargo(id) == status)
                for (command, next, allowed) in moves where !allowed.contains(status) {
                    market.refuse("CARGO \(command) \(id)", .badState, "from \(status) to \(next)")
                }
                let isOpen = ["pending", "in_transit", "held"].contains(status)
                #expect((market.run("CARGO TRACK \(id) 1 2 3").error == nil) == isOpen)
                #expect((market.run("CARGO ETA \(id) +1d").error == nil) == isOpen)
            }
            market.refuse("CARGO DISPATCH nothing", .notFound, "shipment nothing")
        }
    }

    @Test func receiptsInParts() throws {
        try Market.check { market in
            market.setUp([
                "CARGO CREATE luna mars water:10 ore:4 water:5 ID c", "CARGO DISPATCH c",
            ])
            let first = market.events {
                market.take("CARGO DELIVER c water:12 LOST water:1 ore:1 REASON dented")
            }
            #expect(first.names == ["shipment.received"])
            if case .shipment(let change)? = first.first?.data {
                #expect(change.receipt.map(\.quantity) == [10, 2, 0, 0])
                #expect(change.receipt.map(\.lost) == [0, 0, 1, 1])
                #expect(change.receipt.last?.reason == "dented")
                #expect(change.receipt.first?.reason == nil)
            }
            #expect(market.figures("mars", "water") == "12 0 0 2")
            market.refuse("CARGO DELIVER c water:3", .range, "no more than 2 of water")
            market.refuse("CARGO DELIVER c water:2 LOST water:1", .range, "water")
            market.refuse("CARGO DELIVER c gas:1", .range, "carries no gas")
            market.refuse("CARGO DELIVER c LOST", .syntax, "LOST")
            market.refuse("CARGO DELIVER c ore:9007199254740991", .range)
            market.refuse("CARGO DELIVER c water:2@5", .syntax)
            #expect(market.take("CARGO DELIVER c ore:3").at("status") == "in_transit")
            #expect(market.take("CARGO DELIVER c LOST water:2").at("status") == "delivered")
            #expect(market.cargo("c", "lines.0.delivered") == "10")
            #expect(market.cargo("c", "lines.2.lost") == "3")
            #expect(market.figures("mars", "water") == "12 0 0 0")
            #expect(market.figures("mars", "ore") == "3 0 0 0")
        }
    }

    @Test func endsWithoutDelivery() throws {
        try Market.check { market in
            for (id, end) in [("a", "LOSE"), ("b", "RETURN"), ("c", "DELIVER")] {
                market.setUp(["CARGO CREATE luna mars water:10 ID \(id)", "CARGO DISPATCH \(id)"])
                if end != "DELIVER" { market.take("CARGO DELIVER \(id) water:4") }
                let events = market.events {
                    market.take(
                        "CARGO \(end) \(id)\(end == "DELIVER" ? " LOST water:10" : "") REASON why")
                }
                #expect(events.count == 1)
                if case .shipment(let change)? = events.first?.data {
                    #expect(change.reason == "why")
                }
            }
            #expect(market.cargo("a", "lines.0.lost") == "6")
            #expect(market.cargo("c") == "lost")
            #expect(market.figures("luna", "water") == "976 0 0 0")
            #expect(market.figures("mars", "water") == "8 0 0 0")
        }
    }

    @Test func shipsCarryWhatTheyCan() throws {
        try Market.check { market in
            market.setUp([
                "SHIP ADD swift MASS 20 VOLUME 0.012 DOCKED luna",
                "CARGO CREATE luna mars water:8 ID a", "CARGO CREATE luna mars water:5 ID b",
                "CARGO CREATE luna mars ore:7 ID c", "CARGO CREATE luna mars water:4 ID d",
                "CARGO DISPATCH a BY swift",
            ])
            #expect(market.run("SHIP GET swift").json().at("load.mass") == "8")
            #expect(market.run("SHIP GET swift").json().at("status") == "in_transit")
            #expect(market.run("SHIP GET swift").json().at("station") == "null")
            market.refuse("CARGO DISPATCH b BY swift", .noCapacity, "swift", "0.004 m3 left")
            market.refuse("CARGO DISPATCH c BY swift", .noCapacity, "12.000 kg left")
            market.refuse("SHIP SET swift STATUS out_of_service", .badState, "carries 1")
            market.refuse("CARGO DISPATCH c BY nothing", .notFound, "ship nothing")
            market.setUp(["CARGO DISPATCH d BY swift", "CARGO DELIVER a"])
            #expect(market.run("SHIP GET swift").json().at("load.shipments") == "1")
            #expect(market.run("SHIP GET swift").json().at("status") == "in_transit")
            market.setUp(["CARGO DELIVER d"])
            let ship = market.run("SHIP GET swift").json()
            #expect(ship.at("load.volume") == "0")
            #expect(ship.at("status") == "docked")
            #expect(ship.at("station") == "mars")
            #expect(ship.at("position.x") == "3")
            market.setUp(["SHIP SET swift STATUS out_of_service"])
            market.refuse("CARGO DISPATCH b BY swift", .badState, "out of service")
        }
    }

    @Test func aShipMovesWhatIsAboard() throws {
        try Market.check { market in
            market.setUp([
                "SHIP ADD swift", "CARGO CREATE luna mars water:8 ID a",
                "CARGO CREATE luna mars water:8 ID b", "CARGO CREATE luna mars water:8 ID c",
                "CARGO DISPATCH a BY swift", "CARGO DISPATCH b BY swift", "CARGO DISPATCH c",
            ])
            let types = market.types { market.take("SHIP TRACK swift 7 8 9 NOTE here") }
            #expect(types == ["ship.tracked"])
            #expect(market.cargo("a", "position.z") == "9")
            #expect(market.cargo("b", "position.z") == "9")
            #expect(market.cargo("c", "position.z") == "0")
            market.setUp(["CARGO RETURN a", "CARGO LOSE b", "SHIP TRACK swift 1 1 1"])
            #expect(market.run("SHIP GET swift").json().at("load.shipments") == "0")
            #expect(market.cargo("a", "position.z") == "9")
            for coordinate in ["nan", "inf", "1e999", "0x1", "1,5", ""] {
                #expect(market.run("SHIP TRACK swift '\(coordinate)' 0 0").code != nil)
            }
        }
    }
}
