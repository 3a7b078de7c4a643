import Basics
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

    /// Ends the process at once, without running what `exit` would: used where nothing that is in
    /// memory may be written any more.
    package static func end(status: Int32) -> Never { _exit(status) }
}
