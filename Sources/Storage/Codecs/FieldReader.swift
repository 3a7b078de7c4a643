import Basics
import Domain

/// Reads the numbered fields of one message, in ascending order.
///
/// A field that goes back, or a scalar that comes twice, is an error; so every message has one
/// spelling only. Ownership: borrows the bytes it was made from. Never traps on any bytes.
struct FieldReader: ~Escapable {
    private let source: Span<UInt8>
    /// The offset of the next byte; never beyond `source.count`.
    private var offset = 0
    /// Bit n: field n may come more than once in a row.
    private let repeated: UInt64
    private var start = 0
    private(set) var number: UInt64 = 0
    private var wire = Wire.varint

    /// A nested message, which begins with its first field.
    ///
    /// - Parameter repeated: bit n tells that field n may come more than once.
    @_lifetime(copy bytes)
    init(nested bytes: Span<UInt8>, repeated: UInt64 = 0) {
        source = bytes
        self.repeated = repeated
    }

    /// A record, which begins with its schema number.
    ///
    /// - Throws: `newerSchema` for a number above `schema`.
    @_lifetime(copy bytes)
    init(record bytes: Span<UInt8>, schema: UInt64, repeated: UInt64 = 0) throws(DecodingError) {
        source = bytes
        self.repeated = repeated
        let found = try varint()
        if found > schema { throw .newerSchema(found) }
        if found == 0 { throw .malformed("schema number 0") }
    }

    /// Moves to the next field; its value must be read before the next call.
    ///
    /// - Returns: false at the end.
    @_lifetime(self: copy self)
    mutating func next() throws(DecodingError) -> Bool {
        if offset == source.count { return false }
        start = offset
        let tag = try varint()
        let found = tag >> 3
        guard let kind = Wire(rawValue: UInt8(truncatingIfNeeded: tag) & 7) else {
            throw .malformed("an unknown wire type")
        }
        if found == 0 || found > Wire.lastField { throw .malformed("a field number out of range") }
        if found < number { throw .malformed("fields out of order") }
        if found == number && (found > 63 || repeated >> found & 1 == 0) {
            throw .malformed("a field comes twice")
        }
        number = found
        wire = kind
        return true
    }

    // MARK: Values

    @_lifetime(self: copy self)
    mutating func unsigned() throws(DecodingError) -> UInt64 {
        if wire != .varint { throw .malformed("a number of another wire type") }
        return try varint()
    }

    /// A number that is never negative.
    @_lifetime(self: copy self)
    mutating func integer() throws(DecodingError) -> Int64 {
        guard let value = Int64(exactly: try unsigned()) else {
            throw .malformed("a number beyond 63 bits")
        }
        return value
    }

    @_lifetime(self: copy self)
    mutating func signed() throws(DecodingError) -> Int64 {
        let raw = try unsigned()
        return Int64(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))
    }

    @_lifetime(self: copy self)
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(DecodingError) -> Number {
        guard let value = Number(exactly: try unsigned()) else {
            throw .malformed("a number beyond its width")
        }
        return value
    }

    /// The number of a station, item or ship: never zero.
    @_lifetime(self: copy self)
    mutating func owner() throws(DecodingError) -> UInt32 {
        let raw: UInt32 = try number()
        if raw == 0 { throw .malformed("an owner's number is 0") }
        return raw
    }

    @_lifetime(self: copy self)
    mutating func flag() throws(DecodingError) -> Bool {
        let raw = try unsigned()
        if raw > 1 { throw .malformed("a flag that is neither 0 nor 1") }
        return raw == 1
    }

    @_lifetime(self: copy self)
    mutating func choice<Choice: RawRepresentable>(
        _ type: Choice.Type = Choice.self
    ) throws(DecodingError) -> Choice
    where Choice.RawValue: FixedWidthInteger & UnsignedInteger {
        guard let choice = Choice(rawValue: try number()) else {
            throw .malformed("an unknown value of an enumeration")
        }
        return choice
    }

    @_lifetime(self: copy self)
    mutating func fixed64() throws(DecodingError) -> UInt64 {
        if wire != .fixed64 { throw .malformed("a fixed number of another wire type") }
        return try fixed()
    }

    /// The bytes of a text, an id, or a nested message.
    @_lifetime(copy self)
    mutating func bytes() throws(DecodingError) -> Span<UInt8> {
        if wire != .bytes { throw .malformed("bytes of another wire type") }
        return try lengthPrefixed()
    }

    @_lifetime(self: copy self)
    mutating func text() throws(DecodingError) -> String {
        guard let text = try bytes().validatedText else { throw .malformed("text is not UTF-8") }
        return text
    }

    @_lifetime(self: copy self)
    mutating func identifier() throws(DecodingError) -> Identifier {
        guard let id = Identifier(try bytes()) else { throw .malformed("not an id") }
        return id
    }

    @_lifetime(self: copy self)
    mutating func currency() throws(DecodingError) -> CurrencyCode {
        guard let code = CurrencyCode(try bytes()) else { throw .malformed("not a currency code") }
        return code
    }

    /// 16 bytes, the high half first.
    @_lifetime(self: copy self)
    mutating func digest() throws(DecodingError) -> Digest128 {
        var words = ByteReader(try bytes())
        if words.remaining != 16 { throw .malformed("a digest is not of 16 bytes") }
        return Digest128(high: try words.bigEndian(), low: try words.bigEndian())
    }

    /// 32 bytes.
    @_lifetime(self: copy self)
    mutating func secretHash() throws(DecodingError) -> SecretHash {
        guard let secret = SecretHash(try bytes()) else {
            throw .malformed("a secret's hash is not of 32 bytes")
        }
        return secret
    }

    @_lifetime(self: copy self)
    mutating func rate() throws(DecodingError) -> Rate {
        guard let rate = Rate(billionths: try integer()) else { throw .malformed("not a rate") }
        return rate
    }

    @_lifetime(self: copy self)
    mutating func position() throws(DecodingError) -> Position {
        let packed = try bytes()
        if packed.count != 24 { throw .malformed("a position is not of 24 bytes") }
        var words = FieldReader(nested: packed)
        let x = Double(bitPattern: try words.fixed())
        let y = Double(bitPattern: try words.fixed())
        let z = Double(bitPattern: try words.fixed())
        guard let position = Position(x: x, y: y, z: z) else {
            throw .malformed("a position is not finite")
        }
        return position
    }

    // MARK: Bytes

    // Most varints have one byte: the rest is left to the general reader.
    @inline(__always) @_lifetime(self: copy self)
    private mutating func varint() throws(DecodingError) -> UInt64 {
        if offset < source.count, source[offset] < 0x80 {
            offset += 1
            return UInt64(source[offset - 1])
        }
        return try longVarint()
    }

    @inline(never) @_lifetime(self: copy self)
    private mutating func longVarint() throws(DecodingError) -> UInt64 {
        var tail = ByteReader(source.extracting(offset..<source.count))
        let value = try tail.varint()
        offset += tail.position
        return value
    }

    @_lifetime(self: copy self)
    private mutating func fixed() throws(DecodingError) -> UInt64 {
        if source.count - offset < 8 { throw .truncated }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(source[offset + index]) << UInt64(index * 8) }
        offset += 8
        return value
    }

    @_lifetime(copy self)
    private mutating func lengthPrefixed() throws(DecodingError) -> Span<UInt8> {
        let length = try varint()
        if length > UInt64(source.count - offset) { throw .truncated }
        let from = offset
        offset += Int(length)
        return source.extracting(from..<offset)
    }

    // MARK: Fields of a newer program

    /// Skips the present field and keeps its bytes, tag and all.
    @_lifetime(self: copy self)
    mutating func keep(in unknown: inout [UInt8]) throws(DecodingError) {
        try skip()
        unknown.append(contentsOf: source.extracting(start..<offset).array)
    }

    /// Skips the present field.
    @_lifetime(self: copy self)
    mutating func skip() throws(DecodingError) {
        switch wire {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed()
        case .bytes: _ = try lengthPrefixed()
        }
    }

    /// What a field ends in that a closed message does not have: adding one needs a new schema
    /// number of the record around it.
    func unexpected() -> DecodingError { .malformed("an unknown field in a closed message") }
}

/// How a field's value is written. The numbers are on disk and are protobuf's.
enum Wire: UInt8 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2

    /// The highest field number, as in protobuf.
    static var lastField: UInt64 { 1 << 29 - 1 }
}

/// Reads an optional value that must be there.
@inline(__always)
func required<Value>(_ value: Value?, _ name: StaticString) throws(DecodingError) -> Value {
    guard let value else { throw .malformed("\(name) is missing") }
    return value
}
