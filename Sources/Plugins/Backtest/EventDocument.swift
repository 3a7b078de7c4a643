import Basics
import Domain
import JSON

/// What is wrong with an event's JSON.
package struct EventDocumentError: Error, Equatable, Sendable {
    /// One sentence without its full stop.
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// A JSON object of an event, read field by field; every mistake names its place.
struct EventDocument {
    let value: JSONValue
    /// `event 7: data.trade`.
    let place: String

    init(_ value: JSONValue, at place: String) throws(EventDocumentError) {
        guard value.object != nil else { throw EventDocumentError("\(place) is no object") }
        self.value = value
        self.place = place
    }

    func wrong(_ key: String, _ what: String) -> EventDocumentError {
        EventDocumentError("\(place).\(key) \(what)")
    }

    /// The member of a name; nil where it is missing or null.
    func member(_ key: String) -> JSONValue? {
        guard let found = value[key], !found.isNull else { return nil }
        return found
    }

    func object(_ key: String) throws(EventDocumentError) -> EventDocument {
        guard let found = member(key) else { throw wrong(key, "is missing") }
        return try EventDocument(found, at: "\(place).\(key)")
    }

    func optionalObject(_ key: String) throws(EventDocumentError) -> EventDocument? {
        guard let found = member(key) else { return nil }
        return try EventDocument(found, at: "\(place).\(key)")
    }

    /// The objects of a list; none where it is missing.
    func objects(_ key: String) throws(EventDocumentError) -> [EventDocument] {
        guard let found = member(key) else { return [] }
        guard let elements = found.array else { throw wrong(key, "is no list") }
        var objects: [EventDocument] = []
        objects.reserveCapacity(elements.count)
        for element in elements {
            objects.append(try EventDocument(element, at: "\(place).\(key)[\(objects.count)]"))
        }
        return objects
    }

    func optionalText(_ key: String) throws(EventDocumentError) -> String? {
        guard let found = member(key) else { return nil }
        guard let text = found.string else { throw wrong(key, "is no string") }
        return text
    }

    func text(_ key: String) throws(EventDocumentError) -> String {
        guard let text = try optionalText(key) else { throw wrong(key, "is missing") }
        return text
    }

    func optionalID(_ key: String) throws(EventDocumentError) -> Identifier? {
        guard let text = try optionalText(key) else { return nil }
        guard let id = Identifier(text) else { throw wrong(key, "is no id") }
        return id
    }

    func id(_ key: String) throws(EventDocumentError) -> Identifier {
        guard let id = try optionalID(key) else { throw wrong(key, "is missing") }
        return id
    }

    func optionalInteger(_ key: String) throws(EventDocumentError) -> Int64? {
        guard let found = member(key) else { return nil }
        guard let number = found.int64 else { throw wrong(key, "is no integer") }
        return number
    }

    func integer(_ key: String) throws(EventDocumentError) -> Int64 {
        guard let number = try optionalInteger(key) else { throw wrong(key, "is missing") }
        return number
    }

    func seq(_ key: String) throws(EventDocumentError) -> UInt64 {
        let number = try integer(key)
        if number < 0 { throw wrong(key, "is below 0") }
        return UInt64(number)
    }

    func optionalTime(_ key: String) throws(EventDocumentError) -> Timestamp? {
        guard let text = try optionalText(key) else { return nil }
        guard let time = Timestamp(rfc3339: text) else { throw wrong(key, "is no time") }
        return time
    }

    func time(_ key: String) throws(EventDocumentError) -> Timestamp {
        guard let time = try optionalTime(key) else { throw wrong(key, "is missing") }
        return time
    }

    /// The text of a number: thousandths are read from it exactly.
    func number(_ key: String) throws(EventDocumentError) -> String? {
        guard let found = member(key) else { return nil }
        guard case .number(let text) = found else { throw wrong(key, "is no number") }
        return text
    }

    func optionalPosition(_ key: String) throws(EventDocumentError) -> Position? {
        guard let found = member(key) else { return nil }
        guard let x = found["x"]?.double, let y = found["y"]?.double, let z = found["z"]?.double,
            let position = Position(x: x, y: y, z: z)
        else { throw wrong(key, "is no position") }
        return position
    }

    /// A compact JSON object; nil for an empty one.
    func attributes(_ key: String) throws(EventDocumentError) -> String? {
        guard let found = member(key) else { return nil }
        guard let members = found.object else { throw wrong(key, "is no object") }
        if members.isEmpty { return nil }
        var buffer = ByteBuffer(capacity: 128)
        found.append(to: &buffer)
        return buffer.bytes.validatedText
    }

    func currency(_ key: String) throws(EventDocumentError) -> CurrencyCode? {
        guard let text = try optionalText(key) else { return nil }
        guard let code = CurrencyCode(text) else { throw wrong(key, "is no currency") }
        return code
    }

    /// One of some names.
    func name<Name>(
        _ key: String, _ names: [String: Name]
    ) throws(EventDocumentError) -> Name {
        let text = try text(key)
        guard let found = names[text] else { throw wrong(key, "is an unknown \"\(text)\"") }
        return found
    }
}
