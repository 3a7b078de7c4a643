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
        guard let value = head.field("accept-encoding") else { return false }
        return acceptsGzip(value)
    }

    /// Whether a value of `Accept-Encoding` asks for gzip.
    package static func acceptsGzip(_ acceptEncoding: String) -> Bool {
        var any = 0
        for element in FieldList.elements(acceptEncoding) {
            guard let quality = quality(element) else { continue }
            let name = FieldList.elements(element, separator: UInt8(ascii: ";")).first?.lowercased()
            if name == "gzip" || name == "x-gzip" { return quality > 0 }
            if name == "*" { any = quality }
        }
        return any > 0
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
