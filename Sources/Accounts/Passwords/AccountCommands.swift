import Basics
package import Ledger
import Passwords

/// Hashes the passwords of commands before they are decided: the rows of `USER` with the flag
/// `.checked`.
///
/// Threading: as `FeatureCommands`; the hash is made on the worker.
package final class AccountCommands: FeatureCommands {
    private let worker: PasswordWorker
    private let secrets: PreparedSecrets

    package init(worker: PasswordWorker, secrets: PreparedSecrets) {
        self.worker = worker
        self.secrets = secrets
    }

    package func run(
        _ spec: CommandSpec, _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        let word: [UInt8]
        do throws(CommandError) {
            guard
                let found = try PasswordRequest.password(of: spec, words, caller: caller)
            else { return complete(.proceed) }
            word = found
        } catch { return complete(.error(error)) }
        guard let password = String(validating: word, as: UTF8.self) else {
            return complete(.error(CommandError(.range, "a password is UTF-8 text")))
        }
        if Credentials.isToken(password) {
            let message = "a password must not have the form of a token"
            return complete(.error(CommandError(.range, message)))
        }
        let secrets = secrets
        let isTaken = worker.make(Redacted(password)) { outcome in
            switch outcome {
            case .hash(let hash):
                do throws(CommandError) {
                    try secrets.prepare(words: words, hash: hash)
                    complete(.proceed)
                } catch { complete(.error(error)) }
            case .failed(let error):
                complete(.error(CommandError(.err, error.description)))
            case .compared, .stopped:
                complete(.error(CommandError(.busy, "the server stops")))
            }
        }
        if !isTaken { complete(.error(.tooManyLogIns)) }
    }
}
