import Accounts
package import Basics
import Connections
import EventLoop
import Glibc
import HTTPServer
import Ledger
import Notifications
import RESPServer
import Storage
import System

/// Why a server did not start, or how it ended badly; one sentence for the operator.
package struct ServerFailure: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}

/// The whole server: opens the store, starts the edges in order, runs until it is told to stop,
/// and ends everything in the reverse order.
///
/// The thread that calls `run` is the ledger's and that of the connections.
package final class ServerRuntime {
    private let loop: EventLoop
    private let ledger: Ledger
    private let serving: ServingLoop
    private let server: RESPServer
    private let web: HTTPServer?
    private let log: Log
    private let settings: LiveConfiguration
    private let status: ServerStatus
    private let notifications: Notifications
    private let rules: ServerRules
    private let accounts: ServerAccounts
    private let features: FeatureDispatch
    private let security: ListenerSecurity
    private let manager: ServiceManager?
    /// What is listened on, as `HOST:PORT`.
    package let tcp: String
    /// Where HTTP is listened for, as `HOST:PORT`; `off` where it is not.
    package let http: String

    /// Opens the data directory and begins to listen; connections wait until `run`.
    ///
    /// - Parameters:
    ///   - environment: tells whether the log goes to the journal.
    ///   - sink: where log lines go.
    /// - Throws: a sentence that says what to do: the directory is in use, the port is taken, the
    ///   store is not whole.
    package init(
        configuration: Configuration, environment: [String: String],
        sink: any LogSink = StandardErrorSink()
    ) throws(ServerFailure) {
        let clock = SystemClock()
        log = Log(
            level: configuration.logLevel.level,
            format: .chosen(configuration.log, environment: environment), clock: clock, sink: sink)
        loop = try Self.explained { () throws(SystemError) in try EventLoop(clock: clock) }
        manager = ServiceManager(environment: environment)
        CurrentProcess.raiseFileLimit()
        let signals = SignalActions()
        try Self.watchSignals(loop, signals)
        try Self.checkFiles(configuration)
        Self.warnOfSecrets(configuration, log)
        // Before the store is opened or anything is written: a wrong file leaves no trace.
        security = try ListenerSecurity(configuration, log: log, clock: clock)
        let store = try Self.openStore(configuration)
        if let doubt = store.doubt {
            log.warning(
                "a file of the database was not as recorded; the whole store was proven first",
                ["file": "\(doubt)"])
        }
        if let last = store.cutBehind {
            log.warning(
                "the log was damaged past everything acknowledged; the damage was cut off",
                ["last_event": "\(last)"])
        }
        ledger = try Self.openLedger(store, configuration, loop, clock)
        accounts = try ServerAccounts(configuration, ledger: ledger, clock: clock, log: log)
        let identity = ServerIdentity(
            version: Versions.entrepot, runID: Self.randomDigits(40), processID: getpid(),
            dataDirectory: FileSystem.absolute(configuration.data))
        serving = ServingLoop(
            loop: loop, ledger: ledger, log: log, limits: configuration.limits,
            identity: identity, authenticator: accounts.book)
        do throws(StorageError) { server = try RESPServer(serving) } catch {
            throw ServerFailure(error.message)
        }
        settings = LiveConfiguration(configuration, log: log, environment: environment)
        status = ServerStatus(directory: configuration.data, clock: clock)
        notifications = try NoticeDelivery.make(
            configuration, ledger: ledger, book: accounts.book, log: log)
        rules = try ServerRules(configuration, ledger: ledger, log: log)
        features = FeatureDispatch(
            notifications: notifications, accounts: accounts.commands, rules: rules.commands)
        web =
            configuration.http == nil
            ? nil : HTTPServer(serving, settings: HTTPSettings(configuration))
        web?.tokenDesk = accounts.desk
        server.security = security.tcp
        web?.security = security.http
        do throws(SystemError) {
            tcp = try server.listen(
                host: configuration.tcp.host, port: configuration.tcp.port)
            if let web, let endpoint = configuration.http {
                http = try web.listen(host: endpoint.host, port: endpoint.port)
            } else {
                http = "off"
            }
        } catch {
            Self.abandon(serving, accounts, rules, ledger)
            throw ServerFailure("\(error)")
        }
        connect(configuration)
        signals.hangUp = { [unowned self] in readAgain() }
        status.security = security
    }

    /// Nothing was served: the store closes as cleanly as it was opened.
    private static func abandon(
        _ serving: ServingLoop, _ accounts: ServerAccounts, _ rules: ServerRules, _ ledger: Ledger
    ) {
        serving.dismantle()
        accounts.stop()
        rules.stop()
        try? ledger.stop()
    }

    /// Takes up the certificates as they are now; connections that are open keep theirs.
    private func readAgain() {
        security.reload()
        server.security = security.tcp
        web?.security = security.http
    }

    /// Blocked signals are inherited by threads, so this comes before the store opens.
    private static func watchSignals(
        _ loop: EventLoop, _ actions: SignalActions
    ) throws(ServerFailure) {
        let hasTerminal = Terminal.isTerminal(STDERR_FILENO)
        try explained { () throws(SystemError) in
            try loop.handleSignals([SIGTERM, SIGINT, SIGHUP]) { signal in
                // A terminal that is gone takes its programs with it.
                let isGone = hasTerminal && !Terminal.isTerminal(STDERR_FILENO)
                if signal == SIGHUP && !isGone { actions.hangUp() } else { loop.stop() }
            }
        }
    }

    /// What signals do; set when there is something to do it with.
    private final class SignalActions {
        var hangUp: () -> Void = {}
    }

    private static func checkFiles(_ configuration: Configuration) throws(ServerFailure) {
        let problems = configuration.passwordFileProblems
        if let first = problems.first {
            throw ServerFailure("\(first.place): \(first.message)")
        }
    }

    /// What stands on a command line is in the list of processes, which everybody can read.
    private static func warnOfSecrets(_ configuration: Configuration, _ log: Log) {
        for setting in configuration.secretsInArguments {
            log.warning(
                "others on this machine can read a secret that is given as a flag",
                ["flag": "--\(setting.flagName)", "instead": "\(setting.saferPlaces)"])
        }
    }

    private static func openStore(
        _ configuration: Configuration
    ) throws(ServerFailure) -> Store {
        var options = StoreOptions()
        options.syncPolicy = configuration.fsync.syncPolicy
        options.blockCacheBytes = configuration.blockCacheBytes
        options.writeBufferBytes = configuration.writeBufferBytes
        options.writeAheadLogBytes = configuration.writeAheadLogBytes
        options.recoveryMilliseconds = configuration.limits.recoveryMilliseconds
        do throws(StorageError) {
            return try Store(directory: configuration.data, options: options)
        } catch { throw ServerFailure(error.message) }
    }

    private static func openLedger(
        _ store: Store, _ configuration: Configuration, _ loop: EventLoop, _ clock: any Clock
    ) throws(ServerFailure) -> Ledger {
        var options = LedgerOptions()
        options.limits = configuration.limits
        options.syncPolicy = configuration.fsync.syncPolicy
        options.version = Versions.entrepot
        options.markIntervalMilliseconds =
            switch configuration.mark {
            case .group: nil
            case .interval(let milliseconds): milliseconds
            }
        do throws(StorageError) {
            return try Ledger(
                store: store, options: options, clock: clock, wake: { loop.wake() },
                fail: { reason in
                    CurrentProcess.writeError(
                        "entrepot: \(reason); stopping, nothing was acknowledged\n")
                    CurrentProcess.end(status: 1)
                })
        } catch { throw ServerFailure(error.message) }
    }

    private func connect(_ configuration: Configuration) {
        settings.onChange = { [unowned self] configuration in
            serving.limits = configuration.limits
            web?.settings = HTTPSettings(configuration)
            ledger.limits = configuration.limits
            serving.allowed = configuration.allowAddresses.ranges
            accounts.rates.set(configuration.rateLimits)
            do throws(StorageError) {
                try ledger.setSyncPolicy(configuration.fsync.syncPolicy)
            } catch {
                CurrentProcess.writeError("entrepot: \(error.message); stopping\n")
                CurrentProcess.end(status: 1)
            }
        }
        serving.onShutdown = { [loop] in loop.stop() }
        serving.configuration = settings
        serving.status = status
        serving.rates = accounts.rates
        serving.allowed = configuration.allowAddresses.ranges
        serving.features = features
        status.notifications = notifications
        status.rules = rules
        ledger.observeDurable { [accounts, serving] events, view in
            let changed = accounts.observe(events, view)
            if !changed.isEmpty { serving.accountsChanged(changed) }
        }
        serving.metrics = ServerMetrics(
            store: ledger.store, rules: rules, notifications: notifications, clock: serving.clock)
        ledger.observeDurable { [notifications] events, view in
            notifications.observe(events, view)
        }
        let path = configuration.data + "/entrepot.sock"
        do throws(SystemError) { try server.listen(unixSocket: path) } catch {
            log.warning("no Unix socket", ["path": "\(path)", "reason": "\(error)"])
        }
    }

    /// Serves until a signal or `SHUTDOWN` ends it.
    ///
    /// - Throws: where the loop fails, or what is in memory cannot be written at the end.
    package func run() throws(ServerFailure) {
        log.info(
            "serving",
            [
                "tcp": "\(tcp)", "http": "\(http)", "version": "\(Versions.entrepot)",
                "data": "\(status.directory)",
            ])
        let loop = loop
        do throws(StorageError) { try notifications.start() } catch {
            throw ServerFailure(error.message)
        }
        try rules.start()
        loop.schedule(everyMilliseconds: ListenerSecurity.lookMilliseconds) { [security] in
            security.look()
        }
        tellManager("READY=1")
        // The first stop ends the loop; the connections then get their last replies.
        try Self.explained { () throws(SystemError) in try loop.run() }
        log.info("stopping")
        tellManager("STOPPING=1")
        serving.stop()
        try Self.explained { () throws(SystemError) in try loop.run() }
        // What rules and lanes hand over last, the ledger takes in before it stops.
        accounts.stop()
        rules.stop()
        notifications.stop()
        do throws(StorageError) { try ledger.stop() } catch {
            throw ServerFailure(error.message)
        }
        log.info("stopped")
    }

    private func tellManager(_ state: String) {
        do throws(SystemError) { try manager?.tell(state) } catch {
            log.warning("the service manager does not listen", ["reason": "\(error)"])
        }
    }

    /// Makes `run` return in good order. Any thread.
    package func stop() { loop.stop() }

    private static func explained<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(ServerFailure) -> Result {
        do throws(SystemError) { return try body() } catch { throw ServerFailure("\(error)") }
    }

    private static func randomDigits(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        var text = ""
        for _ in 0..<count { text.append(digits[Int(generator.next() % 16)]) }
        return text
    }
}

extension FsyncPolicy {
    /// The same, as the store says it.
    var syncPolicy: StoreOptions.SyncPolicy {
        switch self {
        case .always: .always
        case .interval(let milliseconds): .interval(milliseconds: milliseconds)
        case .off: .off
        }
    }
}
