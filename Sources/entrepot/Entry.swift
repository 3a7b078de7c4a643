import EntrepotServer
import Glibc

/// The program: one row per command; each has a file of its own beside this one.
@main struct Entry {
    static let tool = CommandLineTool(
        name: "entrepot", summary: "a durable trade store for interstellar commerce",
        commands: [
            .serve, .demo, .importFiles, .export, .bench, .verify, .salvage, .upgrade, .configCheck,
            .pluginNew, .pluginCheck, .pluginTest, .pluginBacktest, .pluginLoad, .pluginMode,
            .pluginList, .pluginInfo, .pluginLog, .pluginStats, .pluginRollback, .pluginRemove,
            .pluginSource,
            .userAdd, .userSet, .userList, .userPasswd, .userDisable, .userEnable, .tokenIssue,
            .tokenList, .tokenRevoke,
            .configDocs, .commandsDocs, .routesDocs, .completions, .version, .help,
        ])

    static func main() {
        // A reader that goes away is an error of write(2), never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let code = tool.run(
            Array(CommandLine.arguments.dropFirst()), environment: SystemConsole.environment,
            console: SystemConsole())
        exit(code.rawValue)
    }
}
