import Basics
import Crypto
import Domain
import Ledger

/// What the holders of grants keep: `ent_`, the id of the grant, `_` and secret bytes in base64url.
///
/// 32 bytes are an API token or the cookie of a page; 52 bytes a refresh token: a generation (4,
/// big-endian), 32 random ones, and the first 16 of an HMAC over id, generation and those, which
/// proves that the store once gave it even when it holds the hash of a later one only.
package struct SecretText: Sendable {
    let grant: Identifier
    let bytes: [UInt8]

    private static let prefix = Array("ent_".utf8)
    /// Random bytes of every kind.
    static let secretBytes = 32
    private static let macBytes = 16

    /// Strict; nil for anything else.
    package init?(_ text: Span<UInt8>) {
        let start = Self.prefix.count
        let end = start + ULID.textBytes
        if text.count < end + 2 || text.count > 128 { return nil }
        for index in 0..<start where text[index] != Self.prefix[index] { return nil }
        guard let id = ULID(text.extracting(start..<end)), text[end] == UInt8(ascii: "_"),
            let bytes = Base64URL.decode(text.extracting(end + 1..<text.count)),
            bytes.count == Self.secretBytes || bytes.count == Self.refreshBytes
        else { return nil }
        grant = id.identifier
        self.bytes = bytes
    }

    init(grant: Identifier, bytes: [UInt8]) {
        self.grant = grant
        self.bytes = bytes
    }

    var text: String { "ent_\(grant)_" + Base64URL.encode(bytes.span) }

    // MARK: Refresh tokens

    private static let refreshBytes = 4 + secretBytes + macBytes

    /// A refresh token of a session.
    ///
    /// - Parameters:
    ///   - random: 32 bytes.
    ///   - key: of the store's.
    /// - Throws: where OpenSSL fails.
    init(
        refresh grant: Identifier, generation: UInt32, random: [UInt8], key: [UInt8]
    ) throws(CryptoError) {
        let head = Self.head(generation, random)
        self.init(grant: grant, bytes: head + (try Self.mac(grant, head, key)))
    }

    /// What the session keeps of a refresh token.
    static func refreshHash(
        generation: UInt32, random: [UInt8]
    ) throws(CommandError) -> SecretHash {
        try SecretHash.of(Array("refresh".utf8) + head(generation, random))
    }

    /// What the session keeps of this refresh token while it is the present one.
    func refreshHash() throws(CommandError) -> SecretHash {
        try SecretHash.of(Array("refresh".utf8) + bytes.dropLast(Self.macBytes))
    }

    var isRefresh: Bool { bytes.count == Self.refreshBytes }

    var generation: UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Whether the store of this key has given it.
    func isGenuine(key: [UInt8]) -> Bool {
        guard isRefresh else { return false }
        let head = Array(bytes.dropLast(Self.macBytes))
        guard let right = try? Self.mac(grant, head, key) else { return false }
        let given = Array(bytes.suffix(Self.macBytes))
        return ConstantTime.areEqual(right.span, given.span)
    }

    private static func head(_ generation: UInt32, _ random: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: generation >> UInt32(24 - 8 * $0)) } + random
    }

    private static func mac(
        _ grant: Identifier, _ head: [UInt8], _ key: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let message = Array(grant.text.utf8) + head
        return Array(try HMAC.sha256(key: key.span, message: message.span).prefix(macBytes))
    }

    // MARK: Pages

    /// What a session of the page keeps of its cookie: never that of another kind of token.
    static func pageHash(_ random: [UInt8]) throws(CommandError) -> SecretHash {
        try SecretHash.of(Array("page".utf8) + random)
    }
}
