import EntrepotServer

extension Command {
    /// Only its place in the lists: the parser itself answers `help`, before any command runs.
    static let help = Command(
        "help", "Show the commands, or one of them", operands: Operands("[COMMAND]", 0...2),
        examples: [
            Example("entrepot help config check", "the same as entrepot config check --help")
        ]
    ) { _ in .done }
}
