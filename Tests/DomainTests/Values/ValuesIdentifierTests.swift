import Basics
import Domain
import TestSupport
import Testing

@Suite struct IdentifierTests {
    static let longest = "A" + String(repeating: "z", count: 63)

    @Test(arguments: [
        "a", "Z", "0", "luna-1", "a.b_c-d", "9._-", "x..", longest, "CR", "trade-2026.11.20",
    ])
    func accepts(_ text: String) throws {
        let id = try #require(Identifier(text))
        #expect(id.text == text)
        #expect(id.count == text.utf8.count)
        #expect(id.bytes.array == Array(text.utf8))
        #expect(id.withBytes { $0.count } == text.utf8.count)
        #expect(Identifier(id.bytes) == id)
        var buffer = ByteBuffer()
        buffer.append(id)
        buffer.appendJSON(id)
        #expect(buffer.bytes.validatedText == text + "\"" + text + "\"")
    }

    @Test(arguments: [
        "", "-a", ".a", "_a", "a b", "a:b", "a/b", "a\0", "é", "a\u{7f}", "a@", "a[", "a`", "a{",
        "a\n", longest + "z",
    ])
    func refuses(_ text: String) {
        #expect(Identifier(text) == nil)
    }

    @Test func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let scalar = Character(UnicodeScalar(byte))
            let isLetter = scalar.isASCII && (scalar.isLetter || scalar.isNumber)
            let isMark = "._-".contains(scalar)
            #expect((Identifier([byte].span) != nil) == isLetter, "\(byte)")
            let second: [UInt8] = [0x61, byte]
            #expect((Identifier(second.span) != nil) == (isLetter || isMark), "\(byte)")
        }
    }

    @Test func orderAndHashFollowTheBytes() throws {
        let texts = [
            "a", "aa", "ab", "b", "A", "a-", "a.", "a0", "abcdefgh", "abcdefgi", "abcdefgh1",
            Self.longest, String(Self.longest.dropLast()),
        ]
        let ids = try texts.map { try #require(Identifier($0)) }
        for left in ids.indices {
            for right in ids.indices {
                let (one, other) = (Array(texts[left].utf8), Array(texts[right].utf8))
                #expect((ids[left] < ids[right]) == one.lexicographicallyPrecedes(other))
                #expect((ids[left] == ids[right]) == (left == right))
            }
        }
        #expect(Set(ids + ids).count == ids.count)
    }

    @Test func differsInEveryPlace() throws {
        let base = [UInt8](repeating: UInt8(ascii: "m"), count: 64)
        let whole = Identifier(base.span)
        let id = try #require(whole)
        for place in 0..<64 {
            var other = base
            other[place] = UInt8(ascii: "n")
            let part = Identifier(other.span)
            let changed = try #require(part)
            #expect(changed != id)
            #expect(id < changed)
            #expect(!(changed < id))
        }
    }

    @Test func reservedWords() {
        for text in ["ID", "id", "Currency", "ttl", "search", "QUOTE", "update", "Summary", "none"]
        {
            #expect(Identifier(text)?.isReserved == true, "\(text)")
        }
        for text in ["ids", "luna-1", "i", "water", "transit"] {
            #expect(Identifier(text)?.isReserved == false, "\(text)")
        }
        for word in Identifier.reservedWords { #expect(Identifier("\(word)") != nil) }
        #expect(Identifier("TRANSIT")?.isVirtualPlace == true)
        #expect(Identifier("transit")?.isVirtualPlace == false)
    }
}

@Suite struct CurrencyCodeTests {
    @Test(arguments: ["CR", "USD", "ABCDEFGH", "AZ", "ZZ"]) func accepts(_ text: String) throws {
        let code = try #require(CurrencyCode(text))
        #expect(code.text == text)
        #expect(CurrencyCode(raw: code.raw) == code)
        var buffer = ByteBuffer()
        buffer.append(code)
        buffer.appendJSON(code)
        #expect(buffer.bytes.validatedText == text + "\"" + text + "\"")
    }

    @Test(arguments: ["", "A", "ABCDEFGHI", "cr", "C1", "C ", "A@", "A[", "É", "A\0"]) func refuses(
        _ text: String
    ) {
        #expect(CurrencyCode(text) == nil)
    }

    @Test func rawAndOrder() throws {
        #expect(CurrencyCode.credits == CurrencyCode("CR"))
        for raw in [0, 1, 0x41 << 56, 0x4100_4100_0000_0000, .max, 0x4161_0000_0000_0000]
            as [UInt64]
        {
            #expect(CurrencyCode(raw: raw) == nil)
        }
        let sorted = try ["AA", "AAA", "AB", "CR", "USD"].map { try #require(CurrencyCode($0)) }
        #expect(sorted.reversed().sorted() == sorted)
    }
}

@Suite struct ULIDTests {
    private func ulid(_ text: String) -> ULID? {
        let bytes = Array(text.utf8)
        return ULID(bytes.span)
    }

    @Test func knownTexts() throws {
        let zero = ULID(milliseconds: 0, n: 0, seq: 0)
        #expect(zero.text == String(repeating: "0", count: 26))
        let last = ULID(milliseconds: ULID.maximumMilliseconds, n: .max, seq: .max)
        #expect(last.text == "7" + String(repeating: "Z", count: 25))
        // The example of the ULID specification: time 1469918176385.
        let known = try #require(ulid("01ARYZ6S41TSV4RRFFQ69G5FAV"))
        #expect(known.milliseconds == 1_469_918_176_385)
        #expect(known.text == "01ARYZ6S41TSV4RRFFQ69G5FAV")
        #expect(ULID(milliseconds: -5, n: 1, seq: 2).milliseconds == 0)
        #expect(ULID(milliseconds: .max, n: 1, seq: 2).milliseconds == ULID.maximumMilliseconds)
    }

    @Test(arguments: [
        "", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAVV",
        "81ARYZ6S41TSV4RRFFQ69G5FAV", "Z1ARYZ6S41TSV4RRFFQ69G5FAV",
        "01aRYZ6S41TSV4RRFFQ69G5FAV", "01IRYZ6S41TSV4RRFFQ69G5FAV", "01LRYZ6S41TSV4RRFFQ69G5FAV",
        "01ORYZ6S41TSV4RRFFQ69G5FAV",
        "01URYZ6S41TSV4RRFFQ69G5FAV", "01-RYZ6S41TSV4RRFFQ69G5FAV", "luna-1",
    ]) func refuses(_ text: String) {
        #expect(ulid(text) == nil)
    }

    @Test func roundTripAndOrder() throws {
        var generator = SeededGenerator(seed: 7)
        var last: (ULID, Identifier)?
        for _ in 0..<2_000 {
            let time = Int64.random(in: 0...ULID.maximumMilliseconds, using: &generator)
            let n = UInt16.random(in: .min ... .max, using: &generator)
            let seq = UInt64.random(in: .min ... .max, using: &generator)
            let ulid = ULID(milliseconds: time, n: n, seq: seq)
            #expect((ulid.milliseconds, ulid.n, ulid.seq) == (time, n, seq))
            let id = ulid.identifier
            #expect(id.count == 26)
            #expect(Identifier(id.text) == id)
            #expect(ULID(id) == ulid)
            if let last { #expect((last.0 < ulid) == (last.1 < id)) }
            last = (ulid, id)
        }
    }
}
