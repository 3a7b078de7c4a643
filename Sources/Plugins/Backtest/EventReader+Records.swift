import Basics
import Domain
import JSON

/// The records inside of events.
extension EventReader {
    // MARK: Numbers

    private func number(station id: Identifier) -> StationNumber {
        if let number = market.names.stations.number(of: id) { return StationNumber(number) }
        let number = StationNumber(UInt32(clamping: market.stations.count + 1))
        market.set(
            Station(number: number, id: id, created: Timestamp(milliseconds: 0), seq: 0))
        market.commit()
        return number
    }

    private func number(item id: Identifier) -> ItemNumber {
        if let number = market.names.items.number(of: id) { return ItemNumber(number) }
        let number = ItemNumber(UInt32(clamping: market.items.count + 1))
        market.set(Item(number: number, id: id, seq: 0))
        market.commit()
        return number
    }

    private func number(ship id: Identifier) -> ShipNumber {
        if let number = market.names.ships.number(of: id) { return ShipNumber(number) }
        let number = ShipNumber(UInt32(clamping: market.ships.count + 1))
        market.set(Ship(number: number, id: id, seq: 0))
        market.commit()
        return number
    }

    // MARK: Amounts

    /// Minor units of a currency; one that no event introduced has the scale of its amounts, which
    /// are always written in full.
    private func money(
        _ document: EventDocument, _ key: String, _ code: CurrencyCode?
    ) throws(EventDocumentError) -> Int64? {
        guard let text = try document.optionalText(key), let code else { return nil }
        if market.currencies[code] == nil {
            let digits = text.utf8.firstIndex(of: UInt8(ascii: ".")).map {
                text.utf8.distance(from: $0, to: text.utf8.endIndex) - 1
            }
            let scale = min(digits ?? 0, MoneyText.maximumScale)
            market.set(Currency(code: code, name: code.text, scale: scale, seq: 0))
            market.commit()
        }
        do throws(ValueError) {
            return try MoneyText.parse(text.utf8.span, scale: market.names.scale(of: code))
        } catch { throw document.wrong(key, "is no amount of \(code)") }
    }

    private func demanded(
        _ document: EventDocument, _ key: String, _ code: CurrencyCode
    ) throws(EventDocumentError) -> Int64 {
        guard let amount = try money(document, key, code) else {
            throw document.wrong(key, "is missing")
        }
        return amount
    }

    private func code(
        _ document: EventDocument, _ key: String
    ) throws(EventDocumentError) -> CurrencyCode {
        guard let code = try document.currency(key) else {
            throw document.wrong(key, "is missing")
        }
        return code
    }

    private func mass(
        _ document: EventDocument, _ key: String
    ) throws(EventDocumentError) -> Int64? {
        guard let text = try document.number(key) else { return nil }
        do throws(ValueError) { return try QuantityText.parseMass(text.utf8.span) } catch {
            throw document.wrong(key, "is no number of thousandths")
        }
    }

    private func rate(
        _ document: EventDocument, _ key: String
    ) throws(EventDocumentError) -> Rate {
        let text = try document.text(key)
        do throws(ValueError) { return try Rate(text.utf8.span) } catch {
            throw document.wrong(key, "is no rate")
        }
    }

    // MARK: Trades

    func trade(
        _ document: EventDocument, _ seq: UInt64
    ) throws(EventDocumentError) -> Trade {
        let code = try code(document, "currency")
        var lines: [TradeLine] = []
        for line in try document.objects("lines") {
            lines.append(
                TradeLine(
                    item: number(item: try line.id("item")),
                    quantity: try line.integer("quantity"),
                    unitPrice: try demanded(line, "unit_price", code),
                    lineTotal: try demanded(line, "line_total", code)))
        }
        var trade = Trade(
            key: RecordKey(seq: seq), id: try document.id("id"),
            seller: number(station: try document.id("seller")),
            buyer: number(station: try document.id("buyer")), lines: lines, currency: code,
            total: try demanded(document, "total", code),
            status: try document.name("status", Self.tradeStatuses),
            actor: try document.id("actor"), created: try document.time("created"))
        trade.payment = try document.name("payment", Self.payments)
        trade.fulfilment = try document.name("fulfilment", Self.fulfilments)
        for element in document.member("shipments")?.array ?? [] {
            // The id of a trade's shipment is always the server's: it tells its place and time.
            guard let id = element.string.flatMap({ Identifier($0) }), let ulid = ULID(id) else {
                throw document.wrong("shipments", "has something that is no server's id")
            }
            trade.shipments.append(
                ShipmentReference(
                    key: RecordKey(seq: ulid.seq, index: ulid.n),
                    created: Timestamp(milliseconds: ulid.milliseconds)))
        }
        trade.reference = try document.optionalText("reference")
        trade.attributes = try document.attributes("attributes")
        trade.expires = try document.optionalTime("expires")
        trade.updated = try document.time("updated")
        trade.seq = try document.seq("seq")
        return trade
    }

    func step(
        _ document: EventDocument, _ code: CurrencyCode
    ) throws(EventDocumentError) -> PriceStep {
        var rule: PriceStep.RuleStep?
        if let name = try document.optionalID("rule") {
            rule = PriceStep.RuleStep(
                name: name, version: try document.optionalText("version") ?? "",
                reason: try document.optionalText("reason"), inputs: nil, microseconds: 0,
                error: try document.optionalText("error"))
        }
        return PriceStep(
            line: Int(clamping: try document.integer("line")),
            source: try document.name("source", Self.sources),
            outcome: try document.name("outcome", Self.outcomes),
            before: try money(document, "before", code),
            after: try demanded(document, "after", code), rule: rule)
    }

    func shipment(
        _ document: EventDocument, _ seq: UInt64
    ) throws(EventDocumentError) -> Shipment {
        let trade = try document.optionalID("trade")
        var lines: [ShipmentLine] = []
        for line in try document.objects("lines") {
            lines.append(
                ShipmentLine(
                    item: number(item: try line.id("item")),
                    quantity: try line.integer("quantity"),
                    delivered: try line.integer("delivered"), lost: try line.integer("lost")))
        }
        var shipment = Shipment(
            key: RecordKey(seq: seq), id: try document.id("id"),
            trade: trade == nil ? nil : RecordKey(seq: seq), tradeID: trade,
            origin: number(station: try document.id("origin")),
            destination: number(station: try document.id("destination")), lines: lines,
            mass: try mass(document, "mass") ?? 0, volume: try mass(document, "volume") ?? 0,
            eta: try document.time("eta"), created: try document.time("created"))
        shipment.promised = try document.time("promised")
        shipment.status = try document.name("status", Self.shipmentStatuses)
        shipment.delayed = document.member("delayed")?.bool ?? false
        shipment.ship = try document.optionalID("ship").map { number(ship: $0) }
        shipment.position = try document.optionalPosition("position")
        shipment.dispatched = try document.optionalTime("dispatched")
        shipment.delivered = try document.optionalTime("delivered")
        shipment.seq = try document.seq("seq")
        return shipment
    }

    // MARK: The market

    func row(_ document: EventDocument) throws(EventDocumentError) -> StockChange {
        var row = Stock(
            station: number(station: try document.id("station")),
            item: number(item: try document.id("item")))
        row.onHand = try document.integer("on_hand")
        row.reserved = try document.integer("reserved")
        row.held = try document.integer("held")
        row.incoming = try document.integer("incoming")
        row.capacity = try document.optionalInteger("capacity")
        row.lowAt = try document.optionalInteger("low_at")
        row.askCurrency = try document.currency("currency")
        row.ask = try money(document, "ask", row.askCurrency)
        row.seq = try document.seq("seq")
        return StockChange(after: row, previous: 0, delta: 0, counterpart: nil)
    }

    func station(
        _ document: EventDocument, _ time: Timestamp
    ) throws(EventDocumentError) -> Station {
        let id = try document.id("id")
        // The number of a new one is the next; its own `orbits` may name an older one only.
        let orbits = try document.optionalID("orbits").map { self.number(station: $0) }
        let number =
            market.names.stations.number(of: id).map { StationNumber($0) }
            ?? StationNumber(UInt32(clamping: market.stations.count + 1))
        var station = Station(
            number: number, id: id, created: try document.time("created"),
            seq: try document.seq("seq"))
        station.name = try document.optionalText("name") ?? ""
        station.kind = try document.name("kind", Self.stationKinds)
        station.orbits = orbits
        station.position = try document.optionalPosition("position")
        station.status = try document.name("status", Self.stationStatuses)
        station.attributes = try document.attributes("attributes")
        station.updated = try document.time("updated")
        return station
    }

    func item(_ document: EventDocument) throws(EventDocumentError) -> Item {
        let id = try document.id("id")
        let number =
            market.names.items.number(of: id).map { ItemNumber($0) }
            ?? ItemNumber(UInt32(clamping: market.items.count + 1))
        var item = Item(number: number, id: id, seq: try document.seq("seq"))
        item.name = try document.optionalText("name") ?? ""
        item.description = try document.optionalText("description")
        item.category = try document.optionalText("category")
        item.unit = try document.optionalText("unit")
        item.mass = try mass(document, "mass") ?? 0
        item.volume = try mass(document, "volume") ?? 0
        item.currency = try document.currency("currency")
        item.price = try money(document, "price", item.currency)
        item.status = try document.name("status", Self.itemStatuses)
        item.attributes = try document.attributes("attributes")
        return item
    }

    func ship(_ document: EventDocument) throws(EventDocumentError) -> Ship {
        let id = try document.id("id")
        let station = try document.optionalID("station").map { self.number(station: $0) }
        let number =
            market.names.ships.number(of: id).map { ShipNumber($0) }
            ?? ShipNumber(UInt32(clamping: market.ships.count + 1))
        var ship = Ship(number: number, id: id, seq: try document.seq("seq"))
        ship.status = try document.name("status", Self.shipStatuses)
        ship.station = station
        ship.position = try document.optionalPosition("position")
        return ship
    }

    func currency(_ document: EventDocument) throws(EventDocumentError) -> Currency {
        let scale = try document.integer("scale")
        guard (0...Int64(MoneyText.maximumScale)).contains(scale) else {
            throw document.wrong("scale", "is not within 0 and \(MoneyText.maximumScale)")
        }
        return Currency(
            code: try code(document, "code"), name: try document.optionalText("name") ?? "",
            scale: Int(scale), seq: try document.seq("seq"))
    }

    func rate(
        _ document: EventDocument, _ seq: UInt64, _ time: Timestamp
    ) throws(EventDocumentError) -> ExchangeRate {
        ExchangeRate(
            base: try code(document, "base"), quote: try code(document, "quote"),
            rate: try rate(document, "rate"), set: time, seq: seq)
    }
}
