import Domain

/// A form of text that has a name and a pattern: one declaration checks it and describes it.
package struct TextForm: Sendable {
    /// In a word or two, for people.
    package let title: String
    /// As `/openapi.json` has it; nil: any text.
    package let pattern: String?
    package let bytes: ClosedRange<Int>
    private let fits: @Sendable (String) -> Bool

    init(
        _ title: String, pattern: String?, bytes: ClosedRange<Int>,
        fits: @escaping @Sendable (String) -> Bool
    ) {
        self.title = title
        self.pattern = pattern
        self.bytes = bytes
        self.fits = fits
    }

    /// What is wrong with a text; nil where nothing is.
    func fault(_ text: String) -> String? {
        let count = text.utf8.count
        if !bytes.contains(count) {
            return "must have \(bytes.lowerBound) to \(bytes.upperBound) bytes"
        }
        return fits(text) ? nil : "must be a \(title)"
    }

    /// The source of a rule.
    static let source = TextForm(
        "text", pattern: nil, bytes: 1...PluginVersion.maximumSourceBytes, fits: { _ in true })

    /// A template, which may have several lines.
    static let template = TextForm("text", pattern: nil, bytes: 0...16_384, fits: { _ in true })

    /// A span of time: up to three digits and a unit.
    static let duration = TextForm(
        "duration such as 90s or 30d", pattern: "^[1-9][0-9]{0,2}[smhd]$", bytes: 2...4
    ) { text in
        guard let unit = text.utf8.last, "smhd".utf8.contains(unit) else { return false }
        let digits = text.utf8.dropLast()
        return digits.first != UInt8(ascii: "0") && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// Where a webhook goes: no user, no password.
    static let url = TextForm(
        "URL that begins with https:// or http://",
        pattern: "^https?://[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?(/[!-~]*)?$", bytes: 8...2_048
    ) { text in
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
            return false
        }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        let parts = authority.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let host = parts.first, (1...255).contains(host.count), parts.count <= 2,
            host.allSatisfy({ isAlphanumeric($0) || $0 == 0x2d || $0 == 0x2e })
        else { return false }
        if parts.count == 2 {
            guard (1...5).contains(parts[1].count),
                parts[1].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
            else { return false }
        }
        return rest.dropFirst(authority.count).allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// Types of events: one, a family, or all.
    static let eventPattern = TextForm(
        "type of events such as shipment.delayed or trade.*",
        pattern: "^(\\*|[a-z]+\\.(\\*|[a-z_]+))$", bytes: 1...64
    ) { text in
        if text == "*" { return true }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            parts[0].allSatisfy({ $0 >= 0x61 && $0 <= 0x7a })
        else { return false }
        return parts[1].elementsEqual("*".utf8)
            || parts[1].allSatisfy { $0 >= 0x61 && $0 <= 0x7a || $0 == 0x5f }
    }

    /// Who gets a channel's mail.
    static let recipients = TextForm(
        "mail address, several between commas, or the word stations",
        pattern: "^(stations|[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+(,[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)*)$",
        bytes: 3...8_192
    ) { text in
        if text == "stations" { return true }
        return text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .allSatisfy { address in
                let parts = address.split(
                    separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
                return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
                    && parts[0].allSatisfy { isAlphanumeric($0) || "._+-".utf8.contains($0) }
                    && parts[1].allSatisfy { isAlphanumeric($0) || ".-".utf8.contains($0) }
            }
    }

    /// A mail address.
    static let email = TextForm(
        "mail address",
        pattern: "^[!#-'*+./-9=?A-Z^-~][!#-'*-+./-9=?A-Z^-~-]*@[!#-'*-+./-9=?A-Z^-~-]+$",
        bytes: 3...MailAddressText.maximumBytes, fits: MailAddressText.isValid)

    /// What signs webhooks.
    static let webhookSecret = TextForm(
        "text of whsec_ and the base64 of 16 to 64 bytes",
        pattern: "^whsec_((B{4}){5}T|(B{4}){6,20}(T)?|(B{4}){21}(B[AQgw]==)?)$"
            .replacing("T", with: "(B[AQgw]==|B{2}[AEIMQUYcgkosw048]=)")
            .replacing("B", with: "[A-Za-z0-9+/]"),
        bytes: 30...94
    ) { WebhookSecret.key($0.utf8.span) != nil }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5a
            || byte >= 0x61 && byte <= 0x7a
    }
}
