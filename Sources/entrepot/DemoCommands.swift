import EntrepotServer

extension Command {
    static let demo = Command(
        "demo", "Run a server with a small galaxy and live traffic", flags: DemoCommand.flags,
        examples: [
            Example("entrepot demo", "in a temporary folder, two trades per second, until Ctrl-C"),
            Example(
                "entrepot demo --data ./galaxy --tcp 127.0.0.1:7500 --rate 50",
                "in a folder that stays, on another port, busier"),
        ], run: DemoCommand.run)
}
