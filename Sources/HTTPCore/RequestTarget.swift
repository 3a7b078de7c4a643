import Basics

/// The path and the query of a request, decoded.
package struct RequestTarget: Sendable {
    /// More parameters than this are refused.
    package static let maximumParameters = 64

    /// The path's segments, percent-decoded; none for `/` and `*`. A slash at the end adds none.
    package let segments: [String]
    /// Whether the path had a slash behind its last segment.
    package let hasTrailingSlash: Bool
    /// The parameters in order, decoded; `+` is a space, a name without `=` has an empty value.
    package let query: [(name: String, value: String)]

    /// Decodes the target of `head`.
    ///
    /// - Throws: 400 for a percent sign without two digits, an encoded slash, a control character,
    ///   text that is not UTF-8, a segment `.` or `..`, or too many parameters.
    package init(_ head: RequestHead) throws(HTTPRefusal) {
        let bytes = head.bytes.span
        if head.targetForm == .asterisk {
            segments = []
            hasTrailingSlash = false
        } else {
            (segments, hasTrailingSlash) = try Self.segments(
                bytes.extracting(head.pathRange))
        }
        if let range = head.queryRange {
            query = try FormText.parse(
                bytes.extracting(range), maximumParameters: Self.maximumParameters)
        } else {
            query = []
        }
    }

    /// The value of the first parameter of a name, or nil.
    package func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    private static func segments(
        _ path: Span<UInt8>
    ) throws(HTTPRefusal) -> ([String], Bool) {
        var found: [String] = []
        found.reserveCapacity(4)
        var start = 1
        while start < path.count {
            var end = start
            while end < path.count && path[end] != UInt8(ascii: "/") { end += 1 }
            let segment = try PercentCoding.segment(path.extracting(start..<end))
            found.append(segment)
            if end == path.count { return (found, false) }
            start = end + 1
        }
        return (found, !found.isEmpty)
    }
}
