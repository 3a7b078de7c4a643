import Glibc
import Testing

/// Rights that end or change while connections are open, and what a start says of its secrets.
@Suite(
    "Rights", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: access(ClientTests.python, X_OK) == 0, "no .venv: scripts/test makes it"),
    .timeLimit(.minutes(3)))
struct RightsTests {
    @Test(arguments: [
        "disabled", "stations", "revoked", "password", "demoted", "late", "addresses", "rates",
        "flood", "encrypted", "arguments",
    ])
    func scenario(_ name: String) throws {
        try ClientScenario.run("rights", name)
    }

    @Test func whoMayDoWhatOverTCP() throws {
        let server = try TestServer(variables: TestServer.withPassword)
        let script = Folder.repository + "/Tests/clients/permissions_tcp.py"
        let done = try Program.run(
            [ClientTests.python, "-B", script, "\(server.port)", "pass-word-1"],
            in: server.folder.path, seconds: 120)
        #expect(done.status == 0, "\(done.output)\(done.error)")
    }
}
