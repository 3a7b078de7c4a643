/// Why bytes could not be decoded.
package enum DecodingError: Error, Equatable {
    /// The bytes end in the middle of a value.
    case truncated
    /// A varint has more than 10 bytes or overflows 64 bits.
    case badVarint
    /// A value breaks the format; the text says which.
    case malformed(String)
    /// The record's schema number is newer than this program knows.
    case newerSchema(UInt64)
}

/// Reads binary values from the front of a span, never past its end.
///
/// Ownership: borrows the span it was made from. Every reading function throws `truncated` instead
/// of trapping, so corrupt bytes end in an error.
package struct ByteReader: ~Escapable {
    @usableFromInline let source: Span<UInt8>
    /// The offset of the next byte.
    @usableFromInline package private(set) var position: Int

    @inlinable @_lifetime(copy source)
    package init(_ source: Span<UInt8>) {
        self.source = source
        position = 0
    }

    @inlinable package var remaining: Int { source.count - position }
    @inlinable package var isAtEnd: Bool { position == source.count }

    @inlinable @_lifetime(self: copy self)
    package mutating func byte() throws(DecodingError) -> UInt8 {
        if position >= source.count { throw .truncated }
        defer { position += 1 }
        return source[position]
    }

    /// The next `count` bytes.
    @inlinable @_lifetime(copy self)
    package mutating func bytes(_ count: Int) throws(DecodingError) -> Span<UInt8> {
        if count < 0 || count > source.count - position { throw .truncated }
        let start = position
        position += count
        return source.extracting(start..<start + count)
    }

    /// A varint length and that many bytes.
    @inlinable @_lifetime(copy self)
    package mutating func lengthPrefixed() throws(DecodingError) -> Span<UInt8> {
        let length = try varint()
        if length > UInt64(source.count - position) { throw .truncated }
        return try bytes(Int(length))
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func varint() throws(DecodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            if position >= source.count { throw .truncated }
            let byte = source[position]
            position += 1
            if shift == 63 && byte > 1 { throw .badVarint }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func zigzag() throws(DecodingError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))
    }

    @inlinable @inline(__always) @_lifetime(self: copy self)
    package mutating func bigEndian<Integer: FixedWidthInteger & UnsignedInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(DecodingError) -> Integer {
        let size = MemoryLayout<Integer>.size
        if size > source.count - position { throw .truncated }
        var value: Integer = 0
        for offset in position..<position + size {
            value = value &<< 8 | Integer(truncatingIfNeeded: source[offset])
        }
        position += size
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func littleEndian<Integer: FixedWidthInteger & UnsignedInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(DecodingError) -> Integer {
        try bigEndian(Integer.self).byteSwapped
    }
}

extension Span where Element == UInt8 {
    /// Whether both hold the same bytes.
    @inlinable package func equals(_ other: Span<UInt8>) -> Bool {
        if count != other.count { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    @inlinable package func equals(_ text: StaticString) -> Bool {
        if count != text.utf8CodeUnitCount { return false }
        let start = text.utf8Start  // static storage: valid for the whole program
        for index in 0..<count where self[index] != start[index] { return false }
        return true
    }

    /// A copy that outlives the span.
    @inlinable package var array: [UInt8] {
        // The initialiser below writes a count, for no bytes into the one empty array that all
        // threads share.
        if isEmpty { return [] }
        // Invariant: the buffer has room for `count` bytes, and all of them are written.
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            for index in 0..<count { buffer[index] = self[index] }
            written = count
        }
    }

    /// The bytes as text, or nil where they are not valid UTF-8.
    package var validatedText: String? {
        withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    }
}
