package import Basics
package import Domain

/// The stored form of a shipment: the value of the family `cargo`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   id            absent: the id that the server chooses for key and created
///      2 varint  created       milliseconds since 1970, zigzag
///      3 varint  seq           minus the key's; absent: the key's
///      4 varint  trade         the key's seq minus the trade's; absent: no trade
///      5 varint  trade index   absent: 0
///      6 bytes   trade id      absent: the id that the server chooses for the trade's key and the
///                              shipment's created (no trade: none); empty: none
///      7 varint  origin        station number
///      8 varint  destination   station number
///      9 line*                 1 item  2 quantity  3 delivered  4 lost (3, 4 absent: 0)
///     10 varint  status        absent: pending
///     11 varint  delayed       absent: 0
///     12 varint  mass          grams; absent: 0
///     13 varint  volume        cubic decimetres; absent: 0
///     14 varint  eta           zigzag milliseconds since created
///     15 varint  ship          ship number
///     16 varint  promised      zigzag since eta; absent: eta
///     17 bytes   position      three little-endian doubles
///     18 varint  dispatched    19 varint delivered: zigzag since created
package enum ShipmentCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    private static let repeated: UInt64 = 1 << 9

    /// Appends the stored form. Cost: about 0.1 µs, no allocation besides the buffer's growth.
    package static func encode(_ shipment: Shipment, into buffer: inout ByteBuffer) {
        let created = shipment.created
        buffer.append(varint: schema)
        if !shipment.key.isServerChosen(shipment.id, created: created) {
            buffer.field(1, shipment.id)
        }
        buffer.field(2, signed: created.milliseconds)
        buffer.field(3, unlessZero: shipment.seq &- shipment.key.seq)
        encodeTrade(shipment, into: &buffer)
        buffer.field(7, UInt64(shipment.origin.raw))
        buffer.field(8, UInt64(shipment.destination.raw))
        for line in shipment.lines {
            let start = buffer.beginMessage(9)
            buffer.field(1, UInt64(line.item.raw))
            buffer.field(2, line.quantity)
            buffer.field(3, unlessZero: line.delivered)
            buffer.field(4, unlessZero: line.lost)
            buffer.endMessage(start)
        }
        if shipment.status != .pending { buffer.field(10, UInt64(shipment.status.rawValue)) }
        if shipment.delayed { buffer.field(11, 1 as UInt64) }
        buffer.field(12, unlessZero: shipment.mass)
        buffer.field(13, unlessZero: shipment.volume)
        buffer.field(14, shipment.eta, since: created)
        if let ship = shipment.ship { buffer.field(15, UInt64(ship.raw)) }
        if shipment.promised != shipment.eta {
            buffer.field(16, shipment.promised, since: shipment.eta)
        }
        buffer.field(17, shipment.position)
        if let dispatched = shipment.dispatched { buffer.field(18, dispatched, since: created) }
        if let delivered = shipment.delivered { buffer.field(19, delivered, since: created) }
        buffer.append(shipment.unknown)
    }

    private static func encodeTrade(_ shipment: Shipment, into buffer: inout ByteBuffer) {
        if let trade = shipment.trade {
            buffer.field(4, shipment.key.seq &- trade.seq)
            buffer.field(5, unlessZero: UInt64(trade.index))
            guard let id = shipment.tradeID else {
                buffer.field(6, "")
                return
            }
            if !trade.isServerChosen(id, created: shipment.created) { buffer.field(6, id) }
        } else if let id = shipment.tradeID {
            buffer.field(6, id)
        }
    }

    /// Reads the stored form of the shipment at `key`.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(
        _ bytes: Span<UInt8>, key: RecordKey
    ) throws(DecodingError) -> Shipment {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: repeated)
        var parts = Parts()
        while try fields.next() {
            switch fields.number {
            case 1: parts.id = try fields.identifier()
            case 2: parts.created = Timestamp(milliseconds: try fields.signed())
            case 3: parts.seq = try fields.unsigned()
            case 4: parts.tradeSeq = key.seq &- (try fields.unsigned())
            case 5: parts.tradeIndex = try fields.number()
            case 6:
                let text = try fields.bytes()
                parts.hasTradeID = true
                if text.isEmpty { break }
                guard let id = Identifier(text) else { throw .malformed("not an id") }
                parts.tradeID = id
            case 7: parts.origin = StationNumber(try fields.owner())
            case 8: parts.destination = StationNumber(try fields.owner())
            case 9: parts.lines.append(try line(try fields.bytes()))
            case 10: parts.status = try fields.choice()
            case 11: parts.delayed = try fields.flag()
            case 12: parts.mass = try fields.integer()
            case 13: parts.volume = try fields.integer()
            case 14: parts.eta = try fields.signed()
            case 15: parts.ship = ShipNumber(try fields.owner())
            case 16: parts.promised = try fields.signed()
            case 17: parts.position = try fields.position()
            case 18: parts.dispatched = try fields.signed()
            case 19: parts.delivered = try fields.signed()
            default: try fields.keep(in: &parts.unknown)
            }
        }
        return try parts.shipment(key)
    }

    private static func line(_ bytes: Span<UInt8>) throws(DecodingError) -> ShipmentLine {
        var fields = FieldReader(nested: bytes)
        var item: ItemNumber?
        var quantity: Int64?
        var delivered: Int64 = 0
        var lost: Int64 = 0
        while try fields.next() {
            switch fields.number {
            case 1: item = ItemNumber(try fields.owner())
            case 2: quantity = try fields.integer()
            case 3: delivered = try fields.integer()
            case 4: lost = try fields.integer()
            default: throw fields.unexpected()
            }
        }
        return ShipmentLine(
            item: try required(item, "item"), quantity: try required(quantity, "quantity"),
            delivered: delivered, lost: lost)
    }
}

/// The fields of a shipment while they are read.
private struct Parts {
    var id: Identifier?
    var created: Timestamp?
    var seq: UInt64 = 0
    var tradeSeq: UInt64?
    var tradeIndex: UInt16 = 0
    var hasTradeID = false
    var tradeID: Identifier?
    var origin: StationNumber?
    var destination: StationNumber?
    var lines: [ShipmentLine] = []
    var status = ShipmentStatus.pending
    var delayed = false
    var mass: Int64 = 0
    var volume: Int64 = 0
    var eta: Int64?
    var ship: ShipNumber?
    var promised: Int64 = 0
    var position: Position?
    var dispatched: Int64?
    var delivered: Int64?
    var unknown: [UInt8] = []

    consuming func shipment(_ key: RecordKey) throws(DecodingError) -> Shipment {
        let created = try required(created, "created")
        let trade = tradeSeq.map { RecordKey(seq: $0, index: tradeIndex) }
        if let trade, !hasTradeID { tradeID = trade.serverChosenIdentifier(created: created) }
        let moment = created.moved(by: try required(eta, "eta"))
        var shipment = Shipment(
            key: key, id: id ?? key.serverChosenIdentifier(created: created), trade: trade,
            tradeID: tradeID, origin: try required(origin, "origin"),
            destination: try required(destination, "destination"), lines: lines, mass: mass,
            volume: volume, eta: moment, created: created)
        shipment.status = status
        shipment.delayed = delayed
        shipment.ship = ship
        shipment.promised = moment.moved(by: promised)
        shipment.position = position
        shipment.dispatched = dispatched.map { created.moved(by: $0) }
        shipment.delivered = delivered.map { created.moved(by: $0) }
        shipment.seq = key.seq &+ seq
        shipment.unknown = unknown
        return shipment
    }
}
