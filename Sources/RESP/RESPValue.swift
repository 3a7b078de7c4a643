/// A reply as a client sees it.
package indirect enum RESPValue: Equatable, Sendable {
    case simple(String)
    /// The whole text behind `-` or of a blob error: code, blank, sentence.
    case error(String)
    case integer(Int64)
    case bulk([UInt8])
    case null
    case boolean(Bool)
    case double(Double)
    case bigNumber(String)
    /// `format` has three letters, such as `txt`.
    case verbatim(format: String, [UInt8])
    case array([RESPValue])
    /// Keys and values in turn, in the order of the reply.
    case map([RESPValue])
    case set([RESPValue])
    case push([RESPValue])

    /// The text of anything that is one: invalid UTF-8 is repaired for display.
    package var text: String? {
        switch self {
        case .simple(let text), .error(let text), .bigNumber(let text): return text
        case .integer(let number): return String(number)
        case .bulk(let bytes), .verbatim(_, let bytes):
            return String(decoding: bytes, as: UTF8.self)
        case .double(let number): return "\(number)"
        case .boolean(let value): return value ? "true" : "false"
        case .null, .array, .map, .set, .push: return nil
        }
    }

    /// The number of an integer reply or of a text that is one.
    package var integer: Int64? {
        if case .integer(let number) = self { return number }
        return text.flatMap { Int64($0) }
    }

    /// The elements of any container, keys and values of a map in turn.
    package var elements: [RESPValue]? {
        switch self {
        case .array(let values), .map(let values), .set(let values), .push(let values):
            return values
        default: return nil
        }
    }

    /// The code and sentence of an error reply.
    package var errorText: String? {
        if case .error(let text) = self { return text }
        return nil
    }

    /// The value of `key` in a map, or in a RESP2 array of keys and values in turn.
    package subscript(_ key: String) -> RESPValue? {
        guard let elements else { return nil }
        var index = 0
        while index + 1 < elements.count {
            if elements[index].text == key { return elements[index + 1] }
            index += 2
        }
        return nil
    }
}
