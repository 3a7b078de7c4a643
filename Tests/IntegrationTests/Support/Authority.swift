import Glibc

/// An authority for certificates, in a folder of a test; it needs the `openssl` command.
final class Authority {
    static let isThere = Program.isThere("openssl")

    let folder: Folder
    /// The authority's own certificate.
    var certificate: String { folder.path + "/authority.pem" }

    init() throws {
        folder = try Folder()
        try run(
            ["req", "-x509"] + Self.curve + [
                "-keyout", folder.path + "/authority.key", "-out", certificate, "-subj",
                "/CN=Test authority", "-days", "30",
            ])
    }

    private static let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    /// Makes `NAME.pem` and `NAME.key`, for `localhost` and 127.0.0.1.
    func issue(_ name: String) throws {
        let request = folder.path + "/request"
        try run(
            ["req", "-new"] + Self.curve + [
                "-keyout", path(name, "key"), "-out", request, "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ])
        try run([
            "x509", "-req", "-in", request, "-CA", certificate, "-CAkey",
            folder.path + "/authority.key", "-out", path(name, "pem"), "-days", "30",
            "-copy_extensions", "copy",
        ])
    }

    func path(_ name: String, _ ending: String) -> String { "\(folder.path)/\(name).\(ending)" }

    /// The flags of a server that shows the certificate `name`.
    func flags(_ name: String) -> [String] {
        ["--tls-certificate", path(name, "pem"), "--tls-key", path(name, "key")]
    }

    /// A server that shows the certificate `server`.
    func makeServer(_ more: [String] = [], http: Bool = false) throws -> TestServer {
        try issue("server")
        return try TestServer(flags("server") + more, http: http)
    }

    private func run(_ words: [String]) throws {
        let done = try Program.run(["openssl"] + words, in: folder.path)
        if done.status != 0 { throw Trouble("openssl \(words[0]): \(done.error)") }
    }
}
