/// What counts as a mail address.
package enum MailAddressText {
    /// The longest address.
    package static let maximumBytes = 254

    /// Printable ASCII with one `@` in the middle: what would break out of a mail's header is not.
    package static func isValid(_ text: String) -> Bool {
        if text.utf8.count > maximumBytes { return false }
        for byte in text.utf8 {
            if byte <= 0x20 || byte >= 0x7f { return false }
            if "<>()[]:;\\\",".utf8.contains(byte) { return false }
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
            && !parts[0].hasPrefix("-")
    }
}
