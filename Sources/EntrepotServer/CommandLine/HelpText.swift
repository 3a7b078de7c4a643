/// Help, made from the table of commands.
enum HelpText {
    /// All commands, one line each.
    static func overview(_ tool: CommandLineTool) -> String {
        var text =
            "\(tool.name): \(tool.summary)\n\nUsage: \(tool.name) COMMAND [FLAGS]\n\nCommands:\n"
        text += list(tool.commands)
        text += "\nEvery command has --help with its flags and examples.\n"
        text += "Exit codes: 0 done, 1 failed, 2 wrong usage.\n"
        return text
    }

    /// The commands that begin with the same words.
    static func group(_ words: [String], _ commands: [Command], of tool: CommandLineTool) -> String
    {
        "Usage: \(tool.name) \(words.joined(separator: " ")) COMMAND [FLAGS]\n\nCommands:\n"
            + list(commands)
    }

    /// One command: usage, flags, examples.
    static func command(_ command: Command, of tool: CommandLineTool) -> String {
        var text = "\(command.summary).\n\nUsage: \(tool.name) \(command.name)"
        if !command.operands.placeholder.isEmpty { text += " \(command.operands.placeholder)" }
        if !command.flags.isEmpty { text += " [FLAGS]" }
        text += "\n"
        if !command.examples.isEmpty {
            text += "\nExamples:\n"
            for example in command.examples {
                text += "  \(example.line)\n      \(example.meaning)\n"
            }
        }
        if !command.flags.isEmpty {
            text += "\nFlags (--flag VALUE or --flag=VALUE):\n"
            for flag in command.flags {
                text += "  --\(flag.name)\(flag.placeholder.map { " \($0)" } ?? "")\n"
                text += "      \(flag.help)\n"
            }
        }
        return text
    }

    private static func list(_ commands: [Command]) -> String {
        let shown = commands.filter { !$0.isHidden }
        let width = shown.map(\.name.count).max() ?? 0
        return shown.map { command in
            let padding = String(repeating: " ", count: width - command.name.count)
            return "  \(command.name)\(padding)  \(command.summary)\n"
        }.joined()
    }
}
