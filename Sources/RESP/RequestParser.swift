package import Basics

/// Finds the requests in the bytes of one connection: RESP arrays and inline lines.
///
/// A pure state machine, one per connection: it is shown the unread bytes, always beginning with
/// the first byte that was not yet consumed, and remembers how far it has looked. A request that
/// arrives byte by byte therefore costs the same as one that arrives whole: O(bytes).
///
/// Differences from Redis, all towards strictness: the CRLF behind a header and behind a word is
/// checked; the limits are smaller; an unbalanced quote costs the line and not the connection.
package struct RequestParser: Sendable {
    private enum Form { case unknown, inline, array }

    private var form = Form.unknown
    /// How far this request has been looked at, from its first byte.
    private var position = 0
    private var awaitedWords: Int64 = 0
    /// The announced length of the word at `position`, or -1 before its header was read.
    private var wordLength = -1
    private var words: [Range<Int>] = []
    private var isFirstLine = true

    package init() {}

    /// Looks for one request at the front of `unread`.
    ///
    /// - Parameters:
    ///   - unread: everything received and not consumed; at least what the last call was shown.
    ///   - limits: may change between requests, when the connection has logged in.
    ///   - arguments: gets the words if the outcome is `request`; otherwise undefined.
    package mutating func parse(
        _ unread: Span<UInt8>, limits: RequestLimits, into arguments: inout ArgumentVector
    ) -> RequestOutcome {
        if form == .unknown {
            guard unread.count > 0 else { return .needMore }
            form = unread[0] == UInt8(ascii: "*") ? .array : .inline
        }
        let outcome =
            form == .array
            ? parseArray(unread, limits, &arguments) : parseLine(unread, limits, &arguments)
        if outcome != .needMore { reset() }
        return outcome
    }

    /// The same for the bytes of `buffer` from `offset` on: for buffers that are a property of an
    /// object, whose spans cannot leave the access.
    package mutating func parse(
        _ buffer: borrowing ByteBuffer, from offset: Int, limits: RequestLimits,
        into arguments: inout ArgumentVector
    ) -> RequestOutcome {
        parse(buffer.bytes(in: offset..<buffer.count), limits: limits, into: &arguments)
    }

    /// Whether the beginning of a request has been seen and its end has not.
    package var isInsideRequest: Bool { form != .unknown }

    private mutating func reset() {
        form = .unknown
        position = 0
        awaitedWords = 0
        wordLength = -1
        isFirstLine = false
        // One request of many words must not cost an idle connection its memory.
        words.removeAll(keepingCapacity: words.capacity <= 64)
    }

    // MARK: Arrays

    private mutating func parseArray(
        _ unread: Span<UInt8>, _ limits: RequestLimits, _ arguments: inout ArgumentVector
    ) -> RequestOutcome {
        if position == 0 {
            switch HeaderNumber.read(unread, at: 1) {
            case .incomplete: return .needMore
            case .invalid: return Self.protocolError("invalid multibulk length")
            case .number(let count, let next):
                if count <= 0 { return .blank(consumed: next) }
                if let refusal = Self.refuse(wordCount: count, limits) { return refusal }
                awaitedWords = count
                position = next
            }
        }
        while awaitedWords > 0 {
            if wordLength < 0, let refusal = readWordHeader(unread, limits) { return refusal }
            let end = position + wordLength
            // The two bytes behind the word are judged in order, so that the verdict does not
            // depend on where the stream was cut.
            if unread.count > end && unread[end] != 13 { return Self.missingLineEnd }
            guard unread.count > end + 1 else { return .needMore }
            if unread[end + 1] != 10 { return Self.missingLineEnd }
            words.append(position..<end)
            position = end + 2
            wordLength = -1
            awaitedWords -= 1
        }
        arguments.adopt(unread.extracting(0..<position), words: words)
        arguments.isFromArray = true
        return .request(consumed: position)
    }

    /// Reads `$<length>`: nil when `position` is at the word's first byte.
    private mutating func readWordHeader(
        _ unread: Span<UInt8>, _ limits: RequestLimits
    ) -> RequestOutcome? {
        guard position < unread.count else { return .needMore }
        if unread[position] != UInt8(ascii: "$") {
            return Self.protocolError("expected '$', got '\(Self.printable(unread[position]))'")
        }
        switch HeaderNumber.read(unread, at: position + 1) {
        case .incomplete: return .needMore
        case .invalid: return Self.protocolError("invalid bulk length")
        case .number(let length, let next):
            if let refusal = Self.refuse(wordLength: length, at: next, limits) { return refusal }
            wordLength = Int(length)
            position = next
            return nil
        }
    }

    private static func refuse(wordCount: Int64, _ limits: RequestLimits) -> RequestOutcome? {
        if wordCount > Int64(Int32.max) { return protocolError("invalid multibulk length") }
        if wordCount <= Int64(limits.arguments) { return nil }
        if limits.isBeforeLogin { return protocolError("unauthenticated multibulk length") }
        return .fatal(
            code: .limit, message: "a request has at most \(limits.arguments) arguments")
    }

    private static func refuse(
        wordLength: Int64, at start: Int, _ limits: RequestLimits
    ) -> RequestOutcome? {
        // Redis's own bound: beyond it the number is nonsense rather than a large word.
        if wordLength < 0 || wordLength > 512 << 20 { return protocolError("invalid bulk length") }
        if wordLength > Int64(limits.argumentBytes) {
            if limits.isBeforeLogin { return protocolError("unauthenticated bulk length") }
            return .fatal(
                code: .limit, message: "an argument has at most \(limits.argumentBytes) bytes")
        }
        if wordLength + Int64(start) + 2 > Int64(limits.requestBytes) {
            return .fatal(
                code: .limit, message: "a request has at most \(limits.requestBytes) bytes")
        }
        return nil
    }

    // MARK: Lines

    private mutating func parseLine(
        _ unread: Span<UInt8>, _ limits: RequestLimits, _ arguments: inout ArgumentVector
    ) -> RequestOutcome {
        let reach = min(unread.count, limits.lineBytes + 1)
        while position < reach && unread[position] != 10 { position += 1 }
        if position == reach {
            if reach <= limits.lineBytes { return .needMore }
            return Self.protocolError("too big inline request")
        }
        let consumed = position + 1
        let hasReturn = position > 0 && unread[position - 1] == 13
        let line = unread.extracting(0..<(hasReturn ? position - 1 : position))
        if BrowserGuard.isBrowser(line, isFirstLine: isFirstLine) { return .httpRequest }
        switch InlineLine.split(line, limits: limits, into: &arguments) {
        case .words: return .request(consumed: consumed)
        case .blank: return .blank(consumed: consumed)
        case .unbalancedQuotes:
            return .refused(
                consumed: consumed, code: .syntax, message: "unbalanced quotes in request")
        case .nulByte:
            return .refused(
                consumed: consumed, code: .syntax,
                message: "a line holds no NUL byte; write \"\\x00\" in quotes")
        case .tooManyWords:
            return .refused(
                consumed: consumed, code: .limit,
                message: "a request has at most \(limits.arguments) arguments")
        case .wordTooLong:
            return .refused(
                consumed: consumed, code: .limit,
                message: "an argument has at most \(limits.argumentBytes) bytes")
        }
    }

    // MARK: Messages

    private static let missingLineEnd = protocolError("expected CRLF behind an argument")

    private static func protocolError(_ what: String) -> RequestOutcome {
        .fatal(code: .err, message: "Protocol error: " + what)
    }

    /// `byte` as it may stand in an error reply.
    private static func printable(_ byte: UInt8) -> String {
        if byte >= 32 && byte < 127 { return String(UnicodeScalar(byte)) }
        return byte < 16
            ? "\\x0" + String(byte, radix: 16) : "\\x" + String(byte, radix: 16)
    }
}
