import Basics
package import JSON

/// Text with places to be filled in: `{subject}`, `{text}`, `{event.type}`, `{data.trade.total}`.
///
/// A place names members from the outside in, with full stops between; a number is an element of a
/// list. A string is put in as it is, another value as JSON, an absent one or `null` as nothing.
/// `{{` is a brace. What is no place, such as `{ x }`, stays as it is written.
package enum MailTemplate {
    /// Longest result in bytes; more is cut off at a whole character.
    package static let maximumBytes = 65_536
    private static let maximumPlaceBytes = 128

    /// Fills in a template.
    ///
    /// - Parameter values: an object.
    package static func fill(_ template: String, with values: JSONValue) -> String {
        let bytes = Array(template.utf8)
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count && text.count < maximumBytes {
            let byte = bytes[index]
            if byte != UInt8(ascii: "{") {
                text.append(byte)
                index += 1
                continue
            }
            if index + 1 < bytes.count && bytes[index + 1] == byte {
                text.append(byte)
                index += 2
                continue
            }
            if let (place, end) = place(bytes, behind: index) {
                text += shown(find(place, in: values)).utf8
                index = end
            } else {
                text.append(byte)
                index += 1
            }
        }
        if text.count > maximumBytes { text.removeLast(text.count - maximumBytes) }
        // Cut at a whole character: at most three bytes of one are left over.
        while index < bytes.count, !text.isEmpty, String(validating: text, as: UTF8.self) == nil {
            text.removeLast()
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The parts of a place, and where the template goes on.
    private static func place(_ bytes: [UInt8], behind brace: Int) -> ([String], Int)? {
        var end = brace + 1
        while end < bytes.count, end - brace <= maximumPlaceBytes, bytes[end] != UInt8(ascii: "}") {
            let isName =
                (0x30...0x39).contains(bytes[end]) || (0x41...0x5a).contains(bytes[end])
                || (0x61...0x7a).contains(bytes[end]) || "._-".utf8.contains(bytes[end])
            if !isName { return nil }
            end += 1
        }
        if end >= bytes.count || bytes[end] != UInt8(ascii: "}") || end == brace + 1 { return nil }
        let name = String(decoding: bytes[(brace + 1)..<end], as: UTF8.self)
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return (parts, end + 1)
    }

    private static func find(_ parts: [String], in values: JSONValue) -> JSONValue? {
        var value = values
        for part in parts {
            if let list = value.array {
                guard let index = Int(part), list.indices.contains(index) else { return nil }
                value = list[index]
            } else {
                guard let member = value[part] else { return nil }
                value = member
            }
        }
        return value
    }

    private static func shown(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "" }
        if let text = value.string { return text }
        var buffer = ByteBuffer(capacity: 256)
        value.append(to: &buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }
}
