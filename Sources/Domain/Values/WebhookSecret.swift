import Basics

/// The key that a webhook is signed with, as the Standard Webhooks scheme writes it: `whsec_` and
/// base64.
package enum WebhookSecret {
    /// What a secret must be, for refusals; it names no secret.
    package static let expected = "whsec_ and the base64 of 16 to 64 bytes"

    /// The bytes of the key; nil for anything else, and for fewer than 16 or more than 64 bytes.
    package static func key(_ text: Span<UInt8>) -> [UInt8]? {
        let prefix = Array("whsec_".utf8)
        if text.count < prefix.count { return nil }
        for index in prefix.indices where text[index] != prefix[index] { return nil }
        guard let key = Base64.decode(text.extracting(prefix.count..<text.count)),
            (16...64).contains(key.count)
        else { return nil }
        return key
    }
}
