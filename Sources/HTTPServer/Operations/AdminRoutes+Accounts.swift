import Basics
import Domain
import HTTPCore
import JSON
import Ledger

/// `/admin/users`, `/admin/tokens`: what the commands of `USER` and `TOKEN` do.
extension RouteTable {
    static let accountRoutes: [Route] = userRoutes + tokenRoutes

    private static let userRoutes: [Route] = [
        Route(
            .get, "/admin/users", .admin, command: "USER LIST", "Lists the users by name.",
            query: [limit, cursor(.ids)], answer: .page, schema: "UserPage",
            .command(plain("USER LIST"))),
        Route(
            .post, "/admin/users", .admin, command: "USER ADD", "Adds a user.",
            body: AdminBodies.user, answer: .created("/admin/users/", key: "name"), schema: "User",
            example: "{\"name\":\"ada\",\"role\":\"trader\",\"stations\":[\"luna-1\"],"
                + "\"password\":\"correct horse battery\"}",
            .command(
                action("USER ADD") { (input, words) throws(Problem) in
                    words.append(input.body["name"]?.string ?? "")
                    try AdminBodies.userOptions(input, isChange: false, &words)
                })),
        Route(
            .get, "/admin/users/{name}", .admin, command: "USER GET", "Shows a user.",
            answer: .record("user"), schema: "User", .command(plain("USER GET"))),
        Route(
            .patch, "/admin/users/{name}", .admin, command: "USER SET",
            "Changes a user; it holds at once.",
            notes: "A JSON merge patch: null clears, what is absent stays.",
            body: AdminBodies.userPatch, answer: .changed, schema: "User",
            example: "{\"role\":\"operator\"}",
            .command(
                action("USER SET", read: "USER GET") { (input, words) throws(Problem) in
                    try AdminBodies.userOptions(input, isChange: true, &words)
                })),
        Route(
            .post, "/admin/users/{name}/password", .admin, command: "USER PASSWD",
            "Sets a password, one's own or by an administrator; ends the sessions.",
            body: AdminBodies.password, answer: .changed, schema: "User",
            example: "{\"password\":\"correct horse battery\"}",
            .command(
                CommandCall(current: user) { (input, words) throws(Problem) in
                    words.append("USER")
                    words.append("PASSWD")
                    words.append(input.parameters.first ?? "")
                    words.append(input.body["password"]?.string ?? "")
                })),
        Route(
            .post, "/admin/users/{name}/disable", .admin, command: "USER DISABLE",
            "Locks a user out, at once.", body: TradeBodies.nothing, bodyIsOptional: true,
            answer: .changed, schema: "User", .command(action("USER DISABLE", read: "USER GET"))),
        Route(
            .post, "/admin/users/{name}/enable", .admin, command: "USER ENABLE",
            "Lets a disabled user in again.", body: TradeBodies.nothing, bodyIsOptional: true,
            answer: .changed, schema: "User", .command(action("USER ENABLE", read: "USER GET"))),
    ]

    /// The read that shows a user: everybody sees the own one.
    private static let user: CommandCall.Current = { input, words in
        words.append("USER")
        if let own = input.caller?.name.text, own == input.parameters.first {
            words.append("WHOAMI")
        } else {
            words.append("GET")
            words.append(input.parameters.first ?? "")
        }
    }

    private static let tokenRoutes: [Route] = [
        Route(
            .get, "/admin/tokens", .admin, command: "TOKEN LIST",
            "Lists tokens and sessions, one's own or by an administrator.",
            query: [QueryField("user", .id, option: "USER", "Of this user."), limit, cursor(.ids)],
            answer: .page, schema: "TokenPage", .command(plain("TOKEN LIST"))),
        Route(
            .post, "/admin/tokens", .admin, command: "TOKEN ISSUE",
            "Makes an API token, one's own or by an administrator.",
            notes: "`token` is shown this once.", body: AdminBodies.token,
            answer: .created("/admin/tokens/"), schema: "IssuedToken",
            example: "{\"user\":\"ada\",\"name\":\"cron\",\"ttl\":\"30d\"}",
            .command(
                action("TOKEN ISSUE") { (input, words) throws(Problem) in
                    words.append(input.body["user"]?.string ?? "")
                    words.appendOption("NAME", input.body["name"])
                    words.appendOption("TTL", input.body["ttl"])
                })),
        Route(
            .delete, "/admin/tokens/{id}", .admin, command: "TOKEN REVOKE",
            "Ends a token or session, one's own or by an administrator.", answer: .changed,
            schema: "Token", .command(plain("TOKEN REVOKE"))),
    ]
}
