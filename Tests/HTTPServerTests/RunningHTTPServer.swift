import Accounts
import Basics
import Connections
import EventLoop
import Glibc
import Ledger
import Storage
import System

@testable import HTTPServer

/// A server with a store of its own, on a thread of its own, on a free port.
final class RunningHTTPServer: Sendable {
    /// What tests change before the server starts.
    struct Options: Sendable {
        var limits = Limits()
        var settings = HTTPSettings()
        var clock: any Clock = SystemClock()
        var sink: any LogSink = NoSink()
        var syncPolicy = StoreOptions.SyncPolicy.off
        var gate: LedgerOptions.WriteGate?
        /// In place of the real table.
        var routes: [Route]?
        /// Is told of the parts before the server listens.
        var attach: (@Sendable (Ledger, HTTPServer) -> Void)?
    }

    let port: UInt16
    private let directory: String
    private let loop: EventLoop
    private let thread: SystemThread

    init(_ change: (inout Options) -> Void = { _ in }) throws {
        var options = Options()
        change(&options)
        var generator = SystemRandomNumberGenerator()
        directory =
            "/tmp/entrepot-http-\(getpid())-\(String(generator.next() as UInt64, radix: 36))"
        try FileSystem.makeFolder(directory)
        let loop = try EventLoop(clock: options.clock)
        let started = Monitor<UInt16?>(nil)
        let (directory, given) = (directory, options)
        thread = try SystemThread(name: "server") {
            do {
                try Self.run(loop, directory, given, started)
            } catch {
                CurrentProcess.writeError("the server under test failed: \(error)\n")
                started.update { $0 = $0 ?? 0 }
            }
        }
        port = started.wait(milliseconds: 20_000) { $0 } ?? 0
        self.loop = loop
    }

    private static func run(
        _ loop: EventLoop, _ directory: String, _ given: Options, _ started: Monitor<UInt16?>
    ) throws {
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = given.syncPolicy
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 4 << 20
        let store = try Store(directory: directory, options: storeOptions)
        var ledgerOptions = LedgerOptions()
        ledgerOptions.limits = given.limits
        ledgerOptions.syncPolicy = given.syncPolicy
        ledgerOptions.writeGate = given.gate
        let ledger = try Ledger(
            store: store, options: ledgerOptions, clock: given.clock, wake: { loop.wake() },
            fail: { CurrentProcess.writeError("\($0)\n") })
        let serving = ServingLoop(
            loop: loop, ledger: ledger,
            log: Log(level: .info, format: .text, clock: given.clock, sink: given.sink),
            limits: given.limits,
            identity: ServerIdentity(
                version: "0", runID: "0", processID: getpid(), dataDirectory: directory),
            authenticator: AdministratorAuthenticator(
                password: Redacted("secret"), trustsLoopback: false))
        let server = HTTPServer(
            serving, settings: given.settings, routes: given.routes ?? RouteTable.all)
        given.attach?(ledger, server)
        let address = try server.listen(host: "127.0.0.1", port: 0)
        started.update { $0 = Endpoint(address)?.port }
        try loop.run()
        serving.stop()
        try loop.run()
        try ledger.stop()
    }

    func connect() throws -> WebClient { try WebClient(port: port) }

    /// Begins to stop, and does not wait for the end.
    func beginStop() { loop.stop() }

    /// Stops in good order and removes the directory.
    func stop() {
        loop.stop()
        thread.join()
        try? FileSystem.removeTree(directory)
    }

    struct NoSink: LogSink {
        func write(_ line: Span<UInt8>) {}
    }
}
