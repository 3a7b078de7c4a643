import EntrepotServer

extension Command {
    /// Prints the page of the manual that is made from the command table; hidden from the help.
    static let commandsDocs = Command(
        "commands docs", "Print docs/commands.md, made from the command table", isHidden: true
    ) { invocation in
        invocation.console.write(CommandManual.text)
        return .done
    }
}
