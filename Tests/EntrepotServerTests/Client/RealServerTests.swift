import Basics
import Synchronization
import System
import Testing

@testable import EntrepotServer

/// Import and export against the server itself, in this process.
@Suite("Import and export with a server") struct RealServerTests {
    private struct NoSink: LogSink {
        func write(_ line: Span<UInt8>) {}
    }

    private final class QuietConsole: Console {
        private let kept = Mutex("")
        let showsProgress = false

        func write(_ text: String) { kept.withLock { $0 += text } }
        func complain(_ text: String) { kept.withLock { $0 += text } }
        var text: String { kept.withLock { $0 } }
    }

    /// Runs a server on this thread while `body` asks it from another; `body` runs commands.
    private func withServer(
        in folder: ScratchFolder,
        _ body: @escaping @Sendable (_ run: @escaping Run) -> Void
    ) throws {
        var configuration = Configuration()
        configuration.data = folder.path + "/data-\(UInt32.random(in: 0 ... .max))"
        configuration.plugins = configuration.data + "/plugins"
        configuration.tcp = Endpoint(host: "127.0.0.1", port: 0)
        configuration.http = Endpoint(host: "127.0.0.1", port: 0)
        configuration.blockCacheBytes = 8 << 20
        configuration.writeBufferBytes = 4 << 20
        let runtime = try ServerRuntime(
            configuration: configuration, environment: [:], sink: NoSink())
        let tcp = runtime.tcp
        let thread = try SystemThread(name: "client") {
            body { words in Self.run(words, tcp) }
            guard let address = ServerAddress(tcp),
                var server = try? ServerConnection.open(ServerOptions(address: address))
            else { return }
            _ = try? server.ask(["SHUTDOWN"])
        }
        try runtime.run()
        thread.join()
    }

    private typealias Run = @Sendable ([String]) -> (code: ExitCode, text: String)

    private static func run(_ words: [String], _ tcp: String) -> (code: ExitCode, text: String) {
        let tool = CommandLineTool(
            name: "entrepot", summary: "",
            commands: [
                Command(
                    "import", "", operands: Operands("FILE", 1...9), flags: ServerOptions.flags,
                    run: ImportCommand.run),
                Command(
                    "export", "", operands: Operands("KIND", 1...1), flags: ExportCommand.flags,
                    run: ExportCommand.run),
            ])
        let console = QuietConsole()
        let code = tool.run(words + ["--server", tcp], environment: [:], console: console)
        return (code, console.text)
    }

    private func makeGalaxy(_ folder: ScratchFolder) throws {
        _ = try folder.write(
            "stations.csv",
            #"""
            id,name,kind,orbits,x,y,z,status,attributes
            luna,"Luna, the ""Moon""",station,earth,0.5,-1,2.25,open,"{""dock"":[1,2]}"
            earth,Earth,planet,,0,0,0,open,
            shut,,depot,,,,,closed,

            """#)
        _ = try folder.write(
            "items.csv",
            """
            id,name,category,unit,mass,volume,price,currency
            ore,Ore,Metals,t,1000,1.5,12.50,CR
            old,Old,,,,,,

            """)
        _ = try folder.write(
            "stock.ndjson",
            """
            {"station":"luna","item":"ore","on_hand":100,"ask":"13.00","currency":"CR","low_at":5}
            {"station":"earth","item":"ore","on_hand":50,"capacity":1000}
            {"station":"earth","item":"dust","on_hand":50}

            """)
        _ = try folder.write(
            "trades.csv",
            """
            seller,buyer,item,quantity,price,id,time
            luna,earth,ore,5,12.50,,2025-03-01T10:00:00Z
            luna,earth,ore,6,,t-1,
            luna,earth,ore,1000,,t-2,

            """)
    }

    @Test func whatIsExportedIsImportedAgain() throws {
        let folder = try ScratchFolder()
        try makeGalaxy(folder)
        let path = folder.path
        try withServer(in: folder) { run in
            let first = run(["import", path])
            #expect(first.code == .failed)
            #expect(first.text.contains("stations.csv: 3 rows: 3 written"))
            #expect(first.text.contains("2 written, 0 already there, 1 refused"))
            #expect(first.text.contains("trades.csv.rejected.csv"))
            let second = run(["import", path])
            #expect(second.text.contains("stations.csv: 3 rows: 0 written, 3 already there"))
            #expect(second.text.contains("stock.ndjson: 3 rows: 0 written, 2 already there"))
            #expect(second.text.contains("trades.csv: 3 rows: 0 written, 2 already there"))
            for format in ["csv", "ndjson"] {
                let out = run(["export", "all", "--to", "\(path)/\(format)", "--format", format])
                #expect(out.code == .done, "\(out.text)")
            }
            // Its own trades, from the other format, are known as the same.
            let own = run(["import", "\(path)/ndjson/trades.ndjson"])
            #expect(own.text.contains("2 rows: 0 written, 2 already there"), "\(own.text)")
            #expect(run(["export", "stations"]).text.contains("\nluna,\"Luna, the \"\"Moon\"\"\""))
        }
        #expect(try folder.read("trades.csv.rejected.csv").contains("OUTOFSTOCK"))
        #expect(try folder.read("csv/events.csv").contains("trade.initiated"))
        for format in ["csv", "ndjson"] {
            try withServer(in: folder) { run in
                for kind in ["stations", "items", "stock"] {
                    let done = run(["import", "\(path)/\(format)/\(kind).\(format)"])
                    #expect(done.code == .done, "\(done.text)")
                }
                _ = run(["export", "all", "--to", "\(path)/again", "--format", format])
            }
            for kind in ["stations", "items", "stock"] {
                let name = "\(kind).\(format)"
                #expect(try folder.read("\(format)/\(name)") == folder.read("again/\(name)"))
            }
        }
    }
}
