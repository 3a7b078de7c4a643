import Accounts
import Basics
import Connections
import Domain
import EventLoop
import HTTPCore
import Ledger

/// Who a request comes from.
extension HTTPConnection {
    /// What is known of the caller.
    enum Admission {
        /// All: the caller or the refusal is there.
        case known
        /// A thread looks at the credentials.
        case waits
    }

    /// Finds the caller and asks whether the role is enough.
    func admit(_ exchange: Exchange) -> Admission {
        if exchange.head.method == .options { return .known }
        if let route = exchange.route, route.access == .open {
            // A feed takes its credentials later as well, but those that are there count.
            guard case .feed = route.handler else { return .known }
            if Authorization(exchange.head) == nil, PageCookie.of(exchange.head) == nil {
                return .known
            }
        }
        if exchange.route == nil && isOpen(exchange) { return .known }
        switch Authorization(exchange.head) {
        case nil: return admitPage(exchange)
        case .malformed?:
            refuseLogIn(exchange, Problem(.noAuth, "the Authorization field is none that is known"))
        case .basic(let name, let password)?:
            return logIn(exchange, Credentials(name: name, secret: password))
        case .bearer(let token)?: return logIn(exchange, .token(token))
        }
        return .known
    }

    /// Whether everything that can be done at the path needs no log-in: then nor does the news that
    /// this cannot.
    private func isOpen(_ exchange: Exchange) -> Bool {
        guard let segments = exchange.target?.segments else { return false }
        let methods = exchange.allow.filter { $0 != .options && $0 != .head }
        return !methods.isEmpty
            && methods.allSatisfy { method in
                guard case .found(let index, _) = server.trie.match(method, segments) else {
                    return false
                }
                return server.routes[index].access == .open
            }
    }

    /// A page comes with its cookie.
    private func admitPage(_ exchange: Exchange) -> Admission {
        do throws(Problem) {
            let credentials = try PageCookie.credentials(exchange.head, server)
            if let credentials { return logIn(exchange, credentials) }
            refuseLogIn(exchange, .noAuthentication)
        } catch { refuseLogIn(exchange, error) }
        return .known
    }

    /// Asks who the credentials belong to: at once, or a thread.
    private func logIn(_ exchange: Exchange, _ credentials: Credentials) -> Admission {
        let authenticator = server.serving.authenticator
        if let found = authenticator.recall(credentials, from: exchange.peer) {
            settle(exchange, found)
            return .known
        }
        let (mailbox, id, serial) = (server.mailbox, id, exchange.serial)
        authenticator.verify(credentials, from: exchange.peer) { found in
            mailbox.add(Delivery(connection: id, exchange: serial, content: .logIn(found)))
        }
        return .waits
    }

    private func settle(_ exchange: Exchange, _ found: LogIn) {
        switch found {
        case .caller(let caller): welcome(exchange, caller)
        case .refused(let error, let seconds):
            server.serving.statistics.authenticationFailures &+= 1
            refuseLogIn(exchange, Problem(error, retrySeconds: seconds))
        }
    }

    /// Without a caller the path's own answer is nobody's business.
    private func refuseLogIn(_ exchange: Exchange, _ problem: Problem) {
        exchange.refusal = problem
    }

    private func welcome(_ exchange: Exchange, _ caller: Caller) {
        exchange.caller = caller
        lastCaller = caller
        guard exchange.refusal == nil, case .role(let role)? = exchange.route?.access else {
            return
        }
        do throws(CommandError) { try Permission.require(role, for: "this", caller) } catch {
            exchange.refusal = Problem(error)
        }
    }

    /// How long after its head a request may rely on what was known of its caller then.
    private static let freshNanoseconds: UInt64 = 100_000_000

    /// Takes up what has become of the caller's rights while the body came or the request waited.
    ///
    /// - Throws: 401 where they have ended, 403 where the role is too low now.
    func recheckCaller(_ exchange: Exchange) throws(Problem) {
        guard let caller = exchange.caller, now &- exchange.started > Self.freshNanoseconds else {
            return
        }
        guard let present = server.serving.authenticator.refreshed(caller) else {
            throw Problem.noAuthentication
        }
        if present === caller { return }
        exchange.caller = present
        exchange.input?.caller = present
        lastCaller = present
        if let route = exchange.route { try RouteRunner.authorize(route, present) }
    }

    /// What was found out about the credentials.
    func didLogIn(_ exchange: Exchange, _ found: LogIn) {
        settle(exchange, found)
        beginBody(exchange)
    }
}
