import EntrepotServer

extension Command {
    static let serve = Command(
        "serve", "Run the server", flags: Flag.settings,
        examples: [
            Example(
                "entrepot serve", "serves ./entrepot-data on 127.0.0.1:7400, HTTP on 7480"),
            Example(
                "entrepot serve --data /var/lib/entrepot --tcp 127.0.0.1:7400 --fsync 10ms",
                "another place, and the disk at most 10 ms behind"),
        ]
    ) { invocation in
        Configuration.hideSecretArguments()
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(from: invocation.configurationSources)
            return serve(configuration, invocation)
        } catch {
            invocation.console.complain("\(error)\n")
            return .usage
        }
    }

    private static func serve(
        _ configuration: Configuration, _ invocation: Invocation
    ) -> ExitCode {
        do throws(ServerFailure) {
            let runtime = try ServerRuntime(
                configuration: configuration, environment: invocation.environment)
            invocation.console.write("listening tcp=\(runtime.tcp) http=\(runtime.http)\n")
            try runtime.run()
            return .done
        } catch {
            invocation.console.complain("entrepot: \(error)\n")
            return .failed
        }
    }
}
