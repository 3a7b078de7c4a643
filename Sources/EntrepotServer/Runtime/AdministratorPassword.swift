import Basics
import Domain
import System

/// The password that a server without users gets its administrator by.
enum AdministratorPassword {
    /// A password and where it comes from.
    struct First: Sendable, Equatable {
        let password: Redacted
        /// Somebody chose it; else it was made up.
        let isGiven: Bool
    }

    /// The password of the first administrator; nil where nobody needs one: nothing but loopback
    /// over TCP can reach the server, and that needs no log-in yet.
    ///
    /// - Throws: a sentence for the operator.
    static func first(
        _ configuration: Configuration, log: Log
    ) throws(ServerFailure) -> First? {
        do throws(ConfigurationError) {
            if let given = try configuration.initialAdminPassword() {
                if given.revealed.utf8.count < User.passwordBytes.lowerBound {
                    log.warning("the password of admin is short: USER PASSWD would refuse it")
                }
                return First(password: given, isGiven: true)
            }
        } catch { throw ServerFailure(error.description) }
        let trustsLoopback = configuration.auth == .auto && configuration.tcp.isLoopback
        if trustsLoopback && configuration.http == nil { return nil }
        return First(
            password: try generated(in: configuration.data, log: log), isGiven: false)
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
