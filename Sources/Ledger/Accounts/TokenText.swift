import Basics
import Crypto
package import Domain

extension SecretHash {
    /// The hash of a secret.
    ///
    /// - Throws: `ERR` where it cannot be computed. Cost: below 1 µs.
    package static func of(_ secret: [UInt8]) throws(CommandError) -> SecretHash {
        do throws(CryptoError) {
            var hasher = try SHA256()
            hasher.update(secret.span)
            let bytes = try hasher.finish()
            if let hash = SecretHash(bytes.span) { return hash }
        } catch { throw CommandError(.err, error.message) }
        throw CommandError(.err, "a hash has the wrong length")
    }
}

/// An API token as its holder keeps it: `ent_`, the id of its grant, `_`, and the secret in base64
/// with the letters for URLs and without padding.
package enum TokenText {
    /// The bytes of a secret.
    package static let secretBytes = 32

    private static let prefix = Array("ent_".utf8)
    /// The characters of 32 bytes.
    private static let secretCharacters = 43
    private static let slash = UInt8(ascii: "/")
    private static let plus = UInt8(ascii: "+")

    /// - Parameter secret: 32 bytes that nobody can guess.
    package static func text(id: Identifier, secret: [UInt8]) -> String {
        var characters: [UInt8] = []
        for character in Base64.encode(secret.span).utf8 {
            switch character {
            case plus: characters.append(UInt8(ascii: "-"))
            case slash: characters.append(UInt8(ascii: "_"))
            case UInt8(ascii: "="): break
            default: characters.append(character)
            }
        }
        return "ent_\(id)_" + String(decoding: characters, as: UTF8.self)
    }

    /// The grant that a token names, and the hash of its secret; nil for anything that is no token.
    package static func parse(_ text: Span<UInt8>) -> (id: Identifier, secret: SecretHash)? {
        let start = text.count - secretCharacters
        if start < prefix.count + 2 || text[start - 1] != UInt8(ascii: "_") { return nil }
        for index in prefix.indices where text[index] != prefix[index] { return nil }
        guard let id = Identifier(text.extracting(prefix.count..<start - 1)) else { return nil }
        var standard: [UInt8] = []
        for index in start..<text.count {
            switch text[index] {
            case UInt8(ascii: "-"): standard.append(plus)
            case UInt8(ascii: "_"): standard.append(slash)
            case plus, slash: return nil
            default: standard.append(text[index])
            }
        }
        standard.append(UInt8(ascii: "="))
        guard let secret = Base64.decode(standard.span), secret.count == secretBytes,
            let hash = try? SecretHash.of(secret)
        else { return nil }
        return (id, hash)
    }
}
