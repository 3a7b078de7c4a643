import Basics

/// What a client would like: `Accept` and `Accept-Encoding` (RFC 9110, section 12).
package enum Negotiation {
    /// How much the client wants a media type, in thousandths; 0: not at all. 1000 without
    /// `Accept`. The most specific range that fits decides; malformed ranges are passed over.
    ///
    /// - Parameters:
    ///   - mediaType: in lower case, without parameters.
    ///   - accept: the value of the field.
    package static func quality(of mediaType: String, in accept: String?) -> Int {
        guard let accept else { return 1_000 }
        guard let slash = mediaType.firstIndex(of: "/") else { return 0 }
        let wholeType = mediaType[..<slash] + "/*"
        var best = (specificity: 0, quality: 0)
        for element in FieldList.elements(accept) {
            guard let essence = MediaType.essence(element), let quality = quality(element) else {
                continue
            }
            let specificity =
                essence == mediaType ? 3 : essence == wholeType ? 2 : essence == "*/*" ? 1 : 0
            if specificity > best.specificity
                || (specificity == best.specificity && specificity > 0 && quality > best.quality)
            {
                best = (specificity, quality)
            }
        }
        return best.quality
    }

    /// Whether the client takes a media type at all.
    package static func accepts(_ mediaType: String, in accept: String?) -> Bool {
        quality(of: mediaType, in: accept) > 0
    }

    /// The media type that the client likes best, the first among equals; nil where it takes none.
    package static func preferred(of mediaTypes: [String], in accept: String?) -> String? {
        var best: (type: String, quality: Int)?
        for type in mediaTypes {
            let quality = quality(of: type, in: accept)
            if quality > best?.quality ?? 0 { best = (type, quality) }
        }
        return best?.type
    }

    /// Whether the client of `head` asks for gzip: by name, or by `*` where gzip is not named.
    package static func acceptsGzip(_ head: RequestHead) -> Bool {
        guard head.seen & KnownField.acceptEncoding.bit != 0 else { return false }
        let bytes = head.bytes.span
        var any = false
        // Several fields are one list.
        for field in head.fields where field.known == .acceptEncoding {
            switch gzip(bytes.extracting(field.value)) {
            case .named(let isWanted): return isWanted
            case .any: any = true
            case .unnamed: break
            }
        }
        return any
    }

    /// Whether a value of `Accept-Encoding` asks for gzip.
    package static func acceptsGzip(_ acceptEncoding: String) -> Bool {
        switch gzip(acceptEncoding.utf8.span) {
        case .named(let isWanted): isWanted
        case .any: true
        case .unnamed: false
        }
    }

    private enum Gzip {
        case named(Bool)
        case any, unnamed
    }

    /// What a list of codings says of gzip; elements with a malformed weight are passed over.
    private static func gzip(_ list: Span<UInt8>) -> Gzip {
        var any = false
        var start = 0
        while start < list.count {
            var end = start
            var nameEnd: Int?
            while end < list.count && list[end] != UInt8(ascii: ",") {
                if list[end] == UInt8(ascii: ";") && nameEnd == nil { nameEnd = end }
                end += 1
            }
            let name = list.extracting(list.trimmed(start..<(nameEnd ?? end)))
            let isGzip = name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip")
            if isGzip || name.equalsIgnoringCase("*") {
                let parameters = list.trimmed(min((nameEnd ?? end) + 1, end)..<end)
                if let weight = codingWeight(list.extracting(parameters)) {
                    if isGzip { return .named(weight > 0) }
                    any = weight > 0
                }
            }
            start = end + 1
        }
        return any ? .any : .unnamed
    }

    /// The weight of `q=…`, in thousandths; 1000 where there is nothing, nil where it is malformed.
    private static func codingWeight(_ parameter: Span<UInt8>) -> Int? {
        if parameter.isEmpty { return 1_000 }
        guard parameter.count > 2, parameter[0].lowercased == UInt8(ascii: "q"),
            parameter[1] == UInt8(ascii: "=")
        else { return nil }
        return weight(parameter.extracting(2..<parameter.count).array[...])
    }

    /// The weight of an element, in thousandths: 1000 without `q`; nil where it is malformed.
    private static func quality(_ element: String) -> Int? {
        for parameter in FieldList.elements(element, separator: UInt8(ascii: ";")).dropFirst() {
            let bytes = Array(parameter.utf8)
            guard bytes.count >= 2, bytes[0] | 0x20 == UInt8(ascii: "q"),
                bytes[1] == UInt8(ascii: "=")
            else { continue }
            return weight(bytes[2...])
        }
        return 1_000
    }

    /// `0[.ddd]` or `1[.000]`.
    private static func weight(_ text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first, first == 0x30 || first == 0x31, text.count <= 5 else {
            return nil
        }
        var thousandths = Int(first - 0x30) * 1_000
        var rest = text.dropFirst()
        if let point = rest.popFirst(), point != UInt8(ascii: ".") { return nil }
        var scale = 100
        for digit in rest {
            guard digit.isDigit else { return nil }
            thousandths += Int(digit - 0x30) * scale
            scale /= 10
        }
        return thousandths <= 1_000 ? thousandths : nil
    }
}
