package import Basics

/// Where a server is and who asks: the flags that every command with `--server` takes.
package struct ServerOptions: Sendable {
    package let address: ServerAddress
    /// Nil logs nobody in: a server on this machine may take that as its own user.
    package let login: Login?

    /// What `AUTH` is sent with.
    package struct Login: Sendable {
        /// Nil where the secret is a token, which knows its user.
        package let user: String?
        package let secret: Redacted
    }

    package init(address: ServerAddress, login: Login? = nil) {
        self.address = address
        self.login = login
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
    ]

    /// Reads the flags; without `--user`, `ENTREPOT_TOKEN` logs in where it is set.
    ///
    /// - Throws: a sentence that names the flag.
    package init(_ invocation: Invocation) throws(ClientError) {
        let text = invocation.value("server")
        guard let address = text.map(ServerAddress.init) ?? ServerAddress.standard else {
            throw ClientError.usage("--server \(text ?? "") is not HOST:PORT or unix:PATH")
        }
        self.address = address
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

    private static func firstLine(_ path: String) throws(ClientError) -> Redacted {
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
