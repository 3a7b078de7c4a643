import EntrepotServer

extension Command {
    static let version = Command(
        "version", "Print the versions of the program and of what it is built on",
        examples: [Example("entrepot version", "one line each, name and version")]
    ) { invocation in
        for (name, version) in Versions.all { invocation.console.write("\(name) \(version)\n") }
        return .done
    }
}
