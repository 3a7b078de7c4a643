import Accounts
import Basics
import Connections
import Domain
import Ledger
import RESP

extension Session {
    func runConnection(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .ping: return ping(request)
        case .echo: return .reply(.bytes(request[1].bytesCopy))
        case .hello: return try hello(request)
        case .auth: return try authenticate(request)
        case .select:
            if try request.integer(1) != 0 {
                throw CommandError(.err, "DB index is out of range")
            }
            return .ok
        case .output: return try setOutput(request)
        case .quit:
            emit(.ok)
            closeAfterReply()
            return .silent
        case .reset: return reset()
        default: throw Self.misplaced(command)
        }
    }

    private func ping(_ request: borrowing ArgumentVector) -> SessionOutcome {
        // A RESP2 subscriber could not tell a plain PONG from a message.
        if state.isSubscriber && state.format == .resp(.two) {
            let text: [UInt8] = request.count > 1 ? request[1].bytesCopy : []
            return .reply(.array([.text("pong"), .bytes(text)]))
        }
        return .reply(request.count > 1 ? .bytes(request[1].bytesCopy) : .simple("PONG"))
    }

    private func setOutput(_ request: borrowing ArgumentVector) throws(CommandError)
        -> SessionOutcome
    {
        if request[1].equalsFolded("RESP") {
            state.format = .resp(.two)
        } else if request[1].equalsFolded("JSON") {
            if request.isFromArray {
                throw CommandError(.err, "OUTPUT JSON is for requests that are lines of words")
            }
            state.format = .json
        } else {
            throw .syntaxError
        }
        return .ok
    }

    private func reset() -> SessionOutcome {
        state.transaction = nil
        server.hub.removeAll(self)
        if state.isMonitor {
            state.isMonitor = false
            server.monitors.removeAll { $0 === self }
        }
        state.name = ""
        state.replyMode = .on
        state.format = .resp(.two)
        state.caller = server.authenticator.callerWithoutCredentials(peer: peer, local: local)
        return .reply(.simple("RESET"))
    }

    // MARK: Log-in

    private func authenticate(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if request.count == 2 && !server.authenticator.hasCredentials {
            throw CommandError(
                .err,
                "AUTH <password> called without any password configured for the default user. "
                    + "Are you sure your configuration is correct?")
        }
        let name = request.count == 2 ? "default" : request.text(1)
        let secret = Redacted(request[request.count - 1].lossyText)
        let isDone = try logIn(Credentials(name: name, secret: secret))
        return isDone ? .ok : .park(.worker, deadline: nil)
    }

    private func hello(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome {
        var format = state.format
        var position = 1
        if request.count > 1 {
            guard let asked = request[1].number else {
                throw CommandError(.err, "Protocol version is not an integer or out of range")
            }
            switch asked {
            case 2: format = .resp(.two)
            case 3: format = .resp(.three)
            default: throw CommandError(.noProto, "unsupported protocol version")
            }
            position = 2
        }
        var name: String?
        var credentials: Credentials?
        while position < request.count {
            if request[position].equalsFolded("AUTH"), position + 2 < request.count,
                credentials == nil
            {
                credentials = Credentials(
                    name: request.text(position + 1),
                    secret: Redacted(request[position + 2].lossyText))
                position += 3
            } else if request[position].equalsFolded("SETNAME"), position + 1 < request.count {
                name = try clientName(request[position + 1])
                position += 2
            } else {
                throw CommandError(.err, "Syntax error in HELLO option '\(request.text(position))'")
            }
        }
        if let credentials, !(try logIn(credentials)) { return .park(.worker, deadline: nil) }
        if state.caller == nil {
            throw CommandError(
                .noAuth,
                "HELLO must be called with the client already authenticated, otherwise the HELLO "
                    + "<proto> AUTH <user> <pass> option can be used to authenticate the client "
                    + "and select the RESP protocol version at the same time")
        }
        if let name { state.name = name }
        state.format = format
        return .reply(
            .map([
                ("server", .text("entrepot")), ("version", .text(server.identity.redisVersion)),
                ("proto", .integer(Int64(state.version.rawValue))), ("id", .integer(Int64(id))),
                ("mode", .text("standalone")), ("role", .text("master")), ("modules", .array([])),
            ]))
    }
}
