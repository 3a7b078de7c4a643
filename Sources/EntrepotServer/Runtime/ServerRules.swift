import Basics
import Domain
import Ledger
import Plugins
import Storage
import System

/// The rules of a running server: those that take part in trades, the folder that they come from,
/// the hooks after the commit, and the commands about them.
///
/// Threading: the ledger's thread.
final class ServerRules {
    let commands: RuleCommands
    private let ledger: Ledger
    private let workshop: RuleWorkshop
    private let live: LiveRules
    private let runner: AfterRunner
    private let folder: PluginFolder
    private let backtests: BacktestQueue
    private let log: Log

    /// Compiles what is in force, before anybody is served.
    init(
        _ configuration: Configuration, ledger: Ledger, log: Log
    ) throws(ServerFailure) {
        self.ledger = ledger
        self.log = log
        let limits = configuration.limits
        do throws(SystemError) { workshop = try RuleWorkshop(limits: limits) } catch {
            throw ServerFailure("\(error)")
        }
        live = LiveRules(
            workshop: workshop, names: ledger.state.names, clock: ledger.clock, limits: limits)
        let view = ledger.durableView
        runner = AfterRunner(
            desk: AfterDesk(
                ledger: InboxAfterLedger(ledger.inbox), limits: limits, clock: ledger.clock,
                statistics: live.statistics, lines: live.log, log: log), view: view)
        commands = RuleCommands(
            RuleAnswers(
                inbox: ledger.inbox, workshop: workshop, statistics: live.statistics,
                lines: live.log, progress: { [runner] in runner.figures }))
        backtests = BacktestQueue(inbox: ledger.inbox, limits: limits, clock: ledger.clock)
        commands.backtests = backtests
        folder = PluginFolder(
            path: configuration.plugins, workshop: workshop, lines: live.log,
            ledger: InboxFolderLedger(ledger.inbox), clock: ledger.clock, log: log)
        compile(view)
        ledger.rules = live
        ledger.refusedFiles = live.log
        ledger.observeDurable { [runner] events, view in runner.observe(events, view) }
    }

    /// Takes up what is in force. A version that does not compile any more fails at each call, as
    /// its `on_error` says, and is told.
    private func compile(_ view: ReadView) {
        let plugins = ledger.state.plugins.values.sorted { $0.name < $1.name }
        live.start(plugins) { [log] digest in
            do throws(StorageError) { return try view.pluginVersion(digest) } catch {
                log.error("a rule cannot be read", ["reason": "\(error.message)"])
                return nil
            }
        }
        for plugin in plugins {
            for line in live.log.lines(of: plugin.name) where line.level == .error {
                log.error(
                    "a rule does not compile any more",
                    [
                        "plugin": "\(plugin.name)", "version": "\(line.version)",
                        "reason": "\(line.text)",
                    ])
            }
        }
    }

    /// Starts the threads, when the ledger's thread is about to serve.
    func start() throws(ServerFailure) {
        do throws(SystemError) {
            try commands.start()
            try runner.start()
            try folder.start()
        } catch { throw ServerFailure("\(error)") }
    }

    /// Ends the threads. What they handed over last, the ledger takes in before it stops.
    func stop() {
        runner.stop()
        commands.stop()
        backtests.stop()
        folder.stop()
        runner.join()
        workshop.stop()
    }

    /// What the hooks that were called have cost and done, of rules that are not removed.
    var figures: [(key: RuleStatistics.Key, figures: HookFigures)] {
        live.statistics.snapshot().filter {
            $0.figures.calls > 0
                && ledger.state.plugins[$0.key.plugin].map { !$0.isRemoved } ?? false
        }
    }

    /// How many events the hooks after the commit have not heard yet.
    var lags: [(plugin: Identifier, lag: UInt64)] { runner.figures.map { ($0.plugin, $0.lag) } }

    /// For `INFO rules`: one line for each plugin.
    var lines: [(name: String, value: String)] {
        let progress = Dictionary(
            runner.figures.map { ($0.plugin, $0) }, uniquingKeysWith: { _, last in last })
        let plugins = ledger.state.plugins.values.filter { !$0.isRemoved }
            .sorted { $0.name < $1.name }
        let live = plugins.count { $0.mode == .live }
        var lines = [(name: "plugins", value: "\(plugins.count)"), ("plugins_live", "\(live)")]
        for plugin in plugins {
            lines.append(("plugin_\(plugin.name)", line(plugin, progress[plugin.name])))
        }
        return lines
    }

    private func line(_ plugin: Plugin, _ progress: AfterFigures?) -> String {
        var sum = HookFigures()
        for (_, figures) in live.statistics.snapshot(of: plugin.name) { sum.add(figures) }
        let version = (plugin.live ?? plugin.candidate)?.label ?? "none"
        return "mode=\(plugin.mode.name),version=\(version),calls=\(sum.calls),"
            + "errors=\(sum.errors),kills=\(sum.kills),p50_us=\(sum.microseconds(share: 0.5)),"
            + "p99_us=\(sum.microseconds(share: 0.99)),lag=\(progress?.lag ?? 0)"
    }
}
