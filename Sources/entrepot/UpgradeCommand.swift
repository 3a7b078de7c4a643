import EntrepotServer
import Storage

extension Command {
    static let upgrade = Command(
        "upgrade", "Bring a data directory to the format of this program",
        flags: [.directory, Flag("check", nil, "Say what would be done, and do nothing")],
        examples: [
            Example("entrepot upgrade --check --data /var/lib/entrepot", "tells the format")
        ]
    ) { invocation in
        guard let directory = invocation.directory("data") else { return .usage }
        do throws(StorageError) {
            let file = FormatFile(directory: directory)
            try file.check(mayCreate: false)
            // Format 1 is the first: there is nothing older to come from.
            invocation.console.write(
                "\(directory) has format \(try file.read()), the one of this program: nothing is "
                    + "to be done.\n")
            return .done
        } catch {
            invocation.console.complain("entrepot: \(error.message)\n")
            return .failed
        }
    }
}
