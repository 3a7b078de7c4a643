package import Basics
package import Domain

/// The stored form of a currency: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   code          its letters
///      2 bytes   name
///      3 varint  scale         0–9; absent: 0
///      4 varint  seq           absent: 0
package enum CurrencyCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ currency: Currency, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, currency.code)
        buffer.field(2, currency.name)
        buffer.field(3, unlessZero: UInt64(clamping: currency.scale))
        buffer.field(4, unlessZero: currency.seq)
        buffer.append(currency.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema, or a scale above 9.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> Currency {
        var fields = try FieldReader(record: bytes, schema: schema)
        var code: CurrencyCode?
        var name: String?
        var scale = 0
        var seq: UInt64 = 0
        var unknown: [UInt8] = []
        while try fields.next() {
            switch fields.number {
            case 1: code = try fields.currency()
            case 2: name = try fields.text()
            case 3:
                let raw = try fields.unsigned()
                if raw > UInt64(MoneyText.maximumScale) { throw .malformed("a scale above 9") }
                scale = Int(raw)
            case 4: seq = try fields.unsigned()
            default: try fields.keep(in: &unknown)
            }
        }
        var currency = Currency(
            code: try required(code, "code"), name: try required(name, "name"), scale: scale,
            seq: seq)
        currency.unknown = unknown
        return currency
    }
}
