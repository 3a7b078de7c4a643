/// An HTTP reply, taken from bytes without any mercy.
struct RawReply: Equatable {
    let status: Int
    /// Names in lower case.
    let fields: [String: String]
    let body: [UInt8]

    var closes: Bool { fields["connection"]?.lowercased() == "close" }
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The replies in `bytes`, one after the other.
    ///
    /// - Parameter methods: of the requests; `GET` for those that are not named. A reply to `HEAD`
    ///   has no body.
    /// - Throws: `Trouble` where something is left over or is no reply.
    static func all(in bytes: [UInt8], methods: [String] = []) throws -> [RawReply] {
        var replies: [RawReply] = []
        var rest = bytes[...]
        // A 100 belongs to the request whose reply follows.
        var finals = 0
        while !rest.isEmpty {
            let method = finals < methods.count ? methods[finals] : "GET"
            let reply = try take(&rest, isHead: method == "HEAD")
            if reply.status >= 200 { finals += 1 }
            replies.append(reply)
        }
        return replies
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, isHead: Bool) throws -> RawReply {
        let text = String(decoding: rest.prefix(16_384), as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else {
            throw Trouble("no whole head: \(text.prefix(200).debugDescription)")
        }
        let lines = text[..<end.lowerBound].split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines[0].split(separator: " ", maxSplits: 2)
        guard first.count >= 2, first[0] == "HTTP/1.1", let status = Int(first[1]) else {
            throw Trouble("no status line: \(lines[0])")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw Trouble("no field: \(line)") }
            let name = line[..<colon].lowercased()
            if fields[name] != nil { throw Trouble("two fields \(name)") }
            fields[name] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        rest = rest.dropFirst(text[..<end.upperBound].utf8.count)
        let length = fields["content-length"].flatMap { Int($0) } ?? 0
        let count = isHead || status < 200 || status == 204 || status == 304 ? 0 : length
        if rest.count < count { throw Trouble("\(rest.count) bytes of a body of \(count)") }
        let body = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return RawReply(status: status, fields: fields, body: body)
    }
}

extension String {
    /// Where a text stands first.
    fileprivate func range(of wanted: String) -> Range<String.Index>? {
        let bytes = Array(utf8)
        let pattern = Array(wanted.utf8)
        guard bytes.count >= pattern.count else { return nil }
        for start in 0...(bytes.count - pattern.count)
        where bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
            let from = utf8.index(utf8.startIndex, offsetBy: start)
            return from..<utf8.index(from, offsetBy: pattern.count)
        }
        return nil
    }
}
