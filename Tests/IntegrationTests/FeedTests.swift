import Glibc
import Testing

/// Live events through real sockets, followed by programs of others: curl and `websockets`.
@Suite(
    "Feeds", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: access(ClientTests.python, X_OK) == 0, "no .venv: scripts/test makes it"),
    .timeLimit(.minutes(3)))
struct FeedTests {
    @Test(arguments: [
        "order", "resume", "curl", "slow", "heartbeat", "websocket", "cookie", "killed",
    ])
    func scenario(_ name: String) throws {
        let folder = try Folder()
        guard let binary = TestServer.binary else { throw Trouble(TestServer.absence) }
        let script = Folder.repository + "/Tests/clients/feeds.py"
        let done = try Program.run(
            [ClientTests.python, "-B", script, binary, folder.path, name], in: folder.path,
            seconds: 120)
        let log = Folder.text(of: folder.path + "/server.log")
        #expect(done.status == 0, "\(done.output)\(done.error)\(log.suffix(4_000))")
        #expect(done.output.hasSuffix("all good\n"), "\(done.output)")
    }
}
