package import Basics
package import TLS

/// Where a server is and who asks: the flags that every command with `--server` takes.
package struct ServerOptions: Sendable {
    package let address: ServerAddress
    /// Nil logs nobody in: a server on this machine may take that as its own user.
    package let login: Login?
    /// How the connection is encrypted; nil: it is not.
    package let security: Security?

    /// Whom a client trusts, and who it is itself.
    package struct Security: Sendable, Equatable {
        /// A file of authorities; nil: the system's.
        package let authorities: String?
        /// The client's own certificate, for servers that ask for one.
        package let files: TLSFiles?

        package init(authorities: String? = nil, files: TLSFiles? = nil) {
            self.authorities = authorities
            self.files = files
        }
    }

    /// What `AUTH` is sent with.
    package struct Login: Sendable {
        /// Nil where the secret is a token, which knows its user.
        package let user: String?
        package let secret: Redacted
    }

    package init(address: ServerAddress, login: Login? = nil, security: Security? = nil) {
        self.address = address
        self.login = login
        self.security = security
    }

    /// For the table of commands.
    package static let flags: [Flag] = [
        Flag(
            "server", "HOST:PORT",
            "The server: HOST:PORT, or unix:PATH of its socket (\(ServerAddress.standard))."),
        Flag("user", "NAME", "Logs in as this user; needs --password-file."),
        Flag(
            "password-file", "FILE", "The password is the first line of this file.",
            completion: .file),
        Flag("tls", nil, "Speaks TLS; trusts the authorities of the system."),
        Flag(
            "tls-ca", "FILE", "Speaks TLS; trusts the authorities in this file and no other.",
            completion: .file),
        Flag(
            "tls-cert", "FILE", "The client's own certificate, where the server asks for one.",
            completion: .file),
        Flag("tls-key", "FILE", "The key of --tls-cert.", completion: .file),
    ]

    /// Reads the flags; without `--user`, `ENTREPOT_TOKEN` logs in where it is set, and without
    /// flags of TLS `ENTREPOT_TLS_CA` and `ENTREPOT_TLS` count for HOST:PORT.
    ///
    /// - Throws: a sentence that names the flag.
    package init(_ invocation: Invocation) throws(ClientError) {
        let text = invocation.value("server")
        guard let address = text.map(ServerAddress.init) ?? ServerAddress.standard else {
            throw ClientError.usage("--server \(text ?? "") is not HOST:PORT or unix:PATH")
        }
        self.address = address
        security = try Self.security(invocation, address)
        if let user = invocation.value("user") {
            guard let path = invocation.value("password-file") else {
                throw ClientError.usage("--user needs --password-file FILE")
            }
            login = Login(user: user, secret: try Self.firstLine(path))
        } else if invocation.has("password-file") {
            throw ClientError.usage("--password-file needs --user NAME")
        } else if let token = invocation.environment["ENTREPOT_TOKEN"], !token.isEmpty {
            login = Login(user: nil, secret: Redacted(token))
        } else {
            login = nil
        }
    }

    private static func security(
        _ invocation: Invocation, _ address: ServerAddress
    ) throws(ClientError) -> Security? {
        let certificate = invocation.value("tls-cert")
        let key = invocation.value("tls-key")
        if (certificate == nil) != (key == nil) {
            throw .usage("--tls-cert and --tls-key belong together")
        }
        var files: TLSFiles?
        if let certificate, let key { files = TLSFiles(certificate: certificate, key: key) }
        var authorities = invocation.value("tls-ca")
        var isOn = invocation.has("tls") || authorities != nil || files != nil
        if case .unix = address {
            if isOn { throw .usage("TLS is for HOST:PORT: a Unix socket stays on this machine") }
            return nil
        }
        if authorities == nil && !invocation.has("tls") {
            let variable = invocation.environment["ENTREPOT_TLS_CA"] ?? ""
            if !variable.isEmpty { authorities = variable }
        }
        switch invocation.environment["ENTREPOT_TLS"] ?? "" {
        case "on": isOn = true
        case "", "off": break
        default: throw .usage("ENTREPOT_TLS is on or off")
        }
        if !isOn && authorities == nil { return nil }
        return Security(authorities: authorities, files: files)
    }

    /// The password in the first line of a file.
    ///
    /// - Throws: a sentence that names the file.
    static func firstLine(_ path: String) throws(ClientError) -> Redacted {
        let bytes: [UInt8]?
        do throws(ConfigurationError) { bytes = try SystemFiles.read(path) } catch {
            throw ClientError("\(error)")
        }
        guard let bytes else { throw .file(path, "there is no such file") }
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw .file(path, "has no password in its first line")
        }
        return Redacted(text)
    }
}
