import Basics
import Domain
import JSON
import Plugins
import System

/// `entrepot plugin new|check|test`: rules as files, without a server.
package enum PluginFileCommands {
    package static let hooks = PluginTemplate.Hook.allCases.map(\.rawValue)

    /// For the table of commands.
    package static let newFlags: [Flag] = [
        Flag("station", "ID", "The station whose sales it is for (*: all of them)."),
        Flag(
            "hook", hooks.joined(separator: "|"), "What it does (pricing); may be repeated.",
            choices: hooks, isRepeatable: true),
        Flag("to", "DIR", "Writes it into this folder (.).", completion: .directory),
    ]

    package static let checkFlags: [Flag] = [
        Flag("json", nil, "Print one JSON object per file")
    ]

    // MARK: New

    /// `plugin new NAME`: writes a rule to begin with.
    package static func new(_ invocation: Invocation) -> ExitCode {
        let console = invocation.console
        guard let name = Identifier(invocation.operands.first ?? "") else {
            console.complain("entrepot: a name is 1-64 letters, digits, . _ -\n")
            return .usage
        }
        var station: Identifier?
        if let word = invocation.value("station"), word != "*" {
            station = Identifier(word)
            if station == nil {
                console.complain("entrepot: --station \(word) is no id of a station\n")
                return .usage
            }
        }
        let words = invocation.flags.filter { $0.name == "hook" }.map(\.value)
        var wanted: [PluginTemplate.Hook] = []
        for word in words.isEmpty ? [PluginTemplate.Hook.pricing.rawValue] : words {
            guard let hook = PluginTemplate.Hook(rawValue: word) else {
                console.complain("entrepot: --hook is one of \(hooks.joined(separator: ", "))\n")
                return .usage
            }
            if !wanted.contains(hook) { wanted.append(hook) }
        }
        let text = PluginTemplate(name: name, station: station, hooks: wanted).text
        let path = "\(invocation.value("to") ?? ".")/\(name).lua"
        do throws(SystemError) {
            let file = try FileHandle(path: path, mode: .create)
            try file.write(text.utf8.span)
        } catch {
            console.complain(
                error.isExists
                    ? "entrepot: \(path) is there already\n" : "entrepot: \(error)\n")
            return .failed
        }
        console.write("\(path)\n")
        return .done
    }

    // MARK: Check and test

    /// `plugin check FILE…`: a line for each file, and what is wrong.
    package static func check(_ invocation: Invocation) -> ExitCode {
        examine(invocation) { check in
            let name = check.definition.map { "\($0.name) " } ?? ""
            let version = check.tag.map { $0.label } ?? ""
            var text = check.warnings.map { "\($0.text(file: check.file)) (a doubt)\n" }.joined()
            if check.hasPassed {
                let count = check.outcomes.count
                text += "\(check.file): \(name)\(version) is good, "
                text += count == 1 ? "1 test\n" : "\(count) tests\n"
            } else {
                text += check.failures.map { "\($0)\n" }.joined()
            }
            return text
        }
    }

    /// `plugin test FILE…`: a line for each test.
    package static func test(_ invocation: Invocation) -> ExitCode {
        examine(invocation) { check in
            var text = check.problem.map { "\($0.text(file: check.file))\n" } ?? ""
            if let definition = check.definition, let tag = check.tag {
                text += "\(check.file): \(definition.name) \(tag.label)\n"
            }
            let width = check.outcomes.map(\.title.count).max() ?? 0
            for outcome in check.outcomes {
                let padding = String(repeating: " ", count: width - outcome.title.count)
                text += outcome.hasPassed ? "  pass  " : "  FAIL  "
                text += outcome.title
                text += outcome.failure.map { "\(padding)  \($0)" } ?? ""
                text += "\n"
            }
            let passed = check.outcomes.count { $0.hasPassed }
            text += "  \(passed) of \(check.outcomes.count) tests passed\n"
            return text
        }
    }

    private static func examine(
        _ invocation: Invocation, _ show: (PluginCheck) -> String
    ) -> ExitCode {
        let console = invocation.console
        var code = ExitCode.done
        for path in invocation.operands {
            let source: String
            do throws(ClientError) { source = try read(path) } catch {
                console.complain("entrepot: \(error)\n")
                code = .usage
                continue
            }
            let check = PluginCheck(source: source, file: path, limits: Limits())
            if !check.hasPassed && code == .done { code = .failed }
            if invocation.has("json") {
                var buffer = ByteBuffer(capacity: 1_024)
                PluginReport.value(check).append(to: &buffer)
                console.write("\(buffer.bytes.validatedText ?? "{}")\n")
            } else {
                console.write(show(check))
            }
        }
        return code
    }

    /// A file's text.
    static func read(_ path: String) throws(ClientError) -> String {
        let bytes: [UInt8]?
        do throws(ConfigurationError) { bytes = try SystemFiles.read(path) } catch {
            throw ClientError("\(error)")
        }
        guard let bytes else { throw .file(path, "there is no such file") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .file(path, "is not UTF-8")
        }
        return text
    }
}
