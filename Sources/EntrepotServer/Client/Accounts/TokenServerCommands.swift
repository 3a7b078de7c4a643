import JSON

/// `entrepot token issue|list|revoke`: the API tokens and sessions of a server's users.
package enum TokenServerCommands: ServerTalk {
    private static let json = Flag("json", nil, "Print the server's own JSON")

    /// For the table of commands.
    package static let flags: [Flag] = ServerOptions.flags + [json]
    package static let issueFlags: [Flag] =
        flags + [
            Flag("name", "TEXT", "What the token is called, such as where it is used."),
            Flag("ttl", "DURATION", "How long it is in force, such as 90d; else without end."),
        ]

    /// `token issue USER [--name TEXT] [--ttl D]`: the token alone, for `$(…)` and files.
    package static func issue(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            var words = ["TOKEN", "ISSUE", invocation.operands[0]]
            for name in ["name", "ttl"] {
                if let value = invocation.value(name) { words += [name.uppercased(), value] }
            }
            let grant = try document(&server, words)
            if !invocation.has("json") {
                invocation.console.complain(
                    "token \(text(grant["id"])): it is shown this once\n")
            }
            return show(grant, invocation) { text($0["token"]) + "\n" }
        }
    }

    /// `token list [USER]`
    package static func list(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let user = invocation.operands.first.map { ["USER", $0] } ?? []
            let grants = try items(&server, ["TOKEN", "LIST"] + user)
            if invocation.has("json") { return grants.map { text($0) + "\n" }.joined() }
            return table(
                ["ID", "USER", "KIND", "CREATED", "EXPIRES", "REVOKED", "NAME"],
                grants.map { grant in
                    ["id", "user", "kind", "created", "expires", "revoked", "name"].map {
                        let cell = text(grant[$0])
                        return cell.isEmpty ? "-" : cell
                    }
                })
        }
    }

    /// `token revoke ID`
    package static func revoke(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let grant = try document(&server, ["TOKEN", "REVOKE", invocation.operands[0]])
            return show(grant, invocation) { "token \(text($0["id"])) is revoked\n" }
        }
    }
}
