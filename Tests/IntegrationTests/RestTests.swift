import Glibc
import Testing

/// The API over HTTP: the manual's examples, the contract call by call, who may do what, and what
/// requests made at random find.
@Suite(
    "HTTP API", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(6)))
struct RestTests {
    private static let password = TestServer.withPassword["ENTREPOT_ADMIN_PASSWORD"] ?? ""

    private func server() throws -> TestServer {
        try TestServer(["--fsync", "off"], variables: TestServer.withPassword, http: true)
    }

    private func expectDone(
        _ words: [String], _ server: TestServer, seconds: Int, environment: [String: String] = [:]
    ) throws {
        let done = try Program.run(
            words, in: server.folder.path, environment: environment, seconds: seconds)
        #expect(done.status == 0, "\(done.output.suffix(8_000)) \(done.error.suffix(4_000))")
    }

    /// Every command in docs/rest.md is run as it stands there.
    @Test(.enabled(if: Program.isThere("curl"), "curl is not installed"))
    func theManualsExamples() throws {
        let server = try server()
        let manual = Folder.text(of: Folder.repository + "/docs/rest.md")
        var script = "set -e\ncurl() { command curl -sS --fail-with-body \"$@\"; echo; }\n"
        var count = 0
        for line in manual.split(separator: "\n", omittingEmptySubsequences: false)
        where line.hasPrefix("    ") {
            script += line.dropFirst(4) + "\n"
            if line.hasPrefix("    curl ") { count += 1 }
        }
        #expect(count > 15)
        let path = try server.folder.write("examples.sh", Array(script.utf8))
        let done = try Program.run(
            ["bash", path], in: server.folder.path,
            environment: [
                "URL": "http://127.0.0.1:\(server.httpPort)", "PASSWORD": Self.password,
            ])
        #expect(done.status == 0, "\(done.output) \(done.error)")
        #expect(done.output.contains("\"access\":"))
    }

    @Test func theContract() throws {
        let server = try server()
        let script = Folder.repository + "/Tests/clients/rest.py"
        let url = "http://127.0.0.1:\(server.httpPort)"
        try expectDone(
            ["/usr/bin/python3", "-B", script, url, Self.password], server, seconds: 120)
    }

    @Test func administration() throws {
        let server = try server()
        let script = Folder.repository + "/Tests/clients/admin.py"
        let url = "http://127.0.0.1:\(server.httpPort)"
        try expectDone(
            ["/usr/bin/python3", "-B", script, url, Self.password], server, seconds: 120)
    }

    @Test func whoMayDoWhat() throws {
        let server = try server()
        let script = Folder.repository + "/Tests/clients/permissions.py"
        let words = [
            "/usr/bin/python3", "-B", script, "http://127.0.0.1:\(server.httpPort)",
            "\(server.port)", Self.password,
        ]
        try expectDone(words, server, seconds: 300)
    }

    private static let schemathesis = Folder.repository + "/.venv/bin/st"
    private static let hasVenv = access(schemathesis, X_OK) == 0
    private static let venvAbsence: Comment = "scripts/test makes .venv"

    /// `/openapi.json` is valid, its examples fit their schemas and do what they say, and the
    /// replies hold nothing that it does not describe.
    private func tellTheStory(_ server: TestServer) throws {
        let python = Folder.repository + "/.venv/bin/python"
        let script = Folder.repository + "/Tests/clients/openapi.py"
        let url = "http://127.0.0.1:\(server.httpPort)"
        try expectDone([python, "-B", script, url, Self.password], server, seconds: 120)
    }

    @Test(.enabled(if: hasVenv, venvAbsence)) func theDescriptionAndItsExamples() throws {
        try tellTheStory(try server())
    }

    /// Requests made from `/openapi.json`, good ones and bad ones, for every operation and with
    /// every check that there is, against a store with the records of the examples.
    @Test(.enabled(if: hasVenv, venvAbsence)) func requestsAtRandom() throws {
        let server = try server()
        try tellTheStory(server)
        let authorization = TestServer.authorization.split(separator: "\r\n")[0]
        // Run from the folder that goes with the test: it keeps notes where it is.
        let words = [
            "sh", "-c", "cd '\(server.folder.path)' && exec \"$@\"", "sh",
            Self.schemathesis, "--config-file",
            Folder.repository + "/Tests/clients/random_requests.toml", "run",
            "http://127.0.0.1:\(server.httpPort)/openapi.json", "--header",
            String(authorization), "--checks", "all", "--seed", "1", "--max-examples", "8",
            "--workers", "1", "--no-color", "--request-timeout", "10",
        ]
        let hooks = Folder.repository + "/Tests/clients/random_requests.py"
        try expectDone(
            words, server, seconds: 330, environment: ["SCHEMATHESIS_HOOKS": hooks])
    }
}
