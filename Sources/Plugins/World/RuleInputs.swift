import Basics
import Domain
import JSON

/// Everything that one call of a hook asked for, as a JSON object: what it asked is the key, what
/// it was told the value. Each question is there once.
///
/// `{"stock/luna-1/water":{…},"rate/CR/EUR":"0.91","now":"2026-…"}`. Bounded: what does not fit is
/// counted in `"omitted"`. Nothing is allocated while nothing is asked.
struct RuleInputs: ~Copyable {
    /// The longest object, bytes.
    static let maximumBytes = 4_096
    private static let room = maximumBytes - 24
    /// The most questions told apart; the others are only counted.
    private static let questions = 256

    private var body = ByteBuffer(capacity: 16)
    private var keys: [String] = []
    private var omitted = 0

    /// Forgets everything; for the next call.
    mutating func removeAll() {
        if keys.isEmpty { return }
        body.removeAll(keeping: Self.maximumBytes)
        keys.removeAll(keepingCapacity: true)
        omitted = 0
    }

    var isEmpty: Bool { keys.isEmpty }

    /// Adds an answer.
    ///
    /// - Parameter write: appends the answer as JSON; called unless the question is there already.
    mutating func note(_ key: String, _ write: (inout ByteBuffer) -> Void) {
        if keys.contains(key) { return }
        if keys.count == Self.questions {
            omitted += 1
            return
        }
        keys.append(key)
        let start = body.count
        body.append(start == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
        body.appendJSON(string: key)
        body.append(UInt8(ascii: ":"))
        write(&body)
        if body.count > Self.room {
            body.truncate(to: start)
            omitted += 1
        }
    }

    /// The object; nil where nothing was asked.
    func json() -> String? {
        if keys.isEmpty { return nil }
        var text = ByteBuffer(capacity: body.count + 32)
        text.append(body.bytes)
        if omitted > 0 {
            text.append(body.isEmpty ? "{" : "," as StaticString)
            text.append("\"omitted\":")
            text.append(decimal: omitted)
        }
        text.append("}")
        return text.bytes.validatedText
    }
}
