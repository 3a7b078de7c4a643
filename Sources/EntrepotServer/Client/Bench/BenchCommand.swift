import Basics
import RESP
import System

/// `entrepot bench trades|reads|mixed`
package enum BenchCommand {
    /// Does the work of the command.
    package static func run(_ invocation: Invocation) -> ExitCode {
        let console = invocation.console
        do {
            let server = try ServerOptions(invocation)
            let options = try BenchOptions(invocation)
            let names = BenchNames(stations: options.stations, items: options.items)
            try seed(names, server, console)
            let folder = try invocation.value("data") ?? folder(of: server)
            let report = try BenchRun(options, names: names, folder: folder).run(server)
            console.write(invocation.has("json") ? report.json : report.text)
            return .done
        } catch {
            console.complain("entrepot: \(error)\n")
            return (error as? ClientError)?.exitCode ?? .failed
        }
    }

    private static func seed(
        _ names: BenchNames, _ options: ServerOptions, _ console: any Console
    ) throws(ClientError) {
        var server = try ServerConnection.open(options)
        if try BenchSeed.isComplete(names, &server) { return }
        var bar = ProgressBar(
            "fill", total: BenchSeed.requestCount(names), unit: "requests",
            isShown: console.showsProgress, clock: SystemClock()
        ) { console.complain($0) }
        try BenchSeed(names) { bar.update($0) }.run(&server)
        bar.finish()
    }

    /// The folder of a server on this machine, as it says itself.
    private static func folder(of options: ServerOptions) throws(ClientError) -> String? {
        switch options.address {
        case .tcp(let host, _) where host.hasPrefix("127.") || host == "::1" || host == "localhost":
            break
        case .unix: break
        case .tcp: return nil
        }
        var server = try ServerConnection.open(options)
        let text = try server.ask(["INFO", "server"]).text ?? ""
        let name = "data_directory:"
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix(name) {
            let path = String(line.dropFirst(name.count))
            if path.hasPrefix("/"), (try? FileSystem.kind(of: path)) == .folder { return path }
        }
        return nil
    }
}
