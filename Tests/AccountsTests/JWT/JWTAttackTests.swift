import Accounts
import Basics
import Crypto
import Domain
import Testing

/// The attacks of RFC 8725 and of the public collections, each of which must fail.
struct JWTAttackTests {
    let forge: TokenForge

    init() throws { forge = try TokenForge() }

    /// No algorithm at all, whatever its spelling, with and without a signature.
    @Test(arguments: ["none", "None", "NONE", "nOnE", "", " HS256", "hs256", "HS256\\u0000"])
    func noAlgorithm(_ name: String) throws {
        for kid in ["k1", "e1"] {
            let header = #"{"alg":"\#(name)","typ":"JWT","kid":"\#(kid)"}"#
            #expect(forge.refusal(try forge.token(header)) == .badAlgorithm)
            #expect(forge.refusal(try forge.edToken(header)) == .badAlgorithm)
            let bare = TokenForge.encode(header) + "." + TokenForge.encode(TokenForge.payload())
            #expect(forge.refusal(bare + ".") == .malformed)
            #expect(forge.refusal(bare) == .malformed)
            #expect(forge.refusal(bare + ".AA") == .badAlgorithm)
        }
    }

    /// The public half is known to all: it must be no HMAC secret, raw or as a file.
    @Test func keyConfusion() throws {
        let half = try forge.pair.publicBytes()
        // A SubjectPublicKeyInfo of Ed25519 is this prefix and the 32 bytes.
        let prefix: [UInt8] = [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ]
        let text = Base64.encode((prefix + half).span)
        let pem = "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
        for key in [half, prefix + half, Array(pem.utf8), Array(pem.dropLast().utf8), []] {
            let confused = #"{"alg":"HS256","typ":"JWT","kid":"e1"}"#
            #expect(forge.refusal(try forge.token(confused, key: key)) == .badAlgorithm)
            let right = TokenForge.edHeader
            #expect(forge.refusal(try forge.token(right, key: key)) == .badSignature)
            #expect(forge.refusal(try forge.token(key: key)) == .badSignature)
        }
        // And the other way round.
        let other = #"{"alg":"EdDSA","typ":"JWT","kid":"k1"}"#
        #expect(forge.refusal(try forge.edToken(other)) == .badAlgorithm)
        for name in ["RS256", "ES256", "PS256", "HS384", "HS512", "Ed25519"] {
            let header = #"{"alg":"\#(name)","kid":"k1"}"#
            #expect(forge.refusal(try forge.token(header)) == .badAlgorithm)
        }
    }

    /// A key's name is looked up in a table and goes nowhere else.
    @Test(arguments: [
        "../../../../dev/null", "/dev/null", "k1/../k1", "k2", "K1", "k1 ", "", "k1\\u0000",
        "' UNION SELECT 'x' -- ", "k1'; DROP TABLE keys; --", "file:///etc/passwd",
        "http://evil.example/key", "$(id)", "%2e%2e%2fk1", "\\u212a1", "k1\\n",
    ])
    func keyNames(_ kid: String) throws {
        let header = #"{"alg":"HS256","typ":"JWT","kid":"\#(kid)"}"#
        for key in [forge.secret, [], Array("x".utf8), [0]] {
            #expect(forge.refusal(try forge.token(header, key: key)) == .unknownKey)
        }
    }

    /// Headers that miss something, say it twice, or bring a key or another reading.
    @Test(arguments: [
        #"{"alg":"HS256","typ":"JWT"}"#, #"{"typ":"JWT","kid":"k1"}"#, "{}", "[]", "null", "1",
        #""k1""#, "", "{", #"{"alg":"HS256","kid":"k1"}x"#, #"{"alg":"HS256","kid":1}"#,
        #"{"alg":"HS256","kid":null}"#, #"{"alg":"HS256","kid":["k1"]}"#,
        #"{"alg":["HS256"],"kid":"k1"}"#, #"{"alg":null,"kid":"k1"}"#,
        #"{"alg":"none","alg":"HS256","kid":"k1"}"#, #"{"alg":"HS256","alg":"none","kid":"k1"}"#,
        #"{"alg":"HS256","kid":"e1","kid":"k1"}"#, #"{"alg":"HS256","\u0061lg":"none","kid":"k1"}"#,
        #"{"alg":"HS256","kid":"k1","crit":["exp"]}"#,
        #"{"alg":"HS256","kid":"k1","crit":[]}"#,
        #"{"alg":"HS256","kid":"k1","b64":false,"crit":["b64"]}"#,
        #"{"alg":"HS256","kid":"k1","b64":true}"#,
        #"{"alg":"HS256","kid":"k1","jku":"https://evil.example/keys"}"#,
        #"{"alg":"HS256","kid":"k1","x5u":"https://evil.example/cert"}"#,
        #"{"alg":"HS256","kid":"k1","jwk":{"kty":"oct","k":"BwcHBwcHBwc"}}"#,
        #"{"alg":"HS256","kid":"k1","x5c":["MIIB"]}"#, #"{"alg":"HS256","kid":"k1","zip":"DEF"}"#,
        #"{"alg":"HS256","kid":"k1","cty":"JWT"}"#, #"{"alg":"HS256","kid":"k1","typ":"JOSE"}"#,
        #"{"alg":"HS256","kid":"k1","typ":1}"#, #"{"alg":"HS256","kid":"k1","x":{"y":{"z":1}}}"#,
        #"{"alg":"HS256","kid":"k1",}"#, #"{'alg':'HS256','kid':'k1'}"#,
        "\u{feff}" + #"{"alg":"HS256","kid":"k1"}"#,
    ])
    func headers(_ header: String) throws {
        let refusal = forge.refusal(try forge.token(header))
        #expect(refusal == (header.isEmpty ? .malformed : .badHeader))
    }

    @Test func longHeaders() throws {
        let spaces = String(repeating: " ", count: 1_100)
        let header = #"{"alg":"HS256","kid":"k1"\#(spaces)}"#
        #expect(forge.refusal(try forge.token(header)) == .badHeader)
    }

    // MARK: Claims

    @Test(
        arguments: [
            ("iss", nil), ("iss", #""evil""#), ("iss", #""""#), ("iss", "1"), ("iss", "null"),
            ("iss", #"["entrepot"]"#), ("iss", #""Entrepot""#), ("aud", nil), ("aud", #""evil""#),
            ("aud", #"["entrepot"]"#), ("aud", #"["evil","entrepot"]"#), ("aud", "{}"),
            ("aud", #""entrepot ""#),
        ] as [(String, String?)])
    func issuersAndAudiences(_ name: String, _ value: String?) throws {
        #expect(
            forge.refusal(try forge.token(payload: [name: value])) == .wrongIssuer)
    }

    @Test(
        arguments: [
            ("sub", nil), ("sub", #""""#), ("sub", "1"), ("sub", "null"), ("sub", #""a b""#),
            ("sub", #""../root""#), ("sub", #"["ada"]"#), ("sid", nil), ("sid", "true"),
            ("sid", #""""#), ("jti", nil), ("jti", #""""#), ("jti", "7"), ("jti", #""a b""#),
            ("exp", nil), ("exp", #""1800000900""#), ("exp", "1800000900.0"),
            ("exp", "1.8000009e9"),
            ("exp", "1e99"), ("exp", "99999999999999999999"), ("exp", "9223372036854775807"),
            ("exp", "-1"), ("exp", "true"), ("exp", "null"), ("exp", "[1800000900]"),
            ("exp", "253402300800"), ("exp", "1800000000"), ("nbf", nil), ("nbf", #""0""#),
            ("nbf", "0.5"), ("nbf", "-1"), ("nbf", "1800000900"), ("iat", nil), ("iat", #""0""#),
            ("iat", "1e1"), ("iat", "-9223372036854775808"), ("iat", "1800000900"),
        ] as [(String, String?)])
    func badClaims(_ name: String, _ value: String?) throws {
        #expect(
            forge.refusal(try forge.token(payload: [name: value])) == .badClaims)
    }

    /// Payloads that are signed and all the same no claims.
    @Test func badPayloads() throws {
        let texts = [
            "[]", "null", "1", "{", TokenForge.payload() + "x", TokenForge.payload() + "{}",
            TokenForge.payload(extra: #","exp":1900000000"#),
            TokenForge.payload(extra: #","s\u0075b":"admin""#),
            TokenForge.payload(extra: #","x":[[1]]"#),
            TokenForge.payload(extra: ",\"x\":" + String(repeating: "[", count: 2_000)),
            TokenForge.payload(extra: #","x":\#(String(repeating: "9", count: 200))"#),
            TokenForge.payload(extra: ",\"x\":\"\u{1}\""), TokenForge.payload(extra: ",\"x\":NaN"),
        ]
        for text in texts {
            let refusal = forge.refusal(try forge.token(TokenForge.header, text))
            #expect(refusal == .badClaims || refusal == .wrongIssuer, "\(text)")
        }
        // Members that say nothing here are no harm.
        let more = TokenForge.payload(extra: #","name":"Ada","roles":["admin"]"#)
        #expect(forge.refusal(try forge.token(TokenForge.header, more)) == nil)
    }

    // MARK: Form

    @Test func alteredAnywhere() throws {
        for token in [try forge.token(), try forge.edToken()] {
            let letters = Array(token.utf8)
            for index in letters.indices {
                var other = letters
                other[index] = other[index] == 0x41 ? 0x42 : 0x41
                if other == letters { continue }
                let text = String(decoding: other, as: UTF8.self)
                #expect(forge.refusal(text) != nil, "letter \(index)")
            }
            for count in 0..<letters.count {
                let text = String(decoding: letters[..<count], as: UTF8.self)
                #expect(forge.refusal(text) != nil, "first \(count)")
            }
        }
    }

    /// One token's payload under another's signature.
    @Test func exchangedParts() throws {
        let one = try forge.token().split(separator: ".")
        let other = try forge.token(payload: ["sub": #""admin""#]).split(separator: ".")
        #expect(forge.refusal("\(one[0]).\(other[1]).\(one[2])") == .badSignature)
        let ed = try forge.edToken().split(separator: ".")
        #expect(forge.refusal("\(ed[0]).\(one[1]).\(one[2])") == .badSignature)
        #expect(forge.refusal("\(one[0]).\(ed[1]).\(ed[2])") == .badSignature)
    }

    @Test func otherForms() throws {
        let token = try forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let forms = [
            "", ".", "..", "...", token + ".", "." + token, token + "..", token + ".AA",
            token + "=", token + "==", token + " ", token + "\n", " " + token, token + "\u{0}",
            "\(parts[0])=.\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).",
            "\(parts[0])..\(parts[2])", ".\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1])",
            "Bearer " + token, token.replacing(".", with: ","), parts[2], "{}",
            token.replacing(parts[0], with: parts[0].replacing("e", with: "%65")),
            String(repeating: "a", count: 8_193), String(repeating: "a.", count: 4_000),
        ]
        for form in forms { #expect(forge.refusal(form) == .malformed, "\(form)") }
    }

    /// The last letter of a signature of 32 bytes has two bits that say nothing: only one spelling
    /// is taken.
    @Test func spellings() throws {
        let token = try forge.token()
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for digit in digits {
            let other = token.dropLast() + [digit]
            #expect((forge.refusal(String(other)) == nil) == (other == token))
        }
    }

    @Test func theLongestToken() throws {
        func padded(_ count: Int) throws -> String {
            let text = String(repeating: "x", count: count)
            return try forge.token(
                TokenForge.header, TokenForge.payload(extra: #","x":"\#(text)""#))
        }
        #expect(forge.refusal(try padded(5_800)) == nil)
        #expect(forge.refusal(try padded(6_200)) == .malformed)
    }
}
