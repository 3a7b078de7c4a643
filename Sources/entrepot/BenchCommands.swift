import EntrepotServer

extension Command {
    static let bench = Command(
        "bench", "Measure a server with trades, reads or both",
        operands: Operands(
            "trades|reads|mixed", 1...1,
            choices: BenchOptions.Operation.allCases.map(\.rawValue)),
        flags: BenchOptions.flags,
        examples: [
            Example(
                "entrepot bench trades",
                "fills the server with stations and stock named b-… where they are missing, then "
                    + "trades for 10 s on 50 connections"),
            Example(
                "entrepot bench mixed --connections 200 --pipeline 16 --seconds 30 --json",
                "80 % reads and 20 % trades; one line of JSON"),
            Example(
                "entrepot bench trades --skew 1.1",
                "few stations do most of the trade; a hot one may sell out (OUTOFSTOCK)"),
        ], run: BenchCommand.run)
}
