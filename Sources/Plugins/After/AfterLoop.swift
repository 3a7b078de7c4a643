import Basics
import Domain
import Ledger
import Storage
import System

/// What the thread of `AfterRunner` does.
final class AfterLoop {
    /// How long the loop waits before it tries again what was refused for want of space, or could
    /// not be read.
    private static let patienceMilliseconds = 1_000

    private let desk: AfterDesk
    private let mail: Monitor<AfterRunner.Mail>
    private let report: ([AfterFigures]) -> Void
    private var window: EventWindow
    private var workers: [AfterWorker] = []
    /// Whether the workers have not had their first turn.
    private var isFirst = true

    init(
        desk: AfterDesk, mail: Monitor<AfterRunner.Mail>,
        report: @escaping ([AfterFigures]) -> Void
    ) {
        self.desk = desk
        self.mail = mail
        self.report = report
        window = EventWindow(view: mail.withLock { $0.view })
    }

    /// Runs until it is told to stop.
    func run() {
        begin()
        while let news = wait() {
            window.view = news.view
            for name in news.changed { reload(name, isNew: true) }
            isFirst = false
            if !turn() { break }
            tellFigures()
        }
        // Nobody may wait for the ledger now.
        for worker in workers {
            if let last = worker.last { desk.ledger.queue(last) { _ in } }
        }
    }

    private var isStopping: Bool { mail.withLock { $0.isStopping } }

    private func begin() {
        do throws(StorageError) {
            for plugin in try window.view.plugins() { reload(plugin.name, isNew: false) }
        } catch { tell("the plugins cannot be read", error) }
        tellFigures()
    }

    /// Waits for events, changes or a timer.
    ///
    /// - Returns: nil: the thread is to end.
    private func wait() -> (view: ReadView, changed: [Identifier])? {
        let hears = workers.contains { $0.hears }
        // A worker that was cut short, or the log that moved on meanwhile, does not wait.
        let place = workers.lazy.filter(\.hears).map(\.cursor).min()
        let news = mail.wait(milliseconds: pause) { mail -> AfterRunner.Mail? in
            mail.hears = hears
            let hasEvents = place.map { $0 < mail.view.head.seq } ?? false
            return mail.isStopping || !mail.changed.isEmpty || hasEvents ? mail : nil
        }
        return mail.withLock { mail in
            if news?.isStopping ?? mail.isStopping { return nil }
            defer { mail.changed.removeAll() }
            return (mail.view, mail.changed)
        }
    }

    /// Milliseconds to the next timer; nil without timers.
    private var pause: Int? {
        if isFirst { return 0 }
        let next = workers.compactMap(\.nextTick).min()
        guard let next else { return nil }
        let wait = next.milliseconds.subtractingReportingOverflow(desk.now.milliseconds)
        // Not longer than a minute: the wall clock may be set.
        return wait.overflow ? 60_000 : Int(max(0, min(wait.partialValue, 60_000)))
    }

    /// Gives each worker its portion.
    ///
    /// - Returns: false: the thread is to end.
    private func turn() -> Bool {
        for worker in workers {
            if isStopping { return false }
            do throws(StorageError) {
                let batch = try worker.step(window) { isStopping }
                if let batch, !hand(batch, of: worker) { return false }
            } catch {
                tell("the log cannot be read", error)
                if rest() { return false }
            }
        }
        return true
    }

    /// - Returns: false: the server is stopping, and it is not known whether the ledger took it.
    private func hand(_ first: NoticeBatch, of worker: AfterWorker) -> Bool {
        var batch = first
        while true {
            mail.withLock { $0.answer = nil }
            desk.ledger.queue(batch) { [mail] answer in mail.update { $0.answer = answer } }
            let answer = mail.wait { mail -> Result<NoticeReceipt, CommandError>?? in
                if let answer = mail.answer { return .some(answer) }
                return mail.isStopping ? .some(nil) : nil
            }
            switch answer {
            case .some(.some(.success(let receipt))):
                worker.kept(receipt)
                return true
            case .some(.some(.failure(let error))):
                if error.code == .limit && !batch.drafts.isEmpty {
                    batch = worker.lost(error)
                    continue
                }
                desk.log.warning(
                    "notices are not queued yet",
                    ["plugin": "\(worker.plugin)", "reason": "\(error.message)"])
                if rest() { return false }
            default: return false
            }
        }
    }

    /// Waits a second.
    ///
    /// - Returns: whether the thread is to end.
    private func rest() -> Bool {
        mail.wait(milliseconds: Self.patienceMilliseconds) { $0.isStopping ? true : nil } ?? false
    }

    // MARK: Plugins

    /// Takes up what a plugin is now.
    ///
    /// - Parameter isNew: it was changed while the server ran: one that was not live before hears
    ///   what happens from here on.
    private func reload(_ name: Identifier, isNew: Bool) {
        let place = workers.firstIndex { $0.plugin == name }
        let old = place.map { workers[$0] }
        do throws(StorageError) {
            guard let plugin = try window.view.plugin(name), !plugin.isRemoved,
                let live = plugin.live
            else {
                if let place { workers.remove(at: place).close() }
                return
            }
            if let old, old.tag == live { return }
            let made = try worker(plugin, live, after: old, isNew: isNew)
            if let place { workers.remove(at: place).close() }
            if let made { workers.append(made) }
        } catch { tell("the plugin cannot be read", error) }
    }

    private func worker(
        _ plugin: Plugin, _ live: VersionTag, after old: AfterWorker?, isNew: Bool
    ) throws(StorageError) -> AfterWorker? {
        let view = window.view
        guard let version = try view.pluginVersion(live.digest) else { return nil }
        let hasHooks = version.hooks.contains { $0.hasPrefix("on:") || $0.hasPrefix("every:") }
        if !hasHooks { return nil }
        let stored = try view.hookCursor(plugin.name)
        var cursor = HookCursor(owner: plugin.name, seq: plugin.seq)
        var isKept = false
        if let old {
            cursor = old.hookCursor
        } else if !isNew, let stored {
            cursor = stored
            isKept = true
        }
        var state = old?.state
        if old == nil { state = try view.pluginState(plugin.name) }
        do throws(PluginProblem) {
            return try AfterWorker(
                version, cursor: cursor, isKept: isKept, state: state, desk: desk)
        } catch {
            desk.log.error(
                "a rule does not compile any more",
                ["plugin": "\(plugin.name)", "reason": "\(error.text(file: plugin.name.text))"])
            return nil
        }
    }

    private func tellFigures() {
        report(
            workers.map { worker in
                AfterFigures(
                    plugin: worker.plugin, cursor: worker.cursor, lag: worker.hears ? 1 : 0)
            })
    }

    private func tell(_ what: String, _ error: StorageError) {
        desk.log.error(what, ["reason": "\(error.message)"])
    }
}
