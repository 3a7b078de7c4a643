import Basics
import EntrepotServer
import Synchronization
import Testing

/// Keeps what is written.
private final class MemoryConsole: Console {
    private let kept = Mutex<(out: String, err: String)>(("", ""))
    let showsProgress = false

    func write(_ text: String) { kept.withLock { $0.out += text } }
    func complain(_ text: String) { kept.withLock { $0.err += text } }
    var out: String { kept.withLock { $0.out } }
    var err: String { kept.withLock { $0.err } }
}

/// Says what it was given.
private func echo(_ invocation: Invocation) -> ExitCode {
    for (name, value) in invocation.flags { invocation.console.write("\(name)=\(value);") }
    invocation.console.write(invocation.operands.joined(separator: ","))
    return invocation.has("fail") ? .failed : .done
}

private let tool = CommandLineTool(
    name: "entrepot", summary: "a store",
    commands: [
        Command(
            "import", "Read files", operands: Operands("FILE…", 1...3, completion: .file),
            flags: [
                Flag("server", "HOST:PORT", "Where to."), Flag("fail", nil, "Fail."),
                Flag("log", "text|json", "It's the [log].", choices: ["text", "json"]),
                Flag("tag", "T", "A tag.", isRepeatable: true),
            ], examples: [.init("entrepot import a.csv", "reads a.csv")], run: echo),
        Command("config check", "Check the configuration", run: echo),
        Command("config docs", "Print the page", isHidden: true, run: echo),
        Command(
            "completions", "Print a script",
            operands: Operands("SHELL", 1...1, choices: ["bash", "zsh", "fish"]), run: echo),
    ])

@Suite struct CommandLineTests {
    private func run(_ line: String) -> (code: ExitCode, out: String, err: String) {
        let console = MemoryConsole()
        let words = line.split(separator: " ").map(String.init)
        let code = tool.run(words, environment: [:], console: console)
        return (code, console.out, console.err)
    }

    @Test(arguments: [
        ("import a", "a"), ("import --server h:1 a b", "server=h:1;a,b"),
        ("import a --server=h:1", "server=h:1;a"), ("import --server= a", "server=;a"),
        ("import --server=a=b c", "server=a=b;c"), ("import -- --server", "--server"),
        ("import - a", "-,a"), ("import --tag x --tag=y a", "tag=x;tag=y;a"),
        ("import --server -1 a", "server=-1;a"), ("config check", ""), ("config docs", ""),
    ])
    func goodLines(line: String, out: String) {
        let result = run(line)
        #expect(result.code == .done)
        #expect(result.out == out)
        #expect(result.err.isEmpty)
    }

    @Test func aFailureIsOne() {
        #expect(run("import --fail a").code == .failed)
        #expect(ExitCode.failed.rawValue == 1)
        #expect(ExitCode.usage.rawValue == 2)
    }

    @Test(arguments: [
        ("imprt", "unknown command \"imprt\"; did you mean \"import\"?"),
        ("config chekc", "unknown command \"config chekc\"; did you mean \"check\"?"),
        ("frobnicate", "unknown command \"frobnicate\"\n"),
        ("--data x", "unknown flag --data; flags follow a command"),
        ("import", "FILE… is missing"), ("import a b c d", "\"d\" is one word too many"),
        ("config check x", "\"x\" is one word too many"),
        ("import --sever=x a", "unknown flag --sever; did you mean \"--server\"?"),
        ("import -s a", "unknown flag -s"), ("import --fail=1 a", "--fail takes no value"),
        ("import a --server", "--server needs a value: --server HOST:PORT"),
        ("import --server --fail a", "--server needs a value"),
        ("import --server a --server b c", "--server is given twice"),
        ("import --= a", "unknown flag --"), ("config", "Usage: entrepot config COMMAND"),
        ("", "Commands:"), ("help nothing", "unknown command \"nothing\""),
    ])
    func badLines(line: String, start: String) {
        let result = run(line)
        #expect(result.code == .usage)
        #expect(result.out.isEmpty)
        #expect(result.err.contains(start), "\(result.err)")
    }

    @Test(arguments: [
        ("--help", "Commands:"), ("-h", "Commands:"), ("help", "Commands:"),
        ("import --help", "Usage: entrepot import FILE… [FLAGS]"),
        ("help import", "Usage: entrepot import FILE… [FLAGS]"),
        ("import --server x -h", "--server HOST:PORT\n      Where to."),
        ("help config", "Usage: entrepot config COMMAND"), ("config --help", "config check"),
        ("import --help", "Examples:\n  entrepot import a.csv\n      reads a.csv"),
    ])
    func help(line: String, part: String) {
        let result = run(line)
        #expect(result.code == .done)
        #expect(result.out.contains(part), "\(result.out)")
        #expect(!result.out.contains("config docs"))
    }

    @Test func everySettingIsAFlag() {
        #expect(Flag.settings.count == SettingTable.rows.count)
        let fsync = Flag.settings.first { $0.name == "fsync" }
        #expect(fsync?.choices == ["always", "off"])
        #expect(Flag.settings.contains { $0.name == "log-level" && $0.choices.count == 4 })
        #expect(Flag.settings.contains { $0.name == "data" && $0.completion == .directory })
    }

    @Test(arguments: CompletionScript.allCases)
    func completionsKnowEveryWord(shell: CompletionScript) {
        let text = shell.text(tool)
        for word in ["import", "config", "check", "completions", "server", "text json", "bash zsh"]
        { #expect(text.contains(word), "\(word)") }
        #expect(!text.contains("docs"))
    }
}

@Suite struct NearestWordTests {
    @Test(arguments: [
        ("fsnyc", "fsync"), ("FSYNC", "fsync"), ("log_lvel", "log_level"), ("x", nil), ("", nil),
        (String(repeating: "f", count: 65), nil), ("elephant", nil),
    ])
    func words(written: String, found: String?) {
        #expect(NearestWord.find(written, in: ["fsync", "log_level", "tcp"]) == found)
    }
}
