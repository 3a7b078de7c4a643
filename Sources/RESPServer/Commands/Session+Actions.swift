import Basics
import Connections
import Ledger

extension Session {
    /// Keeps in the log that an administrator's command has done its work, where no record shows
    /// it. Settings are kept with their values as `CONFIG GET` shows them, without secrets.
    ///
    /// - Returns: whether it is such a command.
    func recordAction(_ command: SessionCommand, _ request: borrowing ArgumentVector) -> Bool {
        var target: String?
        var detail: String?
        switch command {
        case .configSet:
            var names: [String] = []
            for word in stride(from: 2, to: request.count, by: 2) {
                names.append(request.text(word))
            }
            target = names.joined(separator: " ")
            detail = server.serving.valuesOfSettings(names)
        case .monitor: break
        case .clientKill, .latencyReset: target = Self.words(request, from: 2)
        case .shutdown: target = Self.words(request, from: 1)
        case .configRewrite, .configResetStat, .timeAccept, .slowlogReset: break
        // It is run again when its report is there.
        case .audit: if resumed != nil { return false }
        default: return false
        }
        guard let caller = state.caller else { return false }
        server.ledger.recordAction(
            command: CommandTable.name(of: request), target: target, detail: detail, as: caller)
        return true
    }

    private static func words(
        _ request: borrowing ArgumentVector, from first: Int
    ) -> String? {
        if first >= request.count { return nil }
        var words: [String] = []
        for word in first..<request.count { words.append(request.text(word)) }
        return words.joined(separator: " ")
    }
}
