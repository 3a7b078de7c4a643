package import Basics
package import EventLoop
package import Ledger

/// Who may come in, and as whom.
package protocol Authenticator: Sendable {
    /// The caller that a connection is before it has logged in; nil: it must log in first.
    ///
    /// - Parameters:
    ///   - peer: the far end.
    ///   - local: where it came in; the Unix socket can only be reached by the server's own user.
    func callerWithoutCredentials(peer: Endpoint, local: Endpoint) -> Caller?

    /// The caller behind a name and a password; nil when they do not belong together. Takes the
    /// same time for an unknown name as for a wrong password.
    func authenticate(name: String, password: Redacted) -> Caller?

    /// Whether there is anything to log in with.
    var hasCredentials: Bool { get }
}

/// A server with one administrator.
package struct AdministratorAuthenticator: Authenticator {
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

    package func authenticate(name: String, password given: Redacted) -> Caller? {
        guard let password else { return nil }
        let isRight = password == given
        let isKnown = name == "admin" || name == "default"
        return isRight && isKnown ? .local : nil
    }

    package var hasCredentials: Bool { password != nil }
}

/// `CONFIG` as the whole server answers it.
package protocol ConfigurationPort: AnyObject {
    /// Keys that match a glob pattern, with their values; secrets redacted.
    func get(_ pattern: String) -> [(key: String, value: String)]
    /// Changes all of them or, on an error, none.
    func set(_ changes: [(key: String, value: String)]) throws(CommandError)
    /// Keeps what `set` has changed for the next start.
    func rewrite() throws(CommandError)
}

/// Figures for `INFO` that only the whole server knows.
package protocol StatusPort: AnyObject {
    /// Lines `name:value` for a section of `INFO`, such as `persistence`; empty where it has none.
    func lines(of section: String) -> [(name: String, value: String)]
}

/// What the server calls itself.
package struct ServerIdentity: Sendable {
    /// The program's version.
    package let version: String
    /// The version of Redis whose protocol and habits it follows.
    package let redisVersion = "7.4.0"
    /// Random, 40 hexadecimal digits, new at each start.
    package let runID: String
    /// The process.
    package let processID: Int32
    package let dataDirectory: String

    package init(version: String, runID: String, processID: Int32, dataDirectory: String) {
        self.version = version
        self.runID = runID
        self.processID = processID
        self.dataDirectory = dataDirectory
    }
}
