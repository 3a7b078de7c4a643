import Domain
import Testing

@testable import Ledger

/// The states of a trade: every legal move with its figures, every illegal one refused.
@Suite struct TradeStateTests {
    @Test func createTakesGoodsAtOnce() throws {
        try Market.check { market in
            let types = market.types {
                let trade = market.take(
                    "TRADE CREATE luna mars water:5 ore:2 ID t-1 REF PO-7 META '{\"a\": 1}'")
                #expect(trade.at("status") == "initiated")
                #expect(trade.at("payment") == "pending")
                #expect(trade.at("fulfilment") == "none")
                #expect(trade.at("total") == "68.50")
                #expect(trade.at("lines.0.line_total") == "62.50")
                #expect(trade.at("reference") == "PO-7")
                #expect(trade.at("attributes.a") == "1")
                #expect(trade.at("actor") == "local")
                #expect(trade.at("expires") == "null")
            }
            #expect(types == ["trade.initiated", "shipment.created"])
            #expect(market.figures("luna", "water") == "995 0 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 5")
            let shipment = market.shipment(of: "t-1")
            #expect(market.cargo(shipment) == "pending")
            #expect(market.cargo(shipment, "trade") == "t-1")
            #expect(market.cargo(shipment, "mass") == "9")
            #expect(market.cargo(shipment, "eta") == market.cargo(shipment, "promised"))
        }
    }

    @Test func reserveCommitDeliver() throws {
        try Market.check { market in
            let first = market.types {
                market.take("TRADE RESERVE luna mars water:5 ID t-1 TTL 60")
            }
            #expect(first == ["trade.reserved"])
            #expect(market.figures("luna", "water") == "1000 5 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 5")
            #expect(market.trade("t-1", "shipments") == "[]")
            market.setUp(["ITEM SET water PRICE 99 CR"])
            let second = market.types { market.take("TRADE COMMIT t-1") }
            #expect(second == ["trade.committed", "shipment.created"])
            #expect(market.trade("t-1", "total") == "62.50")
            #expect(market.trade("t-1", "expires") == "null")
            #expect(market.figures("luna", "water") == "995 0 0 0")
            let shipment = market.shipment(of: "t-1")
            market.take("CARGO DISPATCH \(shipment)")
            let third = market.types { market.take("CARGO DELIVER \(shipment)") }
            #expect(third == ["shipment.delivered", "trade.completed"])
            #expect(market.trade("t-1") == "completed")
            #expect(market.trade("t-1", "fulfilment") == "full")
            #expect(market.figures("mars", "water") == "5 0 0 0")
        }
    }

    @Test func aReservationKeepsItsEta() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:1 TTL 9000 ID a ETA +1h",
                "TRADE RESERVE luna mars water:1 TTL 9000 ID b ETA +1h",
                "TRADE RESERVE luna mars water:1 TTL 9000 ID c",
            ])
            let eta = "2026-11-18T12:06:40.000Z"
            market.pass(seconds: 60)
            try market.restart()
            market.setUp(["TRADE COMMIT a", "TRADE COMMIT c"])
            #expect(market.cargo(market.shipment(of: "a"), "promised") == eta)
            #expect(
                market.cargo(market.shipment(of: "c"), "eta") == "2026-11-25T11:07:40.000Z")
            // One that has passed by the commit is late from the start.
            market.pass(seconds: 3_600)
            market.take("TRADE COMMIT b")
            market.makes(["shipment.delayed"]) { market.tick() }
            #expect(market.cargo(market.shipment(of: "b"), "delayed") == "true")
        }
    }

    @Test func cancelGivesBack() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:5 ID r TTL 60",
                "TRADE CREATE luna mars water:7 ID c",
                "TRADE PAY c", "TRADE PAY r",
            ])
            #expect(market.trade("c", "payment") == "paid")
            let reserved = market.events { market.take("TRADE CANCEL r REASON 'no need'") }
            #expect(reserved.names == ["trade.cancelled", "trade.refunded"])
            if case .trade(let change)? = reserved.first?.data {
                #expect(change.reason == "no need")
            }
            let types = market.types {
                let trade = market.take("TRADE CANCEL c")
                #expect(trade.at("payment") == "refunded")
            }
            #expect(types == ["trade.cancelled", "shipment.cancelled", "trade.refunded"])
            #expect(market.figures("luna", "water") == "1000 0 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 0")
        }
    }

    @Test func nothingCancelsWhatHasLeft() throws {
        try Market.check { market in
            market.take("TRADE CREATE luna mars water:7 ID c")
            let shipment = market.shipment(of: "c")
            market.refuse("CARGO CANCEL \(shipment)", .badState, "belongs to trade c")
            market.take("CARGO DISPATCH \(shipment)")
            market.refuse("TRADE CANCEL c", .badState, "from initiated to cancelled", "in_transit")
            market.take("CARGO HOLD \(shipment)")
            market.refuse("TRADE CANCEL c", .badState, "held")
        }
    }

    /// Each trade status against each command that does not fit it.
    @Test func illegalMovesNameFromAndTo() throws {
        try Market.check { market in
            market.setUp([
                "TRADE CREATE luna mars water:1 ID initiated",
                "TRADE CREATE luna mars water:1 ID completed",
                "TRADE CREATE luna mars water:1 ID cancelled", "TRADE CANCEL cancelled",
                "TRADE RESERVE luna mars water:1 ID expired TTL 1",
            ])
            market.pass(seconds: 2)
            market.take("TRADE RESERVE luna mars water:1 ID reserved TTL 600")
            let shipment = market.shipment(of: "completed")
            market.setUp(["CARGO DISPATCH \(shipment)", "CARGO DELIVER \(shipment)"])
            for status in ["initiated", "completed", "cancelled", "expired"] {
                #expect(market.trade(status) == status)
                market.refuse("TRADE COMMIT \(status)", .badState, "from \(status) to initiated")
            }
            for status in ["completed", "cancelled", "expired"] {
                market.refuse("TRADE CANCEL \(status)", .badState, "from \(status) to cancelled")
            }
            for status in ["cancelled", "expired"] {
                market.refuse("TRADE PAY \(status)", .badState, "from payment pending to paid")
            }
            for status in ["initiated", "completed", "reserved"] {
                #expect(market.take("TRADE PAY \(status)").at("payment") == "paid")
                market.refuse("TRADE PAY \(status)", .badState, "from payment paid to paid")
            }
            for command in ["COMMIT", "CANCEL", "PAY"] {
                market.refuse("TRADE \(command) nothing", .notFound, "trade nothing")
            }
        }
    }

    @Test func nothingDeliveredIsCancelled() throws {
        try Market.check { market in
            for (id, end) in [("a", "LOSE"), ("b", "RETURN"), ("c", "DELIVER")] {
                market.setUp(["TRADE CREATE luna mars water:5 ID \(id)", "TRADE PAY \(id)"])
                let shipment = market.shipment(of: id)
                market.take("CARGO DISPATCH \(shipment)")
                let types = market.types {
                    market.take(
                        "CARGO \(end) \(shipment)\(end == "DELIVER" ? " LOST water:5" : "")")
                }
                #expect(types.dropFirst() == ["trade.cancelled", "trade.refunded"])
                #expect(market.trade(id) == "cancelled")
                #expect(market.trade(id, "payment") == "refunded")
                #expect(market.trade(id, "fulfilment") == "none")
            }
            #expect(market.figures("luna", "water") == "990 0 0 0")
            #expect(market.figures("mars", "water") == "0 0 0 0")
        }
    }

    @Test func partOfItDeliveredIsCompleted() throws {
        try Market.check { market in
            for (id, end) in [("a", "LOSE"), ("b", "RETURN"), ("c", "DELIVER")] {
                market.setUp(["TRADE CREATE luna mars water:5 ore:3 ID \(id)", "TRADE PAY \(id)"])
                let shipment = market.shipment(of: id)
                market.take("CARGO DISPATCH \(shipment)")
                let types = market.types {
                    market.take("CARGO DELIVER \(shipment) water:2 LOST ore:1 REASON wet")
                }
                #expect(types == ["shipment.received"])
                #expect(market.trade(id, "fulfilment") == "partial")
                #expect(market.trade(id) == "initiated")
                market.take("CARGO \(end) \(shipment)")
                #expect(market.trade(id) == "completed")
                #expect(market.trade(id, "payment") == "paid")
                #expect(market.trade(id, "fulfilment") == "partial")
            }
            #expect(market.figures("luna", "water") == "988 0 0 0")
            #expect(market.figures("luna", "ore") == "493 0 0 0")
            #expect(market.figures("mars", "water") == "9 0 0 0")
            #expect(market.figures("mars", "ore") == "2 0 0 0")
        }
    }
}
