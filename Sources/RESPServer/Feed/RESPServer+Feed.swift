import Accounts
import Basics
import Connections
package import Domain
import Ledger
package import Storage

extension RESPServer {
    /// Tells subscribers of events that are on disk now. An event is rendered once for all.
    package func publish(_ events: [Event], _ view: ReadView) {
        if hub.isEmpty { return }
        for event in events where !event.type.isInternal {
            var document: [UInt8]?
            hub.forEach(event.type) { session, pattern in
                guard let caller = session.state.caller,
                    caller.maySee(event, names: view.names)
                else { return }
                let data = document ?? EventDocument.render(event, view)
                document = data
                let channel = ReplyValue.text("\(event.type.name)")
                if let pattern {
                    session.push([.text("pmessage"), .text(pattern), channel, .json(data)])
                } else {
                    session.push([.text("message"), channel, .json(data)])
                }
            }
        }
    }

    /// The connections, oldest first.
    var sessionsByAge: [Session] { sessions.values.sorted { $0.id < $1.id } }

    // MARK: MONITOR

    /// Shows a request to every monitor, its secrets hidden.
    func feedMonitors(_ session: Session, _ request: borrowing ArgumentVector) {
        let milliseconds = clock.wallMilliseconds()
        let micros = String(milliseconds % 1_000 * 1_000 + 1_000_000).dropFirst()
        var line = "\(milliseconds / 1_000).\(micros) [0 \(session.peer)]"
        for word in redactedWords(request) { line += " " + Self.quoted(word) }
        for monitor in monitors where monitor !== session { monitor.push(status: line) }
    }

    /// The words of a request with those of a secret replaced, prefixes before it or not, and
    /// whether or not the request has the right number of words.
    ///
    /// Where no command is known there may be a secret all the same, behind a slip of the finger:
    /// such words are hidden behind prefixes, beside commands with secrets, and where one of them
    /// sounds like a secret.
    func redactedWords(_ request: borrowing ArgumentVector) -> [[UInt8]] {
        var words = request.copies()
        let hidden = Array(Redacted.placeholder.utf8)
        // Somebody may put a token where an id belongs.
        for index in words.indices {
            let word = words[index]
            if Credentials.isToken(word.span) { words[index] = hidden }
        }
        let start = Self.endOfPrefixes(request)
        if start >= request.count { return words }
        let first: Int
        if let spec = spec(request, at: start) {
            if !hasSecret(spec, request, from: start) { return words }
            first = start + spec.name.split(separator: " ").count
        } else if start > 0 {
            first = start
        } else {
            if !mayHoldSecret(request) { return words }
            first = 1
        }
        for word in first..<max(first, words.count) { words[word] = hidden }
        return words
    }

    /// Where the command begins, behind prefixes in whatever order.
    private static func endOfPrefixes(_ request: borrowing ArgumentVector) -> Int {
        var position = 0
        while position < request.count {
            let word = request[position]
            if word.equalsFolded("KEY") || word.equalsFolded("AFTER")
                || (position > 0 && word.equalsFolded("MS"))
            {
                position += 2
            } else if word.equalsFolded("DRYRUN") {
                position += 1
            } else {
                break
            }
        }
        return position
    }

    private func hasSecret(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, from start: Int
    ) -> Bool {
        // It is about another command, which may be one with a secret.
        if case .session(.commandGetKeys) = spec.handler { return mayHoldSecret(request, from: 2) }
        guard case .session(.hello) = spec.handler else { return spec.flags.contains(.secret) }
        // `HELLO 3` alone says nothing.
        for index in start + 1..<max(start + 1, request.count)
        where Self.soundsSecret(request[index]) {
            return true
        }
        return false
    }

    /// Whether an unknown command may be one with a secret, misspelled.
    private func mayHoldSecret(
        _ request: borrowing ArgumentVector, from start: Int = 0
    ) -> Bool {
        if start >= request.count { return false }
        let isShort = request[start].count <= 32
        let family = isShort ? request.text(start).uppercased() + " " : " "
        for spec in commands.all where spec.flags.contains(.secret) {
            if spec.name.hasPrefix(family) { return true }
        }
        for index in 0..<request.count where Self.soundsSecret(request[index]) { return true }
        return false
    }

    private static func soundsSecret(_ word: Span<UInt8>) -> Bool {
        for sound in ["PASSW", "SECRET", "TOKEN", "AUTH"] {
            let wanted = sound.utf8.span
            var start = 0
            while start + wanted.count <= word.count {
                if FoldedWord.equals(word.extracting(start..<start + wanted.count), wanted) {
                    return true
                }
                start += 1
            }
        }
        return false
    }

    /// The command whose name stands at a word.
    private func spec(_ request: borrowing ArgumentVector, at start: Int) -> CommandSpec? {
        let first = request[start].count <= 32 ? request.text(start) : ""
        if start + 1 < request.count, request[start + 1].count <= 32,
            let spec = CommandTable.find(name: first + " " + request.text(start + 1))
        {
            return spec
        }
        return CommandTable.find(name: first)
    }

    /// As `redis-cli` quotes: printable ASCII as it is, the rest as escapes.
    static func quoted(_ word: [UInt8]) -> String {
        var text = "\""
        for byte in word {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text += "\\" + String(UnicodeScalar(byte))
            case 10: text += "\\n"
            case 13: text += "\\r"
            case 9: text += "\\t"
            case 32..<127: text += String(UnicodeScalar(byte))
            default: text += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
            }
        }
        return text + "\""
    }
}
