import Basics
import JSON

/// `entrepot user add|set|list|passwd|disable|enable`: the users of a server.
package enum UserServerCommands: ServerTalk {
    private static let json = Flag("json", nil, "Print the server's own JSON")
    private static let newPassword = Flag(
        "new-password-file", "FILE",
        "The new password is the first line of this file; without it the terminal is asked, or "
            + "the first line of standard input taken.", completion: .file)
    private static let options: [Flag] = [
        Flag("role", "R", "What the user may do.", choices: roles),
        Flag("stations", "A,B|*", "The stations it acts for; * for all."),
        Flag("email", "ADDRESS", "Where notices for its stations go."),
        Flag("designation", "TEXT", "What it is called."),
        Flag("meta", "JSON", "Attributes, an object."),
    ]

    /// For the table of commands.
    package static let roles = ["viewer", "trader", "operator", "admin"]
    package static let flags: [Flag] = ServerOptions.flags + [json]
    package static let addFlags: [Flag] = flags + options + [newPassword]
    package static let setFlags: [Flag] = flags + options
    package static let passwordFlags: [Flag] = flags + [newPassword]

    /// `user add NAME --role R [--stations A,B] …`
    package static func add(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let name = invocation.operands[0]
            guard let role = invocation.value("role") else {
                throw ClientError.usage("--role is missing: \(roles.joined(separator: ", "))")
            }
            guard let stations = invocation.value("stations") ?? (role == "admin" ? "*" : nil)
            else { throw ClientError.usage("--stations is missing: ids with commas, or *") }
            let password = try NewPassword.read(invocation, of: name)
            var words = ["USER", "ADD", name, "ROLE", role, "STATIONS", stations]
            words += ["PASSWORD", password.revealed] + more(invocation, ["role", "stations"])
            return show(try document(&server, words), invocation, summary)
        }
    }

    /// `user set NAME [--role R] [--stations A,B] …`
    package static func set(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let changes = more(invocation, [])
            if changes.isEmpty {
                throw ClientError.usage("nothing to change: give --role, --stations, --email, …")
            }
            let words = ["USER", "SET", invocation.operands[0]] + changes
            return show(try document(&server, words), invocation, summary)
        }
    }

    /// `user list`
    package static func list(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let users = try items(&server, ["USER", "LIST"])
            if invocation.has("json") { return users.map { text($0) + "\n" }.joined() }
            return table(
                ["NAME", "ROLE", "STATIONS", "STATE", "EMAIL"],
                users.map { user in
                    [
                        text(user["name"]), text(user["role"]), stations(user),
                        state(user), text(user["email"]),
                    ]
                })
        }
    }

    /// `user passwd NAME`
    package static func passwd(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let name = invocation.operands[0]
            let password = try NewPassword.read(invocation, of: name)
            let user = try document(&server, ["USER", "PASSWD", name, password.revealed])
            return show(user, invocation) { _ in "\(name) has a new password\n" }
        }
    }

    /// `user disable NAME`
    package static func disable(_ invocation: Invocation) -> ExitCode {
        change("DISABLE", invocation)
    }

    /// `user enable NAME`
    package static func enable(_ invocation: Invocation) -> ExitCode {
        change("ENABLE", invocation)
    }

    private static func change(_ verb: String, _ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let user = try document(&server, ["USER", verb, invocation.operands[0]])
            return show(user, invocation, summary)
        }
    }

    /// The options of the command line as words of the request, besides those already there.
    private static func more(_ invocation: Invocation, _ done: [String]) -> [String] {
        var words: [String] = []
        for name in ["role", "stations", "email", "designation", "meta"]
        where !done.contains(name) {
            if let value = invocation.value(name) { words += [name.uppercased(), value] }
        }
        return words
    }

    /// `ada is a trader of luna-1`
    private static func summary(_ user: JSONValue) -> String {
        let state = state(user) == "disabled" ? ", disabled" : ""
        return "\(text(user["name"])): \(text(user["role"])) of \(stations(user))\(state)\n"
    }

    private static func stations(_ user: JSONValue) -> String {
        guard let list = user["stations"]?.array else { return "all stations" }
        return list.isEmpty ? "none" : list.map { text($0) }.joined(separator: ",")
    }

    private static func state(_ user: JSONValue) -> String {
        user["disabled"]?.bool == true ? "disabled" : "enabled"
    }
}
