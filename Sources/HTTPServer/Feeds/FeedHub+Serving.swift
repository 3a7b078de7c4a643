import Accounts
import Basics
import Connections
import Domain
import EventLoop
import Ledger

extension FeedHub {
    /// The feeds of a server.
    static func make(_ serving: ServingLoop) -> FeedHub {
        let hub = FeedHub(
            log: LedgerFeedLog(serving.ledger), access: ServerFeedAccess(serving.authenticator),
            clock: serving.clock, limits: serving.limits, logger: serving.log,
            wake: { [weak loop = serving.loop] in loop?.wake() })
        let latest = LatestRecords(serving.ledger, serving.commands)
        hub.latest = { (query, caller) throws(CommandError) in
            try latest.response(query, caller)
        }
        return hub
    }
}

/// Accounts as feeds ask about them.
final class ServerFeedAccess: FeedAccess {
    private let authenticator: any Authenticator

    init(_ authenticator: any Authenticator) { self.authenticator = authenticator }

    func caller(token: Redacted, from address: String) throws(CommandError) -> Caller {
        switch authenticator.recall(.token(token), from: address) {
        case .caller(let caller)?: return caller
        case .refused(let error, _)?: throw error
        case nil: throw CommandError(.wrongPass, "the token is not valid")
        }
    }

    func refreshed(_ caller: Caller) -> Caller? { authenticator.refreshed(caller) }

    func expiry(of caller: Caller) -> Int64? { caller.expires?.milliseconds }
}
