package import Basics
package import EventLoop
package import Ledger

/// A server with one administrator and no records of users: for tests of the edges.
package final class AdministratorAuthenticator: Authenticator {
    private let password: Redacted?
    private let trustsLoopback: Bool

    /// - Parameters:
    ///   - password: of the user `admin`; nil: there is nothing to log in with.
    ///   - trustsLoopback: connections from this machine are the administrator without log-in.
    package init(password: Redacted?, trustsLoopback: Bool) {
        self.password = password
        self.trustsLoopback = trustsLoopback
    }

    package func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller? {
        if case .unix = local { return .local }
        return trustsLoopback && local.isLoopback && peer.isLoopback ? .local : nil
    }

    package var hasCredentials: Bool { password != nil }

    package func recall(_ credentials: Credentials, from address: String) -> LogIn? {
        guard case .password(let name, let given) = credentials, let password else {
            return .refused(.wrongPassword, retrySeconds: nil)
        }
        let isRight = password == given
        let isKnown = name == "admin" || name == "default"
        return isRight && isKnown
            ? .caller(.local) : .refused(.wrongPassword, retrySeconds: nil)
    }

    package func verify(
        _ credentials: Credentials, from address: String,
        complete: @escaping @Sendable (LogIn) -> Void
    ) {
        complete(
            recall(credentials, from: address) ?? .refused(.wrongPassword, retrySeconds: nil))
    }

    package func refreshed(_ caller: Caller) -> Caller? { caller }

    package func renewed(_ caller: Caller) -> Caller? { caller }
}
