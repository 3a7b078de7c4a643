import Basics
import Domain
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1),
            ("1969-12-31T23:59:59.999Z", -1), ("2026-11-20T12:34:56.789Z", 1_795_178_096_789),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
            ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T01:30:00+01:30", 0), ("1969-12-31T22:30:00-01:30", 0),
            ("1970-01-01T00:00:00.5Z", 500), ("1970-01-01T00:00:00.1239999Z", 123),
            ("1970-01-01T00:00:00-00:00", 0), ("1970-01-01T23:59:00+23:59", 0),
            ("0000-02-29T00:00:00Z", -62_162_121_600_000),
            ("1600-02-29T00:00:00Z", -11_670_998_400_000),
        ] as [(String, Int64)]) func reads(_ text: String, _ milliseconds: Int64)
    {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-20", "2026-11-20T12:34:56", "2026-11-20 12:34:56Z",
        "2026-11-20T12:34Z", "2026-11-20T24:00:00Z", "2026-11-20T23:60:00Z", "2026-11-20T23:59:60Z",
        "2026-00-20T00:00:00Z", "2026-13-20T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2024-02-30T00:00:00Z", "2026-11-20T12:34:56.Z", "2026-11-20T12:34:56.7",
        "2026-11-20T12:34:56Zx", "2026-11-20T12:34:56ZZ", "2026-11-20T12:34:56+24:00",
        "2026-11-20T12:34:56+01:60",
        "2026-11-20T12:34:56+0100", "2026-11-20T12:34:56+01", "2026-11-20T12:34:56,7Z",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "-026-11-20T12:34:56Z",
        "2026-1a-20T12:34:56Z", "２026-11-20T12:34:56Z",
        "2026-11-20T12:34:56.123456789012345678901234567890123Z", "2026/11/20T12:34:56Z",
        "2026-11-20T+1:34:56Z", "+2026-11-20T12:34:56Z",
    ]) func refuses(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil, "\(text)")
    }

    @Test func refusesEveryTruncation() {
        let text = "2026-11-20T12:34:56.789+01:00"
        #expect(Timestamp(rfc3339: text) != nil)
        for end in 0..<text.utf8.count {
            #expect(Timestamp(rfc3339: String(text.prefix(end))) == nil)
        }
    }

    /// Every day of ten thousand years, counted by hand, against the arithmetic.
    @Test func everyDay() {
        var day = Timestamp.earliest.utcDay
        for year in 0...9_999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
                .enumerated()
            {
                // The ends of each month; the days between follow from them.
                for date in [1, 2, length] {
                    let text = padded(year, 4) + "-" + padded(index + 1, 2) + "-" + padded(date, 2)
                    let number = day + Int32(date) - 1
                    if Timestamp.dayText(number) != text { Issue.record("\(text)") }
                    if Timestamp(rfc3339: text + "T00:00:00Z")?.utcDay != number {
                        Issue.record("\(text)")
                    }
                }
                day += Int32(length)
            }
        }
        #expect(day == Timestamp.latest.utcDay + 1)
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.utf8.count) + digits
    }

    @Test(arguments: [21, 22] as [UInt64]) func comesBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let moment = Timestamp(
                milliseconds: .random(
                    in: Timestamp.earliest.milliseconds...Timestamp.latest.milliseconds,
                    using: &generator))
            #expect(moment.text.utf8.count == 24)
            #expect(Timestamp(rfc3339: moment.text) == moment, "seed \(seed)")
        }
    }

    @Test func extremes() {
        #expect(Timestamp(milliseconds: .max).text == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).text == "0000-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: .max).utcDay == .max)
        #expect(Timestamp(milliseconds: .min).utcDay == .min)
        #expect(Timestamp.dayText(.max) == "9999-12-31")
        #expect(Timestamp.dayText(.min) == "0000-01-01")
        #expect(Timestamp(milliseconds: -1).utcDay == -1)
        #expect(Timestamp(milliseconds: 0).utcDay == 0)
        #expect(Timestamp.latest.adding(milliseconds: 1) == nil)
        #expect(Timestamp.earliest.adding(milliseconds: -1) == nil)
        #expect(Timestamp.latest.adding(milliseconds: .max) == nil)
        #expect(Timestamp(milliseconds: .max).adding(milliseconds: 1) == nil)
        #expect(Timestamp(milliseconds: 5).adding(milliseconds: -6) == Timestamp(milliseconds: -1))
        var buffer = ByteBuffer()
        buffer.appendJSON(Timestamp(milliseconds: 0))
        #expect(buffer.bytes.validatedText == "\"1970-01-01T00:00:00.000Z\"")
    }
}

@Suite struct DurationTextTests {
    private func duration(_ text: String) -> Result<Int64, ValueError> {
        let bytes = Array(text.utf8)
        return outcome { () throws(ValueError) in try DurationText.parse(bytes.span) }
    }

    @Test(
        arguments: [
            ("0s", 0, "0s"), ("250ms", 250, "250ms"), ("90s", 90_000, "90s"), ("60s", 60_000, "1m"),
            ("15m", 900_000, "15m"), ("36h", 129_600_000, "36h"), ("7d", 604_800_000, "7d"),
            ("24h", 86_400_000, "1d"), ("1500ms", 1_500, "1500ms"),
            ("9223372036854775807ms", .max, "9223372036854775807ms"),
            ("106751991167d", 9_223_372_036_828_800_000, "106751991167d"),
        ] as [(String, Int64, String)]) func reads(
            _ text: String, _ milliseconds: Int64, _ written: String
        )
    {
        #expect(duration(text).value == milliseconds)
        #expect(DurationText.text(milliseconds: milliseconds) == written)
        #expect(duration(written).value == milliseconds)
    }

    @Test func refuses() {
        for text in [
            "", "s", "5", "5 s", "-5s", "+5s", "1.5h", "5S", "5MS", "5sec", "5w", "5y", "07d",
            "00s", "5s5", "ms5", "5\0", "５s", "1h30m",
        ] {
            #expect(duration(text).code == .syntax, "\(text)")
        }
        for text in [
            "9223372036854775808ms", "106751991168d", "9223372036854775807s",
            String(repeating: "9", count: 5_000) + "d",
        ] {
            #expect(duration(text).code == .range, "\(text.prefix(30))")
        }
        #expect(DurationText.text(milliseconds: .min) == "-9223372036854775808ms")
    }
}
