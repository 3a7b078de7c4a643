import Basics
import Domain
import Testing

@Suite("Records as JSON") struct RecordRenderingTests {
    private let samples = RenderingSamples()
    private var names: Names { samples.names }

    @Test func trade() {
        #expect(
            rendered { $0.appendJSON(samples.trade, names: names) }
                == #"""
                {"id":"t-1","seller":"luna-1","buyer":"mars-2","lines":[{"item":"water",\#
                "quantity":5,"unit_price":"12.50","line_total":"62.50"},{"item":"water",\#
                "quantity":1,"unit_price":"0.05","line_total":"0.05"}],"currency":"CR",\#
                "total":"62.55","status":"initiated","payment":"pending","fulfilment":"none",\#
                "shipments":["01M7Q5CQG0000000000000010K"],"reference":null,"attributes":{},\#
                "expires":null,"actor":"ada","created":"2026-11-18T11:06:40.000Z",\#
                "updated":"2026-11-18T11:06:40.000Z","seq":1042}
                """#)
    }

    @Test func reservedTrade() {
        #expect(
            rendered { $0.appendJSON(samples.reserved, names: names, replayed: true) }
                == #"""
                {"id":"t-1","seller":"luna-1","buyer":"mars-2","lines":[],"currency":"JPY",\#
                "total":"0","status":"reserved","payment":"paid","fulfilment":"partial",\#
                "shipments":[],"reference":"PO \"7\"","attributes":{"a":[1]},\#
                "expires":"2026-11-18T11:21:40.000Z","actor":"ada",\#
                "created":"2026-11-18T11:06:40.000Z","updated":"2026-11-18T11:06:40.001Z",\#
                "seq":1050,"replayed":true}
                """#)
    }

    @Test func shipment() {
        #expect(
            rendered { $0.appendJSON(samples.shipment, names: names) }
                == #"""
                {"id":"01M7Q5CQG0000000000000010K","trade":"t-1","origin":"luna-1",\#
                "destination":"mars-2","lines":[{"item":"water","quantity":5,"delivered":0,\#
                "lost":0}],"mass":0.25,"volume":1,"status":"pending","delayed":false,\#
                "ship":null,"position":null,"eta":"2026-11-25T11:06:40.000Z",\#
                "promised":"2026-11-25T11:06:40.000Z","created":"2026-11-18T11:06:40.000Z",\#
                "dispatched":null,"delivered":null,"seq":1043}
                """#)
    }

    @Test func transfer() {
        #expect(
            rendered { $0.appendJSON(samples.transfer, names: names, replayed: true) }
                == #"""
                {"id":"c-1","trade":null,"origin":"luna-1","destination":"mars-2",\#
                "lines":[{"item":"water","quantity":10,"delivered":3,"lost":1}],\#
                "mass":1234.567,"volume":0,"status":"in_transit","delayed":true,"ship":"ark",\#
                "position":{"x":1.5,"y":-2,"z":0},"eta":"2026-11-25T11:06:40.000Z",\#
                "promised":"2026-11-18T11:06:40.000Z","created":"2026-11-18T11:06:40.000Z",\#
                "dispatched":"2026-11-18T11:06:40.010Z",\#
                "delivered":"2026-11-18T11:06:40.020Z","seq":1060,"replayed":true}
                """#)
    }

    @Test func stock() {
        #expect(
            rendered { $0.appendJSON(samples.stock, names: names) }
                == #"""
                {"station":"luna-1","item":"water","on_hand":95,"reserved":20,"held":5,\#
                "incoming":7,"available":70,"capacity":1000,"low_at":100,"low":true,\#
                "ask":"12.50","currency":"CR","seq":1042}
                """#)
        let empty = Stock(station: .init(2), item: .init(1))
        #expect(
            rendered { $0.appendJSON(empty, names: names) }
                == #"""
                {"station":"mars-2","item":"water","on_hand":0,"reserved":0,"held":0,\#
                "incoming":0,"available":0,"capacity":null,"low_at":null,"low":false,\#
                "ask":null,"currency":null,"seq":0}
                """#)
    }

    @Test func station() {
        #expect(
            rendered { $0.appendJSON(samples.station, names: names) }
                == #"""
                {"id":"luna-1","name":"luna-1","kind":"station","orbits":null,\#
                "position":null,"status":"open","attributes":{},\#
                "created":"2026-11-18T11:06:40.000Z","updated":"2026-11-18T11:06:40.000Z",\#
                "seq":2}
                """#)
        var full = samples.station
        full.name = "Luna\n"
        full.kind = .depot
        full.orbits = .init(2)
        full.position = .origin
        full.status = .closed
        full.attributes = #"{"k":1}"#
        #expect(
            rendered { $0.appendJSON(full, names: names, replayed: true) }
                == #"""
                {"id":"luna-1","name":"Luna\n","kind":"depot","orbits":"mars-2",\#
                "position":{"x":0,"y":0,"z":0},"status":"closed","attributes":{"k":1},\#
                "created":"2026-11-18T11:06:40.000Z","updated":"2026-11-18T11:06:40.000Z",\#
                "seq":2,"replayed":true}
                """#)
    }

    @Test func item() {
        #expect(
            rendered { $0.appendJSON(samples.item, names: names) }
                == #"""
                {"id":"water","name":"water","description":null,"category":null,\#
                "unit":null,"mass":0,"volume":0,"price":null,"currency":null,\#
                "status":"active","attributes":{},"seq":3}
                """#)
        var full = samples.item
        full.description = "H₂O"
        full.category = "raw"
        full.unit = "t"
        full.mass = 1_000
        full.volume = 1_010
        full.price = 12
        full.currency = samples.yen
        full.status = .retired
        #expect(
            rendered { $0.appendJSON(full, names: names) }
                == #"""
                {"id":"water","name":"water","description":"H₂O","category":"raw",\#
                "unit":"t","mass":1,"volume":1.01,"price":"12","currency":"JPY",\#
                "status":"retired","attributes":{},"seq":3}
                """#)
    }

    @Test func ship() {
        #expect(
            rendered { $0.appendJSON(samples.ship, names: names) }
                == #"""
                {"id":"ark","name":"ark","mass":null,"volume":null,"status":"docked",\#
                "station":null,"position":null,"load":{"mass":0,"volume":0,"shipments":0},\#
                "seq":5}
                """#)
        var full = samples.ship
        full.massCapacity = 9_000_500
        full.volumeCapacity = 9_000
        full.status = .outOfService
        full.station = .init(2)
        full.aboard = [RecordKey(seq: 1), RecordKey(seq: 2)]
        full.loadMass = 250
        full.loadVolume = 1
        #expect(
            rendered { $0.appendJSON(full, names: names) }
                == #"""
                {"id":"ark","name":"ark","mass":9000.5,"volume":9,\#
                "status":"out_of_service","station":"mars-2","position":null,\#
                "load":{"mass":0.25,"volume":0.001,"shipments":2},"seq":5}
                """#)
    }

    @Test func currencyAndRate() {
        let currency = Currency(code: samples.yen, name: "Yen", scale: 0, seq: 6)
        #expect(
            rendered { $0.appendJSON(currency) }
                == #"{"code":"JPY","name":"Yen","scale":0,"seq":6}"#)
        let rate = ExchangeRate(
            base: .credits, quote: samples.yen, rate: .one, set: samples.created, seq: 7)
        #expect(
            rendered { $0.appendJSON(rate, replayed: true) }
                == #"""
                {"base":"CR","quote":"JPY","rate":"1","set":"2026-11-18T11:06:40.000Z",\#
                "seq":7,"replayed":true}
                """#)
    }
}
