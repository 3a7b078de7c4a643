import Basics
package import Domain

/// A mail as it goes over the wire: one plain text in UTF-8 (RFC 5322, MIME).
///
/// Nothing that comes from a notice can add a field, end the text early or reach a recipient of its
/// own choosing. Times are UTC, lines end with CRLF and none is longer than 78 bytes, but for an
/// address or a word that is longer itself.
package struct MailMessage: Sendable {
    /// A notice ready to be read.
    package struct Part: Equatable, Sendable {
        /// The notice's stable id.
        package var id: String
        package var subject: String
        package var text: String
        package var time: Timestamp

        package init(id: String, subject: String, text: String, time: Timestamp) {
            self.id = id
            self.subject = subject
            self.text = text
            self.time = time
        }
    }

    package var from: MailAddress
    package var to: [MailAddress]
    /// One notice, or several that go out together.
    package var parts: [Part]
    /// When it is sent.
    package var date: Timestamp

    package init(from: MailAddress, to: [MailAddress], parts: [Part], date: Timestamp) {
        self.from = from
        self.to = to
        self.parts = parts
        self.date = date
    }

    /// The whole message.
    package func bytes() -> [UInt8] {
        var mail = ByteBuffer(capacity: 2_048)
        mail.append("Date: " as StaticString)
        mail.append(MailMessage.dateText(date))
        mail.append("\r\n" as StaticString)
        HeaderEncoding.append("From", addresses: [from], to: &mail)
        HeaderEncoding.append("To", addresses: to, to: &mail)
        mail.append("Message-ID: <" as StaticString)
        mail.append(messageID)
        mail.append(">\r\n" as StaticString)
        HeaderEncoding.append("Subject", text: subject, to: &mail)
        mail.append("Auto-Submitted: auto-generated\r\n" as StaticString)
        mail.append("MIME-Version: 1.0\r\n" as StaticString)
        mail.append("Content-Type: text/plain; charset=utf-8\r\n" as StaticString)
        mail.append("Content-Transfer-Encoding: quoted-printable\r\n\r\n" as StaticString)
        QuotedPrintable.append(text, to: &mail)
        return mail.array
    }

    /// Names the mail for ever: a repeat of it has the same. Made of the first notice's id, with
    /// how many more there are.
    package var messageID: String {
        let id = (parts.first?.id ?? "none").utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: byte
            default: UInt8(ascii: ".")
            }
        }
        // No full stop at the ends or beside another one.
        let words = id.split(separator: UInt8(ascii: "."))
            .map { String(decoding: $0, as: UTF8.self) }
        let more = parts.count > 1 ? "+\(parts.count - 1)" : ""
        return "\(words.joined(separator: "."))\(more)@\(from.domain)"
    }

    private var subject: String {
        let first = MailMessage.cut(parts.first?.subject ?? "", 200)
        return parts.count > 1 ? "\(parts.count) notices: \(first)" : first
    }

    private var text: String {
        if parts.count == 1 { return parts[0].text }
        var text = ""
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "\n\n" }
            text += "\(index + 1). \(part.subject)\n\(part.time)\n\n\(part.text)"
        }
        return text
    }

    private static func cut(_ text: String, _ count: Int) -> String {
        text.unicodeScalars.count <= count
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(count - 1))) + "…"
    }

    /// `Sat, 21 Nov 2026 00:12:39 +0000`.
    static func dateText(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        // 1970 began on a Thursday.
        let weekday = (Int(time.utcDay) % 7 + 7) % 7
        let text = Array(time.text.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let month = (Int(part(5..<7)) ?? 1) - 1
        return "\(days[weekday]), \(part(8..<10)) \(months[month]) \(part(0..<4)) "
            + "\(part(11..<19)) +0000"
    }
}
