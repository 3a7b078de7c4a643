import Basics

/// Media types such as `application/json; charset=utf-8`.
package enum MediaType {
    /// The type and subtype in lower case, or nil where `text` is no media type.
    package static func essence(_ text: String) -> String? {
        let bytes = text.utf8.span
        var end = 0
        while end < bytes.count && bytes[end] != UInt8(ascii: ";") { end += 1 }
        let range = bytes.trimmed(0..<end)
        let token = CharacterClass.token
        var slash: Int?
        for index in range {
            if bytes[index] == UInt8(ascii: "/") && slash == nil {
                slash = index
            } else if !token.contains(bytes[index]) {
                return nil
            }
        }
        guard let slash, slash > range.lowerBound, slash + 1 < range.upperBound else { return nil }
        return String(decoding: range.map { bytes[$0].lowercased }, as: UTF8.self)
    }

    /// Whether a media type without parameters is JSON: `application/json` or `…+json`.
    package static func isJSON(_ essence: String) -> Bool {
        essence == "application/json" || essence.hasSuffix("+json")
    }
}
