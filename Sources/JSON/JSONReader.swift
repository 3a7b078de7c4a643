import Basics

/// A strict RFC 8259 reader: one value, nothing behind it, no extension of the grammar.
///
/// Refused besides bad grammar: equal keys in one object, invalid UTF-8, lone surrogates, a byte
/// order mark, and anything beyond the limits. Every input ends in a value or a `JSONError`.
/// Threading: a value on the caller's stack. Recursion is bounded by `maximumDepth`.
package struct JSONReader: ~Escapable {
    /// Containers inside each other, unless the caller says otherwise; the next one is refused.
    package static let maximumDepth = 32
    /// Bytes of one number: more digits than any number the store can hold.
    package static let maximumNumberBytes = 128
    /// Bytes of one document, unless the caller says another limit: the size of an HTTP body.
    package static let maximumBytes = 1 << 20
    /// Bytes of a META or `attributes` object.
    package static let maximumAttributeBytes = 16 << 10

    let source: Span<UInt8>
    var position = 0
    private var depth = 0
    private let maximumDepth: Int

    @_lifetime(copy source)
    private init(_ source: Span<UInt8>, maximumDepth: Int) {
        self.source = source
        self.maximumDepth = maximumDepth
    }

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - maximumBytes: longer input is refused unread.
    ///   - maximumDepth: containers inside each other, at most 128.
    /// - Complexity: O(n); allocates the tree.
    package static func parse(
        _ bytes: Span<UInt8>, maximumBytes: Int = JSONReader.maximumBytes,
        maximumDepth: Int = JSONReader.maximumDepth
    ) throws(JSONError) -> JSONValue {
        if bytes.count > maximumBytes {
            throw JSONError(
                offset: maximumBytes, message: "the JSON is longer than \(maximumBytes) bytes")
        }
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        reader.skipSpace()
        let value = try reader.value()
        reader.skipSpace()
        if reader.position < bytes.count { throw reader.error("nothing may follow the value") }
        return value
    }

    /// Checks an attributes object and gives it back without whitespace outside strings; the order
    /// of members and the spelling of strings and numbers stay.
    ///
    /// A number beyond the range of a double is refused, so that a rule can read every attribute.
    package static func validateObject(
        _ bytes: Span<UInt8>, maximumBytes: Int = JSONReader.maximumAttributeBytes,
        maximumDepth: Int = JSONReader.maximumDepth
    ) throws(JSONError) -> String {
        let value = try parse(
            bytes, maximumBytes: maximumBytes, maximumDepth: maximumDepth)
        guard case .object = value else {
            throw JSONError(offset: 0, message: "the value must be a JSON object")
        }
        if hasHugeNumber(value) {
            throw JSONError(offset: 0, message: "a number is beyond the range of a double")
        }
        guard let text = compacted(bytes).bytes.validatedText else {
            throw JSONError(offset: 0, message: "the text is not valid UTF-8")
        }
        return text
    }

    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number: value.double == nil
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let members): members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }

    /// A copy without whitespace outside strings, of bytes that are known to be JSON.
    private static func compacted(_ bytes: Span<UInt8>) -> ByteBuffer {
        var compact = ByteBuffer(capacity: bytes.count)
        var isInString = false
        var isEscaped = false
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if isSpace(byte) {
                continue
            }
            compact.append(byte)
        }
        return compact
    }

    // MARK: Grammar

    @_lifetime(self: copy self)
    private mutating func value() throws(JSONError) -> JSONValue {
        guard position < source.count else { throw endError() }
        switch source[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw error("a value is expected here")
        }
    }

    @_lifetime(self: copy self)
    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        var members: [(key: String, value: JSONValue)] = []
        var seen: Set<ByteKey> = []
        skipSpace()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object(members)
        }
        while true {
            skipSpace()
            let keyStart = position
            guard position < source.count else { throw endError() }
            guard source[position] == UInt8(ascii: "\"") else {
                throw error("a key in double quotes is expected here")
            }
            let key = try string()
            if Self.isRepeated(key, in: members, &seen) {
                throw JSONError(offset: keyStart, message: "the key is there twice")
            }
            skipSpace()
            try expect(UInt8(ascii: ":"), "a colon is expected here")
            skipSpace()
            members.append((key, try value()))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "}"), "a comma or } is expected here")
            depth -= 1
            return .object(members)
        }
    }

    /// Compares with few members one by one, with many through a set: the cost stays linear for
    /// whatever a sender makes up.
    private static func isRepeated(
        _ key: String, in members: [(key: String, value: JSONValue)], _ seen: inout Set<ByteKey>
    ) -> Bool {
        if members.count < 8 { return members.contains { sameBytes($0.key, key) } }
        if members.count == 8 { for member in members { seen.insert(ByteKey(text: member.key)) } }
        return !seen.insert(ByteKey(text: key)).inserted
    }

    @_lifetime(self: copy self)
    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"), "a comma or ] is expected here")
            depth -= 1
            return .array(elements)
        }
    }

    /// Steps over the opening bracket.
    @_lifetime(self: copy self)
    private mutating func enter() throws(JSONError) {
        if depth == maximumDepth {
            throw error("arrays and objects are nested deeper than \(maximumDepth)")
        }
        depth += 1
        position += 1
    }

    @_lifetime(self: copy self)
    private mutating func literal(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        guard end <= source.count, source.extracting(position..<end).equals(text) else {
            throw error("a value is expected here")
        }
        position = end
        return value
    }

    @_lifetime(self: copy self)
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        // A zero stands alone before the point.
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        if position - start > Self.maximumNumberBytes {
            throw JSONError(
                offset: start,
                message: "the number is longer than \(Self.maximumNumberBytes) bytes")
        }
        guard let text = source.extracting(start..<position).validatedText else {
            throw error("a value is expected here")
        }
        return .number(text)
    }

    /// One digit or more.
    @_lifetime(self: copy self)
    private mutating func digits() throws(JSONError) {
        let start = position
        while position < source.count, isDigit(source[position]) { position += 1 }
        if position == start {
            throw position == source.count ? endError() : error("a digit is expected here")
        }
    }

    // MARK: Steps

    @_lifetime(self: copy self)
    private mutating func skipSpace() {
        while position < source.count, isSpace(source[position]) { position += 1 }
    }

    @_lifetime(self: copy self)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < source.count, source[position] == byte else { return false }
        position += 1
        return true
    }

    @_lifetime(self: copy self)
    private mutating func expect(_ byte: UInt8, _ message: String) throws(JSONError) {
        if position == source.count { throw endError() }
        if !take(byte) { throw error(message) }
    }

    func error(_ message: String) -> JSONError {
        JSONError(offset: position, message: message)
    }

    func endError() -> JSONError {
        JSONError(offset: source.count, message: "the JSON ends too early")
    }
}

/// A key that is equal only to the same bytes.
private struct ByteKey: Hashable {
    let text: String

    static func == (left: ByteKey, right: ByteKey) -> Bool { sameBytes(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
}

private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}
