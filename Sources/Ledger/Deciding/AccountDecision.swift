import Domain

/// How users change, and the events that say so.
enum UserDecision {
    static func emit(
        _ type: EventType, before: User?, _ user: inout User, _ transaction: Transaction
    ) {
        user.seq = transaction.nextSeq
        user.updated = transaction.now
        transaction.emit(type, .user(UserChange(before: before, user: user)))
    }

    /// The administrator of a server that has none.
    static func addFirstAdmin(hash: String, _ transaction: Transaction) -> User {
        var user = User(
            name: User.admin, role: .admin, stations: nil, created: transaction.now,
            seq: transaction.nextSeq)
        user.passwordHash = hash
        emit(.userAdded, before: nil, &user, transaction)
        return user
    }

    /// Gives a user another password, which ends its sessions.
    static func setPassword(
        _ hash: String, of before: User, _ transaction: Transaction
    ) -> User {
        var after = before
        after.passwordHash = hash
        emit(.userPassword, before: before, &after, transaction)
        for grant in transaction.state.grants(of: before.name)
        where grant.kind == .session && grant.isLive(at: transaction.now) {
            GrantDecision.revoke(grant, reason: "the password was changed", transaction)
        }
        return after
    }

    /// Somebody must remain who can administer the server.
    ///
    /// - Throws: `BADSTATE` where the change takes the last enabled administrator away.
    static func checkLastAdmin(
        _ before: User, _ after: User, _ transaction: Transaction
    ) throws(CommandError) {
        let wasAdmin = before.role == .admin && !before.isDisabled
        let isAdmin = after.role == .admin && !after.isDisabled
        if !wasAdmin || isAdmin || transaction.state.hasAdmin(besides: before.name) { return }
        throw CommandError(
            .badState, "user \(before.name) is the last enabled administrator")
    }
}

/// How grants begin, change and end.
enum GrantDecision {
    /// A new API token.
    static func issue(
        to user: Identifier, name: String?, secret: SecretHash, expires: Timestamp?,
        _ transaction: Transaction
    ) -> Grant {
        var grant = new(.api, user, secret, expires, transaction)
        grant.name = name
        transaction.emit(.tokenIssued, .grant(GrantChange(before: nil, grant: grant)))
        clean(user, transaction)
        return grant
    }

    /// A new session; the oldest of too many ends.
    static func open(
        _ user: User, secret: SecretHash, expires: Timestamp, _ transaction: Transaction
    ) -> Grant {
        let grant = new(.session, user.name, secret, expires, transaction)
        transaction.emit(.tokenIssued, .grant(GrantChange(before: nil, grant: grant)))
        let live = transaction.state.grants(of: user.name).filter {
            $0.kind == .session && $0.isLive(at: transaction.now)
        }
        for oldest in live.prefix(max(0, live.count - Grant.sessionLimit)) {
            revoke(oldest, reason: "there were too many sessions", transaction)
        }
        clean(user.name, transaction)
        return grant
    }

    private static func new(
        _ kind: GrantKind, _ user: Identifier, _ secret: SecretHash, _ expires: Timestamp?,
        _ transaction: Transaction
    ) -> Grant {
        let seq = transaction.nextSeq
        let id = ULID(milliseconds: transaction.now.milliseconds, n: 0, seq: seq).identifier
        var grant = Grant(
            id: id, user: user, kind: kind, secret: secret, created: transaction.now, seq: seq)
        grant.expires = expires
        return grant
    }

    static func rotate(
        _ before: Grant, secret: SecretHash, expires: Timestamp?, _ transaction: Transaction
    ) -> Grant {
        var after = before
        after.secret = secret
        after.generation &+= 1
        after.expires = expires ?? before.expires
        after.seq = transaction.nextSeq
        transaction.emit(.tokenRefreshed, .grant(GrantChange(before: before, grant: after)))
        return after
    }

    @discardableResult
    static func revoke(
        _ before: Grant, reason: String?, _ transaction: Transaction
    ) -> Grant {
        var after = before
        after.revoked = transaction.now
        after.seq = transaction.nextSeq
        transaction.emit(
            .tokenRevoked, .grant(GrantChange(before: before, grant: after, reason: reason)))
        return after
    }

    /// Takes away what ended long ago, and the oldest of too many that have ended: no user's grants
    /// pile up, however often it logs in.
    static func clean(_ user: Identifier, _ transaction: Transaction) {
        let now = transaction.now
        var removed: [Identifier] = []
        for (kind, limit) in [(GrantKind.session, Grant.sessionLimit), (.api, Grant.tokenLimit)] {
            let all = transaction.state.grants(of: user).filter { $0.kind == kind }
            let ended = all.filter { !$0.isLive(at: now) }
            var excess = max(0, ended.count - limit / 2)
            for grant in ended {
                let end = grant.ended(at: now) ?? now
                let age = now.milliseconds &- end.milliseconds
                if excess > 0 || age >= Grant.endedMilliseconds { removed.append(grant.id) }
                excess -= 1
            }
        }
        if removed.isEmpty { return }
        transaction.emit(
            .tokenRemoved, .grant(GrantChange(before: nil, grant: nil, removed: removed)))
    }
}
