import Basics
import Domain
import JSON
import RESP
import Storage

/// JSON text: a value or an error with its place, and what is written of a value reads back.
enum JSONTarget {
    static func finding(_ bytes: [UInt8]) -> String? {
        let value: JSONValue
        do throws(JSONError) { value = try JSONReader.parse(bytes.span) } catch {
            if error.offset > bytes.count { return "an error behind the end: \(error.offset)" }
            if (try? JSONReader.validateObject(bytes.span)) != nil {
                return "an object of what is no value"
            }
            return nil
        }
        var text = ByteBuffer()
        value.append(to: &text)
        guard let again = try? JSONReader.parse(text.bytes, maximumBytes: 8 << 20) else {
            return "what was written cannot be read"
        }
        if again != value { return "what was written reads as another value" }
        guard let object = try? JSONReader.validateObject(bytes.span) else { return nil }
        if (try? JSONReader.parse(object.utf8.span)) != value {
            return "the compacted object is another value"
        }
        return nil
    }
}

/// The bytes of a connection: as requests, whole and cut anywhere, and as replies.
enum RESPTarget {
    static func finding(_ bytes: [UInt8]) -> String? {
        guard let cut = bytes.first else { return nil }
        let stream = Array(bytes.dropFirst())
        let whole = requests(stream, step: stream.count)
        for step in [1, 1 + Int(cut)] {
            let parts = requests(stream, step: step)
            if parts != whole { return "in steps of \(step): \(parts), whole: \(whole)" }
        }
        return reply(stream)
    }

    /// What a parser finds in a stream that arrives in steps.
    private static func requests(_ stream: [UInt8], step: Int) -> [String] {
        var parser = RESP.RequestParser()
        var arguments = ArgumentVector()
        var found: [String] = []
        var start = 0
        var end = min(step, stream.count)
        while true {
            let unread = stream.span.extracting(start..<end)
            let outcome = parser.parse(unread, limits: .beforeLogin, into: &arguments)
            switch outcome {
            case .needMore:
                if end == stream.count { return found }
                end = min(end + step, stream.count)
                continue
            case .request(let consumed):
                found.append(words(arguments))
                if !readsBack(arguments) { found.append("does not read back") }
                start += consumed
            case .blank(let consumed), .refused(let consumed, _, _):
                if case .refused(_, let code, let message) = outcome {
                    found.append("\(code) \(message)")
                }
                start += consumed
            case .fatal(let code, let message): return found + ["fatal \(code) \(message)"]
            case .httpRequest: return found + ["a browser"]
            }
            if start > end { return found + ["more consumed than there was"] }
            if start == stream.count { return found }
        }
    }

    private static func words(_ arguments: borrowing ArgumentVector) -> String {
        var text = ""
        for index in 0..<arguments.count { text += "\(arguments.argument(index).array) " }
        return text
    }

    /// Whether the words, written as an array, are the same words again.
    private static func readsBack(_ arguments: borrowing ArgumentVector) -> Bool {
        var buffer = ByteBuffer()
        RequestWriter.append(arguments, to: &buffer)
        var parser = RESP.RequestParser()
        var again = ArgumentVector()
        let outcome = parser.parse(buffer.bytes, limits: .standard, into: &again)
        guard arguments.count > 0 else { return true }
        return outcome == .request(consumed: buffer.count) && words(again) == words(arguments)
    }

    /// A reply, and the same byte by byte.
    private static func reply(_ stream: [UInt8]) -> String? {
        let limits = ReplyLimits(depth: 8, bytes: 1 << 16, elements: 1_024)
        var decoder = RESPDecoder(limits: limits)
        let whole = Result { () throws(ReplyError) in try decoder.decode(stream.span) }
        var slow = RESPDecoder(limits: limits)
        for end in 1...max(stream.count, 1) {
            let part = Result { () throws(ReplyError) in
                try slow.decode(stream.span.extracting(0..<min(end, stream.count)))
            }
            if part == .success(.needMore) && end < stream.count { continue }
            return "\(part)" == "\(whole)" ? nil : "byte by byte: \(part), whole: \(whole)"
        }
        return nil
    }
}

/// Stored records and events: a value or an error, and what is written of a value reads back as
/// the same bytes.
enum EventsTarget {
    private static let seq: UInt64 = 1 << 33

    static func finding(_ bytes: [UInt8]) -> String? {
        guard let kind = bytes.first else { return nil }
        let body = Array(bytes.dropFirst())
        guard let once = try? again(body, kind) else { return nil }
        guard let twice = try? again(once, kind) else { return "what was written cannot be read" }
        return once == twice ? nil : "written twice, differently"
    }

    /// Reads bytes as a record of some kind and writes what was read.
    private static func again(_ bytes: [UInt8], _ kind: UInt8) throws(DecodingError) -> [UInt8] {
        var buffer = ByteBuffer()
        let key = RecordKey(seq: seq)
        switch kind % 16 {
        case 0: TradeCodec.encode(try TradeCodec.decode(bytes.span, key: key), into: &buffer)
        case 1: ShipmentCodec.encode(try ShipmentCodec.decode(bytes.span, key: key), into: &buffer)
        case 2: ChannelCodec.encode(try ChannelCodec.decode(bytes.span), into: &buffer)
        case 3: CurrencyCodec.encode(try CurrencyCodec.decode(bytes.span), into: &buffer)
        case 4: ItemCodec.encode(try ItemCodec.decode(bytes.span), into: &buffer)
        case 5: PluginCodec.encode(try PluginCodec.decode(bytes.span), into: &buffer)
        case 6: RateCodec.encode(try RateCodec.decode(bytes.span), into: &buffer)
        case 7: ShipCodec.encode(try ShipCodec.decode(bytes.span), into: &buffer)
        case 8: StationCodec.encode(try StationCodec.decode(bytes.span), into: &buffer)
        case 9: PluginVersionCodec.encode(try PluginVersionCodec.decode(bytes.span), into: &buffer)
        case 12: UserCodec.encode(try UserCodec.decode(bytes.span), into: &buffer)
        case 13: GrantCodec.encode(try GrantCodec.decode(bytes.span), into: &buffer)
        default:
            let event = try EventCodec.decode(bytes.span, seq: seq)
            let header = try EventCodec.decodeHeader(bytes.span, seq: seq)
            if header.time != event.time || header.type != event.type { return [] }
            EventCodec.encode(event, into: &buffer)
        }
        return buffer.bytes.array
    }
}
