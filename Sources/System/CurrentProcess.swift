import Basics
import CSystem
import Glibc

/// This process: its last words and its end.
package enum CurrentProcess {
    /// Writes a line to standard error, straight to the descriptor.
    package static func writeError(_ text: String) {
        var bytes = ByteBuffer(capacity: 256)
        bytes.append(text)
        unsafe bytes.bytes.withUnsafeBufferPointer { pointer in
            // Invariant: the pointer lives for the call. A short write of a last word is let go.
            _ = unsafe write(2, pointer.baseAddress, pointer.count)
        }
    }

    /// Lets the process open as many files and connections as it may: many systems begin with 1 024
    /// although they allow far more. Failing is harmless.
    package static func raiseFileLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else {
            return
        }
        // More is of no use, and "infinity" is more than the kernel takes.
        limit.rlim_cur = min(limit.rlim_max, 1 << 20)
        _ = unsafe setrlimit(resource, &limit)
    }

    /// Overwrites the values of flags in the list of processes; `CommandLine.arguments` must have
    /// been read before.
    ///
    /// - Parameter flags: with their dashes.
    package static func hideArguments(of flags: [String]) {
        // Invariant: the text lives for the call.
        for flag in flags { unsafe csystem_hide_argument(flag) }
    }

    /// Ends the process at once, without running what `exit` would: used where nothing that is in
    /// memory may be written any more.
    package static func end(status: Int32) -> Never { _exit(status) }
}
