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
        case .caller(let caller):
            state.caller = caller
            state.hasSetOwnPassword = false
        case .refused(let error, _):
            server.statistics.authenticationFailures &+= 1
            throw error
        }
    }

    /// Looks at what has become of the caller: its rights may be others, or have ended.
    func recheckCaller() {
        guard let caller = state.caller, !isClosed else { return }
        let authenticator = server.authenticator
        var present =
            caller.name == .local
            ? authenticator.callerWithoutCredentials(peer: peer, local: local)
            : authenticator.refreshed(caller)
        if present == nil && state.hasSetOwnPassword {
            state.hasSetOwnPassword = false
            present = authenticator.renewed(caller)
        }
        if present === caller { return }
        state.caller = present
        if present == nil { endRights() } else { recheckMonitor() }
    }

    /// Who may no longer see what others do sees it no longer.
    private func recheckMonitor() {
        guard state.isMonitor, let caller = state.caller,
            let spec = CommandTable.find(name: "MONITOR")
        else { return }
        do throws(CommandError) { try Permission.check(spec, caller) } catch {
            endMonitor()
            push(error: error)
        }
    }

    private func endMonitor() {
        state.isMonitor = false
        server.monitors.removeAll { $0 === self }
    }

    /// Notes that this connection has given its own user another password: it goes on with it,
    /// while others that came by the old one end.
    func noteOwnPassword(_ request: borrowing ArgumentVector, _ caller: Caller) {
        if failure != nil || caller.grant != nil || request.count < 3 { return }
        if let name = Identifier(request[2]), name == caller.name { state.hasSetOwnPassword = true }
    }

    /// What follows is answered as before the log-in.
    private func endRights() {
        server.log.info(
            "the rights of a connection have ended", ["client": "\(peer)", "id": "\(id)"])
        state.anonymousSince = server.clock.monotonicNanoseconds()
        state.transaction = nil
        if state.isMonitor { endMonitor() }
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

    private var isFromUnixSocket: Bool {
        if case .unix = local { true } else { false }
    }

    /// Counts the request against what its user and address may ask; the Unix socket is the way in
    /// when nothing else is, and has no limit.
    ///
    /// - Throws: `LIMIT`, with the seconds to wait.
    func takeRate() throws(CommandError) {
        guard let rates = server.serving.rates, rates.isOn, !isFromUnixSocket,
            let verdict = rates.take(user: state.caller?.name, address: peer.host),
            !verdict.isAllowed
        else { return }
        throw CommandError(
            .limit,
            "at most \(verdict.limit) requests of one \(verdict.policy) in "
                + "\(verdict.windowSeconds) seconds: try again in \(verdict.resetSeconds) seconds")
    }
}
