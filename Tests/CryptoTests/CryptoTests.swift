import Basics
import Crypto
import Testing

@Suite struct CryptoTests {
    func text(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func knownAnswers(_ message: String, _ expected: String) throws {
        var hash = try SHA256()
        // Twice: the context is used again.
        for _ in 0..<2 {
            hash.update(Array(message.utf8).span)
            #expect(text(try hash.finish()) == expected)
        }
        hash.update(Array(message.utf8).span)
        #expect(try hash.finish128().text == String(expected.prefix(32)))
    }

    /// RFC 4231, test cases 1, 2 and 6; RFC 2104 with nothing at all.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func keyedHashes(_ key: [UInt8], _ message: String, _ expected: String) throws {
        #expect(text(try HMAC.sha256(key: key.span, message: message.utf8.span)) == expected)
    }

    @Test func partsAreOneMessage() throws {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hash = try SHA256()
        hash.update(message.span)
        let whole = try hash.finish128()
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            let parts = try hash.hash128(Array(message[..<cut]).span, Array(message[cut...]).span)
            #expect(parts == whole)
        }
        for byte in message { hash.update([byte].span) }
        #expect(try hash.finish128() == whole)
    }

    @Test func randomBytesDiffer() throws {
        #expect(try Random.bytes(0) == [])
        #expect(try Random.bytes(-1) == [])
        #expect(try Random.bytes(1000).count == 1000)
        #expect(try Random.bytes(16) != Random.bytes(16))
        // Every chunk is filled: a run of zeros is as likely as never.
        let many = try Random.bytes(1024)
        for start in stride(from: 0, to: 1024, by: 64) {
            #expect(many[start..<start + 64].contains { $0 != 0 })
        }
    }
}
