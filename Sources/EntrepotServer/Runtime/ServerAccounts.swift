import Accounts
import Basics
import Crypto
import Domain
import Ledger
import Storage
import System

/// Users, tokens and limits of a running server, made out of the ledger and the configuration.
final class ServerAccounts {
    let book: AccountBook
    let desk: TokenDesk
    let commands: AccountCommands
    let rates: RateLimits
    private let worker: PasswordWorker
    private let store: LedgerAccounts

    /// Reads the keys, gives a server without users its administrator, and starts the thread that
    /// hashes passwords.
    ///
    /// - Throws: a sentence for the operator: a key is none, a file cannot be read.
    init(
        _ configuration: Configuration, ledger: Ledger, clock: any Clock, log: Log
    ) throws(ServerFailure) {
        let keys = try Self.keys(configuration, clock, log)
        let isUntouched = try Self.prepare(configuration, ledger, log)
        worker = PasswordWorker()
        store = LedgerAccounts(inbox: ledger.inbox)
        rates = RateLimits(configuration.rateLimits, clock: clock)
        commands = AccountCommands(worker: worker, secrets: ledger.secrets)
        let options = AccountBook.Options(
            trustsLoopback: configuration.auth == .auto && configuration.tcp.isLoopback,
            jwt: JWT(keys: keys.jwtKeys, issuer: configuration.jwtIssuer ?? "entrepot"))
        do throws(CryptoError) {
            book = try AccountBook(
                users: ledger.state.users.values, grants: ledger.state.grants.values,
                isUntouched: isUntouched, options: options, worker: worker, clock: clock, log: log)
            desk = try TokenDesk(
                book: book, store: store, lifetimes: configuration.tokenLifetimes,
                secret: keys.sessionSecret)
        } catch { throw ServerFailure(error.message) }
        do throws(SystemError) { try worker.start() } catch { throw ServerFailure("\(error)") }
    }

    /// Takes note of what is durable. On the ledger's thread.
    ///
    /// - Returns: whose connections must look at their callers again.
    func observe(_ events: [Event], _ view: ReadView) -> Set<Identifier> {
        let changed = book.observe(events)
        store.didReach(view.head.seq)
        return changed
    }

    /// Ends the thread; what waits for a hash is refused.
    func stop() { worker.stop() }

    private static func keys(
        _ configuration: Configuration, _ clock: any Clock, _ log: Log
    ) throws(ServerFailure) -> KeyFolder {
        let path = configuration.jwtKeys ?? configuration.data + "/auth-keys"
        do throws(KeyFolderError) {
            let keys = try KeyFolder(
                path: path, now: Timestamp(milliseconds: clock.wallMilliseconds()))
            for name in keys.openFiles {
                log.warning(
                    "others can read a secret: set the mode of the file to 0600",
                    ["file": "\(path)/\(name)"])
            }
            return keys
        } catch { throw ServerFailure(error.message) }
    }

    /// Makes the administrator of a server without users.
    ///
    /// - Returns: whether nobody has set up users: as long as that is so, loopback is trusted.
    private static func prepare(
        _ configuration: Configuration, _ ledger: Ledger, _ log: Log
    ) throws(ServerFailure) -> Bool {
        let users = ledger.state.users
        if !users.isEmpty {
            guard users.count == 1, let admin = users[User.admin] else { return false }
            // The server's own, never touched since?
            do throws(StorageError) {
                let event = try ledger.durableView.event(admin.seq)
                return event?.type == .userAdded && event?.actor == .system
            } catch { throw ServerFailure(error.message) }
        }
        guard let first = try AdministratorPassword.first(configuration, log: log) else {
            return true
        }
        do throws(CommandError) {
            let hash = try PasswordWorker.hashNow(first.password)
            _ = try ledger.setFirstPassword(hash, as: first.isGiven ? .local : .system)
        } catch { throw ServerFailure("the administrator could not be made: \(error.message)") }
        return !first.isGiven
    }
}
