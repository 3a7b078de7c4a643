import Accounts
import Basics
import Connections
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
            if Authorization(exchange.head) == nil { return .known }
        }
        switch Authorization(exchange.head) {
        case nil: refuseLogIn(exchange, .noAuthentication)
        case .malformed?:
            refuseLogIn(exchange, Problem(.noAuth, "the Authorization field is none that is known"))
        case .basic(let name, let password)?:
            let caller = server.serving.authenticator.authenticate(name: name, password: password)
            if let caller {
                welcome(exchange, caller)
            } else {
                server.serving.statistics.authenticationFailures &+= 1
                refuseLogIn(exchange, Problem(.wrongPass, "name and password do not fit"))
            }
        case .bearer?:
            refuseLogIn(exchange, Problem(.wrongPass, "the token is not one of this server"))
        }
        return .known
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

    /// What was found out about the credentials.
    func didLogIn(_ exchange: Exchange, _ found: CallerFound) {
        switch found {
        case .caller(let caller): welcome(exchange, caller)
        case .refused(let error): refuseLogIn(exchange, Problem(error))
        }
        beginBody(exchange)
    }
}

/// What came of looking at credentials.
enum CallerFound: Sendable {
    case caller(Caller)
    case refused(CommandError)
}
