import Accounts
import Basics
import Connections
import EventLoop
import Glibc
import Ledger
import RESP
import Storage
import System

@testable import RESPServer

/// A server with a store of its own, on a thread of its own, on a free port.
final class RunningServer: Sendable {
    /// What tests change before the server starts.
    struct Options: Sendable {
        var limits = Limits()
        var password: String?
        var directory: String?
        var sink: any LogSink = NoSink()
        var level = LogLevel.error
        /// Makes what answers the commands of rules and channels.
        var attach: (@Sendable (Ledger, RESPServer) -> Void)?
    }

    let port: UInt16
    let directory: String
    private let loop: EventLoop
    private let thread: SystemThread

    init(_ change: (inout Options) -> Void = { _ in }) throws {
        var options = Options()
        change(&options)
        directory = try options.directory ?? Self.makeDirectory()
        let loop = try EventLoop()
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

    private static func makeDirectory() throws -> String {
        var generator = SystemRandomNumberGenerator()
        let path = "/tmp/entrepot-test-\(getpid())-\(String(generator.next() as UInt64, radix: 36))"
        try FileSystem.makeFolder(path)
        return path
    }

    private static func run(
        _ loop: EventLoop, _ directory: String, _ given: Options, _ started: Monitor<UInt16?>
    ) throws {
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 4 << 20
        let store = try Store(directory: directory, options: storeOptions)
        var ledgerOptions = LedgerOptions()
        ledgerOptions.limits = given.limits
        ledgerOptions.syncPolicy = .off
        let clock = SystemClock()
        let ledger = try Ledger(
            store: store, options: ledgerOptions, clock: clock, wake: { loop.wake() },
            fail: { CurrentProcess.writeError("\($0)\n") })
        let serving = ServingLoop(
            loop: loop, ledger: ledger,
            log: Log(level: given.level, format: .text, clock: clock, sink: given.sink),
            limits: given.limits,
            identity: ServerIdentity(
                version: "0", runID: "0", processID: getpid(), dataDirectory: directory),
            authenticator: AdministratorAuthenticator(
                password: given.password.map { Redacted($0) },
                trustsLoopback: given.password == nil))
        let server = try RESPServer(serving)
        given.attach?(ledger, server)
        let address = try server.listen(host: "127.0.0.1", port: 0)
        started.update { $0 = Endpoint(address)?.port }
        try loop.run()
        serving.stop()
        try loop.run()
        try ledger.stop()
    }

    func connect() throws -> TestClient { try TestClient(port: port) }

    /// Stops in good order and removes the directory.
    func stop() {
        stopKeepingFiles()
        try? FileSystem.removeTree(directory)
    }

    func stopKeepingFiles() {
        loop.stop()
        thread.join()
    }

    struct NoSink: LogSink {
        func write(_ line: Span<UInt8>) {}
    }
}

/// A blocking client.
final class TestClient {
    private let socket: Socket
    private var received = ByteBuffer(capacity: 4_096)
    private var decoder = RESPDecoder()

    init(port: UInt16) throws {
        socket = try Socket.connect(to: .tcp(host: "127.0.0.1", port: port))
        try socket.setTimeLimit(milliseconds: 10_000)
    }

    func send(_ text: String) throws { try socket.writeAll(text.utf8.span) }

    /// Sends words as a RESP array.
    func sendWords(_ words: [String]) throws {
        var buffer = ByteBuffer()
        RequestWriter.append(words, to: &buffer)
        try socket.writeAll(buffer.bytes)
    }

    /// The next reply; nil when the server has closed the connection or says nothing for 10 s.
    func reply() throws -> RESPValue? {
        while true {
            if case .value(let value, let consumed) = try decoder.decode(received) {
                received.removeFirst(consumed)
                return value
            }
            if try !receive() { return nil }
        }
    }

    /// The next line, without its end.
    func line() throws -> String? {
        while true {
            let bytes = received.array
            if let end = bytes.firstIndex(of: 10) {
                received.removeFirst(end + 1)
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            if try !receive() { return nil }
        }
    }

    private func receive() throws -> Bool {
        if case .bytes = try socket.read(into: &received, maximum: 65_536) { return true }
        return false
    }

    /// Whether nothing comes any more.
    func isClosed() throws -> Bool {
        if case .closed = try socket.read(into: &received, maximum: 65_536) { return true }
        return false
    }

    /// Sends one line of words and takes its reply.
    func ask(_ line: String) throws -> RESPValue? {
        try send(line + "\r\n")
        return try reply()
    }
}
