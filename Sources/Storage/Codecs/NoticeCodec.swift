package import Basics
package import Domain

/// The stored form of a notice: a value of the family `outbox`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   id
///      2 rule    as in `EventPartCodec`; absent: a plain route
///      3 varint  event          absent: a timer
///      4 varint  event type     absent: none
///      5 bytes   about          absent: none
///      6 varint* station
///      7 bytes   subject        8 bytes   text       9 bytes   data: JSON; absent: none
///     10 bytes   order key      absent: none
///     11 varint  time           milliseconds since 1970, zigzag
///     12 varint  seq            absent: 0
///
/// Channel and sequence are in the key.
package enum NoticeCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ notice: Notice, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, notice.id)
        if let rule = notice.rule { EventPartCodec.encode(rule, field: 2, into: &buffer) }
        buffer.field(3, unlessZero: notice.event)
        if let type = notice.eventType { buffer.field(4, UInt64(type.rawValue)) }
        buffer.field(5, notice.about)
        for station in notice.stations { buffer.field(6, UInt64(station.raw)) }
        buffer.field(7, notice.subject)
        buffer.field(8, notice.text)
        buffer.field(9, notice.data)
        buffer.field(10, notice.orderKey)
        buffer.field(11, signed: notice.time.milliseconds)
        buffer.field(12, unlessZero: notice.seq)
        buffer.append(notice.unknown)
    }

    /// Reads the stored form of the notice at `key`.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(
        _ bytes: Span<UInt8>, key: NoticeKey
    ) throws(DecodingError) -> Notice {
        var fields = try FieldReader(record: bytes, schema: schema, repeated: 1 << 6)
        var id: String?
        var time: Int64?
        var notice = Notice(
            key: key, id: "", rule: nil, event: 0, time: Timestamp(milliseconds: 0), seq: 0)
        while try fields.next() {
            switch fields.number {
            case 1: id = try fields.text()
            case 2: notice.rule = try EventPartCodec.rule(try fields.bytes())
            case 3: notice.event = try fields.unsigned()
            case 4: notice.eventType = try fields.choice()
            case 5: notice.about = try fields.text()
            case 6: notice.stations.append(StationNumber(try fields.owner()))
            case 7: notice.subject = try fields.text()
            case 8: notice.text = try fields.text()
            case 9: notice.data = try fields.text()
            case 10: notice.orderKey = try fields.text()
            case 11: time = try fields.signed()
            case 12: notice.seq = try fields.unsigned()
            default: try fields.keep(in: &notice.unknown)
            }
        }
        notice.id = try required(id, "id")
        notice.time = Timestamp(milliseconds: try required(time, "time"))
        return notice
    }
}

/// What became of a notice as stored: a value of the family `outbox`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  status         absent: queued
///      2 varint  attempts       absent: 0
///      3 varint  next           milliseconds since updated, zigzag; absent: none
///      4 varint  last status    zigzag; absent: none
///      5 bytes   last error     absent: none
///      6 varint  updated        milliseconds since 1970, zigzag
///      7 varint  seq            absent: 0
///
/// Channel and sequence are in the key.
package enum DeliveryCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ delivery: Delivery, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        if delivery.status != .queued { buffer.field(1, UInt64(delivery.status.rawValue)) }
        buffer.field(2, unlessZero: delivery.attempts)
        if let next = delivery.next { buffer.field(3, next, since: delivery.updated) }
        if let status = delivery.lastStatus { buffer.field(4, signed: status) }
        buffer.field(5, delivery.lastError)
        buffer.field(6, signed: delivery.updated.milliseconds)
        buffer.field(7, unlessZero: delivery.seq)
        buffer.append(delivery.unknown)
    }

    /// Reads the stored form of the delivery at `key`.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(
        _ bytes: Span<UInt8>, key: NoticeKey
    ) throws(DecodingError) -> Delivery {
        var fields = try FieldReader(record: bytes, schema: schema)
        var next: Int64?
        var updated: Int64?
        var delivery = Delivery(
            key: key, status: .queued, updated: Timestamp(milliseconds: 0))
        while try fields.next() {
            switch fields.number {
            case 1: delivery.status = try fields.choice()
            case 2: delivery.attempts = try fields.integer()
            case 3: next = try fields.signed()
            case 4: delivery.lastStatus = try fields.signed()
            case 5: delivery.lastError = try fields.text()
            case 6: updated = try fields.signed()
            case 7: delivery.seq = try fields.unsigned()
            default: try fields.keep(in: &delivery.unknown)
            }
        }
        delivery.updated = Timestamp(milliseconds: try required(updated, "updated"))
        delivery.next = next.map { delivery.updated.moved(by: $0) }
        return delivery
    }
}
