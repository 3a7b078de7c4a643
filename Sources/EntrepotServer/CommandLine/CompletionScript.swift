/// Shell completions, made from the table of commands.
package enum CompletionScript: String, CaseIterable {
    case bash
    case zsh
    case fish

    /// The script for the commands of `tool` that are not hidden.
    package func text(_ tool: CommandLineTool) -> String {
        switch self {
        case .bash: bash(tool)
        case .zsh: zsh(tool)
        case .fish: fish(tool)
        }
    }

    /// A place where words of a command can follow: "" is the start, "config" a group.
    private struct Stop {
        let path: String
        let next: [(word: String, summary: String)]
        let command: Command?
    }

    private func stops(_ tool: CommandLineTool) -> [Stop] {
        let shown = tool.commands.filter { !$0.isHidden }
        var paths: [[String]] = [[]]
        for command in shown {
            for count in 1...command.words.count {
                let path = Array(command.words.prefix(count))
                if !paths.contains(path) { paths.append(path) }
            }
        }
        return paths.map { path in
            var next: [(word: String, summary: String)] = []
            for command in shown
            where command.words.count > path.count && command.words.starts(with: path) {
                let word = command.words[path.count]
                if next.contains(where: { $0.word == word }) { continue }
                let isLeaf = command.words.count == path.count + 1
                next.append((word, isLeaf ? command.summary : "\(word) commands"))
            }
            return Stop(
                path: path.joined(separator: " "), next: next,
                command: shown.first { $0.words == path })
        }
    }

    /// Inside single quotes; zsh's own marks are escaped too.
    private func quoted(_ text: String, escaping marks: String = "") -> String {
        var result = ""
        for character in text {
            if character == "'" {
                result += "'\\''"
            } else if marks.contains(character) {
                result += "\\\(character)"
            } else {
                result.append(character)
            }
        }
        return "'\(result)'"
    }

    // MARK: bash

    private func bash(_ tool: CommandLineTool) -> String {
        let stops = stops(tool)
        let paths = stops.map(\.path).filter { !$0.isEmpty }.map { quoted($0) }.joined(
            separator: "|")
        var text = """
            # bash completion for \(tool.name); to use it: source <(\(tool.name) completions bash)
            _\(tool.name)() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
                local command="" index
                COMPREPLY=()
                for ((index = 1; index < COMP_CWORD; index++)); do
                    case "${command:+$command }${COMP_WORDS[index]}" in
                        \(paths)) command="${command:+$command }${COMP_WORDS[index]}" ;;
                    esac
                done
                # "--flag=value" arrives as three words.
                if [[ $previous == "=" ]]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
                if [[ $current == "=" ]]; then current=""; fi
                case "$command:$previous" in

            """
        for stop in stops {
            for flag in stop.command?.flags ?? [] where flag.placeholder != nil {
                text += "        '\(stop.path):--\(flag.name)')"
                text += " \(bashReply(flag.choices, flag.completion)); return ;;\n"
            }
        }
        text += "    esac\n    case \"$command\" in\n"
        for stop in stops {
            let words = stop.next.map(\.word) + (stop.command?.operands.choices ?? [])
            let flags = (stop.command?.flags.map { "--\($0.name)" } ?? []) + ["--help"]
            text += "        '\(stop.path)')\n"
            text += "            if [[ $current == -* ]]; then\n"
            text += "                \(bashReply(flags, .none))\n            else\n"
            let completion = stop.command?.operands.completion ?? .none
            text += "                \(bashReply(words, completion))\n            fi ;;\n"
        }
        text += "    esac\n}\ncomplete -F _\(tool.name) \(tool.name)\n"
        return text
    }

    private func bashReply(_ words: [String], _ completion: ValueCompletion) -> String {
        let source =
            switch completion {
            case .file: "-f"
            case .directory: "-d"
            case .none: "-W '\(words.joined(separator: " "))'"
            }
        return "mapfile -t COMPREPLY < <(compgen \(source) -- \"$current\")"
    }

    // MARK: zsh

    private func zsh(_ tool: CommandLineTool) -> String {
        let stops = stops(tool)
        let paths = stops.map(\.path).filter { !$0.isEmpty }.map { quoted($0) }.joined(
            separator: "|")
        var text = """
            #compdef \(tool.name)
            # zsh completion; to use it, put it into a folder of $fpath as _\(tool.name)
            _\(tool.name)() {
                local command="" word
                local -a next
                for word in ${words[2,CURRENT-1]}; do
                    case "${command:+$command }$word" in
                        \(paths)) command="${command:+$command }$word" ;;
                    esac
                done
                case "$command" in

            """
        for stop in stops {
            text += "        '\(stop.path)')\n"
            if !stop.next.isEmpty {
                text += "            next=(\n"
                for (word, summary) in stop.next {
                    text += "                \(quoted("\(word):\(summary)"))\n"
                }
                text += "            )\n            _describe command next\n"
            }
            if let command = stop.command {
                text += "            _arguments \\\n"
                for flag in command.flags { text += "                \(zshFlag(flag)) \\\n" }
                text += "                '--help[show help]' \\\n"
                let operands = command.operands
                text +=
                    "                '*:word:\(zshAction(operands.choices, operands.completion))'\n"
            }
            text += "            ;;\n"
        }
        text += "    esac\n}\n"
        text += "if [[ $funcstack[1] == _\(tool.name) ]]; then _\(tool.name) \"$@\"\n"
        text += "else compdef _\(tool.name) \(tool.name); fi\n"
        return text
    }

    private func zshFlag(_ flag: Flag) -> String {
        let start = "--\(flag.name)\(flag.placeholder == nil ? "" : "=")"
        let help = String(flag.help.flatMap { "[]:".contains($0) ? "\\\($0)" : String($0) })
        var text = "\(flag.isRepeatable ? "*" : "")\(start)[\(help)]"
        if let placeholder = flag.placeholder {
            let name = String(placeholder.map { $0 == ":" ? " " : $0 })
            text += ":\(name):\(zshAction(flag.choices, flag.completion))"
        }
        return quoted(text)
    }

    private func zshAction(_ choices: [String], _ completion: ValueCompletion) -> String {
        switch completion {
        case .file: "_files"
        case .directory: "_files -/"
        case .none: choices.isEmpty ? " " : "(\(choices.joined(separator: " ")))"
        }
    }

    // MARK: fish

    private func fish(_ tool: CommandLineTool) -> String {
        let stops = stops(tool)
        let paths = stops.map(\.path).filter { !$0.isEmpty }.map { quoted($0) }.joined(
            separator: " ")
        var text = """
            # fish completion; to use it: \(tool.name) completions fish | source
            function __\(tool.name)_at
                set -l command
                for word in (commandline -opc)[2..-1]
                    if contains -- (string join -- ' ' $command $word) \(paths)
                        set command $command $word
                    end
                end
                set -l path (string join -- ' ' $command)
                test "$path" = "$argv[1]"
            end
            complete -c \(tool.name) -f

            """
        for stop in stops {
            let start = "complete -c \(tool.name) -n '__\(tool.name)_at \"\(stop.path)\"'"
            for (word, summary) in stop.next {
                text += "\(start) -a \(word) -d \(quoted(summary))\n"
            }
            guard let command = stop.command else { continue }
            for flag in command.flags {
                text += "\(start) -l \(flag.name) -d \(quoted(flag.help))"
                if flag.placeholder != nil {
                    // -x takes a value and offers no files; -r with -F offers them.
                    text += flag.completion == .file ? " -r" : " -x"
                    text += fishValue(flag.choices, flag.completion)
                }
                text += "\n"
            }
            let value = fishValue(command.operands.choices, command.operands.completion)
            if !value.isEmpty { text += "\(start)\(value)\n" }
        }
        return text
    }

    private func fishValue(_ choices: [String], _ completion: ValueCompletion) -> String {
        switch completion {
        case .file: " -F"
        case .directory: " -a '(__fish_complete_directories)'"
        case .none: choices.isEmpty ? "" : " -a '\(choices.joined(separator: " "))'"
        }
    }
}
