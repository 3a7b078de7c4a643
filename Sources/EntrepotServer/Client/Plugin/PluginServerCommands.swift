import Basics
import Domain
import JSON
import Plugins
import RESP

/// `entrepot plugin load|mode|list|info|log|stats|rollback|remove|source`: the rules of a server.
package enum PluginServerCommands {
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
            var items: [JSONValue] = []
            var cursor: String?
            repeat {
                let words = ["PLUGIN", "LIST"] + (cursor.map { ["CURSOR", $0] } ?? [])
                let page = try document(&server, words)
                items += page["items"]?.array ?? []
                cursor = page["next"]?.string
            } while cursor != nil
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

    private static func run(
        _ invocation: Invocation,
        _ body: (inout ServerConnection) throws(ClientError) -> String
    ) -> ExitCode {
        do throws(ClientError) {
            var server = try ServerConnection.open(try ServerOptions(invocation))
            invocation.console.write(try body(&server))
            return .done
        } catch {
            invocation.console.complain("entrepot: \(error)\n")
            return .failed
        }
    }

    private static func document(
        _ server: inout ServerConnection, _ words: [String]
    ) throws(ClientError) -> JSONValue {
        let reply = try server.demand(words)
        guard let text = reply.text else { return .null }
        do throws(JSONError) { return try JSONReader.parse(text.utf8.span) } catch {
            throw ClientError("the server answered something that is no JSON")
        }
    }

    private static func show(
        _ value: JSONValue, _ invocation: Invocation, _ plain: (JSONValue) -> String
    ) -> String {
        invocation.has("json") ? text(value) + "\n" : plain(value)
    }

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

    /// A value for people: a string without its quotes, nothing for null.
    private static func text(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "" }
        if let string = value.string { return string }
        var buffer = ByteBuffer(capacity: 256)
        value.append(to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column in
                column == row.count - 1
                    ? row[column]
                    : row[column]
                        + String(repeating: " ", count: widths[column] - row[column].count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
