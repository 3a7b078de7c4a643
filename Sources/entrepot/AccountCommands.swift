import EntrepotServer

extension Command {
    static let userAdd = Command(
        "user add", "Add a user to a server", operands: Operands("NAME", 1...1),
        flags: UserServerCommands.addFlags,
        examples: [
            Example(
                "entrepot user add ada --role operator --stations luna-1,terra-1",
                "asks the terminal for the password"),
            Example(
                "entrepot user add robot --role trader --stations luna-1 "
                    + "--new-password-file secret.txt", "for scripts"),
        ], run: UserServerCommands.add)

    static let userSet = Command(
        "user set", "Change what a user may do", operands: Operands("NAME", 1...1),
        flags: UserServerCommands.setFlags,
        examples: [
            Example("entrepot user set ada --role trader", "open connections notice at once")
        ], run: UserServerCommands.set)

    static let userList = Command(
        "user list", "List the users of a server", flags: UserServerCommands.flags,
        examples: [Example("entrepot user list --server trade.example:7400", "a line per user")],
        run: UserServerCommands.list)

    static let userPasswd = Command(
        "user passwd", "Give a user a new password", operands: Operands("NAME", 1...1),
        flags: UserServerCommands.passwordFlags,
        examples: [
            Example("entrepot user passwd admin", "of oneself, or of anybody as administrator")
        ], run: UserServerCommands.passwd)

    static let userDisable = Command(
        "user disable", "Keep a user out", operands: Operands("NAME", 1...1),
        flags: UserServerCommands.flags,
        examples: [Example("entrepot user disable ada", "ends its log-ins too")],
        run: UserServerCommands.disable)

    static let userEnable = Command(
        "user enable", "Let a disabled user in again", operands: Operands("NAME", 1...1),
        flags: UserServerCommands.flags,
        examples: [Example("entrepot user enable ada", "with the password it had")],
        run: UserServerCommands.enable)

    static let tokenIssue = Command(
        "token issue", "Make an API token of a user", operands: Operands("USER", 1...1),
        flags: TokenServerCommands.issueFlags,
        examples: [
            Example(
                "ENTREPOT_TOKEN=$(entrepot token issue robot --name ci --ttl 90d)",
                "for Bearer, AUTH and this program; it is shown once")
        ], run: TokenServerCommands.issue)

    static let tokenList = Command(
        "token list", "List tokens and sessions", operands: Operands("[USER]", 0...1),
        flags: TokenServerCommands.flags,
        examples: [Example("entrepot token list robot", "its tokens, ended ones for a week")],
        run: TokenServerCommands.list)

    static let tokenRevoke = Command(
        "token revoke", "End a token or session", operands: Operands("ID", 1...1),
        flags: TokenServerCommands.flags,
        examples: [
            Example(
                "entrepot token revoke 01KAHZ3NDEKTSV4RRFFQ69G5FA", "within a second everywhere")
        ], run: TokenServerCommands.revoke)
}
