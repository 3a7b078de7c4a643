package import EventLoop
package import Ledger

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

/// A connection as `CLIENT LIST` and its like show it, whichever edge it belongs to.
package struct ClientEntry: Sendable {
    /// The number, unique over the edges.
    package var id: UInt64
    /// `tcp`, `http`, `sse` or `ws`.
    package var kind: String
    package var peer: String
    /// The far end's numeric address; nil for the Unix socket.
    package var address: String?
    package var local: String
    /// The user's name; empty before log-in.
    package var user: String
    /// Seconds since it was made, and since its last request.
    package var ageSeconds: UInt64
    package var idleSeconds: UInt64
    /// Bytes that the peer has not got.
    package var unsentBytes: Int

    package init(
        id: UInt64, kind: String, peer: Endpoint, local: Endpoint, user: String,
        ageSeconds: UInt64, idleSeconds: UInt64, unsentBytes: Int
    ) {
        self.id = id
        self.kind = kind
        self.peer = "\(peer)"
        if case .tcp(let host, _) = peer { address = host }
        self.local = "\(local)"
        self.user = user
        self.ageSeconds = ageSeconds
        self.idleSeconds = idleSeconds
        self.unsentBytes = unsentBytes
    }
}

/// The connections of an edge, for administrators.
package protocol ClientsPort: AnyObject {
    /// All connections, oldest first.
    ///
    /// - Parameter now: monotonic nanoseconds.
    func clients(now: UInt64) -> [ClientEntry]
    /// Closes a connection; false where it is not one of this edge's.
    func kill(client id: UInt64) -> Bool
}

/// Figures of parts that only the whole server knows, for the metrics page.
package protocol MetricsPort: AnyObject {
    /// Appends families of their own. Threading: the loop's thread.
    func append(to page: inout MetricsPage)
}

/// The subscribers of an edge of one kind.
package struct FeedCounts: Sendable {
    /// `resp`, `sse` or `ws`.
    package var kind: String
    package var subscribers: Int
    /// Subscribers that were cut off because they read too slowly, since the start.
    package var dropped: UInt64

    package init(kind: String, subscribers: Int, dropped: UInt64) {
        self.kind = kind
        self.subscribers = subscribers
        self.dropped = dropped
    }
}

/// An edge that has subscribers.
package protocol FeedCounter: AnyObject {
    /// One entry for each kind.
    var feedCounts: [FeedCounts] { get }
}
