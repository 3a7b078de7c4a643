import Basics
import System

/// Ends the process with a sentence when opening the database hangs.
///
/// A damaged log can send RocksDB into an endless loop. While it works it reads files, so a byte
/// counter that stands still while the processor runs means that nothing more will come.
final class RecoveryWatchdog: Sendable {
    private let stopped = WaitableFlag()
    private let thread: SystemThread?

    /// - Parameter milliseconds: how long without progress; 0: never.
    init(milliseconds: Int) {
        if milliseconds <= 0 {
            thread = nil
            return
        }
        let stopped = self.stopped
        thread = try? SystemThread(name: "watchdog") {
            var last = Self.bytesMoved()
            while !stopped.wait(milliseconds: milliseconds) {
                let now = Self.bytesMoved()
                if now == last { Self.giveUp(after: milliseconds) }
                last = now
            }
        }
    }

    func stop() {
        stopped.set()
        thread?.join()
    }

    /// What the process has read and written so far, as the kernel counts it.
    private static func bytesMoved() -> [UInt8] {
        do throws(SystemError) {
            let content = try FileSystem.read("/proc/self/io", limit: 4_096)
            return content.array
        } catch { return [] }
    }

    private static func giveUp(after milliseconds: Int) {
        CurrentProcess.writeError(
            "entrepot: recovery made no progress for \(milliseconds / 1_000) s: the log is "
                + "damaged in a way that its reader cannot leave. Nothing was changed; "
                + "`entrepot salvage` copies what is whole\n")
        CurrentProcess.end(status: 1)
    }
}
