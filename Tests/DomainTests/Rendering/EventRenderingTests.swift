import Basics
import Domain
import Testing

@Suite("Events as JSON") struct EventRenderingTests {
    private let samples = RenderingSamples()
    private var names: Names { samples.names }

    @Test func wholeEvent() {
        let digest = EventData.system(.digest(Digest128(high: 1, low: 2)))
        #expect(
            rendered {
                $0.appendJSON(
                    samples.event(.systemDigest, digest, command: nil), history: "H", names: names)
            }
                == #"""
                {"seq":1042,"id":"H:1042","time":"2026-11-18T11:06:40.000Z",\#
                "type":"system.digest","subject":"system","stations":[],"actor":"ada",\#
                "cause":{"command":null,"key":null,"rules":[]},\#
                "transaction":{"first":1041,"count":3},\#
                "data":{"digest":"00000000000000010000000000000002"}}
                """#)
    }

    @Test func causeAndStations() {
        let change = TradeChange(trade: samples.trade, previous: 0)
        var event = samples.event(.tradeInitiated, .trade(change))
        event.cause.rules = [
            RuleReference(name: samples.id("surge"), version: "1.2", hook: "price"),
            RuleReference(name: samples.id("tax"), version: "3", hook: "price"),
        ]
        event.key = RequestIdentity(kind: .key, name: samples.id("k-1"), requestHash: 1)
        let text = rendered { $0.appendJSON(event, history: "H", names: names) }
        #expect(
            text.hasPrefix(
                #"""
                {"seq":1042,"id":"H:1042","time":"2026-11-18T11:06:40.000Z",\#
                "type":"trade.initiated","subject":"trade/t-1",\#
                "stations":["luna-1","mars-2"],"actor":"ada",\#
                "cause":{"command":"TRADE CREATE","key":"k-1","rules":[\#
                {"name":"surge","version":"1.2","hook":"price"},\#
                {"name":"tax","version":"3","hook":"price"}]},\#
                "transaction":{"first":1041,"count":3},"data":{"trade":{"id":"t-1",
                """#))
    }

    @Test func subjects() {
        var ship = samples.ship
        ship.station = .init(2)
        var before = samples.ship
        before.station = .init(1)
        let currency = Currency(code: samples.yen, name: "Yen", scale: 0, seq: 6)
        let rate = ExchangeRate(
            base: .credits, quote: samples.yen, rate: .one, set: samples.created, seq: 7)
        let cases: [(EventData, String, [UInt32])] = [
            (.trade(TradeChange(trade: samples.trade, previous: 0)), "trade/t-1", [1, 2]),
            (
                .shipment(ShipmentChange(shipment: samples.transfer, previous: 0)),
                "shipment/c-1", [1, 2]
            ),
            (
                .inventory(
                    InventoryChange(
                        stock: StockChange(
                            after: samples.stock, previous: 0, delta: 0, counterpart: nil),
                        quantity: 1, reason: nil)), "inventory/luna-1/water", [1]
            ),
            (.station(before: nil, after: samples.station), "station/luna-1", [1]),
            (.item(before: nil, after: samples.item), "item/water", []),
            (.ship(before: before, after: ship, aboard: [], note: nil), "ship/ark", [1, 2]),
            (.ship(before: ship, after: ship, aboard: [], note: nil), "ship/ark", [2]),
            (.currency(currency), "currency/JPY", []),
            (.rate(rate, previous: nil), "rate/CR/JPY", []),
            (.system(.started(version: "1")), "system", []),
        ]
        for (data, subject, stations) in cases {
            let event = samples.event(.tradePaid, data)
            #expect(rendered { $0.appendSubject(event, names: names) } == subject)
            var found: [UInt32] = []
            event.forEachStation { found.append($0.raw) }
            #expect(found == stations)
        }
    }

    @Test func tradeData() {
        let trade = rendered { $0.appendJSON(samples.reserved, names: names) }
        let stock = rendered { $0.appendJSON(samples.stock, names: names) }
        let row = StockChange(
            after: samples.stock, previous: 0, delta: -5, counterpart: .transit)
        let change = TradeChange(
            trade: samples.reserved, previous: 1, stock: [row, row],
            steps: [
                PriceStep(line: 0, source: .ask, outcome: .changed, before: nil, after: 12)
            ], reason: "x")
        #expect(
            samples.data(.tradeReserved, .trade(change))
                == #"""
                {"trade":\#(trade),"stock":[\#(stock),\#(stock)],"steps":[\#
                {"line":0,"source":"ask","rule":null,"version":null,"outcome":"changed",\#
                "before":null,"after":"12","reason":null,"inputs":null,"microseconds":null,\#
                "error":null}],"expires":"2026-11-18T11:21:40.000Z","reason":"x"}
                """#)
    }

    @Test func shipmentData() {
        let shipment = rendered { $0.appendJSON(samples.transfer, names: names) }
        let change = ShipmentChange(shipment: samples.transfer, previous: 1)
        #expect(
            samples.data(.shipmentHeld, .shipment(change))
                == #"""
                {"shipment":\#(shipment),"stock":[],"receipt":[],"point":null,\#
                "previous_eta":null,"reason":null}
                """#)
        var details = ShipmentDetails()
        details.receipt = [
            ReceiptLine(item: .init(1), quantity: 3, lost: 1, reason: "leak"),
            ReceiptLine(item: .init(1), quantity: 0, lost: 0, reason: nil),
        ]
        details.point = TrackingPoint(position: .origin, note: nil, time: samples.created)
        details.previousETA = samples.created
        details.reason = "short"
        let received = ShipmentChange(
            shipment: samples.transfer, previous: 1, details: details)
        #expect(
            samples.data(.shipmentReceived, .shipment(received))
                == #"""
                {"shipment":\#(shipment),"stock":[],"receipt":[{"item":"water",\#
                "quantity":3,"lost":1,"reason":"leak"},{"item":"water","quantity":0,\#
                "lost":0,"reason":null}],"point":{"position":{"x":0,"y":0,"z":0},\#
                "note":null,"time":"2026-11-18T11:06:40.000Z"},\#
                "previous_eta":"2026-11-18T11:06:40.000Z","reason":"short"}
                """#)
    }

    @Test func inventoryData() {
        let stock = rendered { $0.appendJSON(samples.stock, names: names) }
        let change = InventoryChange(
            stock: StockChange(after: samples.stock, previous: 0, delta: -3, counterpart: .adjust),
            quantity: -3, reason: "count")
        #expect(
            samples.data(.inventoryAdjusted, .inventory(change))
                == #"""
                {"station":"luna-1","item":"water","quantity":-3,"counterpart":"ADJUST",\#
                "reason":"count","stock":\#(stock)}
                """#)
    }

    @Test func catalogData() {
        let station = rendered { $0.appendJSON(samples.station, names: names) }
        #expect(
            samples.data(.stationChanged, .station(before: samples.station, after: samples.station))
                == #"""
                {"before":\#(station),"after":\#(station)}
                """#)
        let item = rendered { $0.appendJSON(samples.item, names: names) }
        #expect(
            samples.data(.itemAdded, .item(before: nil, after: samples.item))
                == #"""
                {"before":null,"after":\#(item)}
                """#)
        let ship = rendered { $0.appendJSON(samples.ship, names: names) }
        let moved = RecordChange(after: samples.transfer, previous: 1)
        let data = EventData.ship(
            before: samples.ship, after: samples.ship, aboard: [moved], note: "gate")
        #expect(
            samples.data(.shipChanged, data) == #"""
                {"before":\#(ship),"after":\#(ship)}
                """#)
        let shipment = rendered { $0.appendJSON(samples.transfer, names: names) }
        #expect(
            samples.data(.shipTracked, data) == #"""
                {"before":\#(ship),"after":\#(ship)\#
                ,"shipments":[\#(shipment)],"note":"gate"}
                """#)
        let rate = ExchangeRate(
            base: .credits, quote: samples.yen, rate: .one, set: samples.created, seq: 7)
        #expect(
            samples.data(.rateSet, .rate(rate, previous: Rate(billionths: 1_500_000_000)))
                == #"{"base":"CR","quote":"JPY","rate":"1","previous":"1.5"}"#)
        let currency = Currency(code: samples.yen, name: "Yen", scale: 0, seq: 6)
        #expect(
            samples.data(.currencyAdded, .currency(currency))
                == #"{"before":null,"after":{"code":"JPY","name":"Yen","scale":0,"seq":6}}"#)
    }

    @Test func systemData() {
        #expect(
            samples.data(.systemStarted, .system(.started(version: "0.1")))
                == #"{"version":"0.1"}"#)
        let promoted = SystemChange.promoted(history: "h2", previous: "h1", endedAt: 9)
        #expect(
            samples.data(.systemPromoted, .system(promoted))
                == #"{"history":"h2","previous":"h1","ended_at":9}"#)
        #expect(
            samples.data(.systemTimeAccepted, .system(.timeAccepted(skewMilliseconds: -5)))
                == #"{"clock_skew_ms":-5}"#)
    }

    @Test func stepsOfRules() {
        let rule = PriceStep.RuleStep(
            name: samples.id("surge"), version: "1.2", reason: "busy", inputs: #"{"n":1}"#,
            microseconds: 42, error: "late")
        let conversion = PriceStep.Conversion(
            amount: 900, currency: samples.yen, rate: Rate(billionths: 500_000_000) ?? .one)
        func text(_ conversion: PriceStep.Conversion?, _ rule: PriceStep.RuleStep?) -> String {
            let step = PriceStep(
                line: 1, source: .rule, outcome: .notInCanary, before: 0, after: 125,
                conversion: conversion, rule: rule)
            return rendered { $0.appendJSON(step: step, currency: .credits, names: names) }
        }
        let tail = #","microseconds":42,"error":"late"}"#
        let head =
            #"""
            {"line":1,"source":"rule","rule":"surge","version":"1.2",\#
            "outcome":"not_in_canary","before":"0.00","after":"1.25","reason":"busy","inputs":
            """#
        #expect(
            text(nil, rule) == #"""
                \#(head){"n":1}\#(tail)
                """#)
        #expect(
            text(conversion, rule) == #"""
                \#(head)\#
                {"amount":"900","currency":"JPY","rate":"0.5","n":1}\#(tail)
                """#)
        #expect(
            text(conversion, nil)
                == #"""
                {"line":1,"source":"rule","rule":null,"version":null,\#
                "outcome":"not_in_canary","before":"0.00","after":"1.25","reason":null,\#
                "inputs":{"amount":"900","currency":"JPY","rate":"0.5"},\#
                "microseconds":null,"error":null}
                """#)
    }
}
