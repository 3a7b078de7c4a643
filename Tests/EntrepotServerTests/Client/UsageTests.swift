import Synchronization
import Testing

@testable import EntrepotServer

/// Commands that are typed wrongly end with exit code 2, before anything is tried.
@Suite struct UsageTests {
    private final class QuietConsole: Console {
        private let kept = Mutex("")
        let showsProgress = false

        func write(_ text: String) {}
        func complain(_ text: String) { kept.withLock { $0 += text } }
        var text: String { kept.withLock { $0 } }
    }

    @Test(arguments: [
        ("bench foo", "foo"), ("bench trades --connections 0", "connections"),
        ("bench trades --skew 9", "skew"), ("export nope", "nope"), ("export all", "--to"),
        ("export stations --format xml", "xml"),
        ("export stations --user admin", "--password-file"),
        ("export stations --password-file x", "--user"), ("export stations --server x", "--server"),
        ("import events.ndjson --server x", "--server"),
    ])
    func wrongUsage(line: String, text: String) {
        let tool = CommandLineTool(
            name: "entrepot", summary: "",
            commands: [
                Command(
                    "bench", "", operands: Operands("WHAT", 1...1), flags: BenchOptions.flags,
                    run: BenchCommand.run),
                Command(
                    "export", "", operands: Operands("KIND", 1...1), flags: ExportCommand.flags,
                    run: ExportCommand.run),
                Command(
                    "import", "", operands: Operands("FILE", 1...9), flags: ServerOptions.flags,
                    run: ImportCommand.run),
            ])
        let console = QuietConsole()
        let words = line.split(separator: " ").map(String.init)
        #expect(tool.run(words, environment: [:], console: console) == .usage)
        #expect(console.text.contains(text), "\(console.text)")
    }
}
