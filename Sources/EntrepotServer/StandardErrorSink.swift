package import Basics
import Glibc

/// Writes log lines to standard error with one write(2) each, so that lines of several processes
/// in one file do not mix. What cannot be written is dropped: a log must not stop the server.
package struct StandardErrorSink: LogSink {
    package init() {}

    package func write(_ line: Span<UInt8>) {
        let bytes = line.array
        var done = Glibc.write(STDERR_FILENO, bytes, bytes.count)
        // A pipe may take a part; the rest follows once, then the line counts as written.
        while done < 0 && errno == EINTR {
            done = Glibc.write(STDERR_FILENO, bytes, bytes.count)
        }
        if done > 0 && done < bytes.count {
            let rest = Array(bytes[done...])
            _ = Glibc.write(STDERR_FILENO, rest, rest.count)
        }
    }
}

extension LogFormat {
    /// The format of a configured style on this standard error.
    ///
    /// Text becomes journal lines only when standard error really is the journal: `JOURNAL_STREAM`
    /// names its device and inode, and is inherited by children whose output goes elsewhere.
    package static func chosen(
        _ style: LogStyle, environment: [String: String]
    ) -> LogFormat {
        if style == .json { return .json }
        guard let stream = environment["JOURNAL_STREAM"] else { return .text }
        var status = stat()
        if fstat(STDERR_FILENO, &status) != 0 { return .text }
        return stream == "\(status.st_dev):\(status.st_ino)" ? .journal : .text
    }
}
