import Basics

/// An entity tag: `"…"` or `W/"…"`.
package struct EntityTag: Sendable, Equatable {
    /// Between the quotes.
    package let opaque: String
    package let isWeak: Bool

    /// - Parameter opaque: visible ASCII without a quote.
    package init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// As it stands in `ETag`.
    package var text: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }
}

/// The value of `If-Match` or `If-None-Match`.
package enum EntityTagCondition: Sendable, Equatable {
    /// `*`: anything that exists.
    case any
    case tags([EntityTag])

    /// Reads the value of a field; nil where it is malformed.
    package init?(_ value: String) {
        let bytes = value.utf8.span
        let whole = bytes.trimmed(0..<bytes.count)
        if bytes.extracting(whole).equals("*") {
            self = .any
            return
        }
        var tags: [EntityTag] = []
        var index = whole.lowerBound
        var isExpected = true
        while index < whole.upperBound {
            let byte = bytes[index]
            if byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",") {
                if byte == UInt8(ascii: ",") { isExpected = true }
                index += 1
                continue
            }
            guard isExpected, let (tag, end) = Self.tag(bytes, index, whole.upperBound) else {
                return nil
            }
            tags.append(tag)
            index = end
            isExpected = false
        }
        if tags.isEmpty { return nil }
        self = .tags(tags)
    }

    /// Whether it names the tag of what there is, compared as `If-None-Match` asks: a weak tag
    /// equals the strong one. Nil is what does not exist.
    package func matchesWeakly(_ present: EntityTag?) -> Bool {
        guard let present else { return false }
        switch self {
        case .any: return true
        case .tags(let tags): return tags.contains { $0.opaque == present.opaque }
        }
    }

    /// Whether it names the tag of what there is, compared as `If-Match` asks: weak tags equal
    /// nothing. Nil is what does not exist.
    package func matchesStrongly(_ present: EntityTag?) -> Bool {
        guard let present else { return false }
        switch self {
        case .any: return true
        case .tags(let tags): return !present.isWeak && tags.contains(present)
        }
    }

    private static func tag(
        _ bytes: Span<UInt8>, _ start: Int, _ limit: Int
    ) -> (EntityTag, Int)? {
        var index = start
        var isWeak = false
        if index + 1 < limit && bytes[index] == UInt8(ascii: "W")
            && bytes[index + 1] == UInt8(ascii: "/")
        {
            isWeak = true
            index += 2
        }
        guard index < limit, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        let opaqueStart = index
        while index < limit && bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] <= 0x20 || bytes[index] == 0x7f { return nil }
            index += 1
        }
        guard index < limit, let opaque = bytes.extracting(opaqueStart..<index).validatedText
        else { return nil }
        return (EntityTag(opaque, isWeak: isWeak), index + 1)
    }
}

extension RequestHead {
    /// The field `If-None-Match`; nil without one and where it is malformed, which asks for
    /// nothing.
    package var ifNoneMatch: EntityTagCondition? {
        field("if-none-match").flatMap { EntityTagCondition($0) }
    }

    /// The field `If-Match`; nil without one. Where it is malformed no tag matches it.
    package var ifMatch: EntityTagCondition? {
        field("if-match").map { EntityTagCondition($0) ?? .tags([]) }
    }
}
