import Accounts
import Connections
import Domain
import HTTPCore
import Ledger

/// How much users and addresses may ask.
extension HTTPConnection {
    /// Counts a request whose caller is known; too many are refused whatever else is wrong. Whoever
    /// watches the process asks for its health from the same address as everybody else at times,
    /// and would restart it.
    func takeRate(_ exchange: Exchange) {
        guard let rates = server.serving.rates, rates.isOn, !isAboutHealth(exchange),
            let verdict = rates.take(user: exchange.caller?.name, address: exchange.peer)
        else { return }
        exchange.rate = verdict
        if verdict.isAllowed { return }
        var problem = Problem(
            .limit,
            "at most \(verdict.limit) requests of one \(verdict.policy) in "
                + "\(verdict.windowSeconds) seconds", status: 429)
        problem.fields.append(("Retry-After", "\(verdict.resetSeconds)"))
        exchange.refusal = problem
    }

    private func isAboutHealth(_ exchange: Exchange) -> Bool {
        guard let pattern = exchange.route?.pattern else { return false }
        return pattern == "/healthz" || pattern == "/readyz"
    }

    /// What is left, by the draft of the fields `RateLimit`.
    func addRateFields(
        _ exchange: Exchange, _ fields: inout [(name: StaticString, value: String)]
    ) {
        guard let rate = exchange.rate else { return }
        let policy = rate.policy.rawValue
        fields.append(
            ("RateLimit-Policy", "\"\(policy)\";q=\(rate.limit);w=\(rate.windowSeconds)"))
        fields.append(("RateLimit", "\"\(policy)\";r=\(rate.remaining);t=\(rate.resetSeconds)"))
    }
}
