import Basics
import HTTPCore

/// What the reply needs to know of a document that was just written: found at its fixed places, so
/// that nothing is parsed again.
enum RecordText {
    /// The text of the member that names a record; nil unless it is a string among the first
    /// members.
    ///
    /// - Parameter key: such as `id`.
    static func name(_ key: StaticString, _ body: [UInt8]) -> String? {
        // {"id":"t-1", or {"token":"ent_…","id":"01M…",
        let length = key.utf8CodeUnitCount
        let bytes = body.span
        var colon = 0
        while colon < min(body.count, 512) {
            if bytes[colon] == UInt8(ascii: ":"), colon > length + 1,
                bytes[colon - 1] == UInt8(ascii: "\""),
                bytes[colon - length - 2] == UInt8(ascii: "\""),
                bytes.extracting(colon - length - 1..<colon - 1).equals(key)
            {
                let start = colon + 2
                guard start < body.count, bytes[start - 1] == UInt8(ascii: "\""),
                    let end = body[start...].firstIndex(of: UInt8(ascii: "\""))
                else { return nil }
                return String(decoding: body[start..<end], as: UTF8.self)
            }
            colon += 1
        }
        return nil
    }

    /// The number behind the last `"seq":`.
    static func seq(_ body: [UInt8]) -> UInt64? {
        // …,"seq":1042} or …,"seq":1042,"replayed":true}
        var end = body.count - 1
        let bytes = body.span
        if bytes.hasSuffix(",\"replayed\":true}") { end = body.count - 17 }
        var start = end
        while start > 0, body[start - 1] &- 0x30 <= 9 { start -= 1 }
        guard start < end, start >= 6, bytes.extracting(0..<start).hasSuffix("\"seq\":") else {
            return nil
        }
        var number: UInt64 = 0
        for index in start..<end { number = number &* 10 &+ UInt64(body[index] &- 0x30) }
        return number
    }

    /// The cursor behind `"next":` at the end of a page.
    static func next(_ body: [UInt8]) -> String? {
        // …],"next":"ta1.0","seq":1042}
        var position = body.count - 1
        while position > 0, body[position] != UInt8(ascii: ",") { position -= 1 }
        guard position > 1, body[position - 1] == UInt8(ascii: "\"") else { return nil }
        let end = position - 1
        var start = end
        while start > 0, body[start - 1] != UInt8(ascii: "\"") { start -= 1 }
        guard body.span.extracting(0..<start).hasSuffix("\"next\":\"") else { return nil }
        return String(decoding: body[start..<end], as: UTF8.self)
    }

    /// The target of a request with another cursor.
    static func target(_ request: HTTPRequest, cursor: String) -> String {
        var query = ""
        for (name, value) in request.target.query where name != "cursor" {
            query += PercentCoding.encode(name) + "=" + PercentCoding.encode(value) + "&"
        }
        return request.head.rawPath + "?" + query + "cursor=" + PercentCoding.encode(cursor)
    }
}

extension Span<UInt8> {
    /// Whether these bytes end with `suffix`.
    func hasSuffix(_ suffix: StaticString) -> Bool {
        let length = suffix.utf8CodeUnitCount
        return count >= length && extracting(count - length..<count).equals(suffix)
    }
}
