package import Domain
package import Ledger

/// Where sessions are written. Each call returns at once; `complete` is called once, on any thread,
/// when what it tells is on disk under the configured policy.
package protocol AccountStore: AnyObject, Sendable {
    /// Begins a session; `Ledger.openSession`.
    func openSession(
        user: Identifier, secret: SecretHash, expires: Timestamp,
        complete: @escaping @Sendable (Result<Grant, CommandError>) -> Void)

    /// Changes a session's refresh token; `Ledger.rotateSession`.
    func rotateSession(
        _ id: Identifier, generation: UInt32, presented: SecretHash, secret: SecretHash,
        complete: @escaping @Sendable (Result<SessionRotation, CommandError>) -> Void)

    /// Ends a token or session; `Ledger.revokeGrant`. Success where there is nothing to end.
    func revoke(
        _ id: Identifier, reason: String,
        complete: @escaping @Sendable (Result<Void, CommandError>) -> Void)
}
