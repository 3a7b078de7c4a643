import Basics
import Connections
import EventLoop
import Ledger

extension Session {
    /// A command that a feature answers on a thread of its own: this connection waits, the others
    /// go on.
    func runFeature(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, _ caller: Caller,
        _ prefixes: Prefixes
    ) throws(CommandError) -> Handled {
        if !prefixes.isEmpty {
            throw CommandError(.syntax, "\(spec.name) does not take this prefix")
        }
        if let ended = resumed, ended.reason == .worker {
            guard let result = ended.result else {
                throw CommandError(.err, "\(spec.name) came to no end")
            }
            emit(result)
            return .done
        }
        // What this connection has written before is durable when the feature looks.
        if output.isHolding { return .parked(.durable, deadline: nil) }
        try beginFeature(spec, request, caller)
        return .parked(.worker, deadline: nil)
    }

    /// The check of a write, before it is decided.
    ///
    /// - Returns: what the command waits for; nil: the check has passed.
    func check(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, _ caller: Caller
    ) throws(CommandError) -> Handled? {
        if let ended = resumed, ended.reason == .worker {
            guard let result = ended.result else { return nil }
            emit(result)
            return .done
        }
        try beginFeature(spec, request, caller)
        return .parked(.worker, deadline: nil)
    }

    private func beginFeature(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, _ caller: Caller
    ) throws(CommandError) {
        guard let features = server.serving.features else { throw .noRules }
        let (loop, results, id) = (server.loop, server.serving.workerResults, id)
        features.run(spec, request.copies(), caller: caller) { result in
            let value: ReplyValue? =
                switch result {
                case .reply(let value): value
                case .error(let error): .error(error)
                case .proceed: nil
                }
            results.add(value, for: id)
            loop.wake()
        }
    }
}
