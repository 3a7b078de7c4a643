/// `docs/configuration.md`, made from the table of settings.
package enum ConfigurationPage {
    /// The whole page, Markdown.
    package static var text: String {
        var page = introduction
        let defaults = Configuration()
        for group in Setting.Group.allCases {
            let rows = SettingTable.rows.filter { $0.group == group }
            if rows.isEmpty { continue }
            page += "\n## \(group.rawValue)\n\n"
            page += "| key | value | default | at run time | what |\n|---|---|---|---|---|\n"
            for row in rows {
                let value = escaped(row.range.isEmpty ? row.expected : row.range)
                let fallback = row.display(defaults)
                page += "| `\(row.key)` | \(value) | \(fallback.isEmpty ? "–" : escaped(fallback)) "
                page += "| \(row.isChangeable ? "yes" : "no") | \(escaped(row.help)) |\n"
            }
        }
        return page
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text { escaped += character == "|" ? "\\|" : String(character) }
        return escaped
    }

    private static let introduction = """
        # Configuration

        <!-- Made by `entrepot config docs`; change the table in the source, not this page. -->

        Every key can be given in four places. The first that has it wins:

        1. a flag: `--log-level debug` (the key with dashes)
        2. an environment variable: `ENTREPOT_LOG_LEVEL=debug`
        3. `DATA/settings.json`, written by `CONFIG REWRITE` with what `CONFIG SET` changed
        4. the configuration file: the one that `--config` names, or else `./entrepot.conf`, or else
           `/etc/entrepot/entrepot.conf`

        The file is Lua and returns one table (see `entrepot.conf.example`); it runs in a sandbox
        without libraries and with little memory and time. Unknown keys are errors. `entrepot config
        check` takes the same flags as `serve`, reads all four places and names every mistake with
        its file and line.

        Numbers may carry a unit: `64KiB`, `16MiB`, `2GiB`; `100ms`, `10s`, `5m`, `1h`. A plain
        number counts the unit that the key is named after. "At run time" says whether `CONFIG SET`
        may change the key on a running server; secrets are shown as `(redacted)` everywhere.

        """
}
