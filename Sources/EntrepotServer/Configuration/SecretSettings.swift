import Basics
import System
import TLS

extension Setting {
    /// The name of its flag, without dashes in front.
    package var flagName: String { String(key.map { $0 == "_" ? "-" : $0 }) }

    /// Where a secret can be given so that other users of the machine do not see it.
    package var saferPlaces: String {
        "--\(flagName)-file FILE or \(Setting.variablePrefix)\(key.uppercased())"
    }
}

/// How secrets are given.
extension Configuration {
    /// The secrets that came as flags.
    package var secretsInArguments: [Setting] {
        SettingTable.rows.filter { setting in
            guard setting.isSecret, case .flag = origin(of: setting.key) else { return false }
            return true
        }
    }

    /// Takes the values of flags that are secrets out of the list of processes. They were there for
    /// a moment all the same.
    package static func hideSecretArguments() {
        let secrets = SettingTable.rows.filter(\.isSecret)
        CurrentProcess.hideArguments(of: secrets.map { "--\($0.flagName)" })
    }

    /// The files of passwords that the next start would read and cannot: that of the administrator
    /// only where there is no store yet.
    package var passwordFileProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        func check(_ key: String, _ read: () throws(ConfigurationError) -> Void) {
            do throws(ConfigurationError) { try read() } catch {
                for problem in error.problems {
                    problems.append(
                        ConfigurationProblem(
                            place: "\(key) (\(origin(of: key)))",
                            message: "\(problem.place): \(problem.message)"))
                }
            }
        }
        if (try? FileSystem.kind(of: data + "/FORMAT")) == nil {
            check("admin_password_file") { () throws(ConfigurationError) in
                _ = try initialAdminPassword()
            }
        }
        check("smtp_password_file") { () throws(ConfigurationError) in _ = try mailPassword() }
        return problems
    }

    /// The files that the next start would read and cannot use, in sentences that name settings.
    package var fileProblems: [String] {
        let now = SystemClock().wallMilliseconds() / 1_000
        return passwordFileProblems.map { "\($0.place): \($0.message)" }
            + [tlsFileProblem(now: now)].compactMap(\.self)
    }

    /// - Parameter now: seconds since 1970 UTC.
    private func tlsFileProblem(now: Int64) -> String? {
        guard let tlsFiles else { return nil }
        do throws(TLSError) {
            _ = try TLSContext.server(
                tlsFiles, application: .commands, clients: tlsClientCertificates,
                authorities: tlsClientCA, now: now)
            return nil
        } catch { return explain(error) }
    }
}
