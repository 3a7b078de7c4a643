import Glibc
import RESP
import Testing

/// The listeners with a certificate, spoken to by programs that know nothing of this server.
@Suite(
    "TLS of the real server",
    .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: Authority.isThere, "openssl is not installed"), .timeLimit(.minutes(2)))
struct SecureListenerTests {
    private let authority: Authority

    init() throws { authority = try Authority() }

    private func redis(_ server: TestServer, _ words: [String]) throws -> (
        status: Int32, output: String, error: String
    ) {
        try Program.run(
            ["redis-cli", "-p", "\(server.port)", "--tls", "--cacert", authority.certificate]
                + words, in: server.folder.path)
    }

    /// `openssl s_client`, which sends `input` and prints what comes back.
    private func openssl(
        _ server: TestServer, _ words: [String], input: String = "PING\r\nQUIT\r\n"
    ) throws -> (status: Int32, output: String, error: String) {
        let file = try server.folder.write("typed", Array(input.utf8))
        return try Program.run(
            [
                "openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile",
                authority.certificate,
            ] + words, in: server.folder.path, input: file)
    }

    @Test(.enabled(if: Program.isThere("redis-cli"), "redis-cli is not installed"))
    func redisCommandLine() throws {
        let server = try authority.makeServer()
        #expect(try redis(server, ["PING"]).output == "PONG\n")
        #expect(try redis(server, ["-3", "STATION", "ADD", "mars"]).output.contains("\"seq\""))
        let info = try redis(server, ["INFO", "server"]).output
        #expect(info.contains("tls:tcp") && info.contains("tls_certificate_days:"))
    }

    @Test(
        .enabled(if: access(ClientTests.python, X_OK) == 0, "no .venv: scripts/test makes it"))
    func redisPython() throws {
        let server = try authority.makeServer()
        let script = Folder.repository + "/Tests/clients/redis_py.py"
        let done = try Program.run(
            [
                ClientTests.python, "-B", script, "\(server.port)", "3", authority.certificate,
            ], in: server.folder.path, seconds: 60)
        #expect(done.status == 0, "\(done.output)\(done.error)")
        #expect(done.output.hasSuffix("all good\n"), "\(done.output)")
    }

    @Test func versions() throws {
        let server = try authority.makeServer()
        for (version, isGood) in [("-tls1_3", true), ("-tls1_2", true), ("-tls1_1", false)] {
            // The client would refuse old versions itself without the second part.
            let said = try openssl(
                server, [version, "-quiet"] + (isGood ? [] : ["-cipher", "ALL:@SECLEVEL=0"]))
            #expect(said.output.contains("+PONG") == isGood, "\(version): \(said.error)")
            if !isGood { #expect(said.error.contains("alert protocol version")) }
        }
        // Nor does a client get to shake hands again in the middle.
        let again = try openssl(server, ["-tls1_2"], input: "R\nPING\r\nQUIT\r\n")
        #expect(again.error.contains("no renegotiation"))
    }

    @Test func plainTextIsRefused() throws {
        let server = try authority.makeServer()
        for text in ["PING\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\u{16}\u{3}\u{1}x"] {
            let client = try server.connect()
            client.send(text)
            if text.hasPrefix("\u{16}") { client.send([UInt8](repeating: 0, count: 20_000)) }
            let answer = try client.readToEnd()
            #expect(answer.isEmpty || answer[0] == 0x15, "\(answer)")
        }
        let lines = server.program.errorText
        #expect(lines.contains("a client could not begin TLS"))
        #expect(lines.contains("plain HTTP came where TLS is spoken"))
        // The Unix socket needs no certificate and knows of the failures.
        let path = server.data + "/entrepot.sock"
        let said = try Program.run(
            ["redis-cli", "-s", path, "INFO", "stats"], in: server.folder.path)
        #expect(said.output.contains("tls_handshake_failures:3"), "\(said)")
    }

    @Test(.enabled(if: Program.isThere("curl"), "curl is not installed"))
    func webClients() throws {
        let server = try authority.makeServer(http: true)
        func fetch(_ words: [String]) throws -> (status: Int32, output: String, error: String) {
            try Program.run(
                ["curl", "-sS", "--cacert", authority.certificate, "-D", "-"] + words,
                in: server.folder.path)
        }
        let place = "localhost:\(server.httpPort)"
        // Both pages come over one connection.
        let good = try fetch(["https://\(place)/healthz", "https://\(place)/healthz", "-v"])
        #expect(good.output.hasPrefix("HTTP/1.1 "), "\(good)")
        #expect(good.error.contains("ALPN: server accepted http/1.1"), "\(good.error)")
        #expect(good.error.contains("Re-using existing connection"), "\(good.error)")
        #expect(try fetch(["https://\(place)/healthz", "--tls-max", "1.1"]).status == 35)
        #expect(try fetch(["http://\(place)/healthz"]).status != 0)
        // Who would speak nothing but HTTP/2 is told so by TLS itself.
        let other = try Program.run(
            ["openssl", "s_client", "-connect", place, "-alpn", "h2"], in: server.folder.path)
        #expect(other.error.contains("no application protocol"), "\(other.error)")
        let lines = server.program.errorText
        #expect(lines.contains("the client wants another protocol than HTTP/1.1"))
    }

    @Test func listenersMayDiffer() throws {
        let server = try authority.makeServer(
            ["--tls-listeners", "http", "--http-head-milliseconds", "300"], http: true)
        #expect(try server.connect().call("PING") == .simple("PONG"))
        let silent = try Connection(port: server.httpPort)
        silent.waitAtMost(seconds: 5)
        #expect(try silent.readToEnd().isEmpty)
        let shown = try Program.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(server.httpPort)"],
            in: server.folder.path)
        #expect(shown.output.contains("subject=CN = server"))
    }

    @Test func aHelloThatNeverComes() throws {
        let server = try authority.makeServer(["--login-milliseconds", "300"])
        let silent = try server.connect()
        let slow = try server.connect()
        // The beginning of a record that says it has 200 bytes.
        slow.send([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])
        for client in [silent, slow] {
            client.waitAtMost(seconds: 5)
            #expect(try client.readToEnd().isEmpty)
        }
        #expect(server.program.errorText.contains("a connection did not begin TLS in time"))
    }

    @Test(arguments: ["optional", "required"])
    func clientCertificates(_ rule: String) throws {
        let server = try authority.makeServer([
            "--tls-client-certificates", rule, "--tls-client-ca", authority.certificate,
        ])
        try authority.issue("trader")
        let stranger = try Authority()
        try stranger.issue("stranger")
        func answer(_ own: [String]) throws -> Bool {
            try openssl(server, ["-quiet"] + own).output.contains("+PONG")
        }
        func own(_ authority: Authority, _ name: String) -> [String] {
            ["-cert", authority.path(name, "pem"), "-key", authority.path(name, "key")]
        }
        #expect(try answer([]) == (rule == "optional"))
        #expect(try answer(own(authority, "trader")))
        #expect(try !answer(own(stranger, "stranger")))
        let entrepot = try #require(TestServer.binary)
        let words = [
            entrepot, "plugin", "list", "--server", "localhost:\(server.port)", "--tls-ca",
            authority.certificate,
        ]
        let with = [
            "--tls-cert", authority.path("trader", "pem"), "--tls-key",
            authority.path("trader", "key"),
        ]
        #expect(try Program.run(words + with, in: server.folder.path).status == 0)
        let without = try Program.run(words, in: server.folder.path)
        #expect(without.status == (rule == "optional" ? 0 : 1), "\(without.error)")
    }

    @Test func aNewCertificateIsTakenUp() throws {
        let server = try authority.makeServer()
        let subject = ["-tls1_3"]
        #expect(try openssl(server, subject).output.contains("subject=CN = server"))
        try authority.issue("next")
        func put(_ name: String) throws {
            for ending in ["pem", "key"] {
                let new = Folder.bytes(of: authority.path(name, ending))
                _ = try authority.folder.write("server.\(ending)", new)
            }
        }
        func hangUp(_ line: String) throws {
            let before = server.program.errorText.utf8.count
            server.program.signal(SIGHUP)
            for _ in 0..<1_000 {
                if server.program.errorText.utf8.dropFirst(before).count > 0 { break }
                usleep(5_000)
            }
            #expect(server.program.errorText.contains(line))
        }
        // A key that belongs to another certificate: everything stays.
        _ = try authority.folder.write(
            "server.key", Folder.bytes(of: authority.path("next", "key")))
        try hangUp("TLS: the certificate in use stays")
        #expect(server.program.errorText.contains("does not belong to the certificate"))
        #expect(try openssl(server, subject).output.contains("subject=CN = server"))
        try put("next")
        try hangUp("certificate=\"CN=next\"")
        #expect(try openssl(server, subject).output.contains("subject=CN = next"))
        #expect(try openssl(server, ["-quiet"]).output.contains("+PONG"))
        #expect(server.program.poll() == nil)
    }

    @Test func longPipelinesBothWays() throws {
        let server = try authority.makeServer()
        let word = String(repeating: "abcdefghij", count: 200)
        let count = 5_000
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes += Connection.request(["ECHO", word]) }
        bytes += Connection.request(["QUIT"])
        let input = try server.folder.write("pipeline", bytes)
        let done = try Program.run(
            [
                "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)",
                "-CAfile", authority.certificate,
            ], in: server.folder.path, input: input)
        let reply = "$\(word.utf8.count)\r\n\(word)\r\n"
        #expect(done.output.utf8.count == count * reply.utf8.count + "+OK\r\n".utf8.count)
        #expect(done.output.hasPrefix(reply))
        #expect(done.output.hasSuffix("+OK\r\n"))
    }

    @Test func aReaderThatStopsReading() throws {
        let server = try authority.makeServer([
            "--output-buffer-soft-bytes", "65536", "--output-buffer-soft-milliseconds", "300",
            "--pipeline-bytes", "65536",
        ])
        let word = String(repeating: "abcdefghij", count: 5_000)
        var bytes: [UInt8] = []
        for _ in 0..<1_000 { bytes += Connection.request(["ECHO", word]) }
        let input = try server.folder.write("pipeline", bytes)
        // What it prints goes into a pipe that nobody empties.
        let slow = try Program(
            [
                "sh", "-c",
                "openssl s_client -quiet -connect 127.0.0.1:\(server.port) -CAfile"
                    + " \(authority.certificate) | sleep 10",
            ], in: server.folder.path, input: input)
        defer { slow.kill() }
        var isCutOff = false
        for _ in 0..<200 where !isCutOff {
            #expect(try openssl(server, ["-quiet"]).output.contains("+PONG"))
            isCutOff = server.program.errorText.contains("reads too slowly was cut off")
            usleep(50_000)
        }
        #expect(isCutOff)
        #expect(server.residentKiB < 300_000)
    }

    @Test func theCommandLineNamesWhatIsWrong() throws {
        let server = try authority.makeServer()
        let plain = try TestServer()
        let entrepot = try #require(TestServer.binary)
        func complaint(_ server: TestServer, _ flags: [String]) throws -> String {
            let words = [entrepot, "plugin", "list", "--server", "127.0.0.1:\(server.port)"]
            return try Program.run(words + flags, in: server.folder.path).error
        }
        let trusting = ["--tls-ca", authority.certificate]
        #expect(try complaint(server, trusting) == "")
        #expect(try complaint(server, []).contains("does it speak TLS?"))
        #expect(try complaint(server, ["--tls"]).contains("certificate is not accepted"))
        #expect(try complaint(plain, trusting).contains("what came is not TLS"))
        let missing = try complaint(server, ["--tls-ca", "/no/such/file"])
        #expect(missing.contains("there is no file /no/such/file"))
        let stranger = try Authority()
        #expect(try complaint(server, ["--tls-ca", stranger.certificate]).contains("not accepted"))
    }

    @Test func aStartWithBadFilesSaysSo() throws {
        try authority.issue("server")
        let folder = try Folder()
        let entrepot = try #require(TestServer.binary)
        for (flags, sentence, status) in [
            (["--tls-certificate", "x.pem"], "tls_certificate and tls_key belong together", 2),
            (["--tls-listeners", "tcp"], "needs tls_certificate and tls_key", 2),
            (
                ["--tls-certificate", "/no/x.pem", "--tls-key", "/no/x.key"],
                "tls_certificate (--tls-certificate): there is no file /no/x.pem", 1
            ),
            (
                authority.flags("server") + ["--tls-client-certificates", "required"],
                "belong together", 2
            ),
        ] as [([String], String, Int32)] {
            let done = try Program.run(
                [
                    entrepot, "serve", "--data", folder.path + "/data", "--tcp", "127.0.0.1:0",
                    "--http", "off",
                ] + flags, in: folder.path)
            #expect(done.status == status)
            #expect(done.error.contains(sentence), "\(done.error)")
        }
    }
}
