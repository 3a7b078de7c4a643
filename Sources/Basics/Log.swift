import Synchronization

/// Where finished log lines go.
package protocol LogSink: Sendable {
    /// Takes one whole line with its line end, in one piece and without blocking for long.
    ///
    /// Called by one thread at a time. An error has nowhere to be reported and is dropped.
    func write(_ line: Span<UInt8>)
}

/// The program's log: leveled records with fields, one line each, to an injected sink.
///
/// Threading: any thread may log or change the level; records are written one after another.
/// Cost: a record below the level is one relaxed atomic load, its message and fields are not even
/// built; a written record is formatted in a buffer that is kept, then handed to the sink under a
/// lock. Never log on a path that runs once per command.
package final class Log: Sendable {
    private let threshold: Atomic<UInt8>
    private let shape: Atomic<UInt8>
    private let clock: any Clock
    private let sink: any LogSink
    private let scratch = Mutex(ByteBuffer(capacity: 512))

    /// - Parameters:
    ///   - level: the least grave level that is written.
    ///   - format: the shape of the lines.
    ///   - clock: gives the time of each record.
    ///   - sink: gets the lines.
    package init(level: LogLevel, format: LogFormat, clock: any Clock, sink: any LogSink) {
        threshold = Atomic(level.rawValue)
        shape = Atomic(format.rawValue)
        self.clock = clock
        self.sink = sink
    }

    /// The least grave level that is written; a change holds from the next record on.
    package var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// The shape of the lines; a change holds from the next record on.
    package var format: LogFormat {
        get { LogFormat(rawValue: shape.load(ordering: .relaxed)) ?? .text }
        set { shape.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether a record of `level` would be written.
    package func writes(_ level: LogLevel) -> Bool {
        level.rawValue >= threshold.load(ordering: .relaxed)
    }

    /// Writes one record if its level is high enough.
    ///
    /// - Parameters:
    ///   - message: a short fixed sentence without a full stop; what varies belongs in fields.
    ///   - fields: names in snake_case; secrets only as `Redacted`.
    package func write(
        _ level: LogLevel, _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = [:]
    ) {
        if !writes(level) { return }
        // Built before the lock is taken: they are the caller's code and may log themselves.
        let text = message()
        let pairs = fields()
        let format = format
        let now = clock.wallMilliseconds()
        scratch.withLock { line in
            format.append(
                level: level, milliseconds: now, message: text, fields: pairs, to: &line)
            sink.write(line.bytes)
            line.removeAll(keeping: 64 * 1_024)
        }
    }

    /// For following one thing closely.
    package func debug(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        write(.debug, message(), fields())
    }

    /// What an operator expects to see: start, stop, changes of mode.
    package func info(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        write(.info, message(), fields())
    }

    /// Something is wrong, the server goes on by itself.
    package func warning(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        write(.warning, message(), fields())
    }

    /// Something is wrong and needs somebody.
    package func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        write(.error, message(), fields())
    }
}
