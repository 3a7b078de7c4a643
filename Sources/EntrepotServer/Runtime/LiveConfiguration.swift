import Basics
import Connections
import Ledger
import RESPServer

/// The configuration of a running server, as `CONFIG` reads and changes it.
///
/// Threading: the thread of the connections.
final class LiveConfiguration: ConfigurationPort {
    private(set) var current: Configuration
    /// Told of the whole after each change.
    var onChange: ((Configuration) -> Void)?
    private let log: Log
    private let environment: [String: String]

    init(_ configuration: Configuration, log: Log, environment: [String: String]) {
        current = configuration
        self.log = log
        self.environment = environment
    }

    func get(_ pattern: String) -> [(key: String, value: String)] { current.get(pattern) }

    func set(_ changes: [(key: String, value: String)]) throws(CommandError) {
        do throws(ConfigurationError) { try current.set(changes) } catch {
            throw CommandError(.err, error.description)
        }
        log.level = current.logLevel.level
        log.format = .chosen(current.log, environment: environment)
        onChange?(current)
        log.info("settings changed", ["keys": "\(changes.map(\.key).joined(separator: " "))"])
    }

    func rewrite() throws(CommandError) {
        do throws(ConfigurationError) { try current.keepSettings() } catch {
            throw CommandError(.err, error.description)
        }
    }
}
