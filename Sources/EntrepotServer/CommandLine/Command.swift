/// How a command ended, as the exit code of the process.
package enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
}

/// What a shell completes a value with.
package typealias ValueCompletion = Setting.Completion

/// One flag of a command, as data.
package struct Flag: Sendable {
    /// Without dashes: `data`.
    package let name: String
    /// What stands for the value in help, `DIR`; nil is a switch without a value.
    package let placeholder: String?
    /// One line.
    package let help: String
    /// The words that the value may be, for completion; the command itself checks.
    package let choices: [String]
    package let completion: ValueCompletion
    /// Whether it may be given more than once.
    package let isRepeatable: Bool

    package init(
        _ name: String, _ placeholder: String? = nil, _ help: String, choices: [String] = [],
        completion: ValueCompletion = .none, isRepeatable: Bool = false
    ) {
        self.name = name
        self.placeholder = placeholder
        self.help = help
        self.choices = choices
        self.completion = completion
        self.isRepeatable = isRepeatable
    }

    /// Every setting of the server as a flag: for `serve` and `config check`.
    package static let settings: [Flag] = SettingTable.rows.map { row in
        Flag(
            row.flag, row.expected, row.help, choices: row.choices, completion: row.completion)
    }
}

/// The words that follow a command and its flags.
package struct Operands: Sendable {
    /// As help shows them: `FILE…`; empty for none.
    package let placeholder: String
    package let count: ClosedRange<Int>
    /// The words that they may be, for completion.
    package let choices: [String]
    package let completion: ValueCompletion

    package init(
        _ placeholder: String, _ count: ClosedRange<Int>, choices: [String] = [],
        completion: ValueCompletion = .none
    ) {
        self.placeholder = placeholder
        self.count = count
        self.choices = choices
        self.completion = completion
    }

    package static let none = Operands("", 0...0)
}

/// One command of the command line, as data: help, errors and shell completions derive from it.
package struct Command: Sendable {
    /// A line to type and what it does.
    package struct Example: Sendable {
        package let line: String
        package let meaning: String

        package init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    /// `["config", "check"]`.
    package let words: [String]
    /// One line, without a full stop.
    package let summary: String
    package let operands: Operands
    package let flags: [Flag]
    package let examples: [Example]
    /// Whether help and completions leave it out.
    package let isHidden: Bool
    /// Does the work on the calling thread.
    package let run: @Sendable (Invocation) -> ExitCode

    package init(
        _ name: String, _ summary: String, operands: Operands = .none, flags: [Flag] = [],
        examples: [Example] = [], isHidden: Bool = false,
        run: @escaping @Sendable (Invocation) -> ExitCode
    ) {
        words = name.split(separator: " ").map(String.init)
        self.summary = summary
        self.operands = operands
        self.flags = flags
        self.examples = examples
        self.isHidden = isHidden
        self.run = run
    }

    /// `config check`.
    package var name: String { words.joined(separator: " ") }
}

/// What a command was given.
package struct Invocation: Sendable {
    package let operands: [String]
    /// The flags in the order they were written.
    package let flags: [(name: String, value: String)]
    package let environment: [String: String]
    package let console: any Console
    /// All commands, for those that describe the others.
    package let tool: CommandLineTool

    /// The value of a flag: the last one where it may be repeated, nil where it is absent.
    package func value(_ name: String) -> String? { flags.last { $0.name == name }?.value }

    /// Whether a flag was given.
    package func has(_ name: String) -> Bool { flags.contains { $0.name == name } }

    /// The sources of the server's configuration: these flags, this environment, the real files.
    package var configurationSources: ConfigurationSources {
        ConfigurationSources(flags: flags, environment: environment) {
            path throws(ConfigurationError) in
            try SystemFiles.read(path)
        }
    }
}

/// Where a command writes.
package protocol Console: Sendable {
    /// Results: standard output. Takes text as it is.
    func write(_ text: String)
    /// Complaints and progress: standard error.
    func complain(_ text: String)
    /// Whether `complain` reaches a terminal, so that progress is worth showing.
    var showsProgress: Bool { get }
}
