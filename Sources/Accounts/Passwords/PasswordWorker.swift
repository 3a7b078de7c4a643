package import Basics
package import Ledger
package import Passwords
import Synchronization
package import System

/// The one thread that hashes passwords, at low priority: what takes 20 ms and 19 MiB must neither
/// disturb the ledger nor run many times at once.
///
/// Bounded: tries of the same name and password are one job, whoever waits for it; beyond
/// `capacity` jobs nothing is taken. Threading: any thread hands work over, the worker's own calls
/// back. `stop` ends it; what waits then is called back with `stopped`.
package final class PasswordWorker: Sendable {
    /// How a job has ended.
    package enum Outcome: Sendable {
        /// The new hash.
        case hash(String)
        /// Whether the password was right.
        case compared(Bool)
        case failed(PasswordError)
        /// The server stops.
        case stopped
    }

    package typealias Completion = @Sendable (Outcome) -> Void

    /// Jobs that may wait; as many again for those that are preferred.
    package static let capacity = 64

    private enum Work {
        case make(Redacted)
        /// nil: there is nothing to compare with; it takes as long as if there were.
        case compare(Redacted, String?)
    }

    private struct Job {
        let work: Work
        /// Goes before those that are not.
        let isPreferred: Bool
        /// Jobs of one key are one job.
        let key: String?
        var completions: [Completion]
    }

    private struct State {
        var jobs: [Job] = []
        /// The job that is being worked on; more may still join it.
        var present: Job?
        var isStopping = false
    }

    private let state = Monitor(State())
    private let cost: PasswordCost
    private let salt: @Sendable () -> [UInt8]
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameters:
    ///   - cost: of new hashes, and of comparisons with nothing.
    ///   - salt: 16 new random bytes at each call.
    package init(
        cost: PasswordCost = .standard,
        salt: @escaping @Sendable () -> [UInt8] = PasswordWorker.randomSalt
    ) {
        self.cost = cost
        self.salt = salt
    }

    /// 16 bytes of the system's generator.
    package static func randomSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// A new hash, made on the calling thread: for a start, before anybody is served.
    ///
    /// - Throws: `ERR` where it cannot be made.
    package static func hashNow(_ password: Redacted) throws(CommandError) -> String {
        do throws(PasswordError) {
            return try PasswordHash.make(password, salt: randomSalt())
        } catch { throw CommandError(.err, error.description) }
    }

    /// Starts the thread.
    package func start() throws(SystemError) {
        let thread = try SystemThread(name: "passwords") { [self] in work() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread after its present job.
    package func stop() {
        let left = state.update { state in
            state.isStopping = true
            defer { state.jobs.removeAll() }
            return state.jobs
        }
        for job in left { for completion in job.completions { completion(.stopped) } }
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Makes the hash of a new password.
    ///
    /// - Returns: false where too much is waiting; then `complete` is not called.
    package func make(_ password: Redacted, _ complete: @escaping Completion) -> Bool {
        add(.make(password), key: nil, isPreferred: true, complete)
    }

    /// Compares a password with a hash.
    ///
    /// - Parameters:
    ///   - hash: nil: the name is unknown; the outcome is false, after the usual time.
    ///   - key: what makes two tries the same one; it holds no password.
    ///   - isPreferred: whoever was here before goes before strangers.
    /// - Returns: false where too much is waiting; then `complete` is not called.
    package func compare(
        _ password: Redacted, with hash: String?, key: String, isPreferred: Bool = false,
        _ complete: @escaping Completion
    ) -> Bool {
        add(.compare(password, hash), key: key, isPreferred: isPreferred, complete)
    }

    /// Whether a try of this key is waiting or under way: another one costs nothing.
    package func isUnderWay(_ key: String) -> Bool {
        state.withLock { state in
            state.present?.key == key || state.jobs.contains { $0.key == key }
        }
    }

    private func add(
        _ work: Work, key: String?, isPreferred: Bool, _ complete: @escaping Completion
    ) -> Bool {
        state.update { state in
            if state.isStopping { return false }
            if let key {
                if state.present?.key == key {
                    state.present?.completions.append(complete)
                    return true
                }
                if let place = state.jobs.firstIndex(where: { $0.key == key }) {
                    state.jobs[place].completions.append(complete)
                    return true
                }
            }
            let room = isPreferred ? Self.capacity * 2 : Self.capacity
            if state.jobs.count >= room { return false }
            let place = isPreferred ? state.jobs.firstIndex { !$0.isPreferred } : nil
            state.jobs.insert(
                Job(work: work, isPreferred: isPreferred, key: key, completions: [complete]),
                at: place ?? state.jobs.endIndex)
            return true
        }
    }

    private func work() {
        SystemThread.yieldPriority()
        // What unknown names are compared with.
        let nothing = try? PasswordHash.make(Redacted(""), salt: salt(), cost: cost)
        while true {
            let job: Job? =
                state.wait { state -> Job?? in
                    if state.isStopping { return .some(nil) }
                    if state.jobs.isEmpty { return nil }
                    state.present = state.jobs.removeFirst()
                    return .some(state.present)
                } ?? nil
            guard let job else { return }
            let outcome = run(job.work, nothing)
            let completions = state.withLock { state in
                defer { state.present = nil }
                return state.present?.completions ?? []
            }
            for completion in completions { completion(outcome) }
        }
    }

    private func run(_ work: Work, _ nothing: String?) -> Outcome {
        do throws(PasswordError) {
            switch work {
            case .make(let password):
                return .hash(try PasswordHash.make(password, salt: salt(), cost: cost))
            case .compare(let password, let hash?):
                return .compared(try PasswordHash.matches(password, hash))
            case .compare(let password, nil):
                if let nothing { _ = try PasswordHash.matches(password, nothing) }
                return .compared(false)
            }
        } catch { return .failed(error) }
    }
}
