import Basics
import Domain

/// The smaller parts of an event; closed messages.
///
///     rule reference   1 name  2 version  3 hook  4 inputs (absent: none)
///     identity         1 kind  2 name (absent: the id of the event's trade or shipment)
///                      3 request hash, fixed
///     receipt line     1 item  2 quantity (absent: 0)  3 lost (absent: 0)  4 reason
///     tracking point   1 position  2 note  3 time, milliseconds since 1970, zigzag
enum EventPartCodec {
    static func encode(_ rule: RuleReference, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, rule.name)
        buffer.field(2, rule.version)
        buffer.field(3, rule.hook)
        buffer.field(4, rule.inputs)
        buffer.endMessage(start)
    }

    static func rule(_ bytes: Span<UInt8>) throws(DecodingError) -> RuleReference {
        var fields = FieldReader(nested: bytes)
        var name: Identifier?
        var version: String?
        var hook: String?
        var inputs: String?
        while try fields.next() {
            switch fields.number {
            case 1: name = try fields.identifier()
            case 2: version = try fields.text()
            case 3: hook = try fields.text()
            case 4: inputs = try fields.text()
            default: throw fields.unexpected()
            }
        }
        return RuleReference(
            name: try required(name, "name"), version: try required(version, "version"),
            hook: try required(hook, "hook"), inputs: inputs)
    }

    /// - Parameter subject: the id of the event's trade or shipment, which need not be repeated.
    static func encode(
        _ identity: RequestIdentity, subject: Identifier?, field: UInt64,
        into buffer: inout ByteBuffer
    ) {
        let start = buffer.beginMessage(field)
        buffer.field(1, UInt64(identity.kind.rawValue))
        if identity.name != subject { buffer.field(2, identity.name) }
        buffer.field(3, fixed64: identity.requestHash)
        buffer.endMessage(start)
    }

    static func identity(_ bytes: Span<UInt8>) throws(DecodingError) -> IdentityPart {
        var fields = FieldReader(nested: bytes)
        var kind: RequestIdentity.Kind?
        var name: Identifier?
        var hash: UInt64?
        while try fields.next() {
            switch fields.number {
            case 1: kind = try fields.choice()
            case 2: name = try fields.identifier()
            case 3: hash = try fields.fixed64()
            default: throw fields.unexpected()
            }
        }
        return IdentityPart(
            kind: try required(kind, "kind"), name: name,
            requestHash: try required(hash, "request hash"))
    }

    static func encode(_ line: ReceiptLine, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, UInt64(line.item.raw))
        buffer.field(2, unlessZero: line.quantity)
        buffer.field(3, unlessZero: line.lost)
        buffer.field(4, line.reason)
        buffer.endMessage(start)
    }

    static func receiptLine(_ bytes: Span<UInt8>) throws(DecodingError) -> ReceiptLine {
        var fields = FieldReader(nested: bytes)
        var item: ItemNumber?
        var quantity: Int64 = 0
        var lost: Int64 = 0
        var reason: String?
        while try fields.next() {
            switch fields.number {
            case 1: item = ItemNumber(try fields.owner())
            case 2: quantity = try fields.integer()
            case 3: lost = try fields.integer()
            case 4: reason = try fields.text()
            default: throw fields.unexpected()
            }
        }
        return ReceiptLine(
            item: try required(item, "item"), quantity: quantity, lost: lost, reason: reason)
    }

    static func encode(_ point: TrackingPoint, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, point.position)
        buffer.field(2, point.note)
        buffer.field(3, signed: point.time.milliseconds)
        buffer.endMessage(start)
    }

    static func point(_ bytes: Span<UInt8>) throws(DecodingError) -> TrackingPoint {
        var fields = FieldReader(nested: bytes)
        var position: Position?
        var note: String?
        var time: Timestamp?
        while try fields.next() {
            switch fields.number {
            case 1: position = try fields.position()
            case 2: note = try fields.text()
            case 3: time = Timestamp(milliseconds: try fields.signed())
            default: throw fields.unexpected()
            }
        }
        return TrackingPoint(
            position: try required(position, "position"), note: note,
            time: try required(time, "time"))
    }
}

/// An identity whose name may be the subject's.
struct IdentityPart {
    var kind: RequestIdentity.Kind
    var name: Identifier?
    var requestHash: UInt64

    func identity(subject: Identifier?) throws(DecodingError) -> RequestIdentity {
        RequestIdentity(
            kind: kind, name: try required(name ?? subject, "name"), requestHash: requestHash)
    }
}
