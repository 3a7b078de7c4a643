import Domain
import Ledger

/// Users and their grants as of the last durable event, for threads that are not the ledger's.
///
/// A value behind the lock of `AccountBook`. Cost: one record each.
struct Directory {
    /// A user, and the caller that it is by password.
    struct Account {
        let user: User
        let caller: Caller
    }

    private(set) var accounts: [Identifier: Account] = [:]
    private(set) var grants: [Identifier: Grant] = [:]
    /// Whether nobody has set anything up yet: there is no user, or only the administrator that the
    /// server made for itself.
    private(set) var isUntouched: Bool

    /// - Parameter isUntouched: as of these records.
    init(users: some Sequence<User>, grants: some Sequence<Grant>, isUntouched: Bool) {
        self.isUntouched = isUntouched
        for user in users { set(user) }
        for grant in grants { self.grants[grant.id] = grant }
    }

    /// Takes note of what is durable now.
    ///
    /// - Returns: the users whose rights may be others; all of them where the trust of the loopback
    ///   has ended, `local` included.
    mutating func observe(_ events: [Event]) -> Set<Identifier> {
        var changed: Set<Identifier> = []
        for event in events {
            switch event.data {
            case .user(let change):
                set(change.user)
                changed.insert(change.user.name)
                if isUntouched && event.actor != .system {
                    isUntouched = false
                    changed.insert(.local)
                }
            case .grant(let change):
                if let grant = change.grant {
                    grants[grant.id] = grant
                    if grant.revoked != nil { changed.insert(grant.user) }
                }
                for id in change.removed {
                    if let gone = grants.removeValue(forKey: id) { changed.insert(gone.user) }
                }
            default: continue
            }
        }
        return changed
    }

    private mutating func set(_ user: User) {
        var password: UInt64 = 0
        if let before = accounts[user.name] {
            let isSame = before.user.passwordHash == user.passwordHash
            password = before.caller.password &+ (isSame ? 0 : 1)
        }
        accounts[user.name] = Account(user: user, caller: Caller(user, password: password))
    }

    /// The grant, while it opens its user's account.
    func liveGrant(_ id: Identifier, now: Timestamp) -> Grant? {
        guard let grant = grants[id], grant.isLive(at: now) else { return nil }
        return grant
    }

    /// A user that may act.
    func account(_ name: Identifier) -> Account? {
        guard let account = accounts[name], !account.user.isDisabled else { return nil }
        return account
    }
}
