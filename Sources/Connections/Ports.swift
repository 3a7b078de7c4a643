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
