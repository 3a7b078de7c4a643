package import Basics
package import Domain

/// The stored form of an item: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 varint  number        2 bytes id
///      3 bytes   name          absent: the id
///      4 bytes   description   5 bytes category      6 bytes unit
///      7 varint  mass          grams per unit; absent: 0
///      8 varint  volume        cubic decimetres per unit; absent: 0
///      9 varint  price        10 bytes currency
///     11 varint  status        absent: active
///     12 bytes   attributes
///     13 varint  seq           absent: 0
package enum ItemCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ item: Item, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, UInt64(item.number.raw))
        buffer.field(2, item.id)
        if item.name != item.id.text { buffer.field(3, item.name) }
        buffer.field(4, item.description)
        buffer.field(5, item.category)
        buffer.field(6, item.unit)
        buffer.field(7, unlessZero: item.mass)
        buffer.field(8, unlessZero: item.volume)
        buffer.field(9, item.price)
        if let currency = item.currency { buffer.field(10, currency) }
        if item.status != .active { buffer.field(11, UInt64(item.status.rawValue)) }
        buffer.field(12, item.attributes)
        buffer.field(13, unlessZero: item.seq)
        buffer.append(item.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Item {
        var fields = try FieldReader(record: bytes, schema: schema)
        var number: ItemNumber?
        var parts: Item?
        while try fields.next() {
            switch fields.number {
            case 1: number = ItemNumber(try fields.owner())
            case 2:
                parts = Item(
                    number: try required(number, "number"), id: try fields.identifier(), seq: 0)
            case 3: parts?.name = try fields.text()
            case 4: parts?.description = try fields.text()
            case 5: parts?.category = try fields.text()
            case 6: parts?.unit = try fields.text()
            case 7: parts?.mass = try fields.integer()
            case 8: parts?.volume = try fields.integer()
            case 9: parts?.price = try fields.integer()
            case 10: parts?.currency = try fields.currency()
            case 11: parts?.status = try fields.choice()
            case 12: parts?.attributes = try fields.text()
            case 13: parts?.seq = try fields.unsigned()
            default:
                var unknown = parts?.unknown ?? []
                try fields.keep(in: &unknown)
                parts?.unknown = unknown
            }
            if fields.number > 1, parts == nil { throw .malformed("id is missing") }
        }
        return try required(parts, "id")
    }
}
