import Accounts
import Basics
import Crypto
import Domain
import Testing

struct JWTTests {
    let forge: TokenForge

    init() throws { forge = try TokenForge() }

    @Test func bothWays() throws {
        let claims = JWTClaims(
            user: Identifier(literal: "ada"), grant: Identifier(literal: "s-1"), id: "t-1",
            issued: 1_800_000_000, notBefore: 1_800_000_000, expires: 1_800_000_900)
        let token = try forge.jwt.sign(claims)
        #expect(try forge.verify(token) == claims)
        #expect(try forge.token() == token)
        #expect(try forge.verify(forge.edToken()) == claims)
    }

    /// The other way round: Ed25519 signs, the old secret still verifies.
    @Test func rotation() throws {
        let new = try #require(JWTKey(id: "e1", material: .ed25519(forge.pair)))
        let old = try #require(JWTKey(id: "k1", material: .secret(forge.secret)))
        let jwt = JWT(keys: try #require(JWTKeys(signing: new, others: [old])), issuer: "entrepot")
        let claims = try forge.verify(forge.token())
        #expect(try forge.verify(jwt.sign(claims)) == claims)
        #expect(
            try verified(forge.token(), by: jwt) == claims)
    }

    @Test func aPublicHalfCannotSign() throws {
        let half = try #require(TokenForge.key(forge.pair.publicBytes(), isPrivate: false))
        let key = try #require(JWTKey(id: "e1", material: .ed25519(half)))
        #expect(!key.canSign)
        #expect(JWTKeys(signing: key) == nil)
    }

    @Test func twoKeysOfOneName() throws {
        let key = try #require(JWTKey(id: "k1", material: .secret(forge.secret)))
        #expect(JWTKeys(signing: key, others: [key]) == nil)
    }

    @Test(arguments: ["", "a b", "../k", "k/1", "é", String(repeating: "k", count: 65)])
    func badKeyNames(_ id: String) {
        #expect(JWTKey(id: id, material: .secret([UInt8](repeating: 1, count: 32))) == nil)
    }

    @Test func shortSecrets() {
        #expect(JWTKey(id: "k", material: .secret([UInt8](repeating: 1, count: 31))) == nil)
    }

    func verified(_ token: String, by jwt: JWT) throws -> JWTClaims {
        try jwt.verify(token.utf8.span, nowMilliseconds: TokenForge.now)
    }

    // MARK: Time

    @Test func expires() throws {
        let token = try forge.token()
        #expect(forge.refusal(token, now: 1_800_000_899_999) == nil)
        // No leeway: the second of `exp` is over.
        #expect(forge.refusal(token, now: 1_800_000_900_000) == .expired)
        #expect(forge.refusal(token, now: Int64.max) == .expired)
    }

    @Test func begins() throws {
        let later = try forge.token(payload: ["nbf": "1800000100"])
        #expect(forge.refusal(later) == .tooEarly)
        #expect(forge.refusal(later, now: 1_800_000_039_999) == .tooEarly)
        #expect(forge.refusal(later, now: 1_800_000_040_000) == nil)
        let madeLater = try forge.token(payload: ["iat": "1800000061"])
        #expect(forge.refusal(madeLater) == .tooEarly)
        #expect(forge.refusal(madeLater, now: 1_800_000_001_000) == nil)
        #expect(forge.refusal(later, now: Int64.min) == .tooEarly)
    }
}

extension TokenForge {
    func token(payload changes: [String: String?]) throws -> String {
        try token(Self.header, Self.payload(changes))
    }
}
