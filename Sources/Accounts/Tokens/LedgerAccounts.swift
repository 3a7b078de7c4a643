package import Domain
package import Ledger
import Storage
import Synchronization

/// Writes sessions through the ledger, and tells when they are durable.
///
/// Threading: any thread calls the functions of `AccountStore`; they decide on the ledger's thread,
/// by its inbox. `didReach` belongs into an observer of durable events, behind
/// `AccountBook.observe`, so that who is told of a token can also use it.
package final class LedgerAccounts: AccountStore {
    private struct Waiting {
        let seq: UInt64
        let complete: @Sendable () -> Void
    }

    private let inbox: LedgerInbox
    private let waiting = Mutex<[Waiting]>([])

    package init(inbox: LedgerInbox) { self.inbox = inbox }

    package func openSession(
        user: Identifier, secret: SecretHash, expires: Timestamp,
        complete: @escaping @Sendable (Result<Grant, CommandError>) -> Void
    ) {
        inbox.submit { [self] ledger in
            do throws(CommandError) {
                let grant = try ledger.openSession(user: user, secret: secret, expires: expires)
                wait(for: grant.seq) { complete(.success(grant)) }
            } catch { complete(.failure(error)) }
        }
    }

    package func rotateSession(
        _ id: Identifier, generation: UInt32, presented: SecretHash, secret: SecretHash,
        complete: @escaping @Sendable (Result<SessionRotation, CommandError>) -> Void
    ) {
        inbox.submit { [self] ledger in
            do throws(CommandError) {
                let rotation = try ledger.rotateSession(
                    id, generation: generation, presented: presented, secret: secret)
                let seq =
                    switch rotation {
                    case .rotated(let grant): grant.seq
                    case .reused, .ended: ledger.state.grants[id]?.seq ?? 0
                    }
                wait(for: seq) { complete(.success(rotation)) }
            } catch { complete(.failure(error)) }
        }
    }

    package func revoke(
        _ id: Identifier, reason: String,
        complete: @escaping @Sendable (Result<Void, CommandError>) -> Void
    ) {
        inbox.submit { [self] ledger in
            do throws(CommandError) {
                let grant = try ledger.revokeGrant(id, reason: reason)
                wait(for: grant?.seq ?? 0) { complete(.success(())) }
            } catch { complete(.failure(error)) }
        }
    }

    /// Completes what is durable up to `seq`. On the thread that observes durable events.
    package func didReach(_ seq: UInt64) {
        let ready = waiting.withLock { waiting in
            let ready = waiting.filter { $0.seq <= seq }
            if !ready.isEmpty { waiting.removeAll { $0.seq <= seq } }
            return ready
        }
        for one in ready { one.complete() }
    }

    private func wait(for seq: UInt64, _ complete: @escaping @Sendable () -> Void) {
        // On the ledger's thread, which is also the one that calls `didReach`: what was written
        // before this cannot become durable unnoticed.
        if seq <= inbox.durableView.head.seq { return complete() }
        waiting.withLock { $0.append(Waiting(seq: seq, complete: complete)) }
    }
}
