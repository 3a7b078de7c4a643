package import Basics

/// A JSON document as a tree: for requests and attributes, never for hot replies.
///
/// Equality is by bytes: object members in order, numbers by their text, strings by their UTF-8
/// (Swift's own `==` would call the Kelvin sign a `K`).
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number exactly as it was sent: no digit is lost before somebody decides its type.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// The members in the order they were sent; the reader refuses equal keys.
    case object([(key: String, value: JSONValue)])

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): sameBytes(one, other)
        case (.string(let one), .string(let other)): sameBytes(one, other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)):
            one.count == other.count
                && zip(one, other).allSatisfy {
                    sameBytes($0.key, $1.key) && $0.value == $1.value
                }
        default: false
        }
    }

    /// Whether this is `null`.
    package var isNull: Bool { self == .null }

    /// The truth value; nil for another kind.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The decoded text of a string; nil for another kind.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array; nil for another kind.
    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object in the order they were sent; nil for another kind.
    package var object: [(key: String, value: JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// A number written as an integer that fits in 64 bits; `1.0` and `1e3` are not integers here,
    /// and 2⁵³ is no limit.
    package var int64: Int64? {
        if case .number(let text) = self { Int64(text) } else { nil }
    }

    /// A number as the nearest finite double; nil if it lies beyond that range.
    package var double: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else {
            return nil
        }
        return value
    }

    /// The member of an object; nil if this is no object or has no such member. Complexity:
    /// O(members).
    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        for member in members where sameBytes(member.key, key) { return member.value }
        return nil
    }

    /// Appends the compact text of the tree. Numbers keep their text.
    package func append(to buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.appendJSONNull()
        case .bool(let value): buffer.appendJSON(bool: value)
        case .number(let text): buffer.append(text)
        case .string(let text): buffer.appendJSON(string: text)
        case .array(let elements):
            buffer.append(UInt8(ascii: "["))
            for index in elements.indices {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                elements[index].append(to: &buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        case .object(let members):
            buffer.append(UInt8(ascii: "{"))
            for index in members.indices {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                buffer.appendJSON(string: members[index].key)
                buffer.append(UInt8(ascii: ":"))
                members[index].value.append(to: &buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        }
    }
}

/// Whether both texts have the same UTF-8; not the same as `==`, which compares characters.
func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}
