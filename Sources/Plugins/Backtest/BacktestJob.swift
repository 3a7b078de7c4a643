import Domain
import JSON
import Ledger
import Synchronization
import System

/// One back-test of a server, while it runs and as long as it is remembered. A value, kept under
/// the queue's lock.
struct BacktestJob: Sendable {
    enum State: String, Sendable {
        case running, done, stopped, failed
    }

    /// What the job's thread looks at, and what it tells.
    final class Control: Sendable {
        private let stop = Atomic<Bool>(false)
        private let count = Atomic<UInt64>(0)

        var isStopping: Bool { stop.load(ordering: .relaxed) }
        var done: UInt64 { count.load(ordering: .relaxed) }

        func end() { stop.store(true, ordering: .relaxed) }
        func note(_ events: UInt64) { count.store(events, ordering: .relaxed) }
    }

    let number: UInt64
    let plugin: Identifier
    let version: String
    /// Whose rule it is; nil for `*`.
    let station: Identifier?
    let period: BacktestPeriod
    /// Events to walk.
    let total: UInt64
    let started: Timestamp
    let control: Control
    var state = State.running
    var finished: Timestamp?
    var error: String?
    var report: BacktestReport?

    /// `bt-7`.
    var id: String { Self.id(number) }

    static func id(_ number: UInt64) -> String { "bt-\(number)" }

    /// The answer to the command that began it.
    var began: JSONValue { .object(Array(members.prefix(5)) + [("events", events)]) }

    /// The answer to `STATUS`.
    var status: JSONValue {
        .object(
            members + [
                ("state", .string(state.rawValue)), ("progress", .number(progress)),
                ("events", events), ("started", .string(started.text)),
                ("finished", finished.map { .string($0.text) } ?? .null),
                ("error", error.map { .string($0) } ?? .null), ("report", report?.json ?? .null),
            ])
    }

    private var members: [(key: String, value: JSONValue)] {
        [
            ("job", .string(id)), ("plugin", .string(plugin.text)), ("version", .string(version)),
            ("from", BacktestReport.place(period.from)), ("to", BacktestReport.place(period.to)),
        ]
    }

    private var events: JSONValue {
        .object([("done", .number("\(done)")), ("total", .number("\(total)"))])
    }

    private var done: UInt64 { state == .done ? total : min(control.done, total) }

    /// From 0 to 1 with three digits.
    private var progress: String {
        if done >= total { return state == .running ? "0.999" : "1" }
        let thousandths = UInt64(Double(done) / Double(total) * 1_000)
        let digits = String(min(thousandths, 999))
        return "0." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
