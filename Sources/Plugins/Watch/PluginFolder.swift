package import Basics
import Domain
import Ledger
import Synchronization
package import System

/// The folder of rules beside the server: a file that is saved there becomes a new version.
///
/// A thread of its own waits for changes and examines them; the ledger only swaps. What is refused
/// is told in the server's log and in the plugin's; the version before stays. Deleting a file
/// changes nothing.
package final class PluginFolder: Sendable {
    /// How the folder is looked for where it is not there, and a refusal for want of space is tried
    /// again.
    private static let patienceMilliseconds = 2_000
    /// Reasons that are told of one file.
    private static let toldReasons = 10

    private struct State {
        var isStopping = false
        var answer: Result<FolderOutcome, CommandError>?
    }

    private let path: String
    private let workshop: RuleWorkshop
    private let lines: RuleLog
    private let ledger: any FolderLedger
    private let clock: any Clock
    private let log: Log
    private let state = Monitor(State())
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    /// Ends the present wait; nil: there is none.
    private let bell = Mutex<Bell?>(nil)

    /// What wakes the thread out of a watch that it owns.
    private final class Bell: Sendable {
        let watch: FolderWatch
        init(_ watch: consuming FolderWatch) { self.watch = watch }
    }

    /// - Parameter path: of the folder, which need not be there yet.
    package init(
        path: String, workshop: RuleWorkshop, lines: RuleLog, ledger: any FolderLedger,
        clock: any Clock, log: Log
    ) {
        self.path = path
        self.workshop = workshop
        self.lines = lines
        self.ledger = ledger
        self.clock = clock
        self.log = log
    }

    /// Starts the thread: it takes up what is there, then what changes.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "plugins") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the thread, after the examination that is under way (at most some seconds where a
    /// file's own tests are slow).
    package func stop() {
        state.update { $0.isStopping = true }
        bell.withLock { $0?.watch.wake() }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    // MARK: The thread

    private func run() {
        SystemThread.yieldPriority()
        let intake = PluginIntake(folder: path, stored: ledger.files()) { [workshop] source, file in
            workshop.check(source, file: file)
        }
        var reason: String?
        while !isStopping {
            do throws(SystemError) {
                let made = Bell(try FolderWatch(folder: path))
                bell.withLock { $0 = made }
                reason = nil
                log.info("watching the folder of rules", ["folder": "\(path)"])
                try watch(made, intake)
            } catch {
                // Without a folder there is nothing to watch: no reason to say more than once.
                if reason == nil && !error.isNotFound {
                    log.warning(
                        "the folder of rules cannot be watched",
                        ["folder": "\(path)", "reason": "\(error)"])
                }
                reason = "\(error)"
            }
            bell.withLock { $0 = nil }
            rest(Self.patienceMilliseconds)
        }
    }

    /// Follows a folder until it is gone or the thread is to end.
    private func watch(_ bell: Bell, _ intake: PluginIntake) throws(SystemError) {
        var names = SettledNames()
        var rescan = true
        while !isStopping {
            let now = clock.monotonicNanoseconds()
            if rescan {
                let present = try FileSystem.list(path).filter(PluginFile.isPlugin)
                intake.keep(present)
                lines.keepRefusals(of: present)
                for name in present { take(name, intake, &names) }
                rescan = false
            }
            for name in names.takeDue(now: now) { take(name, intake, &names) }
            let pause = names.pause(now: clock.monotonicNanoseconds())
            for change in try bell.watch.wait(milliseconds: pause) {
                switch change {
                case .touched(let name):
                    if PluginFile.isPlugin(name) {
                        names.touch(name, now: clock.monotonicNanoseconds())
                    }
                case .lost: rescan = true
                case .gone:
                    log.warning("the folder of rules is gone", ["folder": "\(path)"])
                    return
                }
            }
        }
    }

    private func take(_ name: String, _ intake: PluginIntake, _ names: inout SettledNames) {
        if isStopping { return }
        switch intake.look(name) {
        case .nothing: if !intake.knows(name) { lines.forgetRefusals(of: name) }
        case .refused(let reasons, let plugin): refuse(name, reasons, plugin)
        case .passed(let source, let metadata, let warnings):
            lines.keep(nil, of: source.name)
            for warning in warnings {
                log.warning("a doubt about a rule", ["file": "\(name)", "what": "\(warning)"])
                tell(.warning, metadata.declared, warning, plugin: source.name)
            }
            load(name, source, metadata, intake, &names)
        }
    }

    private func load(
        _ name: String, _ source: PluginSource, _ metadata: PluginMetadata,
        _ intake: PluginIntake, _ names: inout SettledNames
    ) {
        state.withLock { $0.answer = nil }
        ledger.load(source, metadata) { [state] answer in state.update { $0.answer = answer } }
        let answer = state.wait { state -> Result<FolderOutcome, CommandError>?? in
            if let answer = state.answer { return .some(answer) }
            return state.isStopping ? .some(nil) : nil
        }
        switch answer {
        case .some(.some(.success(.loaded(let plugin)))):
            let version = VersionTag(digest: source.digest, declared: metadata.declared).label
            log.info(
                "a rule was loaded",
                [
                    "plugin": "\(plugin.name)", "version": "\(version)", "file": "\(name)",
                    "mode": "\(plugin.mode.name)",
                ])
            tell(.info, version, "loaded from \(name)", plugin: plugin.name)
        case .some(.some(.failure(let error))):
            refuse(name, ["\(name): \(error.message)"], source.name)
            // Its station may be added later: a touch of the file is then enough.
            if error.code == .notFound { intake.forget(name) }
            if error.code == .noSpace || error.code == .busy {
                // The bytes are good: once more when there is room.
                intake.forget(name)
                names.touch(
                    name,
                    now: clock.monotonicNanoseconds() &+ SettledNames.patienceNanoseconds)
            }
        default: break
        }
    }

    // MARK: Telling

    private func refuse(_ name: String, _ reasons: [String], _ plugin: Identifier?) {
        for reason in reasons.prefix(Self.toldReasons) {
            log.error("a rule was refused", ["file": "\(name)", "reason": "\(reason)"])
            if let plugin { tell(.error, "", reason, plugin: plugin) }
        }
        // One that cannot even say what it is, is known by its file's name.
        if let plugin = plugin ?? Identifier(String(name.dropLast(4))), let reason = reasons.first {
            let time = Timestamp(milliseconds: clock.wallMilliseconds())
            lines.keep(RefusedFile(file: name, reason: reason, time: time), of: plugin)
        }
        if reasons.count > Self.toldReasons {
            log.error(
                "more reasons are not shown",
                ["file": "\(name)", "reasons": "\(reasons.count - Self.toldReasons)"])
        }
    }

    private func tell(
        _ level: RuleLog.Level, _ version: String, _ text: String, plugin: Identifier
    ) {
        lines.add(
            RuleLog.Line(
                time: Timestamp(milliseconds: clock.wallMilliseconds()), level: level,
                version: version, hook: "load", text: text),
            plugin: plugin)
    }

    private func rest(_ milliseconds: Int) {
        _ = state.wait(milliseconds: milliseconds) { $0.isStopping ? true : nil }
    }
}
