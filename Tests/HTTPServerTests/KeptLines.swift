import Basics
import Synchronization

/// A log's lines, kept.
final class KeptLines: LogSink {
    private let lines = Mutex("")

    func write(_ line: Span<UInt8>) {
        let text = String(decoding: line.array, as: UTF8.self)
        lines.withLock { $0 += text }
    }

    var text: String { lines.withLock { $0 } }
}
