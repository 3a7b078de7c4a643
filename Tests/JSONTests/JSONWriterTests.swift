import Basics
import JSON
import Testing

@Suite struct JSONWriterTests {
    private func string(_ text: String) -> String {
        var buffer = ByteBuffer()
        buffer.appendJSON(string: text)
        return buffer.bytes.validatedText ?? "invalid UTF-8"
    }

    private func bytes(_ raw: [UInt8]) -> String {
        var buffer = ByteBuffer()
        buffer.appendJSON(bytes: raw.span)
        return buffer.bytes.validatedText ?? "invalid UTF-8"
    }

    private func number(_ double: Double) -> String {
        var buffer = ByteBuffer()
        buffer.appendJSON(double: double)
        return buffer.bytes.validatedText ?? "invalid UTF-8"
    }

    @Test(arguments: [
        ("", "\"\""), ("abc", "\"abc\""), ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("\n\r\t\u{8}\u{c}", "\"\\n\\r\\t\\b\\f\""),
        ("\0\u{1}\u{1f}", "\"\\u0000\\u0001\\u001f\""), ("\u{7f}é€𝄞", "\"\u{7f}é€𝄞\""),
        ("a long plain text without anything", "\"a long plain text without anything\""),
        ("seven77\"eight888\\tail", "\"seven77\\\"eight888\\\\tail\""),
    ]) func escapes(_ text: String, _ json: String) {
        #expect(string(text) == json)
        #expect(bytes(Array(text.utf8)) == json)
    }

    /// Every ASCII byte at every place of the eight-byte step, against the reader.
    @Test func everyByteAtEveryPlace() {
        for byte in UInt8(0)..<128 {
            for place in 0..<18 {
                var raw = [UInt8](repeating: UInt8(ascii: "x"), count: 18)
                raw[place] = byte
                let json = bytes(raw)
                #expect(parse(json) == .string(String(decoding: raw, as: UTF8.self)))
                #expect(string(String(decoding: raw, as: UTF8.self)) == json)
            }
        }
    }

    @Test func neverInvalid() {
        let replacement = "\u{fffd}"
        let cases: [([UInt8], String)] = [
            ([0x80], replacement), ([0xc3], replacement), ([0xc3, 0x28], replacement + "("),
            ([0xff, 0xfe], replacement + replacement),
            ([0xc0, 0x80], replacement + replacement),
            ([0xed, 0xa0, 0x80], replacement + replacement + replacement),
            ([0xf4, 0x90, 0x80, 0x80], String(repeating: replacement, count: 4)),
            ([0x61, 0xe2, 0x82, 0xac, 0x62, 0xe2, 0x82], "a€b" + replacement + replacement),
            ([0xe2, 0x82, 0x22], replacement + replacement + "\\\""),
            ([0xf0, 0x9d, 0x84, 0x9e, 0xf0], "\u{1d11e}" + replacement),
            (
                [0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf],
                "\u{d7ff}\u{e000}\u{10ffff}"
            ),
        ]
        for (raw, text) in cases { #expect(bytes(raw) == "\"" + text + "\"", "\(raw)") }
        // All pairs of bytes, alone and behind a run.
        for first in UInt8.min...UInt8.max {
            for second in stride(from: UInt8(0), through: 255, by: 5) {
                #expect(parse(bytes([first, second])) != nil)
                #expect(parse(bytes(Array("12345678".utf8) + [first, second])) != nil)
            }
        }
    }

    @Test(
        arguments: [
            (0, "0"), (1, "1"), (-5, "-5"), (1.5, "1.5"), (0.1, "0.1"), (-0.25, "-0.25"),
            (1e15, "1000000000000000"),
            (9_007_199_254_740_991, "9007199254740991"), (.infinity, "null"), (-.infinity, "null"),
            (.nan, "null"),
        ] as [(Double, String)]) func doubles(_ double: Double, _ json: String)
    {
        #expect(number(double) == json)
    }

    @Test func doublesComeBack() {
        let extremes: [Double] = [
            -0.0, 0x1p53, -0x1p53, 1e16, 1e22, 1e100, 1e-7, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude,
            .leastNormalMagnitude, .pi,
        ]
        var state: UInt64 = 42
        var doubles = extremes
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let double = Double(bitPattern: state)
            if double.isFinite { doubles.append(double) }
        }
        for double in doubles {
            let back = parse(number(double))?.double
            #expect(back?.bitPattern == double.bitPattern, "\(double)")
        }
    }

    @Test func smallOnes() {
        var buffer = ByteBuffer()
        buffer.appendJSON(bool: true)
        buffer.appendJSON(bool: false)
        buffer.appendJSONNull()
        buffer.appendJSON(optional: nil)
        buffer.appendJSON(optional: "a")
        let plain = Array("luna-1".utf8)
        buffer.appendJSON(plain: plain.span)
        #expect(buffer.bytes.validatedText == "truefalsenullnull\"a\"\"luna-1\"")
    }
}
