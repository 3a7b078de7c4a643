import Basics

/// The first line of a request.
struct RequestLine: Sendable {
    var method: HTTPMethod?
    var methodRange: Range<Int>
    var version: HTTPVersion
    var form: TargetForm
    var pathRange: Range<Int>
    var queryRange: Range<Int>?
    /// Of an absolute target.
    var authorityRange: Range<Int>?
    var targetBytes: Int

    /// Reads `method SP target SP version`, with exactly one space at each place.
    ///
    /// - Parameters:
    ///   - input: the head; the ranges are places in it.
    ///   - line: without its CRLF.
    /// - Throws: 400 for what is no request line, 501 for `CONNECT`, 505 for another version.
    init(_ input: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        var index = line.lowerBound
        let token = CharacterClass.token
        while index < line.upperBound && token.contains(input[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, input[index] == 0x20 else {
            throw HTTPRefusal(400, "the request does not begin with a method and one space")
        }
        methodRange = line.lowerBound..<index
        let methodBytes = input.extracting(methodRange)
        method = HTTPMethod(methodBytes)
        let targetStart = index + 1
        index = targetStart
        while index < line.upperBound && input[index] != 0x20 { index += 1 }
        let target = targetStart..<index
        guard !target.isEmpty, index < line.upperBound else {
            throw HTTPRefusal(400, "the request line has no target or no version")
        }
        targetBytes = target.count
        version = try Self.version(input.extracting((index + 1)..<line.upperBound))
        if methodBytes.equals("CONNECT") {
            throw HTTPRefusal(501, "this server is no proxy")
        }
        let path: Range<Int>
        if input[targetStart] == UInt8(ascii: "/") {
            form = .origin
            path = target
        } else if target.count == 1 && input[targetStart] == UInt8(ascii: "*") {
            if method != .options { throw HTTPRefusal(400, "the target * belongs to OPTIONS") }
            form = .asterisk
            path = target
        } else {
            form = .absolute
            let authority = try Self.authority(input, target)
            authorityRange = authority
            path = authority.upperBound..<target.upperBound
        }
        (pathRange, queryRange) = try Self.split(input, path)
        if form == .absolute && pathRange.isEmpty && method == .options && queryRange == nil {
            form = .asterisk
        }
    }

    /// The two versions by their exact text; any other of the form `HTTP/d.d` is 505.
    private static func version(_ text: Span<UInt8>) throws(HTTPRefusal) -> HTTPVersion {
        if text.equals("HTTP/1.1") { return .http11 }
        if text.equals("HTTP/1.0") { return .http10 }
        if text.count == 8, text.extracting(0..<5).equals("HTTP/"), text[5].isDigit,
            text[6] == UInt8(ascii: "."), text[7].isDigit
        {
            throw HTTPRefusal(505, "HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        throw HTTPRefusal(400, "the request line does not end in a version")
    }

    /// The authority of `http://authority/…`.
    private static func authority(
        _ input: Span<UInt8>, _ target: Range<Int>
    ) throws(HTTPRefusal) -> Range<Int> {
        let text = input.extracting(target)
        let scheme: Int
        if text.count > 7 && text.extracting(0..<7).equalsIgnoringCase("http://") {
            scheme = 7
        } else if text.count > 8 && text.extracting(0..<8).equalsIgnoringCase("https://") {
            scheme = 8
        } else {
            throw HTTPRefusal(400, "the target is neither a path nor an http URI")
        }
        let start = target.lowerBound + scheme
        var end = start
        while end < target.upperBound && input[end] != UInt8(ascii: "/")
            && input[end] != UInt8(ascii: "?")
        {
            end += 1
        }
        if !HostText.isValid(input.extracting(start..<end)) {
            throw HTTPRefusal(400, "the target's host is malformed")
        }
        return start..<end
    }

    /// The path and the query, of permitted characters only: no fragment, nothing outside ASCII.
    private static func split(
        _ input: Span<UInt8>, _ target: Range<Int>
    ) throws(HTTPRefusal) -> (Range<Int>, Range<Int>?) {
        var index = target.lowerBound
        let inPath = CharacterClass.path
        while index < target.upperBound && inPath.contains(input[index]) { index += 1 }
        let path = target.lowerBound..<index
        if index == target.upperBound { return (path, nil) }
        guard input[index] == UInt8(ascii: "?") else {
            throw HTTPRefusal(400, "a character in the path that must be percent-encoded")
        }
        let query = (index + 1)..<target.upperBound
        if !CharacterClass.query.containsAll(input.extracting(query)) {
            throw HTTPRefusal(400, "a character in the query that must be percent-encoded")
        }
        return (path, query)
    }
}
