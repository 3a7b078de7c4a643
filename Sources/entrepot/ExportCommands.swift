import EntrepotServer

extension Command {
    static let export = Command(
        "export", "Write a server's records and events into files",
        operands: Operands(
            ExportCommand.choices.joined(separator: "|"), 1...1, choices: ExportCommand.choices),
        flags: ExportCommand.flags,
        examples: [
            Example("entrepot export stock > stock.csv", "the present figures of every station"),
            Example(
                "entrepot export all --to ./galaxy --format ndjson",
                "stations, items, stock, trades and events, a file each; import reads the first "
                    + "four again"),
            Example(
                "entrepot export trades --server trade.example:7400 --user ada --password-file pw",
                "the trades that ada may see, one row per line of a trade"),
        ], run: ExportCommand.run)
}
