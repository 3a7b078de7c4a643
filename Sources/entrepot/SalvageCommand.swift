import Basics
import EntrepotServer
import Ledger
import Storage

extension Command {
    static let salvage = Command(
        "salvage", "Copy what is whole of a damaged data directory",
        flags: [
            .directory,
            Flag(
                "to", "DIR", "The new directory: empty, or not there yet",
                completion: .directory),
        ],
        examples: [
            Example(
                "entrepot salvage --data /var/lib/entrepot --to /var/lib/entrepot-new",
                "reads only; says which events are lost")
        ]
    ) { invocation in
        guard let source = invocation.directory("data"), let target = invocation.directory("to")
        else { return .usage }
        let console = invocation.console
        var bar = ProgressBar(
            "copying", total: nil, unit: "events", isShown: console.showsProgress,
            clock: SystemClock(), write: console.complain)
        do throws(StorageError) {
            let outcome = try Salvage.run(from: source, to: target) { done, _ in
                bar.update(Int(clamping: done))
            }
            bar.finish()
            tell(outcome, target, console)
            return .done
        } catch {
            bar.clear()
            console.complain("entrepot: \(error.message)\n")
            return .failed
        }
    }

    private static func tell(
        _ outcome: Salvage.Outcome, _ target: String, _ console: any Console
    ) {
        for note in outcome.notes { console.write("\(note).\n") }
        console.write(
            "Copied events 1 to \(outcome.copied) in \(outcome.transactions) transactions to "
                + "\(target).\n")
        guard let lost = outcome.lost else {
            console.write("No event is known to be lost.\n")
            return
        }
        console.write(
            lost.count == 1
                ? "Lost: event \(lost.lowerBound)"
                : "Lost: events \(lost.lowerBound) to \(lost.upperBound)")
        if let reason = outcome.reason { console.write(", because \(reason)") }
        console.write(".\n")
        if outcome.unproven > 0 {
            console.write(
                "\(outcome.unproven) events at and behind that place can be read, but do not "
                    + "follow from what is whole.\n")
        }
    }
}
