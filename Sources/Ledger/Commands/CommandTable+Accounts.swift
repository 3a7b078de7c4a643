import Domain

/// The rows of users and tokens. Where the role is `viewer` the handlers allow one's own account
/// only, and administrators all.
extension CommandTable {
    static let accountCommands: [CommandSpec] = userWrites + tokenWrites + accountReads

    private static let secretWrite: CommandFlags = [.write, .checked, .secret, .noTransaction]

    private static let userWrites: [CommandSpec] = [
        CommandSpec(
            "USER ADD", words: 9...15, secretWrite, .admin, .account,
            "name ROLE viewer|trader|operator|admin STATIONS a,b|*|NONE PASSWORD password "
                + "[EMAIL e] [DESIGNATION d] [META json]",
            "Adds a user.", keys: KeyArguments(2, 2), .write(.userAdd, UserCommands.add)),
        CommandSpec(
            "USER SET", words: 5...15, secretWrite, .admin, .account,
            "name [ROLE viewer|trader|operator|admin] [STATIONS a,b|*|NONE] [PASSWORD password] "
                + "[EMAIL e|NONE] [DESIGNATION d|NONE] [META json|NONE]",
            "Changes a user; it holds at once.", keys: KeyArguments(2, 2),
            .write(.userSet, UserCommands.set)),
        CommandSpec(
            "USER PASSWD", words: 4...4, secretWrite, .viewer, .account, "name password",
            "Sets a password, one's own or by an administrator; ends the sessions.",
            keys: KeyArguments(2, 2), .write(.userPassword, UserCommands.setPassword)),
        CommandSpec(
            "USER DISABLE", words: 3...3, .write, .admin, .account, "name",
            "Locks a user out, at once.", keys: KeyArguments(2, 2),
            .write(.userDisable, UserCommands.disable)),
        CommandSpec(
            "USER ENABLE", words: 3...3, .write, .admin, .account, "name",
            "Lets a disabled user in again.", keys: KeyArguments(2, 2),
            .write(.userEnable, UserCommands.enable)),
    ]

    private static let tokenWrites: [CommandSpec] = [
        CommandSpec(
            "TOKEN ISSUE", words: 3...7, [.write, .noTransaction], .viewer, .account,
            "user [NAME text] [TTL duration]",
            "Makes an API token, one's own or by an administrator; it is shown once.",
            keys: KeyArguments(2, 2), .write(.tokenIssue, TokenCommands.issue)),
        CommandSpec(
            "TOKEN REVOKE", words: 3...3, .write, .viewer, .account, "id|token",
            "Ends a token or session, one's own or by an administrator.",
            keys: KeyArguments(2, 2), .write(.tokenRevoke, TokenCommands.revoke)),
    ]

    private static let accountReads: [CommandSpec] = [
        CommandSpec(
            "USER GET", words: 3...3, .read, .admin, .account, "name", "Shows a user.",
            keys: KeyArguments(2, 2), .read(AccountQueries.user)),
        CommandSpec(
            "USER LIST", words: 2...6, [.read, .list], .admin, .account,
            "[LIMIT n] [CURSOR c]", "Lists the users by name.", .read(AccountQueries.users)),
        CommandSpec(
            "USER WHOAMI", words: 2...2, .read, .viewer, .account, "",
            "Shows who the connection acts as.", .read(AccountQueries.whoAmI)),
        CommandSpec(
            "TOKEN LIST", words: 2...8, [.read, .list], .viewer, .account,
            "[USER u] [LIMIT n] [CURSOR c]",
            "Lists tokens and sessions, one's own or by an administrator.",
            .read(AccountQueries.tokens)),
    ]
}
