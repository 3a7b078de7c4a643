package import Domain
import Ledger
package import Storage
import Synchronization
package import System

/// The thread of the hooks that run after the commit: `on` and `every` of all live plugins.
///
/// They take turns; a slow one holds the others up for one portion, at most its budget and 0.1 s.
/// Nobody who writes ever waits for them. Only the leader has one.
package final class AfterRunner: Sendable {
    struct Mail {
        /// The store as of the last durable group.
        var view: ReadView
        /// Plugins that were changed and not looked at yet.
        var changed: [Identifier] = []
        /// Whether events are worth a wake.
        var hears = false
        var isStopping = false
        /// The ledger's answer.
        var answer: Result<NoticeReceipt, CommandError>?
    }

    private let desk: AfterDesk
    private let mail: Monitor<Mail>
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let progress = Mutex<[AfterFigures]>([])

    /// - Parameter view: the durable store.
    package init(desk: AfterDesk, view: ReadView) {
        self.desk = desk
        mail = Monitor(Mail(view: view))
    }

    /// Starts the thread with the plugins that are live.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "rules") { [self] in
            SystemThread.yieldPriority(partly: true)
            AfterLoop(desk: desk, mail: mail) { [self] figures in
                progress.withLock { $0 = figures }
            }.run()
        }
        thread.withLock { $0 = started }
    }

    /// Takes in the events of a group that has become durable. The ledger's thread; returns at
    /// once. Cost: a look at each event's type.
    package func observe(_ events: [Event], _ view: ReadView) {
        var changed: [Identifier] = []
        // By index: a copy of each event would cost more than the look.
        for index in events.indices where events[index].type.isOperational {
            if case .plugin(let change) = events[index].data { changed.append(change.plugin.name) }
        }
        let isQuiet = mail.withLock { mail in
            mail.view = view
            mail.changed += changed
            return changed.isEmpty && !mail.hears
        }
        if !isQuiet { mail.update { _ in } }
    }

    /// Asks the thread to end, which takes at most a hook's budget; `join` waits for it. The ledger
    /// then still has to take in what was handed over last.
    package func stop() { mail.update { $0.isStopping = true } }

    /// Waits until the thread has ended.
    package func join() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    /// How far each plugin with such hooks has come. Any thread.
    package var figures: [AfterFigures] {
        let head = mail.withLock { $0.view.head.seq }
        return progress.withLock { $0 }.map { figures in
            // `lag` says here only whether it hears events.
            AfterFigures(
                plugin: figures.plugin, cursor: figures.cursor,
                lag: figures.lag == 0 || figures.cursor > head ? 0 : head - figures.cursor)
        }
    }
}
