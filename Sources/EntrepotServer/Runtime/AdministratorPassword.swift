import Accounts
import Basics
import RESPServer
import System

/// Who administers a server that knows no users yet.
enum AdministratorPassword {
    /// Loopback needs no log-in as long as nobody set a password; any other address does, and gets
    /// a password made up where none was given.
    static func authenticator(
        _ configuration: Configuration, log: Log
    ) throws(ServerFailure) -> AdministratorAuthenticator {
        var password: Redacted?
        do throws(ConfigurationError) {
            password = try configuration.initialAdminPassword()
        } catch { throw ServerFailure(error.description) }
        let trustsLoopback =
            configuration.auth == .auto && configuration.tcp.isLoopback && password == nil
        if password == nil && !trustsLoopback {
            password = try generated(in: configuration.data, log: log)
        }
        return AdministratorAuthenticator(password: password, trustsLoopback: trustsLoopback)
    }

    /// The password in `DATA/admin-password`, written there where it is new. It never goes to a
    /// log.
    private static func generated(
        in directory: String, log: Log
    ) throws(ServerFailure) -> Redacted {
        let path = directory + "/admin-password"
        do throws(SystemError) {
            if try FileSystem.kind(of: path) != nil {
                let bytes = try FileSystem.read(path, limit: 4_096).array
                let line = bytes.prefix { $0 != 10 && $0 != 13 }
                if let text = String(validating: line, as: UTF8.self), !text.isEmpty {
                    return Redacted(text)
                }
            }
            let text = make()
            try FileSystem.writeAtomically(
                (text + "\n").utf8.span, to: path, permissions: 0o600)
            log.info("a password for admin was made up", ["file": "\(path)"])
            return Redacted(text)
        } catch { throw ServerFailure("\(error)") }
    }

    /// 26 letters and digits: 130 bits.
    private static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("abcdefghijkmnpqrstuvwxyz23456789")
        var text = ""
        for _ in 0..<26 { text.append(digits[Int(generator.next() % 32)]) }
        return text
    }
}
