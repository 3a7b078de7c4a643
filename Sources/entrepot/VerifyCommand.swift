import Basics
import EntrepotServer
import Ledger
import Storage

extension Flag {
    /// The data directory that an offline command works on.
    static let directory = Flag("data", "DIR", "The data directory", completion: .directory)
}

extension Invocation {
    /// The directory behind a flag, without slashes at its end; nil, with a complaint, where the
    /// flag is absent.
    func directory(_ flag: String) -> String? {
        guard var path = value(flag), !path.isEmpty else {
            console.complain("entrepot: --\(flag) DIR is missing\n")
            return nil
        }
        while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return path
    }
}

extension Command {
    static let verify = Command(
        "verify", "Prove that a data directory is whole, without a server",
        flags: [.directory, Flag("json", nil, "Print the report as one JSON object")],
        examples: [
            Example(
                "entrepot verify --data /var/lib/entrepot",
                "replays the whole log and compares; exit code 0 clean, 1 problems, 2 could not "
                    + "be verified"),
            Example("entrepot verify --data ./copy --json", "the same for programs"),
        ]
    ) { invocation in
        guard let directory = invocation.directory("data") else { return .usage }
        let console = invocation.console
        do throws(StorageError) {
            let report = try verified(directory, console)
            if invocation.has("json") {
                var json = ByteBuffer(capacity: 4_096)
                report.appendJSON(to: &json)
                console.write((json.bytes.validatedText ?? "") + "\n")
            } else {
                tell(report, console)
            }
            return report.isClean ? .done : .failed
        } catch {
            console.complain("entrepot: \(error.message)\n")
            return .usage
        }
    }

    private static func verified(
        _ directory: String, _ console: any Console
    ) throws(StorageError) -> VerificationReport {
        var bar: ProgressBar?
        var current: Verification.Stage?
        let report = try Verification.run(directory: directory) { stage, done, total in
            if stage != current {
                bar?.finish()
                current = stage
                let label =
                    switch stage {
                    case .events: "replaying the log"
                    case .records: "comparing records"
                    case .audit: "adding up"
                    }
                bar = ProgressBar(
                    label, total: total == 0 ? nil : Int(clamping: total),
                    unit: stage == .events ? "events" : "rows", isShown: console.showsProgress,
                    clock: SystemClock(), write: console.complain)
            }
            bar?.update(Int(clamping: done))
        }
        bar?.finish()
        return report
    }

    private static func tell(_ report: VerificationReport, _ console: any Console) {
        for problem in report.problems {
            let place = problem.seq.map { " (event \($0))" } ?? ""
            console.write("\(problem.kind.rawValue): \(problem.key)\(place): \(problem.detail)\n")
        }
        for (kind, count) in report.counts.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where count > VerificationReport.listed {
            console.write(
                "\(kind.rawValue): \(count - VerificationReport.listed) more of \(count)\n")
        }
        console.write(
            "\(report.events) events, \(report.trades) trades, \(report.cargo) shipments and "
                + "\(report.inventory) stock rows checked up to event \(report.seq)\n")
        let found = report.counts.values.reduce(0, +)
        console.write(
            report.isClean
                ? "The store is whole.\n"
                : "\(found) \(found == 1 ? "problem" : "problems"). `entrepot salvage` copies what "
                    + "is whole to a new directory.\n")
    }
}
