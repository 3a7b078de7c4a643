import Glibc
import Testing

/// Notices through real sockets, judged by programs of others: `standardwebhooks` and `aiosmtpd`.
@Suite(
    "Notices", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: access(ClientTests.python, X_OK) == 0, "no .venv: scripts/test makes it"),
    .timeLimit(.minutes(3)))
struct NoticeTests {
    @Test(arguments: ["webhook", "misbehaviour", "private", "restart", "mail", "log"])
    func scenario(_ name: String) throws {
        let folder = try Folder()
        guard let binary = TestServer.binary else { throw Trouble(TestServer.absence) }
        let script = Folder.repository + "/Tests/clients/notices.py"
        let done = try Program.run(
            [ClientTests.python, "-B", script, binary, folder.path, name], in: folder.path,
            seconds: 120)
        let log = Folder.text(of: folder.path + "/server.log")
        #expect(done.status == 0, "\(done.output)\(done.error)\(log.suffix(4_000))")
        #expect(done.output.hasSuffix("all good\n"), "\(done.output)")
    }
}
