import Accounts
import Basics
import Connections
import Domain
import EventLoop
import Ledger
import Synchronization

/// Where another thread leaves what it has found out about credentials.
final class LogInBox: Sendable {
    private let answer = Mutex<LogIn?>(nil)

    func put(_ answer: LogIn) { self.answer.withLock { $0 = answer } }

    func take() -> LogIn? { answer.withLock { $0.take() } }
}

/// Who this connection acts as, from its first log-in to the end of its rights.
extension Session {
    /// Logs in.
    ///
    /// - Returns: false while a thread works on it: the same request is asked again.
    /// - Throws: `WRONGPASS`, `NOAUTH`, `LIMIT`, `BUSY`; who was logged in before stays it.
    func logIn(_ credentials: Credentials) throws(CommandError) -> Bool {
        if let box = state.logIn, resumed?.reason == .worker {
            state.logIn = nil
            guard let answer = box.take() else {
                throw CommandError(.busy, "the log-in came to no end: try again")
            }
            try accept(answer)
            return true
        }
        let authenticator = server.authenticator
        if let answer = authenticator.recall(credentials, from: peer.host) {
            try accept(answer)
            return true
        }
        let box = LogInBox()
        state.logIn = box
        let (loop, results, id) = (server.loop, server.serving.workerResults, id)
        authenticator.verify(credentials, from: peer.host) { answer in
            box.put(answer)
            results.add(nil, for: id)
            loop.wake()
        }
        return false
    }

    private func accept(_ answer: LogIn) throws(CommandError) {
        switch answer {
        case .caller(let caller): state.caller = caller
        case .refused(let error, _):
            server.statistics.authenticationFailures &+= 1
            throw error
        }
    }

    /// Looks at what has become of the caller: its rights may be others, or have ended.
    func recheckCaller() {
        guard let caller = state.caller, !isClosed else { return }
        let present =
            caller.name == .local
            ? server.authenticator.callerWithoutCredentials(peer: peer, local: local)
            : server.authenticator.refreshed(caller)
        if present === caller { return }
        state.caller = present
        if present == nil { endRights() }
    }

    /// What follows is answered as before the log-in.
    private func endRights() {
        server.log.info(
            "the rights of a connection have ended", ["client": "\(peer)", "id": "\(id)"])
        state.anonymousSince = server.clock.monotonicNanoseconds()
        state.transaction = nil
        if state.isMonitor {
            state.isMonitor = false
            server.monitors.removeAll { $0 === self }
        }
        if state.isSubscriber {
            endSubscriptions()
            push(error: Self.noAuthentication)
        }
        // A blocking read is asked again, and refused.
        switch park?.reason {
        case .events, .seq: unpark()
        case .durable, .worker, nil: break
        }
    }

    /// Counts the request against what its user and address may ask.
    ///
    /// - Throws: `LIMIT`, with the seconds to wait.
    func takeRate() throws(CommandError) {
        guard let rates = server.serving.rates, rates.isOn,
            let verdict = rates.take(user: state.caller?.name, address: peer.host),
            !verdict.isAllowed
        else { return }
        throw CommandError(
            .limit,
            "at most \(verdict.limit) requests of one \(verdict.policy) in "
                + "\(verdict.windowSeconds) seconds: try again in \(verdict.resetSeconds) seconds")
    }
}
