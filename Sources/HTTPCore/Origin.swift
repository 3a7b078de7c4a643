import Basics

/// Where a page comes from: the field `Origin`, or an origin that the configuration lists.
package struct Origin: Sendable, Hashable {
    /// `http` or `https`.
    package let scheme: String
    /// In lower case; an IPv6 address with its brackets.
    package let host: String
    package let port: UInt16

    /// Reads `scheme://host[:port]` with nothing behind it; nil for any other text, `null`
    /// included.
    package init?(_ text: String) {
        let bytes = text.utf8.span
        let isSecure: Bool
        if bytes.count > 7 && bytes.extracting(0..<7).equalsIgnoringCase("http://") {
            isSecure = false
        } else if bytes.count > 8 && bytes.extracting(0..<8).equalsIgnoringCase("https://") {
            isSecure = true
        } else {
            return nil
        }
        let authority = bytes.extracting((isSecure ? 8 : 7)..<bytes.count)
        guard let text = authority.validatedText else { return nil }
        self.init(authority: text, isSecure: isSecure)
    }

    /// The origin of the pages that a server shows under an authority.
    ///
    /// - Parameters:
    ///   - authority: `host[:port]`, such as `RequestHead.authority`.
    ///   - isSecure: whether it is reached over TLS.
    package init?(authority: String, isSecure: Bool) {
        let bytes = authority.utf8.span
        guard HostText.isValid(bytes), let end = HostText.hostEnd(bytes) else { return nil }
        scheme = isSecure ? "https" : "http"
        host = String(
            decoding: bytes.extracting(0..<end).array.map { $0.lowercased }, as: UTF8.self)
        var port: UInt16 = 0
        if end + 1 < bytes.count {
            for index in (end + 1)..<bytes.count {
                port = port &* 10 &+ UInt16(bytes[index] &- 0x30)
            }
        } else {
            port = isSecure ? 443 : 80
        }
        self.port = port
    }

    /// As browsers write it: without the scheme's own port.
    package var text: String {
        let isUsual = port == (scheme == "https" ? 443 : 80)
        return "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
    }
}
