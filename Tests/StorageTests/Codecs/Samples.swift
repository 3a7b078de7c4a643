import Basics
import Domain
import Storage

/// Records and events that the codec tests share, and how each is written and read.
enum Samples {
    static let created = Timestamp(milliseconds: 1_795_000_000_000)
    static let seq: UInt64 = 1_042

    static func id(_ text: String) -> Identifier {
        Identifier(text) ?? RecordKey(seq: 0).serverChosenIdentifier(created: created)
    }

    static func code(_ text: String) -> CurrencyCode { CurrencyCode(text) ?? .credits }

    static let position = Position(x: 1.5, y: -2, z: 0) ?? .origin

    /// As most trades are: one line, an id that the client chose, made by `local`.
    static var trade: Trade {
        var trade = Trade(
            key: RecordKey(seq: seq), id: id("order-2026-11-20-0000042"), seller: .init(1),
            buyer: .init(2),
            lines: [TradeLine(item: .init(7), quantity: 5, unitPrice: 1_250, lineTotal: 6_250)],
            currency: .credits, total: 6_250, status: .initiated, actor: id("local"),
            created: created)
        trade.shipments = [ShipmentReference(key: RecordKey(seq: seq + 1), created: created)]
        return trade
    }

    /// Every field away from its default.
    static var fullTrade: Trade {
        let key = RecordKey(seq: seq, index: 3)
        var trade = Trade(
            key: key, id: key.serverChosenIdentifier(created: created), seller: .init(300),
            buyer: .init(.max),
            lines: [
                TradeLine(item: .init(1), quantity: 2, unitPrice: 0, lineTotal: 0),
                TradeLine(item: .init(.max), quantity: .max, unitPrice: 1, lineTotal: .max),
            ],
            currency: code("ABCDEFGH"), total: .max, status: .cancelled, actor: id("a"),
            created: created)
        trade.payment = .refunded
        trade.fulfilment = .partial
        trade.shipments = [
            ShipmentReference(
                key: RecordKey(seq: seq + 9, index: 2),
                created: Timestamp(milliseconds: created.milliseconds + 4_000)),
            ShipmentReference(key: key, created: created),
        ]
        trade.reference = "PO-7 \u{2192} “x”"
        trade.attributes = #"{"a":1}"#
        trade.expires = Timestamp(milliseconds: created.milliseconds + 900_000)
        trade.occurred = Timestamp(milliseconds: created.milliseconds - 86_400_000)
        trade.updated = Timestamp(milliseconds: created.milliseconds + 60_000)
        trade.seq = seq + 100
        trade.unknown = [0x98, 0x01, 0x05, 0xa2, 0x01, 0x02, 0x68, 0x69]
        return trade
    }

    /// As most shipments are: of a new trade with a client-chosen id.
    static var shipment: Shipment {
        let key = RecordKey(seq: seq + 1)
        return Shipment(
            key: key, id: key.serverChosenIdentifier(created: created),
            trade: RecordKey(seq: seq), tradeID: id("order-2026-11-20-0000042"),
            origin: .init(1), destination: .init(2),
            lines: [ShipmentLine(item: .init(7), quantity: 5)], mass: 5_000_000, volume: 5_000,
            eta: Timestamp(milliseconds: created.milliseconds + 604_800_000), created: created)
    }

    /// Every field away from its default.
    static var fullShipment: Shipment {
        var shipment = Shipment(
            key: RecordKey(seq: seq, index: 1), id: id("c-1"),
            trade: RecordKey(seq: seq - 3, index: 2),
            tradeID: RecordKey(seq: seq - 3, index: 2).serverChosenIdentifier(created: created),
            origin: .init(300), destination: .init(.max),
            lines: [ShipmentLine(item: .init(9), quantity: 10, delivered: 3, lost: 1)],
            mass: .max, volume: .max,
            eta: Timestamp(milliseconds: created.milliseconds + 1_000), created: created)
        shipment.status = .held
        shipment.delayed = true
        shipment.ship = .init(4)
        shipment.promised = created
        shipment.position = position
        shipment.dispatched = Timestamp(milliseconds: created.milliseconds + 10)
        shipment.delivered = Timestamp(milliseconds: created.milliseconds + 20)
        shipment.seq = seq + 50
        shipment.unknown = [0xa1, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]
        return shipment
    }

    static var stock: Stock {
        var stock = Stock(station: .init(1), item: .init(7))
        stock.onHand = 995
        stock.reserved = 20
        stock.seq = seq
        return stock
    }

    static var fullStock: Stock {
        var stock = Stock(station: .init(300), item: .init(.max))
        stock.onHand = .max
        stock.reserved = 1
        stock.held = 128
        stock.incoming = 300
        stock.capacity = 0
        stock.lowAt = 16_384
        stock.ask = 0
        stock.askCurrency = .credits
        stock.seq = .max
        stock.isNeverLow = true
        stock.unknown = [0x58, 0x01]
        return stock
    }

    static var station: Station {
        var station = Station(number: .init(1), id: id("luna-1"), created: created, seq: 2)
        station.name = "Luna"
        station.kind = .depot
        station.orbits = .init(9)
        station.position = position
        station.status = .closed
        station.attributes = #"{"k":[]}"#
        station.updated = Timestamp(milliseconds: created.milliseconds + 1)
        station.unknown = [0x60, 0x01]
        return station
    }

    static var item: Item {
        var item = Item(number: .init(7), id: id("water"), seq: 3)
        item.name = "Water"
        item.description = "H₂O"
        item.category = "raw"
        item.unit = "t"
        item.mass = 1_000_000
        item.volume = 1_000
        item.price = 1_250
        item.currency = .credits
        item.status = .retired
        item.attributes = "{}"
        item.unknown = [0x70, 0x01]
        return item
    }

    static var ship: Ship {
        var ship = Ship(number: .init(4), id: id("ark"), seq: 5)
        ship.name = "Ark"
        ship.massCapacity = 9_000_000
        ship.volumeCapacity = 9_000
        ship.status = .inTransit
        ship.station = .init(1)
        ship.position = position
        ship.aboard = [RecordKey(seq: 12), RecordKey(seq: 13, index: 1)]
        ship.loadMass = 250
        ship.loadVolume = 1
        ship.unknown = [0x68, 0x01]
        return ship
    }

    static var currency: Currency {
        var currency = Currency(code: code("EUR"), name: "Euro", scale: 2, seq: 6)
        currency.unknown = [0x28, 0x01]
        return currency
    }

    static var rate: ExchangeRate {
        var rate = ExchangeRate(
            base: .credits, quote: code("EUR"), rate: .one, set: created, seq: 7)
        rate.unknown = [0x30, 0x01]
        return rate
    }
}

/// What one encoder writes.
func encoded(_ body: (inout ByteBuffer) -> Void) -> [UInt8] {
    var buffer = ByteBuffer()
    body(&buffer)
    return buffer.array
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
