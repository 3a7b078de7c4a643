/// The data of `user.*`.
package final class UserChange: Sendable {
    package let before: User?
    package let user: User

    package init(before: User?, user: User) {
        self.before = before
        self.user = user
    }
}

/// The data of `token.*`.
package final class GrantChange: Sendable {
    package let before: Grant?
    /// nil only where grants are removed.
    package let grant: Grant?
    /// Of `token.removed`: rows that go, ended long ago or too many.
    package let removed: [Identifier]
    package let reason: String?

    package init(
        before: Grant?, grant: Grant?, removed: [Identifier] = [], reason: String? = nil
    ) {
        self.before = before
        self.grant = grant
        self.removed = removed
        self.reason = reason
    }
}

/// What an administrator did that changes no record: the data of `system.action`.
package struct AdminAction: Equatable, Sendable {
    /// The command in its own words, such as `CONFIG SET`.
    package var command: String
    /// What it was about, such as the names of settings; never a secret.
    package var target: String?
    package var detail: String?

    package init(command: String, target: String? = nil, detail: String? = nil) {
        self.command = command
        self.target = target
        self.detail = detail
    }
}
