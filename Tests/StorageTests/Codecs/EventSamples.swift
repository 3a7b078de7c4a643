import Basics
import Domain

extension Samples {
    static func event(
        _ type: EventType, _ data: EventData, command: CommandVerb? = .tradeCreate
    ) -> Event {
        Event(
            seq: seq, time: created, type: type, first: seq, count: 1, actor: id("local"),
            cause: Cause(command: command), data: data)
    }

    /// The first event of most transactions: a trade with a client-chosen id.
    static var tradeInitiated: Event {
        var buyer = Stock(station: .init(2), item: .init(7))
        buyer.incoming = 5
        buyer.seq = seq
        let change = TradeChange(
            trade: trade, previous: 0,
            stock: [
                StockChange(after: stock, previous: seq - 9, delta: -5, counterpart: .transit),
                StockChange(after: buyer, previous: 0, delta: 0, counterpart: nil),
            ],
            steps: [
                PriceStep(line: 0, source: .ask, outcome: .changed, before: nil, after: 1_250)
            ])
        var event = event(.tradeInitiated, .trade(change))
        event.count = 2
        event.identity = RequestIdentity(
            kind: .trade, name: trade.id, requestHash: 0x0123_4567_89ab_cdef)
        return event
    }

    /// The second event of most transactions.
    static var shipmentCreated: Event {
        var event = event(
            .shipmentCreated, .shipment(ShipmentChange(shipment: shipment, previous: 0)))
        event.seq = seq + 1
        event.count = 2
        return event
    }

    static var tradeCancelled: Event {
        let steps = [
            PriceStep(
                line: 1, source: .named, outcome: .shadow, before: 0, after: -1,
                conversion: .init(amount: 900, currency: code("EUR"), rate: .one),
                rule: .init(
                    name: id("surge"), version: "1.2", reason: "busy", inputs: #"{"n":1}"#,
                    microseconds: 42, error: "late"))
        ]
        let change = TradeChange(
            trade: fullTrade, previous: seq - 1, steps: steps, reason: "no ship")
        var event = event(.tradeCancelled, .trade(change), command: nil)
        event.first = seq - 2
        event.count = 300
        event.cause.rules = [RuleReference(name: id("surge"), version: "1.2", hook: "price")]
        event.key = RequestIdentity(kind: .key, name: id("k-1"), requestHash: .max)
        return event
    }

    static var shipmentReceived: Event {
        var details = ShipmentDetails()
        let stock = [
            StockChange(after: fullStock, previous: 1, delta: .max, counterpart: .loss)
        ]
        details.trades = [RecordChange(after: trade, previous: seq - 1)]
        details.ships = [RecordChange(after: ship, previous: 5)]
        details.receipt = [
            ReceiptLine(item: .init(9), quantity: 3, lost: 1, reason: "leak"),
            ReceiptLine(item: .init(9), quantity: 0, lost: 0, reason: nil),
        ]
        details.point = TrackingPoint(position: position, note: "gate", time: created)
        details.previousETA = Timestamp(milliseconds: created.milliseconds - 1)
        details.reason = "short"
        let change = ShipmentChange(
            shipment: fullShipment, previous: 7, stock: stock, details: details)
        return event(.shipmentReceived, .shipment(change), command: .cargoDeliver)
    }

    static var shipTracked: Event {
        let moved = RecordChange(after: shipment, previous: seq + 1)
        var event = event(
            .shipTracked, .ship(before: ship, after: ship, aboard: [moved, moved], note: "ok"),
            command: .shipTrack)
        event.seq = seq + 8
        event.first = seq + 8
        return event
    }

    /// One event of every kind of data, named.
    static var events: [(name: String, event: Event)] {
        let inventory = InventoryChange(
            stock: StockChange(after: stock, previous: 0, delta: -3, counterpart: .adjust),
            quantity: -3, reason: "count")
        return [
            ("trade.initiated", tradeInitiated),
            ("shipment.created", shipmentCreated),
            ("trade.cancelled", tradeCancelled),
            ("shipment.received", shipmentReceived),
            (
                "inventory.adjusted",
                event(.inventoryAdjusted, .inventory(inventory), command: .inventoryAdjust)
            ),
            (
                "station.changed",
                event(
                    .stationChanged, .station(before: station, after: station),
                    command: .stationSet)
            ),
            (
                "item.added",
                event(.itemAdded, .item(before: nil, after: item), command: .itemAdd)
            ),
            ("ship.tracked", shipTracked),
            ("currency.added", event(.currencyAdded, .currency(currency), command: .currencyAdd)),
            (
                "rate.set",
                event(.rateSet, .rate(rate, previous: Rate(billionths: 1)), command: .rateSet)
            ),
        ] + systemEvents + featureEvents + accountEvents
    }

    private static var systemEvents: [(name: String, event: Event)] {
        [
            ("system.started", .systemStarted, .started(version: "0.1.0")),
            (
                "system.promoted", .systemPromoted,
                .promoted(history: "h2", previous: "h1", endedAt: 900)
            ),
            ("system.digest", .systemDigest, .digest(Digest128(high: 1, low: .max))),
            ("system.time_accepted", .systemTimeAccepted, .timeAccepted(skewMilliseconds: -61_000)),
        ].map { (name: String, type: EventType, change: SystemChange) in
            (name, event(type, .system(change), command: nil))
        }
    }
}
