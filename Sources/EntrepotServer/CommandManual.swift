import Domain
import Ledger

/// `docs/commands.md`, made from the command table.
package enum CommandManual {
    /// The whole page, Markdown.
    package static var text: String {
        var page = introduction
        for group in CommandGroup.allCases {
            let rows = CommandTable.all.filter { $0.group == group }
            if rows.isEmpty { continue }
            page += "\n## \(title(group))\n\n| command | what | role |\n|---|---|---|\n"
            for row in rows {
                let syntax = row.syntax.isEmpty ? "" : " \(row.syntax)"
                page += "| `\(escaped(row.name + syntax))` | \(escaped(row.summary))"
                page += "\(notes(row)) | \(row.role.name) |\n"
            }
        }
        return page
    }

    private static func title(_ group: CommandGroup) -> String {
        switch group {
        case .connection: "Connection"
        case .server: "Server"
        case .catalog: "Catalog: stations, items, ships, currencies, rates"
        case .inventory: "Inventory"
        case .trade: "Trade"
        case .cargo: "Cargo"
        case .plugin: "Rules and channels"
        case .account: "Users and tokens"
        case .events: "Events"
        case .transactions: "Transactions and prefixes"
        }
    }

    private static func notes(_ row: CommandSpec) -> String {
        if row.flags.contains(.blocking) { return " Not inside `MULTI`; may wait." }
        if row.flags.contains(.noTransaction) { return " Not inside `MULTI`." }
        return ""
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text { escaped += character == "|" ? "\\|" : String(character) }
        return escaped
    }

    private static let introduction = """
        # Commands

        All that a client can send over TCP. Command and option words may be written in any case;
        positional arguments come first, then options in any order, each once. How requests and
        replies look is in [protocol.md](protocol.md), what the trade commands mean in
        [trades.md](trades.md).

        This page is made from the command table, which also drives `COMMAND`, `HELP` and the
        permissions: `entrepot commands docs > docs/commands.md`.

        """
}
