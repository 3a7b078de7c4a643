import Basics
import Domain

/// The options of `CHANNEL ADD` and `CHANNEL SET`.
enum ChannelOptions {
    private enum Option: String, CaseIterable {
        case url = "URL"
        case secret = "SECRET"
        case to = "TO"
        case station = "STATION"
        case digest = "DIGEST"
        case subject = "SUBJECT"
        case text = "TEXT"
        case status = "STATUS"
    }

    static func parse(
        into channel: inout Channel, _ words: borrowing ArgumentVector,
        _ cursor: inout ArgumentCursor, _ transaction: Transaction
    ) throws(CommandError) {
        while let option = try cursor.option(words, of: Option.self) {
            if option != .status, cursor.matchKeyword(words, "NONE") {
                clear(option, of: &channel)
                continue
            }
            switch option {
            case .url: channel.url = try url(words, &cursor)
            case .secret: add(try secret(words, &cursor), to: &channel)
            case .to: channel.recipients = try recipients(words, &cursor)
            case .station:
                channel.station = try Lookup.station(words, &cursor, "STATION", transaction)
            case .digest: channel.digestMilliseconds = try digest(words, &cursor)
            case .subject: channel.subject = try Lookup.text(words, &cursor, "SUBJECT", transaction)
            case .text: channel.text = try cursor.text(words, "TEXT", maximumBytes: 16 << 10)
            case .status:
                let status = try Choice.of(ChannelStatus.self, words, &cursor, "STATUS") { $0.name }
                channel.status = status
                channel.reason = nil
            }
        }
    }

    private static func clear(_ option: Option, of channel: inout Channel) {
        switch option {
        case .url: channel.url = nil
        case .secret: channel.secrets = []
        case .to: channel.recipients = .none
        case .station: channel.station = nil
        case .digest: channel.digestMilliseconds = nil
        case .subject: channel.subject = nil
        case .text: channel.text = nil
        case .status: break
        }
    }

    /// A new secret signs beside the one before it, until it is set again.
    private static func add(_ secret: String, to channel: inout Channel) {
        channel.secrets =
            channel.secrets.first == secret
            ? [secret] : Array(([secret] + channel.secrets).prefix(2))
    }

    private static func secret(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> String {
        let word = try cursor.word(words, "SECRET")
        // The word itself must not get into a message.
        guard WebhookSecret.key(word) != nil, let text = word.validatedText else {
            throw CommandError(.range, "SECRET is \(WebhookSecret.expected)")
        }
        return text
    }

    private static func url(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> String {
        let text = try cursor.text(words, "URL", maximumBytes: 2_048)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        guard isPlain, let scheme else {
            throw CommandError(.syntax, "URL begins with https:// or http:// and has no blanks")
        }
        let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        if authority.isEmpty {
            throw CommandError(.syntax, "URL names no host")
        }
        if authority.contains("@") {
            throw CommandError(.syntax, "URL must not hold a user or password: use SECRET")
        }
        return text
    }

    private static func recipients(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> MailRecipients {
        if cursor.matchKeyword(words, "stations") { return .stations }
        let text = try cursor.text(words, "TO", maximumBytes: 8_192)
        let addresses = text.split(separator: ",", omittingEmptySubsequences: false).map(
            String.init)
        if addresses.count > Channel.addressLimit {
            throw CommandError(.limit, "TO has at most \(Channel.addressLimit) addresses")
        }
        for address in addresses where !MailAddressText.isValid(address) {
            throw CommandError(
                .syntax, "TO: \(ValueError.quoted(address.utf8.span)) is not a mail address")
        }
        return .addresses(addresses)
    }

    private static func digest(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> Int64 {
        let word = try cursor.word(words, "DIGEST")
        do throws(ValueError) {
            let milliseconds = try DurationText.parse(word)
            if milliseconds >= 1_000 && milliseconds <= 86_400_000 { return milliseconds }
            throw ValueError.range("DIGEST is 1s to 1d")
        } catch { throw CommandError(error) }
    }
}
