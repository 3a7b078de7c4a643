package import Basics
package import Domain

/// The stored form of an exchange rate: a value of the family `catalog`, and a part of events.
///
///     record    schema=1 field*                      ascending numbers, no gaps between them
///      1 bytes   base          2 bytes quote: their letters
///      3 varint  rate          billionths, at least 1
///      4 varint  set           milliseconds since 1970, zigzag
///      5 varint  seq           absent: 0
package enum RateCodec {
    /// The newest schema number that this program reads and the one that it writes.
    package static let schema: UInt64 = 1

    /// Appends the stored form.
    package static func encode(_ rate: ExchangeRate, into buffer: inout ByteBuffer) {
        buffer.append(varint: schema)
        buffer.field(1, rate.base)
        buffer.field(2, rate.quote)
        buffer.field(3, rate.rate.billionths)
        buffer.field(4, signed: rate.set.milliseconds)
        buffer.field(5, unlessZero: rate.seq)
        buffer.append(rate.unknown)
    }

    /// Reads the stored form.
    ///
    /// - Throws: for bytes that are not exactly one record of a known schema.
    package static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> ExchangeRate {
        var fields = try FieldReader(record: bytes, schema: schema)
        var base: CurrencyCode?
        var quote: CurrencyCode?
        var value: Rate?
        var set: Timestamp?
        var seq: UInt64 = 0
        var unknown: [UInt8] = []
        while try fields.next() {
            switch fields.number {
            case 1: base = try fields.currency()
            case 2: quote = try fields.currency()
            case 3: value = try fields.rate()
            case 4: set = Timestamp(milliseconds: try fields.signed())
            case 5: seq = try fields.unsigned()
            default: try fields.keep(in: &unknown)
            }
        }
        var rate = ExchangeRate(
            base: try required(base, "base"), quote: try required(quote, "quote"),
            rate: try required(value, "rate"), set: try required(set, "set"), seq: seq)
        rate.unknown = unknown
        return rate
    }
}
