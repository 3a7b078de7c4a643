import Basics
import HTTPCore

/// What the reply needs to know of a document that was just written: found at its fixed places, so
/// that nothing is parsed again.
enum RecordText {
    /// The text of the first member of an object where it is a plain string: a record's id.
    static func firstString(_ body: [UInt8]) -> String? {
        // {"id":"t-1",
        guard let colon = body.prefix(24).firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let start = colon + 2
        guard start < body.count, body[start - 1] == UInt8(ascii: "\"") else { return nil }
        guard let end = body[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        return String(decoding: body[start..<end], as: UTF8.self)
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
