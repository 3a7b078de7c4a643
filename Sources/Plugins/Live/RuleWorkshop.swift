package import Basics
package import Domain
package import Ledger
package import System

/// Where versions are examined, compiled and thrown away, off the ledger's thread.
///
/// Any thread may examine; what passed is remembered with a machine that is ready to serve, so that
/// adopting it is a swap. Machines that served are freed here.
package final class RuleWorkshop: Sendable {
    /// What passed, the latest last.
    private struct Passed {
        let digest: Digest128
        let metadata: PluginMetadata
        let source: String
        let isSuspect: Bool
        /// Ready to serve; taken once.
        var machine: RuleMachine?
    }

    private struct State {
        var limits: Limits
        var passed: [Passed] = []
        /// Machines to be freed.
        var waste: [RuleMachine] = []
        /// Versions to be compiled anew, as their source.
        var orders: [(digest: Digest128, source: String)] = []
        var isStopping = false
    }

    /// Sources that are remembered as examined.
    private static let remembered = 64

    private let state: Monitor<State>
    private let thread: SystemThread

    /// Starts the thread that frees and replaces machines.
    ///
    /// - Throws: where the process has too many threads.
    package init(limits: Limits) throws(SystemError) {
        let state = Monitor(State(limits: limits))
        self.state = state
        thread = try SystemThread(name: "rule workshop") { RuleWorkshop.work(state) }
    }

    /// Ends the thread; machines that are handed in later are freed where they are.
    package func stop() {
        state.update { $0.isStopping = true }
        thread.join()
    }

    /// The budgets of rules; a change holds for machines made later.
    package var limits: Limits {
        get { state.withLock { $0.limits } }
        set { state.withLock { $0.limits = newValue } }
    }

    // MARK: Examining

    /// Examines a source and, if it passed, makes it ready to serve.
    ///
    /// Cost: that of `PluginCheck`; not for the ledger's thread.
    package func check(
        _ source: String, file: String, expectedName: Identifier? = nil
    ) -> PluginCheck {
        let limits = limits
        let check = PluginCheck(
            source: source, file: file, expectedName: expectedName, limits: limits)
        guard let metadata = check.metadata, let tag = check.tag,
            let machine = try? RuleMachine(source: source, file: file, limits: limits)
        else { return check }
        let old = state.withLock { state in
            var old = state.passed.filter { $0.digest == tag.digest }
            state.passed.removeAll { $0.digest == tag.digest }
            state.passed.append(
                Passed(
                    digest: tag.digest, metadata: metadata, source: source,
                    isSuspect: check.isSuspect, machine: machine))
            if state.passed.count > Self.remembered { old.append(state.passed.removeFirst()) }
            return old
        }
        // Freed here, on the caller's thread, not under the lock.
        _ = consume old
        return check
    }

    /// What the examination of exactly this source found; nil where it was none or did not pass.
    package func checked(_ digest: Digest128) -> PluginMetadata? {
        state.withLock { $0.passed.first { $0.digest == digest }?.metadata }
    }

    // MARK: Machines

    /// A machine of a version that was examined, ready to serve.
    struct Ready {
        let machine: RuleMachine
        let source: String
        /// Whether the examination expects it to be killed.
        let isSuspect: Bool
    }

    /// A machine of a version that was examined; nil where there is none.
    func take(_ digest: Digest128) -> Ready? {
        state.withLock { state in
            guard let place = state.passed.firstIndex(where: { $0.digest == digest }),
                let machine = state.passed[place].machine
            else { return nil }
            state.passed[place].machine = nil
            let passed = state.passed[place]
            return Ready(machine: machine, source: passed.source, isSuspect: passed.isSuspect)
        }
    }

    /// Has a version compiled anew; `take` has it some time later.
    func order(_ digest: Digest128, source: String) {
        state.update { state in
            if state.orders.contains(where: { $0.digest == digest }) { return }
            state.orders.append((digest, source))
        }
    }

    /// Takes a machine that served, to be freed on the workshop's thread.
    func dispose(_ machine: RuleMachine) { state.update { $0.waste.append(machine) } }

    /// The thread: frees and compiles until it is stopped.
    private static func work(_ state: Monitor<State>) {
        SystemThread.yieldPriority()
        while true {
            let job = state.wait { state -> (waste: [RuleMachine], order: (Digest128, String)?)? in
                if state.waste.isEmpty && state.orders.isEmpty {
                    return state.isStopping ? ([], nil) : nil
                }
                defer { state.waste = [] }
                return (state.waste, state.orders.isEmpty ? nil : state.orders.removeFirst())
            }
            guard let job, !job.waste.isEmpty || job.order != nil else { return }
            for machine in job.waste { machine.close() }
            if let (digest, source) = job.order { remake(digest, source, state) }
        }
    }

    private static func remake(_ digest: Digest128, _ source: String, _ state: Monitor<State>) {
        let limits = state.withLock { $0.limits }
        guard let machine = try? RuleMachine(source: source, file: "rule", limits: limits) else {
            return
        }
        state.withLock { state in
            if let place = state.passed.firstIndex(where: { $0.digest == digest }) {
                state.passed[place].machine = machine
            } else {
                state.passed.append(
                    Passed(
                        digest: digest, metadata: machine.definition.metadata, source: source,
                        isSuspect: false, machine: machine))
            }
        }
    }
}
