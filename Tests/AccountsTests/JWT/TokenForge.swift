import Accounts
import Basics
import Crypto
import Domain
import Testing

/// Makes tokens, right ones and others.
struct TokenForge {
    static let now: Int64 = 1_800_000_000_000
    let secret = [UInt8](repeating: 7, count: 32)
    let pair: Ed25519Key
    let jwt: JWT

    init() throws {
        pair = try #require(
            Self.key([UInt8](repeating: 9, count: 32), isPrivate: true))
        let half = try #require(Self.key(pair.publicBytes(), isPrivate: false))
        let first = try #require(JWTKey(id: "k1", material: .secret(secret)))
        let second = try #require(JWTKey(id: "e1", material: .ed25519(half)))
        let keys = try #require(JWTKeys(signing: first, others: [second]))
        jwt = JWT(keys: keys, issuer: "entrepot")
    }

    static func key(_ raw: [UInt8], isPrivate: Bool) -> Ed25519Key? {
        Ed25519Key(raw: raw.span, isPrivate: isPrivate)
    }

    static let header = #"{"alg":"HS256","typ":"JWT","kid":"k1"}"#
    static let edHeader = #"{"alg":"EdDSA","typ":"JWT","kid":"e1"}"#

    /// The claims that pass, with some put in the place of others; nil takes one out.
    static func payload(_ changes: [String: String?] = [:], extra: String = "") -> String {
        var members: [(String, String)] = [
            ("iss", #""entrepot""#), ("aud", #""entrepot""#), ("sub", #""ada""#),
            ("sid", #""s-1""#), ("jti", #""t-1""#), ("iat", "1800000000"), ("nbf", "1800000000"),
            ("exp", "1800000900"),
        ]
        members = members.compactMap { name, value in
            guard let change = changes[name] else { return (name, value) }
            return change.map { (name, $0) }
        }
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + extra + "}"
    }

    /// A compact token of any header and payload, signed by HMAC with `key`.
    func token(
        _ header: String = Self.header, _ payload: String = Self.payload(), key: [UInt8]? = nil
    ) throws -> String {
        let message = Self.encode(header) + "." + Self.encode(payload)
        let key = key ?? secret
        let signature = try HMAC.sha256(key: key.span, message: message.utf8.span)
        return message + "." + Base64URL.encode(signature.span)
    }

    /// The same, signed with Ed25519.
    func edToken(
        _ header: String = Self.edHeader, _ payload: String = Self.payload()
    ) throws -> String {
        let message = Self.encode(header) + "." + Self.encode(payload)
        let signature = try pair.sign(message.utf8.span)
        return message + "." + Base64URL.encode(signature.span)
    }

    static func encode(_ text: String) -> String { Base64URL.encode(text.utf8.span) }

    func verify(_ token: String, now: Int64 = Self.now) throws(JWTError) -> JWTClaims {
        try jwt.verify(token.utf8.span, nowMilliseconds: now)
    }

    /// Why the token is refused; nil where it is taken.
    func refusal(_ token: String, now: Int64 = Self.now) -> JWTError? {
        do throws(JWTError) {
            _ = try verify(token, now: now)
            return nil
        } catch { return error }
    }
}
