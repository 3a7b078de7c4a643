import Glibc
import Testing

/// Certificates made by the `openssl` command: an authority, a server's (for `localhost` and
/// 127.0.0.1) that it vouches for, and on demand more. Gone with the object.
final class Certificates: Sendable {
    static let program = "/usr/bin/openssl"
    static let isThere = access(program, X_OK) == 0

    let folder: String

    /// The authority's certificate.
    var authority: String { folder + "/authority.pem" }
    var server: String { folder + "/server.pem" }
    var serverKey: String { folder + "/server.key" }
    var client: String { folder + "/client.pem" }
    var clientKey: String { folder + "/client.key" }
    var stranger: String { folder + "/stranger.pem" }
    var strangerKey: String { folder + "/stranger.key" }
    /// A key of another kind.
    var rsaKey: String { folder + "/rsa.key" }
    var lockedKey: String { folder + "/locked.key" }

    init() throws {
        var template = Array("/tmp/entrepot-tls-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try run(
            ["req", "-x509"] + Self.curve + [
                "-keyout", folder + "/authority.key", "-out", authority, "-subj",
                "/CN=Test authority", "-days", "30",
            ])
        try issue("server", "/CN=localhost/O=Guild", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    }

    private static let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    /// A client's certificate, which the authority vouches for.
    func makeClient() throws {
        try issue("client", "/CN=smuggler", "extendedKeyUsage=clientAuth")
    }

    /// A certificate that nobody else vouches for.
    func makeStranger() throws {
        try run(
            ["req", "-x509"] + Self.curve + [
                "-keyout", strangerKey, "-out", stranger, "-subj", "/CN=stranger", "-days", "30",
            ])
    }

    /// A key of another kind than the server's, and the server's behind a passphrase.
    func makeKeys() throws {
        try run(["genpkey", "-algorithm", "RSA", "-out", rsaKey])
        try run([
            "pkey", "-in", serverKey, "-aes256", "-passout", "pass:secret", "-out", lockedKey,
        ])
    }

    deinit {
        for path in [
            authority, folder + "/authority.key", server, serverKey, client, clientKey, stranger,
            strangerKey, rsaKey, lockedKey, folder + "/request",
        ] { unlink(path) }
        rmdir(folder)
    }

    private func issue(_ name: String, _ subject: String, _ extensions: String) throws {
        let request = folder + "/request"
        try run(
            ["req", "-new"] + Self.curve + [
                "-keyout", folder + "/\(name).key", "-out", request, "-subj", subject, "-addext",
                extensions,
            ])
        try run([
            "x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder + "/authority.key",
            "-out", folder + "/\(name).pem", "-days", "30", "-copy_extensions", "copy",
        ])
    }

    private func run(_ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words = ([Self.program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, Self.program, &actions, nil, words, environ) == 0)
        var status: Int32 = -1
        waitpid(process, &status, 0)
        try #require(status == 0, "openssl \(arguments.joined(separator: " "))")
    }
}
