import Basics
import System
import Testing

@testable import EntrepotServer

@Suite("The running server") struct RuntimeTests {
    private struct NoSink: LogSink {
        func write(_ line: Span<UInt8>) {}
    }

    /// Calls `body` with a configuration for a folder that is gone afterwards.
    private func withConfiguration(_ body: (inout Configuration) throws -> Void) throws {
        var generator = SystemRandomNumberGenerator()
        let name = String(generator.next() as UInt64, radix: 36)
        var configuration = Configuration()
        configuration.data = "/tmp/entrepot-runtime-\(name)"
        configuration.plugins = configuration.data + "/plugins"
        configuration.tcp = Endpoint(host: "127.0.0.1", port: 0)
        configuration.http = Endpoint(host: "127.0.0.1", port: 0)
        configuration.blockCacheBytes = 8 << 20
        configuration.writeBufferBytes = 4 << 20
        try FileSystem.makeFolder(configuration.data)
        defer { try? FileSystem.removeTree(configuration.data) }
        try body(&configuration)
    }

    private func start(_ configuration: Configuration) throws -> ServerRuntime {
        try ServerRuntime(configuration: configuration, environment: [:], sink: NoSink())
    }

    @Test func pathsFromTheRoot() {
        #expect(FileSystem.absolute("/a/b") == "/a/b")
        let here = FileSystem.absolute(".")
        #expect(here.hasPrefix("/"))
        #expect(FileSystem.absolute("./data") == here + "/data")
        #expect(FileSystem.absolute("data/x") == here + "/data/x")
    }

    @Test func startsAndStops() throws {
        try withConfiguration { configuration in
            let runtime = try start(configuration)
            #expect(runtime.tcp.hasPrefix("127.0.0.1:") && !runtime.tcp.hasSuffix(":0"))
            let socket = configuration.data + "/entrepot.sock"
            #expect(try FileSystem.kind(of: socket) == .socket)
            #expect(try FileSystem.permissions(of: socket) == 0o600)
            #expect(throws: ServerFailure.self) { try start(configuration) }
            runtime.stop()
            try runtime.run()
        }
    }

    @Test func aTakenPortIsExplained() throws {
        try withConfiguration { first in
            let runtime = try start(first)
            let digits = runtime.tcp.split(separator: ":").last.map(String.init) ?? ""
            let port = UInt16(digits) ?? 0
            try withConfiguration { second in
                second.tcp = Endpoint(host: "127.0.0.1", port: port)
                let configuration = second
                let failure = #expect(throws: ServerFailure.self) { try start(configuration) }
                #expect(failure?.message.contains("127.0.0.1:\(port)") == true)
            }
            runtime.stop()
            try runtime.run()
        }
    }

    @Test func settingsChangeAndStay() throws {
        try withConfiguration { configuration in
            let log = Log(level: .error, format: .text, clock: SystemClock(), sink: NoSink())
            let live = LiveConfiguration(configuration, log: log, environment: [:])
            var limits: [Limits] = []
            live.onChange = { limits.append($0.limits) }
            try live.set([("slowlog_entries", "7"), ("log_level", "debug")])
            #expect(limits.map(\.slowlogEntries) == [7])
            #expect(log.level == .debug)
            #expect(live.get("slowlog_entr*").map(\.value) == ["7"])
            #expect(throws: (any Error).self) { try live.set([("data", "elsewhere")]) }
            try live.rewrite()
            let kept = try FileSystem.read(configuration.settingsPath, limit: 4_096).array
            #expect(String(decoding: kept, as: UTF8.self).contains("slowlog_entries"))
        }
    }

    @Test func aPasswordIsMadeUpWhereSomebodyMustLogIn() throws {
        try withConfiguration { configuration in
            let log = Log(level: .error, format: .text, clock: SystemClock(), sink: NoSink())
            let path = configuration.data + "/admin-password"
            configuration.http = nil
            #expect(try AdministratorPassword.first(configuration, log: log) == nil)
            #expect(try FileSystem.kind(of: path) == nil)
            // Beyond loopback, over HTTP, or where everybody must.
            configuration.tcp = Endpoint(host: "0.0.0.0", port: 0)
            let made = try #require(try AdministratorPassword.first(configuration, log: log))
            #expect(!made.isGiven)
            let first = try FileSystem.read(path, limit: 4_096).array
            #expect(first.count == 27 && first.starts(with: made.password.revealed.utf8))
            #expect(try FileSystem.permissions(of: path) == 0o600)
            configuration.tcp = Endpoint(host: "127.0.0.1", port: 0)
            configuration.http = Endpoint(host: "127.0.0.1", port: 0)
            #expect(try AdministratorPassword.first(configuration, log: log) == made)
            configuration.http = nil
            configuration.auth = .required
            #expect(try AdministratorPassword.first(configuration, log: log) == made)
            #expect(try FileSystem.read(path, limit: 4_096).array == first)
            configuration.adminPassword = Redacted("chosen")
            let given = try #require(try AdministratorPassword.first(configuration, log: log))
            #expect(given.isGiven && given.password.revealed == "chosen")
        }
    }
}
