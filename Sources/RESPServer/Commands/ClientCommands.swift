import Basics
import Domain
import Ledger
import RESP

extension Session {
    func runClient(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .clientID: return .reply(.integer(Int64(id)))
        case .clientGetName: return .reply(state.name.isEmpty ? .null : .text(state.name))
        case .clientSetName:
            state.name = try clientName(request[2])
            return .ok
        case .clientSetInfo: return try setInfo(request)
        case .clientInfo:
            return .reply(.text(ClientLine.text(self, now: server.commandStart) + "\n"))
        case .clientList: return try listClients(request)
        case .clientKill: return try killClients(request)
        case .clientNoTouch, .clientNoEvict:
            if !request[2].equalsFolded("ON") && !request[2].equalsFolded("OFF") {
                throw .syntaxError
            }
            return .ok
        case .clientReply: return try setReplyMode(request)
        default: throw Self.misplaced(command)
        }
    }

    /// A name without blanks and control characters, as Redis asks.
    func clientName(_ word: Span<UInt8>) throws(CommandError) -> String {
        for index in 0..<word.count where word[index] < 33 || word[index] > 126 {
            throw CommandError(
                .err, "Client names cannot contain spaces, newlines or special characters.")
        }
        let limit = server.limits.clientNameBytes
        if word.count > limit {
            throw CommandError(
                .limit, "a client name has at most \(limit) bytes, this one has \(word.count)")
        }
        return word.lossyText
    }

    private func setInfo(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome
    {
        let isName = request[2].equalsFolded("LIB-NAME")
        if !isName && !request[2].equalsFolded("LIB-VER") {
            throw CommandError(.err, "Unrecognized option '\(request.text(2))'")
        }
        for index in 0..<request[3].count where request[3][index] < 33 || request[3][index] > 126 {
            throw CommandError(
                .err,
                (isName ? "lib-name" : "lib-ver")
                    + " cannot contain spaces, newlines or special characters.")
        }
        let limit = server.limits.clientNameBytes
        if request[3].count > limit {
            throw CommandError(
                .limit,
                "\(isName ? "lib-name" : "lib-ver") has \(request[3].count) bytes, the limit is "
                    + "\(limit)")
        }
        let value = request.text(3)
        if isName { state.libraryName = value } else { state.libraryVersion = value }
        return .ok
    }

    private func setReplyMode(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if request[2].equalsFolded("ON") {
            state.replyMode = .on
            return .ok
        }
        if request[2].equalsFolded("OFF") {
            state.replyMode = .off
        } else if request[2].equalsFolded("SKIP") {
            if state.replyMode != .off { state.replyMode = .skipNext }
        } else {
            throw .syntaxError
        }
        return .silent
    }

    private func listClients(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        var filter = ClientFilter()
        filter.skipsMe = false
        if request.count > 2 {
            if request[2].equalsFolded("ID") {
                if request.count < 4 { throw .syntaxError }
                filter.ids = []
                for index in 3..<request.count {
                    guard let id = request[index].unsignedNumber, id > 0 else {
                        throw CommandError(.err, "Invalid client ID")
                    }
                    filter.ids?.insert(id)
                }
            } else if request[2].equalsFolded("TYPE"), request.count == 4 {
                filter.kind = try ClientFilter.Kind(request[3])
            } else {
                throw .syntaxError
            }
        }
        var text = ""
        for session in server.sessionsByAge where filter.matches(session, asker: self) {
            text += ClientLine.text(session, now: server.commandStart) + "\n"
        }
        return .reply(.text(text))
    }

    private func killClients(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if request.count == 3 {
            // The old form names one address and fails where nobody has it.
            let address = request.text(2)
            guard let victim = server.sessionsByAge.first(where: { "\($0.peer)" == address }) else {
                throw CommandError(.err, "No such client")
            }
            kill(victim)
            return .ok
        }
        let filter = try ClientFilter(request, from: 2, now: server.commandStart)
        var count: Int64 = 0
        for session in server.sessionsByAge where filter.matches(session, asker: self) {
            kill(session)
            count += 1
        }
        return .reply(.integer(count))
    }

    private func kill(_ victim: Session) {
        server.log.info("a client was killed", ["client": "\(victim.peer)", "id": "\(victim.id)"])
        // The one that asks shall hear the answer.
        if victim === self { closeAfterReply() } else { victim.close() }
    }
}
