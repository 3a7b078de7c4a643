import Basics
import Domain
import JSON
import Notifications
import Testing

@Suite struct MailTests {
    func mail(
        subject: String = "A shipment is late", text: String = "c-1 is late",
        id: String = "H:1042/ops/late/0", to: [String] = ["ops@example.org"]
    ) throws -> String {
        let from = try #require(MailAddress("entrepot@luna.example"))
        let message = MailMessage(
            from: from, to: to.compactMap { MailAddress($0) },
            parts: [
                .init(id: id, subject: subject, text: text, time: Timestamp(milliseconds: 0))
            ],
            date: Timestamp(milliseconds: 1_795_219_959_000))
        return String(decoding: message.bytes(), as: UTF8.self)
    }

    @Test func aWholeMail() throws {
        #expect(
            try mail()
                == [
                    "Date: Sat, 21 Nov 2026 00:12:39 +0000",
                    "From: entrepot@luna.example",
                    "To: ops@example.org",
                    "Message-ID: <H.1042.ops.late.0@luna.example>",
                    "Subject: A shipment is late",
                    "Auto-Submitted: auto-generated",
                    "MIME-Version: 1.0",
                    "Content-Type: text/plain; charset=utf-8",
                    "Content-Transfer-Encoding: quoted-printable",
                    "",
                    "c-1 is late",
                    "",
                ].joined(separator: "\r\n"))
    }

    @Test func severalNoticesInOne() throws {
        let from = try #require(MailAddress("entrepot@luna.example"))
        let to = try #require(MailAddress("ops@example.org"))
        let message = MailMessage(
            from: from, to: [to, from],
            parts: [
                .init(id: "H:1", subject: "one", text: "first", time: Timestamp(milliseconds: 0)),
                .init(id: "H:2", subject: "two", text: "second", time: Timestamp(milliseconds: 1)),
            ],
            date: Timestamp(milliseconds: 0))
        let text = String(decoding: message.bytes(), as: UTF8.self)
        #expect(text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"))
        #expect(text.contains("To: ops@example.org,\r\n entrepot@luna.example\r\n"))
        #expect(text.contains("Subject: 2 notices: one\r\n"))
        #expect(text.contains("Message-ID: <H.1+1@luna.example>\r\n"))
        #expect(
            text.hasSuffix(
                "\r\n\r\n1. one\r\n1970-01-01T00:00:00.000Z\r\n\r\nfirst\r\n\r\n"
                    + "2. two\r\n1970-01-01T00:00:00.001Z\r\n\r\nsecond\r\n"))
    }

    /// A subject from outside stays one field, however it is written.
    @Test(arguments: [
        "a\r\nBcc: x@example.org", "a\nBcc: x@example.org", "a\rBcc: x@example.org", "a\u{0}b",
        "=?UTF-8?B?Qg==?=", "\u{1f680}\r\n\r\nbody",
    ])
    func noFieldOfItsOwn(_ subject: String) throws {
        let text = try mail(subject: subject, id: "a\r\nBcc: x@example.org")
        let bytes = Array(text.utf8)
        var lines: [[UInt8]] = [[]]
        for byte in bytes {
            if byte == 10 { lines.append([]) } else { lines[lines.count - 1].append(byte) }
        }
        let names = lines.prefix { $0 != [13] }.filter { $0.first != 32 }
            .map { String(decoding: $0.prefix { $0 != 58 }, as: UTF8.self) }
        #expect(
            names == [
                "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version",
                "Content-Type", "Content-Transfer-Encoding",
            ])
        #expect(
            lines.dropLast().allSatisfy { $0.last == 13 && $0.dropLast().allSatisfy { $0 >= 32 } })
        #expect(!text.contains("Subject: =?UTF-8?B?Qg==?="))
    }

    @Test func longSubjectsFold() throws {
        let words = (0..<40).map { "word\($0)" }.joined(separator: " ")
        let plain = try mail(subject: words)
        let unfolded = plain.split(separator: "\r\nSubject: ")[1].split(separator: "\r\nAuto")[0]
        // 200 characters at most, then an ellipsis in an encoded word.
        #expect(unfolded.hasPrefix("=?UTF-8?B?"))
        for line in plain.split(separator: "\r\n") { #expect(line.utf8.count <= 78) }
        var decoded: [UInt8] = []
        for word in unfolded.split(separator: "\r\n ") {
            let text = word.dropFirst("=?UTF-8?B?".count).dropLast(2)
            let bytes = Array(text.utf8)
            let found = Base64.decode(bytes.span)
            let part = try #require(found)
            // Each word is readable alone.
            #expect(String(validating: part, as: UTF8.self) != nil)
            decoded += part
        }
        let subject = String(decoding: decoded, as: UTF8.self)
        #expect(subject.hasPrefix("word0 word1") && subject.hasSuffix("…"))

        let short = (0..<20).map { "word\($0)" }.joined(separator: " ")
        let folded = try mail(subject: short)
        #expect(folded.contains("\r\n word"))
        for line in folded.split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
    }

    @Test(arguments: [
        ("", "\r\n"), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\r\nb\rc\nd", "a\r\nb\r\nc\r\nd\r\n"),
        ("a b \nc\t", "a b=20\r\nc=09\r\n"), ("1=2", "1=3D2\r\n"), (".", "=2E\r\n"),
        ("a\n.\nb", "a\r\n=2E\r\nb\r\n"), ("ü€", "=C3=BC=E2=82=AC\r\n"), ("a\u{0}", "a=00\r\n"),
    ])
    func quotedPrintable(_ text: String, _ expected: String) {
        var buffer = ByteBuffer()
        QuotedPrintable.append(text, to: &buffer)
        #expect(String(decoding: buffer.array, as: UTF8.self) == expected)
    }

    @Test func longLinesBreakSoftly() {
        for unit in ["x", "é", " ", "=", "."] {
            var buffer = ByteBuffer()
            QuotedPrintable.append(String(repeating: unit, count: 500), to: &buffer)
            let text = String(decoding: buffer.array, as: UTF8.self)
            for line in text.split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
            let joined = text.split(separator: "=\r\n").joined()
            #expect(joined.hasSuffix("\r\n"))
        }
    }

    @Test(arguments: [
        "a@b", "ops@example.org", "first.last+tag@sub.example.org", "a_b@x-y.example",
        "O'Neil@example.org",
    ])
    func addresses(_ text: String) { #expect(MailAddress(text)?.text == text) }

    @Test(arguments: [
        "", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b\r\n", "<a@b>", "a@b,c@d", "\"a\"@b",
        "a..b@c", ".a@b", "a.@b", "a@.b", "a@b.", "é@b", "a@é", "a@[127.0.0.1]",
        String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "b", count: 255),
    ])
    func noAddresses(_ text: String) { #expect(MailAddress(text) == nil) }

    static let values = JSONValue.object([
        ("subject", .string("Late")), ("text", .string("c-1 is {late}")), ("nothing", .null),
        (
            "data",
            .object([
                ("n", .number("12.50")), ("list", .array([.bool(true), .string("x")])),
                ("a.b", .string("unreachable")),
            ])
        ),
    ])

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("{subject}: {text}", "Late: c-1 is {late}"),
        ("{data.n} {data.list.1} {data.list.2}|", "12.50 x |"),
        ("{data}", #"{"n":"# + "12.50" + #","list":[true,"x"],"a.b":"unreachable"}"#),
        ("{nothing}{absent}{data.absent.deep}{subject.deep}", ""),
        ("{{subject}", "{subject}"), ("{ x } {} {a b} {", "{ x } {} {a b} {"),
        ("{.} {..} {data.} {data.list.-1}", "   "), ("é{subject}é", "éLateé"),
        ("{data.list.99999999999999999999}", ""),
    ])
    func templates(_ template: String, _ expected: String) {
        #expect(MailTemplate.fill(template, with: Self.values) == expected)
    }

    @Test func templatesAreBounded() {
        let text = MailTemplate.fill(String(repeating: "é", count: 100_000), with: Self.values)
        #expect(text.utf8.count <= MailTemplate.maximumBytes)
        #expect(text.utf8.count > MailTemplate.maximumBytes - 4)
        #expect(text.unicodeScalars.allSatisfy { $0 == "é" })
        let places = MailTemplate.fill(
            String(repeating: "{text}", count: 50_000), with: Self.values)
        #expect(places.utf8.count <= MailTemplate.maximumBytes)
    }
}
