import Basics

/// A head that is being read, line by line, and what its fields mean for framing.
struct HeadDraft: Sendable {
    var line: RequestLine?
    var fields: [RequestHead.Field] = []
    private var seen: UInt32 = 0
    private var hostRange: Range<Int>?
    private var contentLength: UInt64?
    private var isChunked = false
    private var closes = false
    private var keepsAlive = false
    private var upgrades = false
    private var expectsContinue = false

    var hasLine: Bool { line != nil }

    /// Takes a line `name: value`.
    ///
    /// - Parameters:
    ///   - input: the head; it has no control characters but tabs and its line ends.
    ///   - range: the line without its CRLF, not empty.
    mutating func add(_ input: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) {
        var index = range.lowerBound
        let token = CharacterClass.token
        while index < range.upperBound && token.contains(input[index]) { index += 1 }
        guard index > range.lowerBound, index < range.upperBound,
            input[index] == UInt8(ascii: ":")
        else {
            let isFolded = input[range.lowerBound] == 0x20 || input[range.lowerBound] == 0x09
            throw HTTPRefusal(
                400, isFolded ? "a folded header line" : "a header line without a proper name")
        }
        let name = input.extracting(range.lowerBound..<index)
        let known = KnownField.named(name)
        let value = input.trimmed((index + 1)..<range.upperBound)
        if fields.isEmpty { fields.reserveCapacity(16) }
        fields.append(
            RequestHead.Field(
                nameStart: UInt32(truncatingIfNeeded: range.lowerBound),
                nameEnd: UInt32(truncatingIfNeeded: index),
                valueStart: UInt32(truncatingIfNeeded: value.lowerBound),
                valueEnd: UInt32(truncatingIfNeeded: value.upperBound), known: known))
        if known == .other {
            if KnownField.resemblesFraming(name) {
                throw HTTPRefusal(400, "a header field that looks like one that frames the body")
            }
            return
        }
        if seen & known.bit != 0 && known.isSingle {
            throw HTTPRefusal(400, "a header field twice that may come once")
        }
        seen |= known.bit
        try interpret(known, input.extracting(value), value)
    }

    private mutating func interpret(
        _ known: KnownField, _ text: Span<UInt8>, _ range: Range<Int>
    ) throws(HTTPRefusal) {
        switch known {
        case .host:
            if !HostText.isValid(text) { throw HTTPRefusal(400, "the field Host is malformed") }
            hostRange = range
        case .contentLength:
            guard let length = Self.length(text) else {
                throw HTTPRefusal(400, "Content-Length is not one number")
            }
            contentLength = length
        case .transferEncoding:
            try Self.checkTransferEncoding(text)
            isChunked = true
        case .connection: try interpretConnection(text)
        case .expect:
            // HTTP/1.0 does not know the field.
            if line?.version == .http10 { return }
            guard text.equalsIgnoringCase("100-continue") else {
                throw HTTPRefusal(417, "100-continue is all that can be expected")
            }
            expectsContinue = true
        default: break
        }
    }

    /// `1*DIGIT` below 2^63, of at most nineteen digits: others stop reading there.
    private static func length(_ text: Span<UInt8>) -> UInt64? {
        if text.isEmpty || text.count > 19 { return nil }
        var length: UInt64 = 0
        for index in 0..<text.count {
            guard text[index].isDigit else { return nil }
            let (tenfold, overflows) = length.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) = tenfold.addingReportingOverflow(UInt64(text[index] - 0x30))
            if overflows || overflowsToo { return nil }
            length = next
        }
        return length > UInt64(Int64.max) ? nil : length
    }

    /// `chunked` alone is understood. Another coding is 501, and a list whose framing is open
    /// (where `chunked` is not the last, or comes twice) is 400.
    private static func checkTransferEncoding(_ text: Span<UInt8>) throws(HTTPRefusal) {
        if text.equalsIgnoringCase("chunked") { return }
        var codings = 0
        var chunked = 0
        var endsChunked = false
        let isList = FieldList.forEachToken(text) { token in
            codings += 1
            endsChunked = token.equalsIgnoringCase("chunked")
            if endsChunked { chunked += 1 }
        }
        let isKnowable = codings == 1 || (chunked == 1 && endsChunked)
        if !isList || !isKnowable || (codings == 1 && chunked == 1) {
            throw HTTPRefusal(400, "Transfer-Encoding is malformed")
        }
        throw HTTPRefusal(501, "chunked is the only transfer coding")
    }

    private mutating func interpretConnection(_ text: Span<UInt8>) throws(HTTPRefusal) {
        var close = false
        var keepAlive = false
        var upgrade = false
        let isList = FieldList.forEachToken(text) { token in
            if token.equalsIgnoringCase("close") { close = true }
            if token.equalsIgnoringCase("keep-alive") { keepAlive = true }
            if token.equalsIgnoringCase("upgrade") { upgrade = true }
        }
        if !isList { throw HTTPRefusal(400, "the field Connection is malformed") }
        closes = closes || close
        keepsAlive = keepsAlive || keepAlive
        upgrades = upgrades || upgrade
    }

    /// The head of the bytes that were read.
    ///
    /// - Throws: 400 where the fields contradict each other or `Host` is missing.
    consuming func finish(_ head: Span<UInt8>) throws(HTTPRefusal) -> RequestHead {
        guard let line else { throw HTTPRefusal(400, "no request line") }
        if line.version == .http11 && hostRange == nil {
            throw HTTPRefusal(400, "the field Host is missing")
        }
        if isChunked && contentLength != nil {
            throw HTTPRefusal(400, "both Transfer-Encoding and Content-Length")
        }
        if isChunked && line.version == .http10 {
            throw HTTPRefusal(400, "Transfer-Encoding in HTTP/1.0")
        }
        let framing: BodyFraming =
            isChunked ? .chunked : contentLength.map { .length($0) } ?? .none
        var bytes = head.array
        for field in fields {
            for index in field.name { bytes[index] = bytes[index].lowercased }
        }
        let isLatest = line.version == .http11
        return RequestHead(
            bytes: bytes, fields: fields, seen: seen, methodRange: line.methodRange,
            pathRange: line.pathRange, queryRange: line.queryRange,
            authorityRange: line.authorityRange ?? hostRange, method: line.method,
            version: line.version, targetForm: line.form, bodyFraming: framing,
            isKeepAlive: !closes && (isLatest || keepsAlive),
            expectsContinue: expectsContinue && framing != .none && framing != .length(0),
            wantsUpgrade: isLatest && upgrades && seen & KnownField.upgrade.bit != 0)
    }
}
