import Basics

/// The field `Cookie`, read strictly (RFC 6265).
package enum Cookies {
    /// The value of the cookie of a name; nil without one, and where there are several of the name:
    /// which of them is meant cannot be known.
    ///
    /// A pair of another shape than `token=value` is passed over: other servers of the same host
    /// may have set it.
    package static func value(_ name: String, in head: RequestHead) -> String? {
        var found: String?
        for field in head.fields(named: "cookie") {
            for (known, value) in pairs(field) where known == name {
                if found != nil { return nil }
                found = value
            }
        }
        return found
    }

    /// The well-formed pairs of a value of the field, in order; quotes around a value are taken
    /// off.
    package static func pairs(_ field: String) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        for part in field.utf8.split(separator: UInt8(ascii: ";")) {
            let bytes = Array(part)
            let whole = bytes.span.trimmed(0..<bytes.count)
            guard let equals = bytes[whole].firstIndex(of: UInt8(ascii: "=")),
                equals > whole.lowerBound,
                CharacterClass.token.containsAll(
                    bytes.span.extracting(whole.lowerBound..<equals))
            else { continue }
            var value = (equals + 1)..<whole.upperBound
            if value.count >= 2 && bytes[value.lowerBound] == UInt8(ascii: "\"")
                && bytes[value.upperBound - 1] == UInt8(ascii: "\"")
            {
                value = (value.lowerBound + 1)..<(value.upperBound - 1)
            }
            guard CharacterClass.cookie.containsAll(bytes.span.extracting(value)) else { continue }
            found.append(
                (
                    String(decoding: bytes[whole.lowerBound..<equals], as: UTF8.self),
                    String(decoding: bytes[value], as: UTF8.self)
                ))
        }
        return found
    }
}

/// A value of the field `Set-Cookie`.
package struct SetCookie: Sendable, Equatable {
    package enum SameSite: String, Sendable {
        case strict = "Strict"
        case lax = "Lax"
    }

    package var name: String
    package var value: String
    package var path: String
    /// Seconds; 0 takes the cookie away, nil keeps it for the browser's session.
    package var maxAge: Int?
    package var isHTTPOnly: Bool
    /// Sent over TLS only.
    package var isSecure: Bool
    package var sameSite: SameSite

    package init(
        name: String, value: String, path: String = "/", maxAge: Int? = nil,
        isHTTPOnly: Bool = true, isSecure: Bool, sameSite: SameSite = .strict
    ) {
        self.name = name
        self.value = value
        self.path = path
        self.maxAge = maxAge
        self.isHTTPOnly = isHTTPOnly
        self.isSecure = isSecure
        self.sameSite = sameSite
    }

    /// The value of the field, or nil where the name, the value or the path may not stand there.
    package var text: String? {
        guard !name.isEmpty, CharacterClass.token.containsAll(name.utf8.span),
            CharacterClass.cookie.containsAll(value.utf8.span), path.utf8.first == 0x2f,
            CharacterClass.path.containsAll(path.utf8.span), !path.utf8.contains(0x3b)
        else { return nil }
        var text = "\(name)=\(value); Path=\(path)"
        if let maxAge { text += "; Max-Age=\(max(maxAge, 0))" }
        if isHTTPOnly { text += "; HttpOnly" }
        if isSecure { text += "; Secure" }
        return text + "; SameSite=\(sameSite.rawValue)"
    }
}
