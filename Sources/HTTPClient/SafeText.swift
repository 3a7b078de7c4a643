/// What may go into a line of a protocol, or into a message for people.
package enum SafeText {
    /// A name of a header or method: a token of RFC 9110, 1 to 256 characters.
    package static func isToken(_ text: String) -> Bool {
        let marks = "!#$%&'*+-.^_`|~"
        return (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || marks.utf8.contains(byte)
            }
    }

    /// A value of a header: no control characters but the tab, at most 16 KiB.
    package static func isHeaderValue(_ text: String) -> Bool {
        text.utf8.count <= 16_384
            && text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
    }

    /// A URL of printable ASCII without blanks and quotation marks, at most 8 KiB. Names outside
    /// ASCII come as punycode, other characters as percent signs.
    package static func isURLText(_ text: String) -> Bool {
        let banned = "\"<>\\^`{|}"
        return (1...8_192).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7f && !banned.utf8.contains(byte)
            }
    }

    /// An address of a mail's envelope: one `@`, printable ASCII, none of the characters that
    /// could end the address or begin another one, at most 254 characters.
    package static func isMailAddress(_ text: String) -> Bool {
        let banned = "\"(),:;<>[\\]"
        guard (3...254).contains(text.utf8.count) else { return false }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7f && !banned.utf8.contains(byte)
            }
    }

    /// A name or numeric address of a host, without port or brackets; at most 253 characters.
    package static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
            }
    }

    /// Why a mail must not be sent as it is, or nil: servers disagree on lone CR and LF, and with
    /// them a second mail can be hidden in the first.
    package static func mailObjection(_ message: [UInt8]) -> String? {
        var length = 0
        var last: UInt8 = 0
        for byte in message {
            if byte == 0 { return "the mail holds a NUL" }
            if (last == 0x0d) != (byte == 0x0a) { return "the mail holds a CR or LF alone" }
            length = byte == 0x0a ? 0 : length + 1
            // 998 bytes and the CR (RFC 5322).
            if length > 999 { return "a line of the mail is longer than 998 bytes" }
            last = byte
        }
        return last == 0x0a ? nil : "the mail does not end with CR LF"
    }

    /// A stranger's text for a log or a reply: at most `maximum` characters, each control
    /// character and each one outside ASCII a question mark.
    package static func shown(_ text: String, maximum: Int = 200) -> String {
        let bytes = text.utf8.prefix(max(maximum, 0))
            .map { $0 >= 0x20 && $0 < 0x7f ? $0 : UInt8(ascii: "?") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
