import Basics
import Domain
import Testing

@Suite struct GlobTests {
    private func matches(_ pattern: String, _ text: String, folded: Bool = false) -> Bool {
        let (one, other) = (Array(pattern.utf8), Array(text.utf8))
        return Glob.matches(other.span, pattern: one.span, folded: folded)
    }

    @Test(arguments: [
        ("", ""), ("*", ""), ("*", "x"), ("**", "xy"), ("trade.*", "trade.initiated"),
        ("trade.*", "trade."), ("*.low", "inventory.low"), ("t?ade", "trade"), ("[abc]", "b"),
        ("[a-c]x", "cx"), ("[c-a]x", "bx"), ("[^a]", "b"), ("\\*", "*"), ("\\?a", "?a"),
        ("a*b*c", "aXbXbXc"), ("*a*", "bab"), ("[\\]]", "]"), ("[a", "a"), ("a\\", "a\\"),
        ("[^]", "x"), ("*[0-9]", "abc7"), ("a[a-]", "a-"), ("?*", "x"), ("*?", "x"),
    ]) func takes(_ pattern: String, _ text: String) {
        #expect(matches(pattern, text))
    }

    @Test(arguments: [
        ("", "x"), ("x", ""), ("?", ""), ("trade.*", "trade"), ("trade.*", "Trade.x"), ("a", "ab"),
        ("ab", "a"), ("[abc]", "d"), ("[^a]", "a"), ("[]", "x"), ("\\*", "x"), ("a*b", "axbx"),
        ("*.low", "inventory.lower"), ("[a-c]", "d"), ("[", "["),
    ]) func refuses(_ pattern: String, _ text: String) {
        #expect(!matches(pattern, text))
    }

    @Test func folds() {
        #expect(matches("MAX*", "maxmemory", folded: true))
        #expect(matches("[a-c]", "B", folded: true))
        #expect(!matches("[a-c]", "D", folded: true))
    }

    /// The pattern that blows up recursive matchers.
    @Test func staysBounded() {
        let pattern = String(repeating: "a*", count: 128)
        #expect(!matches(pattern + "b", String(repeating: "a", count: 10_000)))
        #expect(
            !matches(
                String(repeating: "*a", count: 127) + "b", String(repeating: "a", count: 10_000)))
        #expect(matches(pattern, String(repeating: "a", count: 10_000)))
        let long = [UInt8](repeating: UInt8(ascii: "*"), count: 257)
        let isMatch = Glob.matches(long.span, pattern: long.span)
        #expect(!isMatch)
        #expect(outcome { () throws(ValueError) in try Glob.check(long.span) }.code == .range)
        let exact = Array(long[..<256])
        #expect(outcome { () throws(ValueError) in try Glob.check(exact.span) }.code == nil)
    }

    /// Against the plain recursive definition, on all short patterns over a small alphabet.
    @Test func followsTheDefinition() {
        func definition(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == UInt8(ascii: "*") {
                return definition(pattern.dropFirst(), text)
                    || (!text.isEmpty && definition(pattern, text.dropFirst()))
            }
            guard let byte = text.first, first == UInt8(ascii: "?") || first == byte else {
                return false
            }
            return definition(pattern.dropFirst(), text.dropFirst())
        }
        func words(_ alphabet: [UInt8], _ length: Int) -> [[UInt8]] {
            var all: [[UInt8]] = [[]]
            var last: [[UInt8]] = [[]]
            for _ in 0..<length {
                last = last.flatMap { word in alphabet.map { word + [$0] } }
                all += last
            }
            return all
        }
        let texts = words(Array("ab".utf8), 4)
        for pattern in words(Array("ab*?".utf8), 4) {
            for text in texts
            where Glob.matches(text.span, pattern: pattern.span)
                != definition(pattern[...], text[...])
            {
                Issue.record(
                    "\(pattern) on \(text)"
                )
            }
        }
    }
}

@Suite struct FoldedWordTests {
    @Test func equals() {
        for (text, isEqual) in [
            ("TRADE", true), ("trade", true), ("tRaDe", true), ("trad", false), ("trades", false),
            ("trade\0", false), ("tr\u{1}de", false),
        ] {
            let bytes = Array(text.utf8)
            let isFolded = bytes.span.equalsFolded("TRADE")
            #expect(isFolded == isEqual, "\(text)")
            let isSmall = FoldedWord.equals(bytes.span, "trade")
            #expect(isSmall == isEqual)
            let other = Array("Trade".utf8)
            let isOther = FoldedWord.equals(bytes.span, other.span)
            #expect(isOther == isEqual)
        }
    }

    /// Only letters have cases: `@` and backquote, `[` and `{` differ in the same bit.
    @Test func everyByte() {
        let word: StaticString = "A@[`{z0 "
        for place in 0..<word.utf8CodeUnitCount {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array("\(word)".utf8)
                let original = bytes[place]
                bytes[place] = byte
                let isEqual = FoldedWord.upper(byte) == FoldedWord.upper(original)
                let isFolded = bytes.span.equalsFolded(word)
                #expect(isFolded == isEqual)
            }
        }
        #expect(FoldedWord.upper(UInt8(ascii: "@")) == UInt8(ascii: "@"))
        #expect(FoldedWord.upper(UInt8(ascii: "`")) == UInt8(ascii: "`"))
        #expect(FoldedWord.upper(UInt8(ascii: "{")) == UInt8(ascii: "{"))
        let mixed = Array("aZ9é".utf8)
        let upperCased = FoldedWord.upperCased(mixed.span)
        #expect(upperCased == "AZ9é")
    }
}

@Suite struct PositionTests {
    private func coordinate(_ text: String) -> Result<Double, ValueError> {
        let bytes = Array(text.utf8)
        return outcome { () throws(ValueError) in try Position.coordinate(bytes.span) }
    }

    @Test func reads() throws {
        for (text, value) in [
            ("0", 0), ("-1.5", -1.5), ("1e3", 1_000), ("1.5E-2", 0.015), ("2E+2", 200),
            ("0.1", 0.1),
        ] as [(String, Double)] {
            #expect(coordinate(text).value == value)
        }
        let (x, y, z) = (Array("1".utf8), Array("-2.5".utf8), Array("3e1".utf8))
        #expect(try Position(x: x.span, y: y.span, z: z.span) == Position(x: 1, y: -2.5, z: 30))
        #expect(Position(x: .nan, y: 0, z: 0) == nil)
        #expect(Position(x: 0, y: .infinity, z: 0) == nil)
    }

    @Test func refuses() {
        for text in [
            "", "-", "+1", ".5", "5.", "nan", "inf", "-inf", "infinity", "0x10", "0x1p3", "1e",
            "1e+", "1 ", " 1", "1,5", "1\0", "1e5.5", "--1",
        ] {
            #expect(coordinate(text).code == .syntax, "\(text)")
        }
        for text in ["1e400", "-1e309", String(repeating: "9", count: 65)] {
            #expect(coordinate(text).code == .range, "\(text)")
        }
    }

    @Test func distances() throws {
        let place = try #require(Position(x: 3, y: 4, z: 12))
        #expect(Position.origin.distance(to: place) == 13)
        #expect(place.distance(to: place) == 0)
        let far = try #require(Position(x: .greatestFiniteMagnitude, y: 0, z: 0))
        let opposite = try #require(Position(x: -.greatestFiniteMagnitude, y: 0, z: 0))
        let corner = try #require(Position(x: 1e308, y: 1e308, z: 1e308))
        #expect(far.distance(to: opposite).isFinite)
        #expect(Position.origin.distance(to: corner).isFinite)
        let near = try #require(Position(x: .leastNonzeroMagnitude, y: 0, z: 0))
        #expect(Position.origin.distance(to: near) > 0)
        var buffer = ByteBuffer()
        buffer.appendJSON(try #require(Position(x: 1, y: -2.5, z: 0.1)))
        #expect(buffer.bytes.validatedText == "{\"x\":1,\"y\":-2.5,\"z\":0.1}")
    }
}
