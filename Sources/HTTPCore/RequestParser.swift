package import Basics

/// Finds the head of a request in the bytes of one connection: HTTP/1.1 and 1.0 as RFC 9112 writes
/// them, and nothing that could be read in two ways.
///
/// A pure state machine, one per connection: it is shown the unread bytes, always beginning with
/// the first byte of the head, and remembers how far it has looked. A head that arrives byte by
/// byte therefore costs the same as one that arrives whole, O(bytes), and gets the same answer:
/// every decision depends only on the bytes up to the one that decides.
///
/// Stricter than the standard where that permits it: no bare LF, no obs-fold, no list of lengths,
/// no `Host` beyond letters, digits, `-._~`, IPv6 and a port, no whitespace around the colon's
/// name.
package struct RequestParser: ~Copyable, Sendable {
    /// What the bytes so far are.
    package enum Outcome: Sendable {
        /// No whole head yet: call again with more behind the same bytes.
        case more
        /// A head, and where behind the first byte shown its body (or the next request) begins.
        case request(RequestHead, bodyOffset: Int)
        /// To be answered and the connection closed; the parser must not be asked again.
        case refused(HTTPRefusal)
    }

    private let maximumBytes: Int
    private let maximumFields: Int
    private let maximumTargetBytes: Int
    /// Where the line that is being looked at begins.
    private var lineStart = 0
    /// How far has been looked.
    private var position = 0
    private var draft = HeadDraft()

    /// - Parameters:
    ///   - maximumBytes: of a head with its blank line; at most 1 MiB counts.
    ///   - maximumFields: of header fields.
    ///   - maximumTargetBytes: of the request's target.
    package init(
        maximumBytes: Int = 16 << 10, maximumFields: Int = 64, maximumTargetBytes: Int = 4 << 10
    ) {
        self.maximumBytes = min(max(maximumBytes, 64), 1 << 20)
        self.maximumFields = maximumFields
        self.maximumTargetBytes = maximumTargetBytes
    }

    /// Whether a part of a head has been seen and its end has not.
    package var isInsideHead: Bool { position > 0 }

    /// Looks for a head at the front of `unread`.
    ///
    /// - Parameter unread: everything received and not consumed; at least what the last call was
    ///   shown. Behind a `request` the next call begins with the next request.
    package mutating func parse(_ unread: Span<UInt8>) -> Outcome {
        do throws(HTTPRefusal) {
            guard let end = try advance(unread) else { return .more }
            let head = try draft.finish(unread.extracting(0..<end))
            lineStart = 0
            position = 0
            draft = HeadDraft()
            return .request(head, bodyOffset: end)
        } catch {
            return .refused(error)
        }
    }

    /// The same for the bytes of `buffer` from `offset` on: for buffers that are a property of an
    /// object, whose spans cannot leave the access.
    package mutating func parse(_ buffer: borrowing ByteBuffer, from offset: Int = 0) -> Outcome {
        parse(buffer.bytes(in: offset..<buffer.count))
    }

    /// Looks at what is new and takes whole lines; the end of the head, or nil.
    private mutating func advance(_ input: Span<UInt8>) throws(HTTPRefusal) -> Int? {
        while true {
            // The bytes that may belong to this line, and what it means to reach their end.
            var limit = maximumBytes
            if !draft.hasLine { limit = min(limit, lineStart + maximumTargetBytes + 64) }
            let bound = min(input.count, limit)
            guard let end = try lineEnd(input, bound) else {
                if bound < limit { return nil }
                throw draft.hasLine || limit == maximumBytes
                    ? HTTPRefusal(431, "the head is larger than \(maximumBytes) bytes")
                    : targetTooLong
            }
            let line = lineStart..<end
            position = end + 2
            lineStart = position
            if !line.isEmpty {
                try take(input, line)
            } else if draft.hasLine {
                return position
            } else if line.lowerBound > 0 {
                // One blank line is what some clients send behind a body; two are not.
                throw HTTPRefusal(400, "blank lines before the request")
            }
        }
    }

    private mutating func take(_ input: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        if !draft.hasLine {
            let parsed = try RequestLine(input, line)
            if parsed.targetBytes > maximumTargetBytes { throw targetTooLong }
            draft.line = parsed
            return
        }
        if draft.fields.count == maximumFields {
            throw HTTPRefusal(431, "more than \(maximumFields) header fields")
        }
        try draft.add(input, line)
    }

    private var targetTooLong: HTTPRefusal {
        HTTPRefusal(414, "the target is longer than \(maximumTargetBytes) bytes")
    }

    /// The place of the CR that ends the line, or nil where it is not below `bound`. Leaves
    /// `position` at the first byte that is still to be looked at.
    private mutating func lineEnd(
        _ input: Span<UInt8>, _ bound: Int
    ) throws(HTTPRefusal) -> Int? {
        var index = position
        defer { position = index }
        while index < bound {
            let byte = input[index]
            if byte >= 0x20 && byte != 0x7f || byte == 0x09 {
                index &+= 1
                continue
            }
            if byte == 0x0a { throw HTTPRefusal(400, "a line that ends in a bare LF") }
            if byte != 0x0d { throw HTTPRefusal(400, "a control character in the head") }
            if index + 1 >= bound { return nil }
            if input[index + 1] != 0x0a { throw HTTPRefusal(400, "a bare CR in the head") }
            return index
        }
        return nil
    }
}
