package import Basics
package import Domain

/// The stored form of a trade: the value of the family `trades`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   id            absent: the id that the server chooses for key and created
///      2 varint  created       milliseconds since 1970, zigzag
///      3 varint  updated       zigzag milliseconds since created; absent: created
///      4 varint  seq           minus the key's; absent: the key's
///      5 varint  seller        station number
///      6 varint  buyer         station number
///      7 line*                 1 item  2 quantity  3 unit price (absent: 0)
///      8 bytes   currency      its letters
///      9 varint  status        absent: initiated
///     10 varint  payment       absent: pending
///     11 varint  fulfilment    absent: none
///     12 shipment*             1 seq minus the key's (absent: 0)  2 index (absent: 0)
///                              3 created, zigzag since the trade's (absent: the same)
///     13 bytes   actor
///     14 bytes   reference     15 bytes attributes
///     16 varint  expires       17 varint occurred: zigzag since created
///     18 varint  eta: zigzag since created, of a reservation that asked for one
///
/// Line totals and the total are not stored: they are products and a sum, checked on reading.
package enum TradeCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    private static let repeated: UInt64 = 1 << 7 | 1 << 12

    /// Appends the stored form. Cost: about 0.1 µs, no allocation besides the buffer's growth.
    package static func encode(_ trade: Trade, into buffer: inout ByteBuffer) {
        let created = trade.created
        buffer.append(varint: schema)
        if !trade.key.isServerChosen(trade.id, created: created) { buffer.field(1, trade.id) }
        buffer.field(2, signed: created.milliseconds)
        if trade.updated != created { buffer.field(3, trade.updated, since: created) }
        buffer.field(4, unlessZero: trade.seq &- trade.key.seq)
        buffer.field(5, UInt64(trade.seller.raw))
        buffer.field(6, UInt64(trade.buyer.raw))
        for line in trade.lines {
            let start = buffer.beginMessage(7)
            buffer.field(1, UInt64(line.item.raw))
            buffer.field(2, line.quantity)
            buffer.field(3, unlessZero: line.unitPrice)
            buffer.endMessage(start)
        }
        buffer.field(8, trade.currency)
        if trade.status != .initiated { buffer.field(9, UInt64(trade.status.rawValue)) }
        if trade.payment != .pending { buffer.field(10, UInt64(trade.payment.rawValue)) }
        if trade.fulfilment != .none { buffer.field(11, UInt64(trade.fulfilment.rawValue)) }
        for shipment in trade.shipments {
            let start = buffer.beginMessage(12)
            buffer.field(1, unlessZero: shipment.key.seq &- trade.key.seq)
            buffer.field(2, unlessZero: UInt64(shipment.key.index))
            if shipment.created != created { buffer.field(3, shipment.created, since: created) }
            buffer.endMessage(start)
        }
        buffer.field(13, trade.actor)
        buffer.field(14, trade.reference)
        buffer.field(15, trade.attributes)
        if let expires = trade.expires { buffer.field(16, expires, since: created) }
        if let occurred = trade.occurred { buffer.field(17, occurred, since: created) }
        if let eta = trade.eta { buffer.field(18, eta, since: created) }
        buffer.append(trade.unknown)
    }

    /// Reads the stored form of the trade at `key`.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema, and for totals beyond
    ///   Int64.
    package static func decode(
        _ bytes: Span<UInt8>, key: RecordKey
    ) throws(DecodingError) -> Trade {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: repeated)
        var parts = Parts()
        while try fields.next() {
            switch fields.number {
            case 1: parts.id = try fields.identifier()
            case 2: parts.created = Timestamp(milliseconds: try fields.signed())
            case 3: parts.updated = try fields.signed()
            case 4: parts.seq = try fields.unsigned()
            case 5: parts.seller = StationNumber(try fields.owner())
            case 6: parts.buyer = StationNumber(try fields.owner())
            case 7: try parts.add(line: try fields.bytes())
            case 8: parts.currency = try fields.currency()
            case 9: parts.status = try fields.choice()
            case 10: parts.payment = try fields.choice()
            case 11: parts.fulfilment = try fields.choice()
            case 12:
                let created = try required(parts.created, "created")
                parts.shipments.append(
                    try shipment(try fields.bytes(), trade: key, created: created))
            case 13: parts.actor = try fields.identifier()
            case 14: parts.reference = try fields.text()
            case 15: parts.attributes = try fields.text()
            case 16: parts.expires = try fields.signed()
            case 17: parts.occurred = try fields.signed()
            case 18: parts.eta = try fields.signed()
            default: try fields.keep(in: &parts.unknown)
            }
        }
        return try parts.trade(key)
    }

    private static func shipment(
        _ bytes: Span<UInt8>, trade: RecordKey, created: Timestamp
    ) throws(DecodingError) -> ShipmentReference {
        var fields = FieldReader(nested: bytes)
        var seq = trade.seq
        var index: UInt16 = 0
        var moment = created
        while try fields.next() {
            switch fields.number {
            case 1: seq = trade.seq &+ (try fields.unsigned())
            case 2: index = try fields.number()
            case 3: moment = created.moved(by: try fields.signed())
            default: throw fields.unexpected()
            }
        }
        return ShipmentReference(key: RecordKey(seq: seq, index: index), created: moment)
    }
}

/// The fields of a trade while they are read.
private struct Parts {
    var id: Identifier?
    var created: Timestamp?
    var updated: Int64 = 0
    var seq: UInt64 = 0
    var seller: StationNumber?
    var buyer: StationNumber?
    var lines: [TradeLine] = []
    var total: Int64 = 0
    var currency: CurrencyCode?
    var status = TradeStatus.initiated
    var payment = PaymentStatus.pending
    var fulfilment = Fulfilment.none
    var shipments: [ShipmentReference] = []
    var actor: Identifier?
    var reference: String?
    var attributes: String?
    var expires: Int64?
    var occurred: Int64?
    var eta: Int64?
    var unknown: [UInt8] = []

    mutating func add(line bytes: Span<UInt8>) throws(DecodingError) {
        var fields = FieldReader(nested: bytes)
        var item: ItemNumber?
        var quantity: Int64?
        var price: Int64 = 0
        while try fields.next() {
            switch fields.number {
            case 1: item = ItemNumber(try fields.owner())
            case 2: quantity = try fields.integer()
            case 3: price = try fields.integer()
            default: throw fields.unexpected()
            }
        }
        let count = try required(quantity, "quantity")
        let product = count.multipliedReportingOverflow(by: price)
        let sum = total.addingReportingOverflow(product.partialValue)
        if product.overflow || sum.overflow { throw .malformed("a total beyond 63 bits") }
        total = sum.partialValue
        lines.append(
            TradeLine(
                item: try required(item, "item"), quantity: count, unitPrice: price,
                lineTotal: product.partialValue))
    }

    consuming func trade(_ key: RecordKey) throws(DecodingError) -> Trade {
        let created = try required(created, "created")
        var trade = Trade(
            key: key, id: id ?? key.serverChosenIdentifier(created: created),
            seller: try required(seller, "seller"), buyer: try required(buyer, "buyer"),
            lines: lines, currency: try required(currency, "currency"), total: total,
            status: status, actor: try required(actor, "actor"), created: created)
        trade.payment = payment
        trade.fulfilment = fulfilment
        trade.shipments = shipments
        trade.reference = reference
        trade.attributes = attributes
        trade.expires = expires.map { created.moved(by: $0) }
        trade.occurred = occurred.map { created.moved(by: $0) }
        trade.eta = eta.map { created.moved(by: $0) }
        trade.updated = created.moved(by: updated)
        trade.seq = key.seq &+ seq
        trade.unknown = unknown
        return trade
    }
}
