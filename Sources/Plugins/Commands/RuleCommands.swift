import Basics
package import Ledger
import Storage
import Synchronization
package import System

/// Back-tests, for `PLUGIN BACKTEST`.
package protocol BacktestJobs: AnyObject, Sendable {
    /// Answers one command. A thread that serves other commands too: it starts a job and returns.
    ///
    /// - Parameters:
    ///   - words: the whole request.
    ///   - complete: called once, on any thread.
    func run(
        _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void)
}

/// The commands of `PLUGIN` that take longer than the ledger's thread may wait: the check before
/// `LOAD`, `TEST`, `LOG`, `STATS`, and the door to `BACKTEST`.
///
/// They run one after the other on a thread of their own, behind all other work. After an
/// examination the next one waits for three times as long as it took, so that whoever loads rules
/// without end takes a quarter of one processor. Threading: `run` on the ledger's thread;
/// `backtests` is set before the first command.
package final class RuleCommands: FeatureCommands {
    /// Commands that may wait; more are refused.
    private static let places = 16

    private struct Job: Sendable {
        let command: String
        let words: [[UInt8]]
        let caller: Caller
        let complete: @Sendable (FeatureResult) -> Void

        /// Whether it runs what somebody wrote.
        var isExamination: Bool { command == "PLUGIN LOAD" || command == "PLUGIN TEST" }
    }

    private struct Queue {
        var jobs: [Job] = []
        var isStopping = false
    }

    package var backtests: (any BacktestJobs)?
    private let answers: RuleAnswers
    private let queue = Monitor(Queue())
    private var thread: SystemThread?

    /// - Parameter answers: what is said.
    package init(_ answers: RuleAnswers) { self.answers = answers }

    /// Starts the thread.
    package func start() throws(SystemError) {
        thread = try SystemThread(name: "rule commands") { [queue, answers] in
            Self.work(queue, answers)
        }
    }

    /// Ends the thread behind the command that it runs; what waits is refused.
    package func stop() {
        let left = queue.update { queue -> [Job] in
            queue.isStopping = true
            defer { queue.jobs = [] }
            return queue.jobs
        }
        for job in left { job.complete(.error(Self.stopping)) }
        thread?.join()
        thread = nil
    }

    package func run(
        _ spec: CommandSpec, _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        if spec.name == "PLUGIN BACKTEST" {
            guard let backtests else {
                complete(.error(CommandError(.err, "back-tests are not available")))
                return
            }
            backtests.run(words, caller: caller, complete: complete)
            return
        }
        let job = Job(command: spec.name, words: words, caller: caller, complete: complete)
        let refusal = queue.update { queue -> CommandError? in
            if queue.isStopping || thread == nil { return Self.stopping }
            if queue.jobs.count >= Self.places { return Self.busy }
            queue.jobs.append(job)
            return nil
        }
        if let refusal { complete(.error(refusal)) }
    }

    private static let longestRest: UInt64 = 250_000_000

    private static let busy = CommandError(
        .busy, "\(places) commands about rules are waiting; try again")
    private static let stopping = CommandError(.busy, "the server is stopping")

    private static func work(_ queue: Monitor<Queue>, _ answers: RuleAnswers) {
        SystemThread.yieldPriority()
        let clock = SystemClock()
        var restEnd: UInt64 = 0
        while true {
            let began = clock.monotonicNanoseconds()
            let rest = restEnd > began ? Int(clamping: (restEnd - began) / 1_000_000) + 1 : nil
            let next = queue.wait(milliseconds: rest) { queue -> Job?? in
                if queue.isStopping { return .some(nil) }
                let place = queue.jobs.firstIndex { rest == nil || !$0.isExamination }
                return place.map { .some(queue.jobs.remove(at: $0)) }
            }
            guard let next else { continue }
            guard let job = next else { return }
            let start = clock.monotonicNanoseconds()
            do throws(CommandError) {
                job.complete(try answers.answer(job.command, job.words, job.caller))
            } catch { job.complete(.error(error)) }
            if job.isExamination {
                let end = clock.monotonicNanoseconds()
                restEnd = end &+ min((end &- start) &* 3, Self.longestRest)
            }
        }
    }
}
