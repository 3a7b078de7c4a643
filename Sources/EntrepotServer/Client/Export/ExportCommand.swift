import Basics
import System

/// `entrepot export stations|items|stock|trades|events|all`
package enum ExportCommand {
    /// What can be exported, in the order of `all`.
    package static let choices = DataKind.allCases.map(\.rawValue) + ["events", "all"]

    /// For the table of commands.
    package static let flags: [Flag] =
        ServerOptions.flags + [
            Flag(
                "to", "DIR", "Writes one file per kind into this folder (standard output).",
                completion: .directory),
            Flag(
                "format", "csv|ndjson", "How rows are written (csv).", choices: ["csv", "ndjson"]),
        ]

    /// Does the work of the command.
    package static func run(_ invocation: Invocation) -> ExitCode {
        let console = invocation.console
        do {
            let options = try ServerOptions(invocation)
            let wanted = try wanted(invocation.operands.first ?? "")
            let format = try format(invocation.value("format") ?? "csv")
            let folder = invocation.value("to")
            if let folder {
                do throws(SystemError) { try FileSystem.makeFolder(folder) } catch {
                    throw ClientError(error)
                }
            } else if wanted.count > 1 {
                throw ClientError.usage("all needs --to DIR")
            }
            var server = try ServerConnection.open(options)
            for name in wanted { try write(name, format, to: folder, &server, console) }
            return .done
        } catch {
            console.complain("entrepot: \(error)\n")
            return (error as? ClientError)?.exitCode ?? .failed
        }
    }

    private static func wanted(_ name: String) throws(ClientError) -> [String] {
        if name == "all" { return choices.dropLast() }
        if choices.contains(name) { return [name] }
        throw ClientError.usage("\"\(name)\" is none of \(choices.joined(separator: ", "))")
    }

    private static func format(_ name: String) throws(ClientError) -> DataFormat {
        guard let format = DataFormat(rawValue: name) else {
            throw ClientError.usage("--format is csv or ndjson, got \(name)")
        }
        return format
    }

    private static func write(
        _ name: String, _ format: DataFormat, to folder: String?,
        _ server: inout ServerConnection, _ console: any Console
    ) throws(ClientError) {
        var bar = ProgressBar(
            name, total: nil, unit: "rows", isShown: console.showsProgress && folder != nil,
            clock: SystemClock()
        ) { console.complain($0) }
        let path = folder.map { "\($0)/\(name).\(format.rawValue)" }
        let run = ExportRun(try ExportFile(path: path, console: console), format: format) {
            bar.update($0)
        }
        let count =
            if let kind = DataKind(rawValue: name) {
                try run.run(kind, &server)
            } else {
                try run.runEvents(&server)
            }
        bar.finish()
        if let path { console.write("\(path): \(count) rows\n") }
    }
}
