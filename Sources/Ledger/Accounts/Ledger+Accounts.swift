package import Domain

/// What became of a refresh token.
package enum SessionRotation: Sendable {
    /// It was the present one: the grant has a new secret.
    case rotated(Grant)
    /// It was used before: somebody else holds it too, and the whole session was revoked.
    case reused
    /// The session is unknown or has ended, or its user is disabled or gone.
    case ended
}

/// What accounts write, on the ledger's thread; other threads get here by the inbox.
///
/// Each call is a transaction of its own and throws what refuses it: `NOSPACE`, `NOTFOUND`,
/// `BADSTATE`. What it has written is in memory when it returns, and durable with `openGroup`.
extension Ledger {
    /// Begins a session of a user; its oldest one ends where there are too many.
    ///
    /// - Parameters:
    ///   - secret: of the first refresh token.
    ///   - expires: when the session ends, however often it is refreshed.
    package func openSession(
        user name: Identifier, secret: SecretHash, expires: Timestamp
    ) throws(CommandError) -> Grant {
        guard let user = state.users[name] else { throw .notFound("user", name.text) }
        if user.isDisabled { throw CommandError(.badState, "user \(name) is disabled") }
        var session: Grant?
        try write(as: Caller(user)) { (transaction) throws(CommandError) in
            session = GrantDecision.open(user, secret: secret, expires: expires, transaction)
        }
        guard let session else { throw .notFound("user", name.text) }
        return session
    }

    /// Changes the refresh token of a session.
    ///
    /// The caller has seen that the presented token is one that the session was given.
    ///
    /// - Parameters:
    ///   - generation: the presented token's.
    ///   - presented: of the presented token; one of the present generation that is not the
    ///     session's comes from a store that was set back since.
    ///   - secret: of the next refresh token.
    ///   - expires: a new end of the session; nil: as before.
    package func rotateSession(
        _ id: Identifier, generation: UInt32, presented: SecretHash, secret: SecretHash,
        expires: Timestamp? = nil
    ) throws(CommandError) -> SessionRotation {
        guard let grant = state.grants[id], grant.kind == .session,
            grant.isLive(at: time.now()), generation <= grant.generation,
            let user = state.users[grant.user], !user.isDisabled
        else { return .ended }
        if generation < grant.generation || presented != grant.secret
            || grant.generation == .max
        {
            try write(as: Caller(user)) {
                GrantDecision.revoke(grant, reason: "a refresh token was used twice", $0)
            }
            return .reused
        }
        var after = grant
        try write(as: Caller(user)) { (transaction) throws(CommandError) in
            after = GrantDecision.rotate(grant, secret: secret, expires: expires, transaction)
        }
        return .rotated(after)
    }

    /// Ends a token or session.
    ///
    /// - Returns: the grant as it is now; nil where it is unknown or had ended.
    package func revokeGrant(_ id: Identifier, reason: String) throws(CommandError) -> Grant? {
        guard let grant = state.grants[id], grant.isLive(at: time.now()) else { return nil }
        let caller = state.users[grant.user].map { Caller($0) } ?? .system
        var after: Grant?
        try write(as: caller) { after = GrantDecision.revoke(grant, reason: reason, $0) }
        return after
    }

    /// Makes the user `admin` of a server that has no administrator who could log in.
    ///
    /// - Parameters:
    ///   - hash: a PHC string.
    ///   - caller: whose doing it is; the server's own where nobody chose the password.
    /// - Returns: the user; nil where there is an administrator, or a user of that name.
    package func setFirstPassword(
        _ hash: String, as caller: Caller = .system
    ) throws(CommandError) -> User? {
        if state.hasAdmin() || state.users[User.admin] != nil { return nil }
        var user: User?
        try write(as: caller) { user = UserDecision.addFirstAdmin(hash: hash, $0) }
        return user
    }

    /// Keeps in the log what an administrator did that changes no record. Nothing where the disk is
    /// full: the action itself must not fail for it.
    ///
    /// - Parameters:
    ///   - target: what it was about, without secrets; both texts are cut at 1 KiB.
    package func recordAction(
        command: String, target: String? = nil, detail: String? = nil, as caller: Caller
    ) {
        let action = AdminAction(
            command: command, target: target.map { String($0.prefix(1_024)) },
            detail: detail.map { String($0.prefix(1_024)) })
        do throws(CommandError) {
            try write(as: caller) { $0.emit(.systemAction, .system(.action(action))) }
        } catch { return }
    }
}
