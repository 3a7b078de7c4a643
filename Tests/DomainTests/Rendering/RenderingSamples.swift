import Basics
import Domain

/// A small market for the rendering tests: luna-1, mars-2; water; the ship ark; CR and JPY.
struct RenderingSamples {
    let names = Names()
    let created = Timestamp(milliseconds: 1_795_000_000_000)

    init() {
        for text in ["luna-1", "mars-2"] { _ = names.stations.insert(id(text)) }
        _ = names.items.insert(id("water"))
        _ = names.ships.insert(id("ark"))
        names.setScale(2, of: .credits)
        names.setScale(0, of: yen)
    }

    func id(_ text: String) -> Identifier { Identifier(text) ?? .local }

    var yen: CurrencyCode { CurrencyCode("JPY") ?? .credits }

    func later(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: created.milliseconds + milliseconds)
    }

    var trade: Trade {
        var trade = Trade(
            key: RecordKey(seq: 1_042), id: id("t-1"), seller: .init(1), buyer: .init(2),
            lines: [
                TradeLine(item: .init(1), quantity: 5, unitPrice: 1_250, lineTotal: 6_250),
                TradeLine(item: .init(1), quantity: 1, unitPrice: 5, lineTotal: 5),
            ],
            currency: .credits, total: 6_255, status: .initiated, actor: id("ada"),
            created: created)
        trade.shipments = [ShipmentReference(key: RecordKey(seq: 1_043), created: created)]
        return trade
    }

    var reserved: Trade {
        var trade = trade
        trade.lines = []
        trade.total = 0
        trade.currency = yen
        trade.status = .reserved
        trade.payment = .paid
        trade.fulfilment = .partial
        trade.shipments = []
        trade.reference = "PO \"7\""
        trade.attributes = #"{"a":[1]}"#
        trade.expires = later(900_000)
        trade.updated = later(1)
        trade.seq = 1_050
        return trade
    }

    var shipment: Shipment {
        let key = RecordKey(seq: 1_043)
        return Shipment(
            key: key, id: key.serverChosenIdentifier(created: created),
            trade: RecordKey(seq: 1_042), tradeID: id("t-1"), origin: .init(1),
            destination: .init(2), lines: [ShipmentLine(item: .init(1), quantity: 5)],
            mass: 250, volume: 1_000, eta: later(604_800_000), created: created)
    }

    var transfer: Shipment {
        var shipment = shipment
        shipment.id = id("c-1")
        shipment.trade = nil
        shipment.tradeID = nil
        shipment.lines = [ShipmentLine(item: .init(1), quantity: 10, delivered: 3, lost: 1)]
        shipment.mass = 1_234_567
        shipment.volume = 0
        shipment.status = .inTransit
        shipment.delayed = true
        shipment.ship = .init(1)
        shipment.position = Position(x: 1.5, y: -2, z: 0)
        shipment.promised = created
        shipment.dispatched = later(10)
        shipment.delivered = later(20)
        shipment.seq = 1_060
        return shipment
    }

    var stock: Stock {
        var stock = Stock(station: .init(1), item: .init(1))
        stock.onHand = 95
        stock.reserved = 20
        stock.held = 5
        stock.incoming = 7
        stock.capacity = 1_000
        stock.ask = 1_250
        stock.askCurrency = .credits
        stock.seq = 1_042
        return stock
    }

    var station: Station {
        Station(number: .init(1), id: id("luna-1"), created: created, seq: 2)
    }

    var item: Item { Item(number: .init(1), id: id("water"), seq: 3) }

    var ship: Ship { Ship(number: .init(1), id: id("ark"), seq: 5) }

    func event(
        _ type: EventType, _ data: EventData, command: CommandVerb? = .tradeCreate
    ) -> Event {
        Event(
            seq: 1_042, time: created, type: type, first: 1_041, count: 3, actor: id("ada"),
            cause: Cause(command: command), data: data)
    }

    /// The event's `data` alone.
    func data(_ type: EventType, _ data: EventData) -> String {
        let whole = rendered { $0.appendJSON(event(type, data), history: "H", names: names) }
        guard let start = whole.range(of: #""data":"#) else { return "" }
        return String(whole[start.upperBound...].dropLast())
    }
}

/// What one renderer writes.
func rendered(_ body: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    body(&buffer)
    return buffer.bytes.validatedText ?? "not UTF-8"
}

extension String {
    /// Where `text` first stands; the standard library alone has no search.
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
