package import Basics
package import Domain

/// What an event is about in brief: enough to walk the log by time and transaction.
package struct EventHeader: Equatable, Sendable {
    package var seq: UInt64
    package var time: Timestamp
    package var type: EventType
    /// The transaction it belongs to: consecutive seqs from `first`, `count` of them.
    package var first: UInt64
    package var count: UInt32
}

extension EventCodec {
    /// Reads the first fields of a body only. Cost: about 50 ns.
    ///
    /// - Throws: as `decode`; damage behind the first fields is not seen.
    package static func decodeHeader(
        _ body: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> EventHeader {
        var fields = try FieldReader(record: body, schema: schema, repeated: repeated)
        var header = HeaderParts()
        while try fields.next(), fields.number <= 4 { _ = try header.take(&fields) }
        return try header.header(seq: seq)
    }

    /// Reads a body.
    ///
    /// - Throws: for bytes that are not exactly one event of a known schema and type.
    package static func decode(
        _ body: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> Event {
        var fields = try FieldReader(record: body, schema: schema, repeated: repeated)
        var header = HeaderParts()
        var parts = DataParts(seq: seq)
        while try fields.next() {
            if fields.number <= 9 {
                try header.take(&fields)
            } else {
                try parts.take(&fields, header: header)
            }
        }
        let head = try header.header(seq: seq)
        let data = try parts.data(type: head.type)
        var event = Event(
            seq: seq, time: head.time, type: head.type, first: head.first, count: head.count,
            actor: try required(header.actor, "actor"),
            cause: Cause(command: header.command, rules: header.rules), data: data)
        event.identity = try header.identity?.identity(subject: data.subject)
        event.key = try header.key?.identity(subject: data.subject)
        return event
    }

    // MARK: One record of an event

    /// The change of one stock row in an event, or nil where the event did not change it; the
    /// other records are stepped over.
    ///
    /// - Throws: for damage up to the row.
    package static func stockChange(
        of key: StockKey, in body: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> StockChange? {
        var fields = try FieldReader(record: body, schema: schema, repeated: repeated)
        while try fields.next() {
            if fields.number != 12 {
                try fields.skip()
            } else if let change = try ChangeCodec.stock(
                try fields.bytes(), seq: seq, wanted: key)
            {
                return change
            }
        }
        return nil
    }

    /// The change of one trade in an event, or nil where the event did not change it.
    ///
    /// - Throws: for damage up to the trade.
    package static func tradeChange(
        of key: RecordKey, in body: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> RecordChange<Trade>? {
        var fields = try FieldReader(record: body, schema: schema, repeated: repeated)
        while try fields.next() {
            if fields.number != 10 {
                try fields.skip()
            } else if let change = try ChangeCodec.trade(
                try fields.bytes(), seq: seq, wanted: key)
            {
                return change
            }
        }
        return nil
    }

    /// The change of one shipment in an event, or nil where the event did not change it.
    ///
    /// - Throws: for damage up to the shipment.
    package static func shipmentChange(
        of key: RecordKey, in body: Span<UInt8>, seq: UInt64
    ) throws(DecodingError) -> RecordChange<Shipment>? {
        var fields = try FieldReader(record: body, schema: schema, repeated: repeated)
        while try fields.next() {
            if fields.number != 11 {
                try fields.skip()
            } else if let change = try ChangeCodec.shipment(
                try fields.bytes(), seq: seq, wanted: key)
            {
                return change
            }
        }
        return nil
    }
}

/// The fields 1–9 of an event while they are read.
struct HeaderParts {
    var time: Timestamp?
    var type: EventType?
    var first: UInt64 = 0
    var count: UInt32 = 1
    var actor: Identifier?
    var command: CommandVerb?
    var rules: [RuleReference] = []
    var identity: IdentityPart?
    var key: IdentityPart?

    mutating func take(_ fields: inout FieldReader) throws(DecodingError) {
        switch fields.number {
        case 1: time = Timestamp(milliseconds: try fields.signed())
        case 2: type = try fields.choice()
        case 3: first = try fields.unsigned()
        case 4: count = try fields.number()
        case 5: actor = try fields.identifier()
        case 6: command = try fields.choice()
        case 7: rules.append(try EventPartCodec.rule(try fields.bytes()))
        case 8: identity = try EventPartCodec.identity(try fields.bytes())
        default: key = try EventPartCodec.identity(try fields.bytes())
        }
    }

    func header(seq: UInt64) throws(DecodingError) -> EventHeader {
        EventHeader(
            seq: seq, time: try required(time, "time"), type: try required(type, "type"),
            first: seq &- first, count: count)
    }
}
