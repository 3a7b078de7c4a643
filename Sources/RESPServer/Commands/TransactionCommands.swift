import Basics
import Connections
import Ledger

extension Session {
    func runTransaction(_ command: SessionCommand) throws(CommandError) -> SessionOutcome {
        switch command {
        case .multi:
            if state.transaction != nil {
                throw CommandError(.err, "MULTI calls can not be nested")
            }
            state.transaction = QueuedTransaction()
            return .ok
        case .discard:
            if state.transaction == nil { throw CommandError(.err, "DISCARD without MULTI") }
            state.transaction = nil
            return .ok
        case .exec: return try execute()
        case .watch:
            throw CommandError(
                .err, "WATCH is not supported: a transaction's commands are decided together")
        case .unwatch: return .ok
        default: throw Self.misplaced(command)
        }
    }

    private func execute() throws(CommandError) -> SessionOutcome {
        guard let transaction = state.transaction else {
            throw CommandError(.err, "EXEC without MULTI")
        }
        state.transaction = nil
        if transaction.isBroken {
            throw CommandError(
                .execAbort, "Transaction discarded because of previous errors.")
        }
        guard let caller = state.caller else { throw Self.noAuthentication }
        if transaction.requests.isEmpty { return .reply(.array([])) }
        server.ledger.executeTransaction(
            transaction.requests, caller: caller, reply: server.scratch.reply
        ) { [self] command, words, view in
            transactionView = view
            defer { transactionView = nil }
            return answerInside(command, words)
        }
        if transaction.hasSessionCommands, case .array(var values) = server.scratch.reply.value {
            answerSessionCommands(among: transaction.requests, &values)
            server.scratch.reply.value = .array(values)
        }
        emit(server.scratch.reply, group: server.ledger.openGroup)
        return .silent
    }

    /// Fills the places that the ledger left to the edge; reads of the log were answered in their
    /// turn. One that fails is an error in its place: the others have been decided.
    private func answerSessionCommands(among requests: [[[UInt8]]], _ values: inout [ReplyValue]) {
        var words = ArgumentVector()
        for (index, request) in requests.enumerated() where values.indices.contains(index) {
            words.removeAll()
            for word in request { words.append(word.span) }
            guard let spec = try? CommandTable.find(words),
                case .session(let command) = spec.handler, !spec.flags.contains(.read)
            else { continue }
            values[index] = answerInside(command, words)
        }
    }

    private func answerInside(
        _ command: SessionCommand, _ words: borrowing ArgumentVector
    ) -> ReplyValue {
        do throws(CommandError) {
            switch try runSession(command, words) {
            case .reply(let value), .held(let value): return value
            case .silent, .park:
                let name = CommandTable.name(of: words)
                throw CommandError(.err, "\(name) is not allowed inside MULTI")
            }
        } catch { return .error(error) }
    }
}
