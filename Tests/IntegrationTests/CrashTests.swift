import Glibc
import Testing

/// A short run of `scripts/crash`, and its control.
@Suite(
    "Deaths and power cuts",
    .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: Program.isThere("gcc") && Program.isThere("python3"), "needs gcc and python3"),
    .timeLimit(.minutes(4)))
struct CrashTests {
    @Test(arguments: [["--rounds", "5", "--every", "2"], ["--rounds", "1", "--control"]])
    func nothingIsLost(words: [String]) throws {
        let binary = try #require(TestServer.binary)
        let folder = try Folder()
        let script = Folder.repository + "/Tests/crash/crash.py"
        let done = try Program.run(
            ["/usr/bin/python3", "-B", script, "--binary", binary] + words, in: folder.path,
            environment: ["TMPDIR": folder.path], seconds: 120)
        #expect(done.status == 0, "\(done.output)\(done.error)")
    }
}
