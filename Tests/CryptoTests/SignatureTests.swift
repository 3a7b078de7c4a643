import Basics
import Crypto
import Testing

@Suite struct SignatureTests {
    func bytes(_ text: String) -> [UInt8] {
        let digits = text.utf8.map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The handshake of RFC 6455 section 1.3, and FIPS 180.
    @Test func sha1() throws {
        let accept = try SHA1.hash(
            "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8.span)
        #expect(Base64.encode(accept.span) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let nothing = try SHA1.hash("".utf8.span)
        #expect(nothing == bytes("da39a3ee5e6b4b0d3255bfef95601890afd80709"))
    }

    @Test func comparisons() {
        let one: [UInt8] = [1, 2, 3]
        #expect(areEqual(one, [1, 2, 3]))
        #expect(!areEqual(one, [1, 2, 4]))
        #expect(!areEqual(one, [1, 2]))
        #expect(areEqual([], []))
    }

    /// RFC 8032 section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func ed25519(_ secret: String, _ known: String, _ message: String, _ right: String) throws {
        let pair = try #require(raw(bytes(secret), isPrivate: true))
        let half = try #require(raw(bytes(known), isPrivate: false))
        #expect(pair.isPrivate && !half.isPrivate)
        #expect(try pair.publicBytes() == bytes(known))
        let signature = try pair.sign(bytes(message).span)
        #expect(signature == bytes(right))
        for key in [pair, half] {
            #expect(takes(key, bytes(message), signature))
            #expect(!takes(key, [1], signature))
            #expect(!takes(key, bytes(message), Array(signature.dropLast())))
            for index in 0..<64 {
                var altered = signature
                altered[index] ^= 1
                #expect(!takes(key, bytes(message), altered))
            }
        }
        #expect(throws: CryptoError.self) { try signed(half, [1]) }
    }

    static let privatePEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
        -----END PUBLIC KEY-----

        """

    @Test func fromFiles() throws {
        let pair = try #require(pem(Self.privatePEM))
        let half = try #require(pem(Self.publicPEM))
        #expect(pair.isPrivate && !half.isPrivate)
        #expect(try pair.publicBytes() == half.publicBytes())
        let signature = try pair.sign("m".utf8.span)
        #expect(takes(half, Array("m".utf8), signature))
    }

    /// Nothing, a key of another algorithm (X25519), an encrypted one, a cut one, other bytes.
    @Test(arguments: [
        "", "x", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
            + "\n-----END PUBLIC KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg="
            + "\n-----END ENCRYPTED PRIVATE KEY-----\n",
        String(SignatureTests.privatePEM.prefix(60)), String(SignatureTests.publicPEM.dropFirst()),
    ])
    func refusesOtherFiles(_ text: String) {
        #expect(pem(text) == nil)
    }

    @Test func refusesOtherLengths() {
        for count in [0, 31, 33] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(raw(bytes, isPrivate: true) == nil)
            #expect(raw(bytes, isPrivate: false) == nil)
        }
    }
}

// Spans cannot be arguments inside a check.

private func raw(_ bytes: [UInt8], isPrivate: Bool) -> Ed25519Key? {
    Ed25519Key(raw: bytes.span, isPrivate: isPrivate)
}

private func pem(_ text: String) -> Ed25519Key? { Ed25519Key(pem: text.utf8.span) }

private func takes(_ key: Ed25519Key, _ message: [UInt8], _ signature: [UInt8]) -> Bool {
    key.verify(message.span, signature: signature.span)
}

private func signed(_ key: Ed25519Key, _ message: [UInt8]) throws -> [UInt8] {
    try key.sign(message.span)
}

private func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    ConstantTime.areEqual(left.span, right.span)
}
