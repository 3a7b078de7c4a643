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
            transaction.requests, caller: caller, reply: server.scratch.reply)
        emit(server.scratch.reply, group: server.ledger.openGroup)
        return .silent
    }
}
