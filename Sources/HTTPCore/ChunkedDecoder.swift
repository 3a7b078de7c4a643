package import Basics

/// Takes the chunked transfer coding off a body (RFC 9112, section 7.1), strictly.
///
/// A state machine over single bytes of framing and whole runs of data, so that it answers the same
/// wherever the bytes are divided. Sizes have one to sixteen hexadecimal digits and no blanks;
/// extensions are `;token`, `;token=token` or `;token="…"` and are dropped; trailers are checked
/// and dropped, and one that would change the meaning of the request is refused.
package struct ChunkedDecoder: Sendable {
    /// What the bytes so far are.
    package enum Outcome: Sendable, Equatable {
        /// All bytes were consumed and the body goes on.
        case more
        /// The body has ended behind so many bytes of those shown.
        case done(consumed: Int)
        /// To be answered and the connection closed.
        case refused(HTTPRefusal)
    }

    private enum State: Sendable {
        case size, extensionName, extensionValue, token, quoted, escaped, quoteEnd, sizeEnd
        case data, dataReturn, dataEnd
        case trailerStart, trailerName, trailerValue, trailerEnd, end
    }

    /// Of all extensions of a body together.
    package static let maximumExtensionBytes = 4 << 10
    /// Of all trailers together.
    package static let maximumTrailerBytes = 4 << 10

    private let maximumBytes: UInt64
    private var state = State.size
    private var digits = 0
    /// Of the size that is being read; then the bytes of the chunk that are still to come.
    private var remaining: UInt64 = 0
    private var isLast = false
    /// Bytes of the name or value that an extension or a trailer has so far.
    private var partBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerName: [UInt8] = []
    private var received: UInt64 = 0

    /// - Parameter maximumBytes: of the body without its framing; more are refused with 413.
    package init(maximumBytes: Int) { self.maximumBytes = UInt64(max(maximumBytes, 0)) }

    /// Takes what was received and appends to `body` what of it is data.
    ///
    /// Behind `done` and `refused` the decoder must not be asked again.
    package mutating func decode(
        _ input: Span<UInt8>, into body: inout ByteBuffer
    ) -> Outcome {
        var index = 0
        while index < input.count {
            if state == .data {
                let available = input.count - index
                let count = remaining < UInt64(available) ? Int(remaining) : available
                body.append(input.extracting(index..<(index + count)))
                index += count
                remaining -= UInt64(count)
                received += UInt64(count)
                if remaining == 0 { state = .dataReturn }
                continue
            }
            do throws(HTTPRefusal) {
                if try take(input[index]) { return .done(consumed: index + 1) }
            } catch {
                return .refused(error)
            }
            index += 1
        }
        return .more
    }

    /// The same for the bytes of `buffer` from `offset` on; see `RequestParser.parse`.
    package mutating func decode(
        _ buffer: borrowing ByteBuffer, from offset: Int, into body: inout ByteBuffer
    ) -> Outcome {
        decode(buffer.bytes(in: offset..<buffer.count), into: &body)
    }

    /// Takes a byte of framing; whether it was the last of the body.
    private mutating func take(_ byte: UInt8) throws(HTTPRefusal) -> Bool {
        switch state {
        case .size, .sizeEnd: try takeSize(byte)
        case .extensionName, .extensionValue, .token, .quoted, .escaped, .quoteEnd:
            extensionBytes += 1
            if extensionBytes > Self.maximumExtensionBytes {
                throw HTTPRefusal(400, "chunk extensions of too many bytes")
            }
            try takeExtension(byte)
        case .data: break
        case .dataReturn:
            guard byte == 0x0d else { throw HTTPRefusal(400, "a chunk without CRLF behind it") }
            state = .dataEnd
        case .dataEnd:
            guard byte == 0x0a else { throw HTTPRefusal(400, "a chunk without CRLF behind it") }
            digits = 0
            remaining = 0
            state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerEnd:
            trailerBytes += 1
            if trailerBytes > Self.maximumTrailerBytes {
                throw HTTPRefusal(431, "trailers of too many bytes")
            }
            try takeTrailer(byte)
        case .end:
            guard byte == 0x0a else { throw HTTPRefusal(400, "a bare CR behind the last chunk") }
            return true
        }
        return false
    }

    private mutating func takeSize(_ byte: UInt8) throws(HTTPRefusal) {
        if state == .sizeEnd {
            guard byte == 0x0a else { throw HTTPRefusal(400, "a bare CR behind a chunk size") }
            isLast = remaining == 0
            if remaining > maximumBytes - received {
                throw HTTPRefusal(413, "the body is larger than \(maximumBytes) bytes")
            }
            state = isLast ? .trailerStart : .data
            return
        }
        if let digit = byte.hexValue {
            digits += 1
            if digits > 16 { throw HTTPRefusal(400, "a chunk size of too many digits") }
            remaining = remaining << 4 | UInt64(digit)
            return
        }
        guard digits > 0 else { throw HTTPRefusal(400, "a chunk without a size") }
        try endOfPart(byte, allowingExtension: true)
    }

    /// What may stand behind a size, a name or a value: a CR or the next extension.
    private mutating func endOfPart(
        _ byte: UInt8, allowingExtension: Bool
    ) throws(HTTPRefusal) {
        partBytes = 0
        switch byte {
        case 0x0d: state = .sizeEnd
        case UInt8(ascii: ";") where allowingExtension: state = .extensionName
        default: throw HTTPRefusal(400, "a malformed chunk size or extension")
        }
    }

    private mutating func takeExtension(_ byte: UInt8) throws(HTTPRefusal) {
        let isToken = CharacterClass.token.contains(byte)
        switch state {
        case .extensionName:
            if isToken {
                partBytes += 1
            } else if partBytes > 0 && byte == UInt8(ascii: "=") {
                partBytes = 0
                state = .extensionValue
            } else if partBytes > 0 {
                try endOfPart(byte, allowingExtension: true)
            } else {
                throw HTTPRefusal(400, "a chunk extension without a name")
            }
        case .extensionValue:
            if byte == UInt8(ascii: "\"") {
                state = .quoted
            } else if isToken {
                state = .token
            } else {
                throw HTTPRefusal(400, "a chunk extension without a value")
            }
        case .token:
            if !isToken { try endOfPart(byte, allowingExtension: true) }
        case .quoted, .escaped:
            if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
                throw HTTPRefusal(400, "a control character in a chunk extension")
            }
            if state == .escaped {
                state = .quoted
            } else if byte == UInt8(ascii: "\\") {
                state = .escaped
            } else if byte == UInt8(ascii: "\"") {
                state = .quoteEnd
            }
        default: try endOfPart(byte, allowingExtension: true)
        }
    }

    private mutating func takeTrailer(_ byte: UInt8) throws(HTTPRefusal) {
        switch state {
        case .trailerStart where byte == 0x0d: state = .end
        case .trailerStart, .trailerName:
            if CharacterClass.token.contains(byte) {
                trailerName.append(byte.lowercased)
                state = .trailerName
            } else if byte == UInt8(ascii: ":") && !trailerName.isEmpty {
                if Self.isForbidden(trailerName.span) {
                    throw HTTPRefusal(400, "a trailer that must be a header field")
                }
                trailerName.removeAll(keepingCapacity: true)
                state = .trailerValue
            } else {
                throw HTTPRefusal(400, "a malformed trailer")
            }
        case .trailerValue:
            if byte == 0x0d {
                state = .trailerEnd
            } else if (byte < 0x20 && byte != 0x09) || byte == 0x7f {
                throw HTTPRefusal(400, "a control character in a trailer")
            }
        default:
            guard byte == 0x0a else { throw HTTPRefusal(400, "a bare CR in a trailer") }
            state = .trailerStart
        }
    }

    /// Fields that frame, route or authenticate; anything else is dropped unread.
    private static func isForbidden(_ name: Span<UInt8>) -> Bool {
        KnownField.named(name) != .other || name.equals("te") || name.equals("trailer")
            || name.equals("content-encoding") || name.equals("content-range")
    }
}
