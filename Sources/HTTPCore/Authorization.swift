package import Basics

/// The credentials of a request's field `Authorization`.
package enum Authorization: Sendable, Equatable {
    /// `Basic`: a name and a password.
    case basic(name: String, password: Redacted)
    /// `Bearer`: a token of RFC 6750's characters.
    case bearer(Redacted)
    /// A scheme that is not known, or not its grammar: to be refused, never ignored.
    case malformed

    /// Longer values are malformed.
    package static let maximumBytes = 8 << 10

    /// Reads the field of `head`; nil without one.
    package init?(_ head: RequestHead) {
        guard let value = head.field("authorization") else { return nil }
        self.init(value)
    }

    /// Reads the value of a field.
    package init(_ value: String) {
        self = .malformed
        let bytes = value.utf8.span
        if bytes.count > Self.maximumBytes { return }
        var end = 0
        while end < bytes.count && bytes[end] != 0x20 { end += 1 }
        let scheme = bytes.extracting(0..<end)
        while end < bytes.count && bytes[end] == 0x20 { end += 1 }
        let credentials = bytes.extracting(end..<bytes.count)
        if credentials.isEmpty || !CharacterClass.token68.containsAll(credentials) { return }
        if scheme.equalsIgnoringCase("bearer") {
            guard let token = credentials.validatedText else { return }
            self = .bearer(Redacted(token))
        } else if scheme.equalsIgnoringCase("basic") {
            guard let plain = Base64.decode(credentials) else { return }
            guard let decoded = plain.span.validatedText else { return }
            let isPlain = !decoded.utf8.contains { $0 < 0x20 || $0 == 0x7f }
            guard isPlain, let colon = decoded.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                return
            }
            self = .basic(
                name: String(decoded[..<colon]),
                password: Redacted(String(decoded[decoded.utf8.index(after: colon)...])))
        }
    }
}
