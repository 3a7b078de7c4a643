import Basics
import Domain
package import Ledger
import Passwords
import Synchronization

/// Hashes the passwords of commands before they are decided: the rows of `USER` with the flag
/// `.checked`.
///
/// Threading: as `FeatureCommands`; the hash is made on the worker.
package final class AccountCommands: FeatureCommands, Sendable {
    private let worker: PasswordWorker
    private let secrets: PreparedSecrets
    /// Who below an administrator waits for a hash: one at a time for each, so that nobody keeps
    /// others from logging in by changing a password all the time.
    private let busy = Mutex<Set<Identifier>>([])

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
        let isOne = caller.role < .admin
        if isOne && !busy.withLock({ $0.insert(caller.name).inserted }) {
            return complete(.error(.tooManyLogIns))
        }
        let (secrets, name) = (secrets, caller.name)
        let isTaken = worker.make(Redacted(password)) { [self] outcome in
            if isOne { busy.withLock { _ = $0.remove(name) } }
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
        if isTaken { return }
        if isOne { busy.withLock { _ = $0.remove(name) } }
        complete(.error(.tooManyLogIns))
    }
}
