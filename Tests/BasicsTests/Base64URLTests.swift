import Basics
import Testing

struct Base64URLTests {
    @Test(arguments: [
        ([], ""), ([0], "AA"), ([0xff], "_w"), ([0xfb, 0xff], "-_8"), ([1, 2, 3], "AQID"),
        ([0xff, 0xff, 0xff, 0xfe], "_____g"),
    ])
    func bothWays(_ bytes: [UInt8], _ text: String) {
        #expect(Base64URL.encode(bytes.span) == text)
        #expect(Base64URL.decode(text.utf8.span) == bytes)
    }

    /// Padding, the other alphabet, lengths of nothing, bits that say nothing, other bytes.
    @Test(arguments: [
        "A", "AAAAA", "AA==", "AA=", "=", "+w", "/w", "AB", "_x", "AAB", "AQI\n", " AQID", "AQ.D",
        "AQID\u{0}", "é",
    ])
    func refuses(_ text: String) {
        #expect(Base64URL.decode(text.utf8.span) == nil)
    }

    @Test func everyLength() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ count) }
            let text = Base64URL.encode(bytes.span)
            #expect(text.utf8.count == (count * 4 + 2) / 3)
            #expect(Base64URL.decode(text.utf8.span) == bytes)
        }
    }
}
