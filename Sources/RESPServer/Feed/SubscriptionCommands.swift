import Basics
import Domain
import Ledger

extension Session {
    func runSubscription(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .subscribe: try subscribe(request, isPattern: false)
        case .psubscribe: try subscribe(request, isPattern: true)
        case .unsubscribe: unsubscribe(request, isPattern: false)
        case .punsubscribe: unsubscribe(request, isPattern: true)
        default: throw Self.misplaced(command)
        }
        return .silent
    }

    /// One confirmation for each name, as clients of Redis expect.
    private func subscribe(
        _ request: borrowing ArgumentVector, isPattern: Bool
    ) throws(CommandError) {
        if server.hub.count + request.count - 1 > server.limits.subscribers {
            throw CommandError(
                .limit, "the server has at most \(server.limits.subscribers) subscriptions")
        }
        if isPattern {
            for word in 1..<request.count {
                do throws(ValueError) { try Glob.check(request[word]) } catch {
                    throw CommandError(error)
                }
            }
        }
        for word in 1..<request.count {
            let name = request.text(word)
            if isPattern {
                _ = server.hub.add(self, pattern: name)
            } else {
                _ = server.hub.add(self, channel: name)
            }
            confirm(isPattern ? "psubscribe" : "subscribe", .text(name))
        }
    }

    private func unsubscribe(_ request: borrowing ArgumentVector, isPattern: Bool) {
        let kind = isPattern ? "punsubscribe" : "unsubscribe"
        var names: [String] = []
        for word in 1..<max(1, request.count) { names.append(request.text(word)) }
        if names.isEmpty { names = isPattern ? state.patterns : state.channels }
        if names.isEmpty { confirm(kind, .null) }
        for name in names {
            if isPattern {
                server.hub.remove(self, pattern: name)
            } else {
                server.hub.remove(self, channel: name)
            }
            confirm(kind, .text(name))
        }
    }

    /// Ends all subscriptions, with the confirmations that `UNSUBSCRIBE` would give.
    func endSubscriptions() {
        for name in state.channels {
            server.hub.remove(self, channel: name)
            confirm("unsubscribe", .text(name))
        }
        for name in state.patterns {
            server.hub.remove(self, pattern: name)
            confirm("punsubscribe", .text(name))
        }
    }

    private func confirm(_ kind: String, _ name: ReplyValue) {
        push([.text(kind), name, .integer(Int64(state.subscriptionCount))])
    }
}
