import EntrepotServer

extension Command {
    static let configCheck = Command(
        "config check", "Check the configuration that serve would use",
        flags: Flag.settings,
        examples: [
            Example(
                "entrepot config check",
                "reads flags, environment, DATA/settings.json and the file as serve does"),
            Example("entrepot config check --config ./entrepot.conf", "checks this file"),
        ]
    ) { invocation in
        do {
            let configuration = try Configuration.load(from: invocation.configurationSources)
            for (key, value) in configuration.get("*") {
                let origin = configuration.origin(of: key)
                if origin == .builtIn { continue }
                invocation.console.write("\(key) = \(value)  (\(origin))\n")
            }
            for setting in configuration.secretsInArguments {
                let flag = "--\(setting.flagName)"
                invocation.console.complain(
                    "\(flag): others on this machine can read it; \(setting.saferPlaces)\n")
            }
            let problems = configuration.fileProblems
            if !problems.isEmpty {
                for problem in problems { invocation.console.complain(problem + "\n") }
                return .failed
            }
            invocation.console.write("The configuration is good.\n")
            return .done
        } catch {
            invocation.console.complain("\(error)\n")
            return .failed
        }
    }

    static let configDocs = Command(
        "config docs", "Print docs/configuration.md", isHidden: true
    ) { invocation in
        invocation.console.write(ConfigurationPage.text)
        return .done
    }
}
