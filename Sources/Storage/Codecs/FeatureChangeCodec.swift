import Basics
import Domain

/// What events of plugins, channels and notices hold besides their records; closed messages.
///
///     details          1 version (tag)  2 hook  3 trade  4 error  5 action     absent: none
///     outbox record    1 channel  2 sequence  3 the stored form
///     removed          1 channel  2 sequence
enum FeatureChangeCodec {
    static func encode(_ details: PluginDetails, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        if let version = details.version { PluginCodec.encode(version, field: 1, into: &buffer) }
        buffer.field(2, details.hook)
        if let trade = details.trade { buffer.field(3, trade) }
        buffer.field(4, details.error)
        buffer.field(5, details.action)
        buffer.endMessage(start)
    }

    static func details(_ bytes: Span<UInt8>) throws(DecodingError) -> PluginDetails {
        var fields = FieldReader(nested: bytes)
        var details = PluginDetails()
        while try fields.next() {
            switch fields.number {
            case 1: details.version = try PluginCodec.tag(try fields.bytes())
            case 2: details.hook = try fields.text()
            case 3: details.trade = try fields.identifier()
            case 4: details.error = try fields.text()
            case 5: details.action = try fields.text()
            default: throw fields.unexpected()
            }
        }
        return details
    }

    static func encode(_ notice: Notice, field: UInt64, into buffer: inout ByteBuffer) {
        let start = beginRecord(notice.key, field: field, into: &buffer)
        NoticeCodec.encode(notice, into: &buffer)
        buffer.endMessage(start.record)
        buffer.endMessage(start.message)
    }

    static func encode(_ delivery: Delivery, field: UInt64, into buffer: inout ByteBuffer) {
        let start = beginRecord(delivery.key, field: field, into: &buffer)
        DeliveryCodec.encode(delivery, into: &buffer)
        buffer.endMessage(start.record)
        buffer.endMessage(start.message)
    }

    static func encode(_ key: NoticeKey, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, UInt64(key.channel))
        buffer.field(2, key.sequence)
        buffer.endMessage(start)
    }

    private static func beginRecord(
        _ key: NoticeKey, field: UInt64, into buffer: inout ByteBuffer
    ) -> (message: Int, record: Int) {
        let message = buffer.beginMessage(field)
        buffer.field(1, UInt64(key.channel))
        buffer.field(2, key.sequence)
        return (message, buffer.beginMessage(3))
    }

    static func notice(_ bytes: Span<UInt8>) throws(DecodingError) -> Notice {
        let message = try OutboxMessage(bytes, hasRecord: true)
        return try NoticeCodec.decode(message.record, key: message.key)
    }

    static func delivery(_ bytes: Span<UInt8>) throws(DecodingError) -> Delivery {
        let message = try OutboxMessage(bytes, hasRecord: true)
        return try DeliveryCodec.decode(message.record, key: message.key)
    }

    static func key(_ bytes: Span<UInt8>) throws(DecodingError) -> NoticeKey {
        try OutboxMessage(bytes, hasRecord: false).key
    }
}

/// A row of the outbox of which the stored form has not been read.
private struct OutboxMessage: ~Escapable {
    let key: NoticeKey
    let record: Span<UInt8>

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, hasRecord: Bool) throws(DecodingError) {
        var fields = FieldReader(nested: bytes)
        var channel: UInt32?
        var sequence: UInt64?
        var found = bytes.extracting(0..<0)
        var isFound = false
        while try fields.next() {
            switch fields.number {
            case 1: channel = try fields.owner()
            case 2: sequence = try fields.unsigned()
            case 3 where hasRecord:
                found = try fields.bytes()
                isFound = true
            default: throw fields.unexpected()
            }
        }
        if isFound != hasRecord { throw .malformed("the record is missing") }
        key = NoticeKey(
            channel: try required(channel, "channel"), sequence: try required(sequence, "sequence"))
        record = found
    }
}
