import Basics
import Glibc
import Testing

/// packaging/nginx.conf, with the real proxy before the real server.
@Suite(
    "Behind nginx",
    .enabled(
        if: TestServer.isThere && Authority.isThere && Program.isThere("nginx"),
        "nginx or openssl is not installed"), .timeLimit(.minutes(2)))
struct FrontTests {
    private final class Front {
        let server: TestServer
        let authority: Authority
        let proxy: Program
        let port: UInt16

        init() throws {
            server = try TestServer(
                ["--access-log", "on", "--trusted-proxies", "127.0.0.0/8"],
                variables: TestServer.withPassword, http: true)
            authority = try Authority()
            try authority.issue("front")
            var chosen: (Program, UInt16)?
            for _ in 0..<5 where chosen == nil {
                let port = UInt16.random(in: 20_000...31_000)
                let proxy = try Self.proxy(port, server, authority)
                for _ in 0..<200 where proxy.poll() == nil {
                    if let socket = try? Connection(port: port) {
                        _ = socket
                        chosen = (proxy, port)
                        break
                    }
                    usleep(10_000)
                }
            }
            guard let chosen else { throw Trouble("nginx does not start") }
            (proxy, port) = chosen
        }

        /// One process, so that its end is the end of all of it.
        private static func proxy(
            _ port: UInt16, _ server: TestServer, _ authority: Authority
        ) throws -> Program {
            var text = OperationsTests.text(of: "/packaging/nginx.conf")
            for (old, new) in [
                ("server entrepot:7480;", "server 127.0.0.1:\(server.httpPort);"),
                ("listen 7443 ssl;", "listen 127.0.0.1:\(port) ssl;"),
                ("/tls/tls.pem", authority.path("front", "pem")),
                ("/tls/tls.key", authority.path("front", "key")),
                ("/tmp/nginx.pid", server.folder.path + "/nginx.pid"),
            ] {
                try #require(text.ranges(of: old).count == 1, "\(old)")
                text = text.replacing(old, with: new)
            }
            let path = try server.folder.write("nginx.conf", Array(text.utf8))
            return try Program(
                ["nginx", "-c", path, "-g", "daemon off; master_process off;"],
                in: server.folder.path)
        }

        func curl(_ path: String, _ words: [String] = []) throws -> String {
            try Program.run(
                ["curl", "-s", "--cacert", authority.certificate] + words
                    + ["https://localhost:\(port)\(path)"], in: server.folder.path
            ).output
        }
    }

    @Test("requests pass, and what a client says of its address is dropped")
    func requests() throws {
        let front = try Front()
        let user = ["-u", "admin:pass-word-1"]
        #expect(try front.curl("/readyz?role=leader").hasPrefix("{\"status\":\"ready\""))
        let made = try front.curl(
            "/api/stations",
            user + ["-H", "Content-Type: application/json", "-d", "{\"id\":\"luna\"}"])
        #expect(made.hasPrefix("{\"id\":\"luna\""), "\(made)")
        #expect(
            try front.curl("/api/stations", ["-o", "/dev/null", "-w", "%{http_code}"]) == "401")
        _ = try front.curl(
            "/healthz", ["-H", "X-Forwarded-For: 192.0.2.66", "-H", "X-Request-Id: lie"])
        let lines = front.server.program.errorText.split(separator: "\n")
        let line = lines.first { $0.hasSuffix("request_id=lie") } ?? ""
        #expect(line.contains(" peer=127.0.0.1 "), "\(line)")
    }

    @Test("live events and WebSockets pass as they come")
    func feeds() throws {
        let front = try Front()
        let user = ["-u", "admin:pass-word-1", "-N"]
        let words = ["curl", "-s", "--cacert", front.authority.certificate] + user
        let place = "https://localhost:\(front.port)"
        let reader = try Program(
            words + [place + "/api/updates/real-time"], in: front.server.folder.path)
        let socket = try Program(
            words + [
                "-i", "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
                "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                place + "/api/updates/ws",
            ], in: front.server.folder.path)
        func eventually(_ program: Program, says text: String) {
            for _ in 0..<1_000 where !program.output.contains(text) { usleep(5_000) }
            #expect(program.output.contains(text), "\(program.output)")
        }
        eventually(reader, says: "event: ready")
        eventually(socket, says: "HTTP/1.1 101")
        eventually(socket, says: "\"op\":\"heartbeat\"")
        _ = try front.curl(
            "/api/stations",
            user + ["-H", "Content-Type: application/json", "-d", "{\"id\":\"luna\"}"])
        eventually(reader, says: "\"type\":\"station.added\"")
    }
}
