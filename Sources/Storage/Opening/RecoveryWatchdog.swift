import Basics
import System

/// Ends the process with a sentence when opening the database hangs.
///
/// A damaged log can send RocksDB into an endless loop. While it works, the thread that opens reads
/// and writes files, so counters of that thread that stand still mean that nothing more will come.
final class RecoveryWatchdog: Sendable {
    private let stopped = WaitableFlag()
    private let thread: SystemThread?

    /// Watches the calling thread until `stop`.
    ///
    /// - Parameters:
    ///   - milliseconds: how long without progress; 0: never.
    ///   - giveUp: called on the watchdog's thread, once.
    init(
        milliseconds: Int,
        giveUp: @escaping @Sendable (_ milliseconds: Int) -> Void = RecoveryWatchdog.endProcess
    ) {
        // The watchdog's own reads must not count, so one thread's counters are read, not all.
        guard milliseconds > 0, let path = Self.pathOfCounters(), Self.counters(path) != nil
        else {
            thread = nil
            return
        }
        let stopped = self.stopped
        thread = try? SystemThread(name: "watchdog") {
            var last = Self.counters(path)
            while !stopped.wait(milliseconds: milliseconds) {
                let now = Self.counters(path)
                if now == last, now != nil { return giveUp(milliseconds) }
                last = now
            }
        }
    }

    func stop() {
        stopped.set()
        thread?.join()
    }

    /// Where the kernel counts what this thread reads and writes; nil where it does not tell.
    private static func pathOfCounters() -> String? {
        guard let stat = try? FileSystem.read("/proc/thread-self/stat", limit: 4_096),
            let text = stat.bytes.validatedText,
            let thread = text.split(separator: " ").first
        else { return nil }
        return "/proc/self/task/\(thread)/io"
    }

    private static func counters(_ path: String) -> [UInt8]? {
        do throws(SystemError) { return try FileSystem.read(path, limit: 4_096).array } catch {
            return nil
        }
    }

    @Sendable static func endProcess(after milliseconds: Int) {
        CurrentProcess.writeError(
            "entrepot: recovery made no progress for \(milliseconds / 1_000) s: the log is "
                + "damaged in a way that its reader cannot leave. Nothing was changed; "
                + "`entrepot salvage` copies what is whole\n")
        CurrentProcess.end(status: 1)
    }
}
