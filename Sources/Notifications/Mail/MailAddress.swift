/// An address a mail can go to: `ops@example.org`.
///
/// Only what needs no quoting is accepted: printable ASCII without spaces, brackets, quotes, commas
/// and colons, one `@`, at most 254 bytes. So an address can stand in a header and in an envelope
/// as it is.
package struct MailAddress: Hashable, Sendable {
    package let text: String

    /// Nil if `text` is not such an address.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.firstIndex(of: 0x40), at > 0, at <= 64,
            at + 1 < bytes.count
        else { return nil }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        if !local.allSatisfy(MailAddress.isAtom) || !domain.allSatisfy(MailAddress.isName) {
            return nil
        }
        for part in [local, domain] {
            let labels = part.split(separator: 0x2e, omittingEmptySubsequences: false)
            if labels.contains(where: \.isEmpty) { return nil }
        }
        self.text = text
    }

    /// What stands behind the `@`.
    package var domain: Substring { text.drop { $0 != "@" }.dropFirst() }

    private static func isAtom(_ byte: UInt8) -> Bool {
        isName(byte) || "!#$%&'*+/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x2e
    }
}
