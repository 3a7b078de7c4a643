package import Basics

/// Why bytes are not a reply.
package enum ReplyError: Error, Equatable {
    case malformed(String)
    /// Deeper, longer or wider than the decoder's limits.
    case tooLarge(String)
}

/// What a client accepts from a server.
package struct ReplyLimits: Equatable, Sendable {
    /// Containers inside containers.
    package var depth: Int
    /// Bytes of one reply.
    package var bytes: Int
    /// Elements of one container (both halves of a pair count).
    package var elements: Int

    package init(depth: Int = 32, bytes: Int = 256 << 20, elements: Int = 16 << 20) {
        self.depth = depth
        self.bytes = bytes
        self.elements = elements
    }
}

/// Finds and decodes the replies (RESP2 and RESP3) in the bytes of one connection: the client's
/// side.
///
/// First the extent of a reply is found, remembering progress between calls (O(bytes) however
/// they are cut), without allocating by announced lengths; only a complete reply is built.
package struct RESPDecoder: Sendable {
    /// What a look at the unread bytes gave.
    package enum Outcome: Equatable, Sendable {
        case needMore
        case value(RESPValue, consumed: Int)
    }

    private let limits: ReplyLimits
    private var position = 0
    /// Where the search for a line's end goes on.
    private var searched = 0
    /// How many values each open container still awaits; the outermost asks for the reply itself.
    private var awaited: [Int] = [1]

    package init(limits: ReplyLimits = ReplyLimits()) { self.limits = limits }

    /// Looks for one reply at the front of `unread` (at least what the last call was shown).
    ///
    /// Attributes (`|`) are read and dropped. After an error the connection must be closed.
    package mutating func decode(_ unread: Span<UInt8>) throws(ReplyError) -> Outcome {
        while !awaited.isEmpty {
            if try !skipValue(unread) { return .needMore }
            while let last = awaited.last, last == 0 { awaited.removeLast() }
        }
        let consumed = position
        position = 0
        searched = 0
        awaited = [1]
        var builder = ReplyBuilder(unread.extracting(0..<consumed))
        return .value(try builder.value(), consumed: consumed)
    }

    /// The same for the bytes of `buffer` from `offset` on: for buffers that are a property of an
    /// object, whose spans cannot leave the access.
    package mutating func decode(
        _ buffer: borrowing ByteBuffer, from offset: Int = 0
    ) throws(ReplyError) -> Outcome {
        try decode(buffer.bytes(in: offset..<buffer.count))
    }

    /// Moves over one scalar or one container's header; false if it is not complete.
    private mutating func skipValue(_ unread: Span<UInt8>) throws(ReplyError) -> Bool {
        guard position < unread.count else { return false }
        let type = unread[position]
        guard ReplyBuilder.isType(type) else {
            throw .malformed("a reply cannot begin with byte \(type)")
        }
        searched = max(searched, position + 1)
        while searched < unread.count && unread[searched] != 10 { searched += 1 }
        if searched - position > limits.bytes { throw .tooLarge("line") }
        guard searched < unread.count else { return false }
        if unread[searched - 1] != 13 || searched == position + 1 {
            throw .malformed("a line must end in CRLF")
        }
        var next = searched + 1
        let last = awaited.count - 1
        switch type {
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            let length = try number(unread, limit: limits.bytes)
            if length >= 0 {
                guard unread.count - next >= length + 2 else { return false }
                next += length + 2
                if unread[next - 2] != 13 || unread[next - 1] != 10 {
                    throw .malformed("a string must end in CRLF")
                }
            }
            awaited[last] -= 1
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"):
            let count = try number(unread, limit: limits.elements)
            awaited[last] -= 1
            try open(max(count, 0))
        case UInt8(ascii: "%"), UInt8(ascii: "|"):
            let pairs = try number(unread, limit: limits.elements / 2)
            // An attribute stands before its value and is not one itself.
            if type == UInt8(ascii: "%") { awaited[last] -= 1 }
            try open(2 * max(pairs, 0))
        default:
            awaited[last] -= 1
        }
        position = next
        searched = next
        if position > limits.bytes { throw .tooLarge("reply") }
        return true
    }

    private mutating func open(_ count: Int) throws(ReplyError) {
        if awaited.count > limits.depth { throw .tooLarge("depth") }
        awaited.append(count)
    }

    private func number(_ unread: Span<UInt8>, limit: Int) throws(ReplyError) -> Int {
        guard case .number(let number, let next) = HeaderNumber.read(unread, at: position + 1),
            next == searched + 1, number >= -1
        else { throw .malformed("bad length") }
        if number > Int64(limit) { throw .tooLarge("announced length") }
        return Int(number)
    }
}

/// Builds the value of a reply whose extent is known; its depth has been checked.
private struct ReplyBuilder: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    static func isType(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "$"),
            UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "#"), UInt8(ascii: ","),
            UInt8(ascii: "("), UInt8(ascii: "!"), UInt8(ascii: "="), UInt8(ascii: "%"),
            UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "|"):
            return true
        default: return false
        }
    }

    @_lifetime(self: copy self)
    mutating func value() throws(ReplyError) -> RESPValue {
        // A loop, not a recursion: any number of attributes may stand before a value.
        while position < bytes.count && bytes[position] == UInt8(ascii: "|") {
            _ = try values(2 * count(try readLine()))
        }
        guard position < bytes.count else { throw .malformed("truncated") }
        let type = bytes[position]
        let line = try readLine()
        switch type {
        case UInt8(ascii: "+"): return .simple(line)
        case UInt8(ascii: "-"): return .error(line)
        case UInt8(ascii: ":"):
            guard let number = Int64(line) else { throw .malformed("bad integer") }
            return .integer(number)
        case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
            return try string(type, line)
        case UInt8(ascii: "_"): return .null
        case UInt8(ascii: "#"):
            guard line == "t" || line == "f" else { throw .malformed("bad boolean") }
            return .boolean(line == "t")
        case UInt8(ascii: ","):
            guard let number = Double(line) else { throw .malformed("bad number") }
            return .double(number)
        case UInt8(ascii: "("): return .bigNumber(line)
        default:
            if line == "-1" { return .null }
            if type == UInt8(ascii: "%") { return .map(try values(2 * count(line))) }
            let elements = try values(count(line))
            switch type {
            case UInt8(ascii: "~"): return .set(elements)
            case UInt8(ascii: ">"): return .push(elements)
            default: return .array(elements)
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func string(_ type: UInt8, _ line: String) throws(ReplyError) -> RESPValue {
        if line == "-1" { return .null }
        let length = try count(line)
        guard bytes.count - position >= length + 2 else { throw .malformed("truncated") }
        let content = bytes.extracting(position..<position + length)
        position += length + 2
        switch type {
        case UInt8(ascii: "!"): return .error(String(decoding: content.array, as: UTF8.self))
        case UInt8(ascii: "="):
            guard length >= 4, content[3] == UInt8(ascii: ":") else {
                throw .malformed("bad verbatim string")
            }
            return .verbatim(
                format: String(decoding: content.extracting(0..<3).array, as: UTF8.self),
                content.extracting(4..<length).array)
        default: return .bulk(content.array)
        }
    }

    @_lifetime(self: copy self)
    private mutating func values(_ count: Int) throws(ReplyError) -> [RESPValue] {
        var values: [RESPValue] = []
        // Every element is at least three bytes long and has arrived.
        values.reserveCapacity(min(count, (bytes.count - position) / 3))
        for _ in 0..<count { values.append(try value()) }
        return values
    }

    private func count(_ line: String) throws(ReplyError) -> Int {
        guard let count = Int(line), count >= 0, count <= 1 << 40 else {
            throw .malformed("bad length")
        }
        return count
    }

    /// The text between the type byte and CRLF.
    @_lifetime(self: copy self)
    private mutating func readLine() throws(ReplyError) -> String {
        let start = position + 1
        var end = start
        while end < bytes.count && bytes[end] != 10 { end += 1 }
        guard end < bytes.count, end > start else { throw .malformed("truncated") }
        position = end + 1
        return String(decoding: bytes.extracting(start..<end - 1).array, as: UTF8.self)
    }
}
