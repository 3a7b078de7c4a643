package import Basics

/// The id of a station, item, ship, user, plugin, channel, trade or shipment:
/// 1–64 bytes `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, case-sensitive.
///
/// Ownership: a value of 65 bytes, no heap; copying it is copying words. Ordered by bytes.
package struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest id.
    package static let maximumBytes = 64

    // Invariant: the id's bytes in memory order (the platforms are little-endian), zeros behind
    // them. No id holds a zero byte, so equal words are equal ids and word order, byte-swapped, is
    // byte order.
    @usableFromInline let words: InlineArray<8, UInt64>
    @usableFromInline let length: UInt8

    /// Nil if `bytes` is not an id. Complexity: O(n), no allocation.
    package init?(_ bytes: Span<UInt8>) {
        let count = bytes.count
        if count == 0 || count > Self.maximumBytes { return nil }
        if !Self.isAlphanumeric(bytes[0]) { return nil }
        var words = InlineArray<8, UInt64>(repeating: 0)
        // Each word is put together in a register and stored once.
        var start = 0
        while start < count {
            let end = min(start + 8, count)
            var word: UInt64 = 0
            var shift: UInt64 = 0
            for index in start..<end {
                let byte = bytes[index]
                if !Self.isAllowed(byte) { return nil }
                word |= UInt64(byte) &<< shift
                shift &+= 8
            }
            words[start >> 3] = word
            start = end
        }
        self.words = words
        length = UInt8(count)
    }

    /// Nil if `text` is not an id.
    package init?(_ text: String) {
        self.init(text.utf8.span)
    }

    /// An id that the program itself names; traps if it is not one, at the first run of any test.
    package init(literal text: StaticString) {
        var buffer = ByteBuffer(capacity: Self.maximumBytes)
        buffer.append(text)
        guard let id = Identifier(buffer.bytes) else { preconditionFailure("not an id: \(text)") }
        self = id
    }

    /// The built-in administrator of a server without users.
    package static let local = Identifier(literal: "local")
    /// The leader's own clock, as an actor.
    package static let system = Identifier(literal: "system")

    /// For bytes that are known to be an id, such as a ULID's digits.
    init(words: InlineArray<8, UInt64>, length: UInt8) {
        self.words = words
        self.length = length
    }

    /// The number of bytes, 1–64.
    @inlinable package var count: Int { Int(length) }

    /// The id's bytes, without a copy.
    @inlinable package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let whole = Span<UInt8>(_bytes: words.span.bytes)
            return _overrideLifetime(whole.extracting(first: Int(length)), borrowing: self)
        }
    }

    /// Calls `body` with the id's bytes.
    @inlinable package func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(bytes)
    }

    /// The id as text; every id is ASCII.
    package var text: String { bytes.validatedText ?? "" }

    package var description: String { text }

    @inlinable package static func == (left: Identifier, right: Identifier) -> Bool {
        // Most pairs differ in the first word; the second exit covers all short ids.
        if left.length != right.length || left.words[0] != right.words[0] { return false }
        var difference: UInt64 = 0
        for index in 1..<8 { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }

    @inlinable package static func < (left: Identifier, right: Identifier) -> Bool {
        for index in 0..<8 where left.words[index] != right.words[index] {
            return left.words[index].byteSwapped < right.words[index].byteSwapped
        }
        return false
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        for index in 0..<(Int(length) + 7) >> 3 { hasher.combine(words[index]) }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }

    static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f
    }
}

extension ByteBuffer {
    /// Appends the id's bytes, nothing around them.
    package mutating func append(_ identifier: Identifier) {
        append(identifier.bytes)
    }

    /// Appends the id in quotes; an id never needs an escape.
    package mutating func appendJSON(_ identifier: Identifier) {
        append(UInt8(ascii: "\""))
        append(identifier.bytes)
        append(UInt8(ascii: "\""))
    }
}
