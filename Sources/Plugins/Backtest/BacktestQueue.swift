package import Basics
import Domain
import JSON
package import Ledger
import Storage
import System

/// `PLUGIN BACKTEST`: back-tests beside live traffic, each on a thread of its own that lets all
/// others go first.
///
/// A job works on a snapshot of the durable log and enables nothing. Results are kept in memory,
/// the last of them only. Threading: commands and `stop` on one thread, the ledger's.
package final class BacktestQueue: BacktestJobs {
    /// Jobs at a time; one more is `BUSY`.
    package static let runningLimit = 2
    /// Jobs that are remembered, running ones included.
    package static let memory = 32

    private struct State {
        var jobs: [BacktestJob] = []
        /// Joined when they have ended, at the next command or at the stop: what they hold of the
        /// store is gone then.
        var threads: [(number: UInt64, thread: SystemThread)] = []
        /// The jobs of threads that have nothing left to do.
        var ended: Set<UInt64> = []
        /// Threads at work, also those of stopped jobs.
        var busy = 0
        var last: UInt64 = 0
        var isStopping = false
    }

    /// What a job is to do.
    private struct Order: Sendable {
        let plugin: Identifier
        let version: String?
        let period: BacktestPeriod
        let caller: Caller
        let complete: @Sendable (FeatureResult) -> Void
    }

    private enum Option: String, CaseIterable {
        case version = "VERSION"
        case from = "FROM"
        case to = "TO"
    }

    private let inbox: LedgerInbox
    private let limits: Limits
    private let clock: any Clock
    private let state = Monitor(State())

    /// - Parameters:
    ///   - inbox: has the durable store.
    ///   - limits: the budgets of rules.
    package init(inbox: LedgerInbox, limits: Limits, clock: any Clock) {
        self.inbox = inbox
        self.limits = limits
        self.clock = clock
    }

    /// Stops all jobs and waits for their threads; later ones are refused.
    package func stop() {
        let threads = state.update { state -> [SystemThread] in
            state.isStopping = true
            for job in state.jobs { job.control.end() }
            defer { state.threads = [] }
            return state.threads.map(\.thread)
        }
        for thread in threads { thread.join() }
    }

    // MARK: Commands

    package func run(
        _ words: [[UInt8]], caller: Caller, complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        do throws(CommandError) {
            var request = ArgumentVector()
            for word in words { request.append(word.span) }
            var cursor = ArgumentCursor(at: 2)
            if words.count == 4 {
                if cursor.matchKeyword(request, "STATUS") {
                    let job = try job(try cursor.text(request, "job", maximumBytes: 64), caller)
                    return complete(.reply(Self.reply(job.status)))
                }
                if cursor.matchKeyword(request, "STOP") {
                    let job = try job(try cursor.text(request, "job", maximumBytes: 64), caller)
                    return complete(.reply(Self.reply(halt(job).status)))
                }
            }
            try begin(request, &cursor, caller, complete)
        } catch { complete(.error(error)) }
    }

    private static func reply(_ value: JSONValue) -> ReplyValue {
        var buffer = ByteBuffer(capacity: 1_024)
        value.append(to: &buffer)
        return .json(buffer.array)
    }

    /// - Throws: `NOTFOUND` also for a job that is not the caller's to see.
    private func job(_ id: String, _ caller: Caller) throws(CommandError) -> BacktestJob {
        let found = state.withLock { state in state.jobs.first { $0.id == id } }
        guard let found, Self.mayRun(found.station, caller) else {
            throw .notFound("back-test", id)
        }
        return found
    }

    /// Whether a rule is the caller's to try: one of `*` looks into all trades.
    private static func mayRun(_ station: Identifier?, _ caller: Caller) -> Bool {
        if let station { return caller.mayActFor(station) }
        return caller.role >= .admin && caller.stations == nil
    }

    private func halt(_ job: BacktestJob) -> BacktestJob {
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        return state.update { state in
            guard let place = state.jobs.firstIndex(where: { $0.number == job.number }) else {
                return job
            }
            if state.jobs[place].state == .running {
                state.jobs[place].control.end()
                state.jobs[place].state = .stopped
                state.jobs[place].finished = now
            }
            return state.jobs[place]
        }
    }

    private func begin(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ caller: Caller,
        _ complete: @escaping @Sendable (FeatureResult) -> Void
    ) throws(CommandError) {
        let plugin = try cursor.identifier(words, "plugin")
        var version: String?
        var period = BacktestPeriod()
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .version: version = try cursor.text(words, "version", maximumBytes: 128)
            case .from: period.from = try cursor.seqOrTime(words, "FROM")
            case .to: period.to = try cursor.seqOrTime(words, "TO")
            }
        }
        let order = Order(
            plugin: plugin, version: version, period: period, caller: caller, complete: complete)
        let number = try place()
        do throws(SystemError) {
            let thread = try SystemThread(name: "back-test") { [self] in
                SystemThread.yieldPriority()
                work(order, number)
                state.update { state in
                    state.busy -= 1
                    state.ended.insert(number)
                }
            }
            state.withLock { $0.threads.append((number, thread)) }
        } catch {
            state.update { $0.busy -= 1 }
            throw CommandError(.busy, "no thread for a back-test: \(error)")
        }
    }

    /// Takes one of the places for threads.
    ///
    /// - Returns: the job's number.
    /// - Throws: `BUSY` where none is free.
    private func place() throws(CommandError) -> UInt64 {
        let ended = state.update { state -> [SystemThread] in
            let ended = state.threads.filter { state.ended.contains($0.number) }
            state.threads.removeAll { state.ended.contains($0.number) }
            state.ended.subtract(ended.map(\.number))
            return ended.map(\.thread)
        }
        for thread in ended { thread.join() }
        let (number, refusal) = state.update { state -> (UInt64, String?) in
            if state.isStopping { return (0, "the server is stopping") }
            if state.busy >= Self.runningLimit {
                return (0, "\(Self.runningLimit) back-tests are running; wait, or stop one")
            }
            state.busy += 1
            state.last += 1
            return (state.last, nil)
        }
        if let refusal { throw CommandError(.busy, refusal) }
        return number
    }

    // MARK: The thread

    private func work(_ order: Order, _ number: UInt64) {
        let view = inbox.durableView
        let backtest: Backtest
        let job: BacktestJob
        do throws(CommandError) {
            (backtest, job) = try prepare(order, number, view)
        } catch { return order.complete(.error(error)) }
        let isWanted = state.update { state in
            if state.isStopping { return false }
            if state.jobs.count >= Self.memory,
                let oldest = state.jobs.firstIndex(where: { $0.state != .running })
            {
                state.jobs.remove(at: oldest)
            }
            state.jobs.append(job)
            return true
        }
        if !isWanted {
            return order.complete(.error(CommandError(.busy, "the server is stopping")))
        }
        order.complete(.reply(Self.reply(job.began)))
        var report: BacktestReport?
        var failure: String?
        do throws(BacktestError) {
            let isDone = try StoredLog.walk(view, backtest) { done in
                job.control.note(done)
                return !job.control.isStopping
            }
            if isDone { report = try backtest.finish() }
        } catch { failure = error.isRange ? "RANGE \(error.message)" : error.message }
        backtest.close()
        end(number, report, failure)
    }

    private func end(_ number: UInt64, _ report: BacktestReport?, _ failure: String?) {
        let now = Timestamp(milliseconds: clock.wallMilliseconds())
        state.update { state in
            guard let place = state.jobs.firstIndex(where: { $0.number == number }),
                state.jobs[place].state == .running
            else { return }
            state.jobs[place].state =
                failure != nil ? .failed : report == nil ? .stopped : .done
            state.jobs[place].error = failure
            state.jobs[place].report = report
            state.jobs[place].finished = now
        }
    }

    /// Finds and compiles the version.
    private func prepare(
        _ order: Order, _ number: UInt64, _ view: ReadView
    ) throws(CommandError) -> (Backtest, BacktestJob) {
        let version = try version(order, view)
        let backtest: Backtest
        do throws(PluginProblem) {
            backtest = try Backtest(
                source: version.source, file: "\(order.plugin).lua", limits: limits,
                period: order.period, records: StoredPast(view), clock: clock)
        } catch {
            let text = error.text(file: "\(order.plugin).lua")
            throw CommandError(.err, RuleText.oneLine("the version cannot be run: \(text)"))
        }
        let total: UInt64
        do throws(BacktestError) { total = try StoredLog.length(view, order.period) } catch {
            throw CommandError(.err, error.message)
        }
        let job = BacktestJob(
            number: number, plugin: order.plugin, version: version.tag.label,
            station: version.station.map { view.names.station($0) }, period: order.period,
            total: total, started: Timestamp(milliseconds: clock.wallMilliseconds()),
            control: BacktestJob.Control())
        return (backtest, job)
    }

    /// The version that a command means: the one it names, else the candidate, else the live one.
    ///
    /// - Throws: `NOTFOUND`, also for a rule that is not the caller's to see; `NOPERM` for one of
    ///   `*`; `CONFLICT` where the word means several.
    private func version(
        _ order: Order, _ view: ReadView
    ) throws(CommandError) -> PluginVersion {
        let name = order.plugin
        let plugin = try read { () throws(StorageError) in try view.plugin(name) }
        guard let plugin,
            plugin.station.map({ order.caller.mayActFor(view.names.station($0)) }) ?? true
        else { throw .notFound("plugin", name.text) }
        var digest = plugin.current?.digest
        if order.version != nil || digest == nil {
            let all = try read { () throws(StorageError) in
                try view.pluginVersions(of: plugin.name)
            }
            let fitting = order.version.map { word in all.filter { $0.tag.matches(word) } } ?? all
            if let word = order.version, fitting.count > 1 {
                let labels = fitting.map(\.tag.label).joined(separator: ", ")
                throw CommandError(
                    .conflict, "version \(word) of \(name) is one of \(labels)")
            }
            digest = fitting.last?.tag.digest
        }
        let found = try read { () throws(StorageError) in
            try digest.flatMap { (digest) throws(StorageError) in try view.pluginVersion(digest) }
        }
        guard let found else {
            throw .notFound("version", "\(name) \(order.version ?? "")")
        }
        if Self.mayRun(found.station.map { view.names.station($0) }, order.caller) {
            return found
        }
        throw CommandError(
            .noPerm, "rule \(name) sees the trades of stations that \(order.caller.name) may not")
    }

    private func read<Value>(
        _ body: () throws(StorageError) -> Value
    ) throws(CommandError) -> Value {
        do throws(StorageError) { return try body() } catch { throw CommandError(error) }
    }
}
