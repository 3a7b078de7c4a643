import Basics
import Glibc
import Synchronization
import System

/// `entrepot demo`: a server with a small galaxy in it, until Ctrl-C.
package enum DemoCommand {
    private static let stepMilliseconds: UInt32 = 100

    /// For the table of commands: the settings of the server that a demonstration needs.
    package static let flags: [Flag] =
        Flag.settings.filter { ["data", "tcp", "http", "log"].contains($0.name) } + [
            Flag("rate", "N", "Trades per second, 0.1 to 1000 (2).")
        ]

    /// Does the work of the command on this thread, which becomes the server's.
    package static func run(_ invocation: Invocation) -> ExitCode {
        guard let rate = Double(invocation.value("rate") ?? "2"), rate >= 0.1, rate <= 1_000 else {
            invocation.console.complain("entrepot: --rate is 0.1 to 1000 trades per second\n")
            return .usage
        }
        var flags = invocation.flags.filter { $0.name != "rate" }
        var scratch: String?
        if !invocation.has("data") {
            let path = "\(invocation.environment["TMPDIR"] ?? "/tmp")/entrepot-demo-\(getpid())"
            scratch = path
            flags.append(("data", path))
            flags.append(("plugins", path + "/plugins"))
        }
        defer { if let scratch { _ = try? FileSystem.removeTree(scratch) } }
        return serve(flags, rate: rate, keepsData: scratch == nil, invocation)
    }

    private static func serve(
        _ flags: [(name: String, value: String)], rate: Double, keepsData: Bool,
        _ invocation: Invocation
    ) -> ExitCode {
        let console = invocation.console
        let runtime: ServerRuntime
        do throws(ConfigurationError) {
            let sources = ConfigurationSources(flags: flags, environment: invocation.environment) {
                path throws(ConfigurationError) in try SystemFiles.read(path)
            }
            let configuration = try Configuration.load(from: sources)
            do throws(ServerFailure) {
                runtime = try ServerRuntime(
                    configuration: configuration, environment: invocation.environment)
            } catch {
                console.complain("entrepot: \(error)\n")
                return .failed
            }
        } catch {
            console.complain("\(error)\n")
            return .usage
        }
        console.write(greeting(runtime.tcp, runtime.http, keepsData: keepsData))
        let ending = Ending()
        let address = ServerAddress(runtime.tcp) ?? .standard
        do {
            let thread = try SystemThread(name: "demo") {
                live(at: address, rate: rate, ending, console)
            }
            defer {
                ending.isOver.store(true, ordering: .relaxed)
                thread.join()
            }
            try runtime.run()
            return .done
        } catch {
            console.complain("entrepot: \(error)\n")
            return (error as? ClientError)?.exitCode ?? .failed
        }
    }

    private static func greeting(_ tcp: String, _ http: String, keepsData: Bool) -> String {
        let port = tcp.split(separator: ":").last ?? ""
        let end = keepsData ? "the data stays." : "its data goes with it."
        return """
            listening tcp=\(tcp) http=\(http)
            A small galaxy is alive. Ctrl-C ends it; \(end)
            Look around with any Redis client, or with a line of text:
              redis-cli -p \(port) TRADE LIST LIMIT 3 REV
              redis-cli -p \(port) CARGO LIST DELAYED
              redis-cli -p \(port) INVENTORY GET luna-1
              redis-cli -p \(port) PSUBSCRIBE 'shipment.*'

            """
    }

    private final class Ending: Sendable {
        let isOver = Atomic(false)
    }

    /// The traffic, on a thread of its own, as any client of the server.
    private static func live(
        at address: ServerAddress, rate: Double, _ ending: Ending, _ console: any Console
    ) {
        let clock = SystemClock()
        let galaxy = DemoGalaxy()
        do {
            var server = try ServerConnection.open(ServerOptions(address: address))
            let requests = galaxy.requests
            for request in requests { server.send(request) }
            // What is there from an earlier run is refused as existing: that is as good.
            for _ in requests { _ = try server.reply() }
            var traffic = DemoTraffic(
                galaxy, tradesPerSecond: rate, seed: clock.monotonicNanoseconds())
            var bar = ProgressBar(
                "demo", total: nil, unit: "trades", isShown: console.showsProgress, clock: clock
            ) { console.complain($0) }
            while !ending.isOver.load(ordering: .relaxed) {
                let now = Int64(clock.monotonicNanoseconds() / 1_000_000)
                try traffic.step(at: now, &server)
                bar.update(traffic.figures.trades)
                usleep(stepMilliseconds * 1_000)
            }
        } catch {
            // Losing the connection is also how the end begins: give it time to show.
            for _ in 0..<20 where !ending.isOver.load(ordering: .relaxed) { usleep(100_000) }
            if !ending.isOver.load(ordering: .relaxed) { console.complain("demo: \(error)\n") }
        }
    }
}
