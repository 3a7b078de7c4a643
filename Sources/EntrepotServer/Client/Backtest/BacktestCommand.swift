import Basics
import Domain
import JSON
import Ledger
import Plugins
import RESP
import Storage

/// `entrepot plugin backtest FILE|NAME`: what a rule would have made of past trades.
package enum BacktestCommand {
    /// For the table of commands.
    package static let flags: [Flag] =
        ServerOptions.flags + [
            Flag(
                "data", "DIR", "Reads the log of this data directory, whose server has stopped.",
                completion: .directory),
            Flag(
                "events", "FILE", "Reads the file that `entrepot export events` wrote as NDJSON.",
                completion: .file),
            Flag("from", "SEQ|TIME", "The first event whose trade is replayed (the first of all)."),
            Flag("to", "SEQ|TIME", "The event before which it ends (the end of the log)."),
            Flag("version", "V", "With NAME: which version of the server's rule."),
            Flag("json", nil, "Print the report as one JSON object"),
        ]

    /// Does the work of the command.
    package static func run(_ invocation: Invocation) -> ExitCode {
        do throws(ClientError) {
            let report = try report(invocation)
            var buffer = ByteBuffer(capacity: 4_096)
            if invocation.has("json") {
                report.append(to: &buffer)
                buffer.append(UInt8(ascii: "\n"))
            } else {
                buffer.append(BacktestText(report).text)
            }
            invocation.console.write(buffer.bytes.validatedText ?? "")
            return .done
        } catch {
            invocation.console.complain("entrepot: \(error)\n")
            return .failed
        }
    }

    private static func report(_ invocation: Invocation) throws(ClientError) -> JSONValue {
        let sources = ["server", "data", "events"].filter { invocation.has($0) }
        if sources.count > 1 {
            let flags = sources.map { "--\($0)" }.joined(separator: " and ")
            throw ClientError("\(flags): one log at a time")
        }
        let period = BacktestPeriod(
            from: try place("from", invocation), to: try place("to", invocation))
        let operand = invocation.operands.first ?? ""
        if Identifier(operand) != nil, !operand.hasSuffix(".lua") {
            if sources.first ?? "server" != "server" {
                throw ClientError("\(operand) is no .lua file; a rule by its name needs --server")
            }
            return try BacktestWatch.run(operand, invocation)
        }
        if invocation.has("version") {
            throw ClientError("--version is for a rule of a server by its name")
        }
        let source = try PluginFileCommands.read(operand)
        let check = PluginCheck(source: source, file: operand, limits: Limits())
        if let problem = check.problem { throw ClientError(problem.text(file: operand)) }
        let work = Work(
            file: operand, source: source, period: period, invocation: invocation)
        if let path = invocation.value("data") { return try work.replay(data: path) }
        if let path = invocation.value("events") { return try work.replay(events: path) }
        return try work.replayServer()
    }

    private static func place(
        _ flag: String, _ invocation: Invocation
    ) throws(ClientError) -> LogPlace? {
        guard let text = invocation.value(flag) else { return nil }
        guard let place = BacktestPeriod.place(text) else {
            throw ClientError(
                "--\(flag) \(text) is neither a seq nor a time such as 2026-11-20T00:00:00Z")
        }
        return place
    }

    /// A file's rule and what it is held against.
    private struct Work {
        let file: String
        let source: String
        let period: BacktestPeriod
        let invocation: Invocation

        func replay(data path: String) throws(ClientError) -> JSONValue {
            var path = path
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            let view: ReadView
            let store: StoreInspection
            do throws(StorageError) {
                store = try StoreInspection(directory: path, options: StoreOptions())
                guard let head = store.head, let history = store.history else {
                    let findings = store.findings.map { "\($0.part): \($0.detail)" }
                    throw .incomplete(findings.joined(separator: "; "))
                }
                view = ReadView(
                    database: store.database, snapshot: nil, names: Names(), head: head,
                    history: history, identitySeed: store.identitySeed ?? 0)
            } catch {
                if case .locked = error {
                    throw ClientError(
                        "\(path) belongs to a running server: use --server, or stop it")
                }
                throw ClientError("\(path): \(error.message)")
            }
            // The directory stays locked while it is read.
            return try withExtendedLifetime(store) { () throws(ClientError) in try replay(view) }
        }

        private func replay(_ view: ReadView) throws(ClientError) -> JSONValue {
            let backtest = try backtest(StoredPast(view))
            do throws(BacktestError) {
                let total = try StoredLog.length(view, period)
                var bar = bar(total: Int(clamping: total), unit: "events")
                defer { bar.clear() }
                _ = try StoredLog.walk(view, backtest) { done in
                    bar.update(Int(clamping: done))
                    return true
                }
            } catch { throw ClientError(error.message) }
            return try finish(backtest)
        }

        func replay(events path: String) throws(ClientError) -> JSONValue {
            let lines = try EventLines(path: path)
            let past = DocumentPast { (seq) throws(EventDocumentError) in try lines.line(seq) }
            let backtest = try backtest(past)
            past.attach(EventReader(market: backtest.market))
            var bar = bar(total: lines.size >> 10, unit: "KiB")
            defer { bar.clear() }
            try lines.walk(backtest) { bar.update($0 >> 10) }
            return try finish(backtest)
        }

        func replayServer() throws(ClientError) -> JSONValue {
            let pages = try EventPages(try ServerOptions(invocation))
            let past = DocumentPast { (seq) throws(EventDocumentError) in try pages.event(seq) }
            let backtest = try backtest(past)
            past.attach(EventReader(market: backtest.market))
            let last = try pages.length()
            var bar = bar(total: last, unit: "events")
            defer { bar.clear() }
            try pages.walk(backtest, upTo: last) { bar.update($0) }
            return try finish(backtest)
        }

        private func backtest(_ past: any PastRecords) throws(ClientError) -> Backtest {
            do throws(PluginProblem) {
                return try Backtest(
                    source: source, file: file, limits: Limits(), period: period, records: past,
                    clock: SystemClock())
            } catch { throw ClientError(error.text(file: file)) }
        }

        private func finish(_ backtest: Backtest) throws(ClientError) -> JSONValue {
            do throws(BacktestError) { return try backtest.finish().json } catch {
                throw ClientError(error.message)
            }
        }

        private func bar(total: Int, unit: String) -> ProgressBar {
            ProgressBar(
                "back-test", total: total, unit: unit,
                isShown: invocation.console.showsProgress, clock: SystemClock(),
                write: invocation.console.complain)
        }
    }
}
