import Basics
import Domain

/// The changed records inside an event: closed messages around the records' stored forms, so that
/// the bytes of a record in its event are the bytes of its row.
///
///     record change     1 key seq: the event's seq minus the key's (absent: 0)
///                       2 key index (absent: 0)
///                       3 the stored form
///                       4 previous: the event's seq minus it (absent: none)
///     ship change       3 and 4 of these
///     stock change      1 station  2 item  3 the stored form  4 previous, as above
///                       5 delta, zigzag (absent: 0)  6 counterpart (absent: none)
enum ChangeCodec {
    static func encode(
        _ trade: Trade, previous: UInt64, field: UInt64, seq: UInt64, into buffer: inout ByteBuffer
    ) {
        let start = buffer.beginMessage(field)
        encodeKey(trade.key, seq: seq, into: &buffer)
        let record = buffer.beginMessage(3)
        TradeCodec.encode(trade, into: &buffer)
        buffer.endMessage(record)
        encodePrevious(previous, seq: seq, into: &buffer)
        buffer.endMessage(start)
    }

    static func encode(
        _ shipment: Shipment, previous: UInt64, field: UInt64, seq: UInt64,
        into buffer: inout ByteBuffer
    ) {
        let start = buffer.beginMessage(field)
        encodeKey(shipment.key, seq: seq, into: &buffer)
        let record = buffer.beginMessage(3)
        ShipmentCodec.encode(shipment, into: &buffer)
        buffer.endMessage(record)
        encodePrevious(previous, seq: seq, into: &buffer)
        buffer.endMessage(start)
    }

    static func encode(
        _ ship: RecordChange<Ship>, field: UInt64, seq: UInt64, into buffer: inout ByteBuffer
    ) {
        let start = buffer.beginMessage(field)
        let record = buffer.beginMessage(3)
        ShipCodec.encode(ship.after, into: &buffer)
        buffer.endMessage(record)
        encodePrevious(ship.previous, seq: seq, into: &buffer)
        buffer.endMessage(start)
    }

    static func encode(
        _ change: StockChange, field: UInt64, seq: UInt64, into buffer: inout ByteBuffer
    ) {
        let start = buffer.beginMessage(field)
        buffer.field(1, UInt64(change.after.station.raw))
        buffer.field(2, UInt64(change.after.item.raw))
        let record = buffer.beginMessage(3)
        StockCodec.encode(change.after, into: &buffer)
        buffer.endMessage(record)
        encodePrevious(change.previous, seq: seq, into: &buffer)
        if change.delta != 0 { buffer.field(5, signed: change.delta) }
        if let counterpart = change.counterpart { buffer.field(6, UInt64(counterpart.rawValue)) }
        buffer.endMessage(start)
    }

    @inline(__always)
    private static func encodeKey(_ key: RecordKey, seq: UInt64, into buffer: inout ByteBuffer) {
        buffer.field(1, unlessZero: seq &- key.seq)
        buffer.field(2, unlessZero: UInt64(key.index))
    }

    @inline(__always)
    private static func encodePrevious(
        _ previous: UInt64, seq: UInt64, into buffer: inout ByteBuffer
    ) {
        if previous != 0 { buffer.field(4, seq &- previous) }
    }

    // MARK: Reading

    /// - Parameter wanted: where given, only the trade with this key is read.
    static func trade(
        _ bytes: Span<UInt8>, seq: UInt64, wanted: RecordKey? = nil
    ) throws(DecodingError) -> RecordChange<Trade>? {
        let message = try RecordMessage(bytes, seq: seq)
        if let wanted, wanted != message.key { return nil }
        let trade = try TradeCodec.decode(message.record, key: message.key)
        return RecordChange(after: trade, previous: message.previous)
    }

    /// - Parameter wanted: where given, only the shipment with this key is read.
    static func shipment(
        _ bytes: Span<UInt8>, seq: UInt64, wanted: RecordKey? = nil
    ) throws(DecodingError) -> RecordChange<Shipment>? {
        let message = try RecordMessage(bytes, seq: seq)
        if let wanted, wanted != message.key { return nil }
        let shipment = try ShipmentCodec.decode(message.record, key: message.key)
        return RecordChange(after: shipment, previous: message.previous)
    }

    static func ship(
        _ bytes: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> RecordChange<Ship> {
        let message = try RecordMessage(bytes, seq: seq)
        if message.key != RecordKey(seq: seq) { throw .malformed("a ship with a key") }
        return RecordChange(
            after: try ShipCodec.decode(message.record), previous: message.previous)
    }

    /// - Parameter wanted: where given, only this row is read.
    static func stock(
        _ bytes: Span<UInt8>, seq: UInt64, wanted: StockKey? = nil
    ) throws(DecodingError) -> StockChange? {
        var fields = FieldReader(nested: bytes)
        var station: StationNumber?
        var item: ItemNumber?
        var stock: Stock?
        var previous: UInt64 = 0
        var delta: Int64 = 0
        var counterpart: Counterpart?
        while try fields.next() {
            switch fields.number {
            case 1: station = StationNumber(try fields.owner())
            case 2: item = ItemNumber(try fields.owner())
            case 3:
                let key = StockKey(
                    station: try required(station, "station"), item: try required(item, "item"))
                if let wanted, wanted != key { return nil }
                stock = try StockCodec.decode(try fields.bytes(), key: key)
            case 4: previous = seq &- (try fields.unsigned())
            case 5: delta = try fields.signed()
            case 6: counterpart = try fields.choice()
            default: throw fields.unexpected()
            }
        }
        return StockChange(
            after: try required(stock, "stock"), previous: previous, delta: delta,
            counterpart: counterpart)
    }
}

/// A record change of which the stored form has not been read.
private struct RecordMessage: ~Escapable {
    let key: RecordKey
    let record: Span<UInt8>
    let previous: UInt64

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, seq: UInt64) throws(DecodingError) {
        var fields = FieldReader(nested: bytes)
        var keySeq = seq
        var index: UInt16 = 0
        var found = bytes.extracting(0..<0)
        var hasRecord = false
        var previous: UInt64 = 0
        while try fields.next() {
            switch fields.number {
            case 1: keySeq = seq &- (try fields.unsigned())
            case 2: index = try fields.number()
            case 3:
                found = try fields.bytes()
                hasRecord = true
            case 4: previous = seq &- (try fields.unsigned())
            default: throw fields.unexpected()
            }
        }
        if !hasRecord { throw .malformed("the record is missing") }
        key = RecordKey(seq: keySeq, index: index)
        record = found
        self.previous = previous
    }
}
