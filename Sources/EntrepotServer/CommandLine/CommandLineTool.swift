import Basics

/// The whole command line: finds the command, checks its flags, shows help, runs it.
package struct CommandLineTool: Sendable {
    /// The name of the program.
    package let name: String
    /// One line about it.
    package let summary: String
    package let commands: [Command]

    package init(name: String, summary: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.commands = commands
    }

    /// What a line of arguments asks for.
    package enum Parsed {
        case help(String)
        case usage(String)
        case run(Command, operands: [String], flags: [(name: String, value: String)])
    }

    /// Parses and runs.
    ///
    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - environment: handed to the command.
    ///   - console: gets help on its output and mistakes on its error side.
    package func run(
        _ arguments: [String], environment: [String: String], console: any Console
    ) -> ExitCode {
        switch parse(arguments) {
        case .help(let text):
            console.write(text)
            return .done
        case .usage(let text):
            console.complain(text)
            return .usage
        case .run(let command, let operands, let flags):
            return command.run(
                Invocation(
                    operands: operands, flags: flags, environment: environment, console: console,
                    tool: self))
        }
    }

    /// Finds out what is asked for, without doing it.
    package func parse(_ arguments: [String]) -> Parsed {
        guard let first = arguments.first else { return .usage(HelpText.overview(self)) }
        switch first {
        case "--help", "-h": return .help(HelpText.overview(self))
        case "help": return help(Array(arguments.dropFirst()))
        case "--version": return parse(["version"])
        default: break
        }
        guard let command = command(for: arguments) else { return unknown(arguments) }
        return parse(command, Array(arguments.dropFirst(command.words.count)))
    }

    /// The command with the most words at the front of the arguments.
    private func command(for arguments: [String]) -> Command? {
        commands
            .filter { arguments.starts(with: $0.words) }
            .max { $0.words.count < $1.words.count }
    }

    /// `help [command]`; a group such as `config` lists its commands.
    private func help(_ words: [String]) -> Parsed {
        if words.isEmpty { return .help(HelpText.overview(self)) }
        if let command = command(for: words), command.words == words {
            return .help(HelpText.command(command, of: self))
        }
        let group = commands.filter { $0.words.starts(with: words) && !$0.isHidden }
        if !group.isEmpty { return .help(HelpText.group(words, group, of: self)) }
        return unknown(words)
    }

    private func unknown(_ arguments: [String]) -> Parsed {
        let words = Array(arguments.prefix { !$0.hasPrefix("-") })
        if words.isEmpty {
            return mistake("unknown flag \(arguments[0]); flags follow a command", command: nil)
        }
        let group = commands.filter { $0.words.first == words[0] && !$0.isHidden }
        if group.isEmpty {
            let firsts = commands.filter { !$0.isHidden }.map { $0.words[0] }
            let hint = NearestWord.hint(words[0], in: firsts)
            return mistake("unknown command \"\(words[0])\"\(hint)", command: nil)
        }
        if words.count == 1 {
            let text = HelpText.group([words[0]], group, of: self)
            let rest = arguments.dropFirst()
            return rest.contains("--help") || rest.contains("-h") ? .help(text) : .usage(text)
        }
        let hint = NearestWord.hint(words[1], in: group.compactMap { $0.words.dropFirst().first })
        return mistake("unknown command \"\(words[0]) \(words[1])\"\(hint)", command: nil)
    }

    private func parse(_ command: Command, _ arguments: [String]) -> Parsed {
        var operands: [String] = []
        var flags: [(name: String, value: String)] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                operands += arguments[index...]
                break
            }
            if argument == "--help" || argument == "-h" {
                return .help(HelpText.command(command, of: self))
            }
            if !argument.hasPrefix("-") || argument == "-" {
                operands.append(argument)
                continue
            }
            let next = index < arguments.count ? arguments[index] : nil
            switch flag(argument, next: next, of: command, after: flags) {
            case .failure(let problem): return mistake(problem.text, command: command)
            case .success(let found):
                flags.append((found.name, found.value))
                if found.tookNext { index += 1 }
            }
        }
        if !command.operands.count.contains(operands.count) {
            return mistake(countProblem(command, operands), command: command)
        }
        return .run(command, operands: operands, flags: flags)
    }

    private struct FoundFlag {
        let name: String
        let value: String
        let tookNext: Bool
    }

    private struct Problem: Error {
        let text: String
    }

    private func flag(
        _ argument: String, next: String?, of command: Command,
        after earlier: [(name: String, value: String)]
    ) -> Result<FoundFlag, Problem> {
        let body = argument.drop { $0 == "-" }
        let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let given = parts.count == 2 ? String(parts[1]) : nil
        guard argument.hasPrefix("--"), let flag = command.flags.first(where: { $0.name == name })
        else {
            let hint = NearestWord.hint(name, in: command.flags.map(\.name), prefix: "--")
            return .failure(Problem(text: "unknown flag \(argument.prefix { $0 != "=" })\(hint)"))
        }
        if !flag.isRepeatable && earlier.contains(where: { $0.name == name }) {
            return .failure(Problem(text: "--\(name) is given twice"))
        }
        guard let placeholder = flag.placeholder else {
            if given != nil { return .failure(Problem(text: "--\(name) takes no value")) }
            return .success(FoundFlag(name: name, value: "true", tookNext: false))
        }
        if let given { return .success(FoundFlag(name: name, value: given, tookNext: false)) }
        guard let next, !next.hasPrefix("--") else {
            return .failure(Problem(text: "--\(name) needs a value: --\(name) \(placeholder)"))
        }
        return .success(FoundFlag(name: name, value: next, tookNext: true))
    }

    private func countProblem(_ command: Command, _ operands: [String]) -> String {
        let placeholder = command.operands.placeholder
        if operands.count > command.operands.count.upperBound {
            return "\"\(operands[command.operands.count.upperBound])\" is one word too many"
        }
        return "\(placeholder) is missing"
    }

    private func mistake(_ text: String, command: Command?) -> Parsed {
        let help = command.map { "\(name) \($0.name) --help" } ?? "\(name) --help"
        return .usage("\(name): \(text)\nSee: \(help)\n")
    }
}
