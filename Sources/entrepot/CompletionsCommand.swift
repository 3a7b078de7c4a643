import EntrepotServer

extension Command {
    static let completions = Command(
        "completions", "Print the completion script of a shell",
        operands: Operands(
            "bash|zsh|fish", 1...1, choices: CompletionScript.allCases.map(\.rawValue)),
        examples: [
            Example("source <(entrepot completions bash)", "completes in this bash"),
            Example(
                "entrepot completions zsh > ~/.zsh/completions/_entrepot",
                "completes in every new zsh that has this folder in its fpath"),
            Example("entrepot completions fish | source", "completes in this fish"),
        ]
    ) { invocation in
        guard let shell = CompletionScript(rawValue: invocation.operands[0]) else {
            let asked = invocation.operands[0]
            invocation.console.complain("entrepot: \"\(asked)\" is not bash, zsh or fish\n")
            return .usage
        }
        invocation.console.write(shell.text(invocation.tool))
        return .done
    }
}
