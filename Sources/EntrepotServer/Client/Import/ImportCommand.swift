import Basics
import System

/// `entrepot import FILE|DIR…`
package enum ImportCommand {
    /// One file to read.
    package struct Source: Equatable, Sendable {
        package let path: String
        package let kind: DataKind
        package let format: DataFormat

        package init(path: String, kind: DataKind, format: DataFormat) {
            self.path = path
            self.kind = kind
            self.format = format
        }
    }

    /// Does the work of the command.
    package static func run(_ invocation: Invocation) -> ExitCode {
        do {
            let options = try ServerOptions(invocation)
            let sources = try sources(invocation.operands)
            var server = try ServerConnection.open(options)
            var refused = 0
            for path in skipped(invocation.operands) {
                invocation.console.write("\(path): skipped, events are for reading\n")
            }
            for source in sources {
                refused += try read(source, &server, invocation.console)
            }
            return refused == 0 ? .done : .failed
        } catch {
            invocation.console.complain("entrepot: \(error)\n")
            return error.exitCode
        }
    }

    /// What the operands name; a folder is taken kind by kind.
    ///
    /// - Throws: a sentence about a path that is nothing that can be imported.
    package static func sources(_ paths: [String]) throws(ClientError) -> [Source] {
        var sources: [Source] = []
        for path in paths {
            let what: FileSystem.Kind?
            do throws(SystemError) { what = try FileSystem.kind(of: path) } catch {
                throw ClientError(error)
            }
            switch what {
            case .folder: sources += try folder(path)
            case .file: sources.append(try file(path))
            case .none: throw .file(path, "there is no such file")
            default: throw .file(path, "is neither a file nor a folder")
            }
        }
        return sources
    }

    /// The files of events in folders, which are left out.
    package static func skipped(_ paths: [String]) -> [String] {
        var skipped: [String] = []
        for path in paths {
            guard let kind = try? FileSystem.kind(of: path), kind == .folder,
                let names = try? FileSystem.list(path)
            else { continue }
            let base = path.hasSuffix("/") ? path : path + "/"
            for name in names.sorted() where isEvents(name) { skipped.append(base + name) }
        }
        return skipped
    }

    private static func isEvents(_ name: some StringProtocol) -> Bool {
        name.prefix { $0 != "." } == "events"
    }

    private static func file(_ path: String) throws(ClientError) -> Source {
        guard let format = DataFormat(path: path) else {
            throw .file(path, "is neither .csv nor .ndjson")
        }
        let name = path.split(separator: "/").last ?? ""
        if isEvents(name) {
            throw .usage(
                "\(path): events cannot be imported, they are what a store says of itself; a store "
                    + "is rebuilt from a backup, or from its stations, items, stock and trades")
        }
        guard let kind = DataKind(path: path) else {
            let known = DataKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .file(path, "the file's name says what it holds: one of \(known)")
        }
        return Source(path: path, kind: kind, format: format)
    }

    private static func folder(_ path: String) throws(ClientError) -> [Source] {
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(path) } catch {
            throw ClientError(error)
        }
        let base = path.hasSuffix("/") ? path : path + "/"
        var sources: [Source] = []
        for kind in DataKind.allCases {
            for name in ["csv", "ndjson", "jsonl"].map({ "\(kind.rawValue).\($0)" })
            where names.contains(name) {
                sources.append(try file(base + name))
            }
        }
        if sources.isEmpty && !names.contains(where: isEvents) {
            throw .file(path, "holds no stations, items, stock or trades as .csv or .ndjson")
        }
        return sources
    }

    /// - Returns: how many rows were refused.
    private static func read(
        _ source: Source, _ server: inout ServerConnection, _ console: any Console
    ) throws(ClientError) -> Int {
        let fingerprint = try FileFingerprint(path: source.path)
        let rows = fingerprint.lines - (source.format == .csv ? 1 : 0)
        var reader = try RowReader.open(path: source.path, kind: source.kind, format: source.format)
        let rejected = try RejectedRows(besides: source.path, kind: source.kind)
        var bar = ProgressBar(
            source.kind.rawValue, total: max(rows, 1), unit: "rows",
            isShown: console.showsProgress, clock: SystemClock()
        ) { console.complain($0) }
        let run = ImportRun(
            kind: source.kind, fingerprint: fingerprint.text, rejected: rejected
        ) { bar.update($0) }
        let counts = try run.run(&reader, &server)
        bar.update(counts.rows)
        bar.finish()
        console.write("\(source.path): \(counts.text)\n")
        if rejected.count > 0 {
            console.complain("The refused rows, each with its reason: \(rejected.path)\n")
        }
        return counts.refused
    }
}
