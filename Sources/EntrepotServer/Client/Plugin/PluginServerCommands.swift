import Basics
import Domain
import JSON
import Plugins
import RESP

/// `entrepot plugin load|mode|list|info|log|stats|rollback|remove|source`: the rules of a server.
package enum PluginServerCommands: ServerTalk {
    /// For the table of commands.
    package static let flags: [Flag] =
        ServerOptions.flags + [Flag("json", nil, "Print the server's own JSON")]
    package static let logFlags: [Flag] =
        flags + [Flag("limit", "N", "How many of the last lines (all that are kept, 256).")]
    package static let modes = ["live", "shadow", "off", "canary"]

    // MARK: Changes

    /// `plugin load FILE`: checks it here, then hands it to the server.
    package static func load(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let path = invocation.operands[0]
            let source = try PluginFileCommands.read(path)
            let check = PluginCheck(source: source, file: path, limits: Limits())
            if !check.hasPassed {
                throw ClientError(check.failures.joined(separator: "\n"))
            }
            guard let name = check.definition?.name else {
                throw ClientError("\(path) has no name")
            }
            let plugin = try document(&server, ["PLUGIN", "LOAD", name.text, source])
            return show(plugin, invocation, summary)
        }
    }

    /// `plugin mode NAME live|shadow|off|canary [PERCENT]`
    package static func mode(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let plugin = try document(&server, ["PLUGIN", "MODE"] + invocation.operands)
            return show(plugin, invocation, summary)
        }
    }

    /// `plugin rollback NAME`
    package static func rollBack(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let plugin = try document(&server, ["PLUGIN", "ROLLBACK"] + invocation.operands)
            return show(plugin, invocation, summary)
        }
    }

    /// `plugin remove NAME`
    package static func remove(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let plugin = try document(&server, ["PLUGIN", "REMOVE"] + invocation.operands)
            return show(plugin, invocation) { _ in "\(invocation.operands[0]) is removed\n" }
        }
    }

    // MARK: Looks

    /// `plugin list`
    package static func list(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let items = try items(&server, ["PLUGIN", "LIST"])
            if invocation.has("json") { return items.map { text($0) + "\n" }.joined() }
            return table(
                ["NAME", "MODE", "LIVE", "CANDIDATE", "STATION", "PRIORITY"],
                items.map { item in
                    [
                        text(item["name"]), modeText(item), text(item["live"]),
                        text(item["candidate"]), text(item["station"]), text(item["priority"]),
                    ]
                })
        }
    }

    /// `plugin info NAME`
    package static func info(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let plugin = try document(&server, ["PLUGIN", "INFO"] + invocation.operands)
            if plugin.isNull { throw ClientError("there is no plugin \(invocation.operands[0])") }
            let stats = try document(&server, ["PLUGIN", "STATS"] + invocation.operands)
            return show(plugin, invocation) { plugin in
                var lines = (plugin.object ?? []).map { "\($0.key): \(text($0.value))\n" }
                if let refused = stats["refused"]?.string { lines.append("refused: \(refused)\n") }
                return lines.joined()
            }
        }
    }

    /// `plugin log NAME`: the last lines, oldest first.
    package static func log(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            var words = ["PLUGIN", "LOG"] + invocation.operands
            if let limit = invocation.value("limit") { words += ["LIMIT", limit] }
            return show(try document(&server, words), invocation) { page in
                (page["items"]?.array ?? []).map { line in
                    ["time", "level", "version", "hook", "text"].map { text(line[$0]) }
                        .filter { !$0.isEmpty }.joined(separator: " ") + "\n"
                }.joined()
            }
        }
    }

    /// `plugin stats [NAME]`
    package static func stats(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let reply = try document(&server, ["PLUGIN", "STATS"] + invocation.operands)
            return show(reply, invocation) { reply in
                let columns = [
                    "calls", "errors", "skips", "rejections", "kills", "p50_us", "p99_us",
                ]
                var rows: [[String]] = []
                for plugin in reply["items"]?.array ?? [reply] {
                    for hook in plugin["hooks"]?.array ?? [] {
                        rows.append(
                            [text(plugin["name"]), text(plugin["mode"]), text(hook["hook"])]
                                + columns.map { text(hook[$0]) })
                    }
                }
                return table(
                    ["NAME", "MODE", "HOOK"] + columns.map { $0.uppercased() }, rows)
            }
        }
    }

    /// `plugin source NAME [VERSION]`
    package static func source(_ invocation: Invocation) -> ExitCode {
        run(invocation) { (server) throws(ClientError) in
            let reply = try server.demand(["PLUGIN", "SOURCE"] + invocation.operands)
            return reply.text ?? ""
        }
    }

    // MARK: Parts

    /// `bulk-discount is live with 1.2.0@3fa9c1d2, candidate 1.3.0@…`
    private static func summary(_ plugin: JSONValue) -> String {
        var line = "\(text(plugin["name"])) is \(modeText(plugin))"
        if let live = plugin["live"]?.string { line += ", live \(live)" }
        if let candidate = plugin["candidate"]?.string { line += ", candidate \(candidate)" }
        return line + "\n"
    }

    private static func modeText(_ plugin: JSONValue) -> String {
        let percent = plugin["percent"]?.int64.map { " \($0) %" } ?? ""
        return text(plugin["mode"]) + percent
    }
}
