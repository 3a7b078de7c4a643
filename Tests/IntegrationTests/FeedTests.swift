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
        try ClientScenario.run("feeds", name)
    }
}
