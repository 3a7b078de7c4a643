import Glibc
import HTTPClient
import Testing

/// `openssl` as a web server with a certificate of its own for `localhost`.
private struct TLSServer: ~Copyable {
    static let program = "/usr/bin/openssl"

    let port: UInt16
    let certificate: String
    private let folder: String
    private let process: pid_t
    private let output: Int32

    init() throws {
        var template = Array("/tmp/entrepot-tls-XXXXXX\0".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let folder = try #require(made)
        let certificate = folder + "/certificate"
        let maker = try Self.start([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", folder + "/key", "-out", certificate, "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-days", "2",
        ])
        close(maker.output)
        waitpid(maker.process, nil, 0)
        let server = try Self.start([
            "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate,
            "-key", folder + "/key",
        ])
        self.folder = folder
        self.certificate = certificate
        process = server.process
        output = server.output
        // It says `ACCEPT 127.0.0.1:40123` once it listens.
        var text = ""
        var part = [UInt8](repeating: 0, count: 512)
        while !text.contains("\n") || text.split(separator: "\n").last?.contains("ACCEPT") != true {
            let got = read(server.output, &part, part.count)
            if got <= 0 { break }
            text += String(decoding: part.prefix(got), as: UTF8.self)
        }
        let digits = text.split(separator: ":").last.map { $0.prefix { $0.isNumber } }
        port = digits.flatMap { UInt16($0) } ?? 0
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        close(output)
        for name in ["/key", "/certificate"] { unlink(folder + name) }
        rmdir(folder)
    }

    private static func start(
        _ arguments: [String]
    ) throws -> (process: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0)
        var words = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        var process: pid_t = 0
        let status = posix_spawn(&process, program, &actions, nil, words, environ)
        for word in words { free(word) }
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        try #require(status == 0)
        return (process, ends[0])
    }
}

@Suite("TLS", .enabled(if: access(TLSServer.program, X_OK) == 0, "openssl is not installed"))
struct TLSTests {
    @Test("trusts the authorities it was given, and the name they vouch for")
    func verification() throws {
        let server = try TLSServer()
        try #require(server.port > 0)
        let good = WebRequest(method: "GET", url: "https://localhost:\(server.port)/")
        #expect(sendOnce(good) == .failure(.tls))
        let certificate = server.certificate
        #expect(sendOnce(good, certificates: certificate).reply?.status == 200)
        #expect(sendOnce(good, certificates: certificate + ".none") == .failure(.tls))
        let wrongName = WebRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")
        #expect(sendOnce(wrongName, certificates: certificate) == .failure(.tls))
        #expect(
            sendOnce(good, policy: .publicOnly, certificates: certificate)
                == .failure(.addressRefused))
    }
}
