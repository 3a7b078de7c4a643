import Basics
import Testing

@Suite struct Base64Tests {
    /// The vectors of RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func knownAnswers(_ plain: String, _ text: String) {
        #expect(Base64.encode(plain.utf8.span) == text)
        #expect(Base64.decode(text.utf8.span) == Array(plain.utf8))
    }

    @Test func everyByteComesBack() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
            let text = Base64.encode(bytes.span)
            #expect(Base64.decode(text.utf8.span) == bytes)
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 8=", "Zm8\n",
        "Zm8-", "Zm8_", "é===",
    ])
    func whatIsNoBase64(_ text: String) {
        #expect(Base64.decode(text.utf8.span) == nil)
    }
}
