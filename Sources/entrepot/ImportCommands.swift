import EntrepotServer

extension Command {
    static let importFiles = Command(
        "import", "Bring stations, items, stock and trades into a server",
        operands: Operands("FILE|DIR…", 1...1_000, completion: .file),
        flags: ServerOptions.flags,
        examples: [
            Example(
                "entrepot import trades.csv",
                "the file's name says what it holds; a second run repeats nothing (stock: within 7 "
                    + "days)"),
            Example(
                "entrepot import ./galaxy",
                "takes stations, items, stock, trades of a folder in this order; refused rows go "
                    + "to FILE.rejected.csv, each with its reason"),
            Example(
                "entrepot import --server trade.example:7400 --user ada --password-file pw "
                    + "stock.ndjson", "one JSON object per line, into another machine's server"),
        ], run: ImportCommand.run)
}
