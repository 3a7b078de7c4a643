/// `application/x-www-form-urlencoded`: queries, and the bodies of forms.
package enum FormText {
    /// The parameters of `text`, in order: `name=value` between `&`, percent-decoded, `+` as space.
    /// Empty parts are skipped; a name without `=` has an empty value.
    ///
    /// - Parameter maximumParameters: more are refused.
    /// - Throws: 400 where a percent sign is not followed by two digits, for a NUL, for text that
    ///   is not UTF-8 and for too many parameters.
    package static func parse(
        _ text: Span<UInt8>, maximumParameters: Int = 64
    ) throws(HTTPRefusal) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var start = 0
        while start < text.count {
            var end = start
            var equals: Int?
            while end < text.count && text[end] != UInt8(ascii: "&") {
                if text[end] == UInt8(ascii: "=") && equals == nil { equals = end }
                end += 1
            }
            if end > start {
                if found.count == maximumParameters {
                    throw HTTPRefusal(400, "too many parameters")
                }
                let nameEnd = equals ?? end
                let name = try PercentCoding.parameter(text.extracting(start..<nameEnd))
                let value = try PercentCoding.parameter(
                    text.extracting(min(nameEnd + 1, end)..<end))
                found.append((name, value))
            }
            start = end + 1
        }
        return found
    }
}
