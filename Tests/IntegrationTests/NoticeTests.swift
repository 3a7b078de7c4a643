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
        try ClientScenario.run("notices", name)
    }
}
