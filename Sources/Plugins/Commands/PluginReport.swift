import Basics
package import Domain
package import JSON

/// What a check and the counters of a hook look like as JSON.
package enum PluginReport {
    /// A check: which tests passed, and what is wrong.
    ///
    /// - Parameter version: the stored version that was checked, where it is one.
    package static func json(_ check: PluginCheck, version: VersionTag? = nil) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 1_024)
        value(check, version: version).append(to: &buffer)
        return buffer.array
    }

    /// The same as a tree.
    package static func value(_ check: PluginCheck, version: VersionTag? = nil) -> JSONValue {
        let tag = version ?? check.tag
        let tests = check.outcomes.map { outcome in
            JSONValue.object([
                ("title", .string(outcome.title)), ("passed", .bool(outcome.hasPassed)),
                ("failure", outcome.failure.map { .string($0) } ?? .null),
            ])
        }
        let passed = check.outcomes.count { $0.hasPassed }
        return .object([
            ("file", .string(check.file)),
            ("name", check.definition.map { .string($0.name.text) } ?? .null),
            ("version", tag.map { .string($0.label) } ?? .null),
            ("ok", .bool(check.hasPassed)),
            ("passed", .number("\(passed)")),
            ("failed", .number("\(check.outcomes.count - passed)")),
            ("tests", .array(tests)),
            ("problems", .array(check.failures.map { .string($0) })),
            ("warnings", .array(check.warnings.map { .string($0.text(file: check.file)) })),
        ])
    }

    /// The counters of one hook.
    static func stats(_ hook: String, _ figures: HookFigures) -> JSONValue {
        func number(_ value: UInt64) -> JSONValue { .number("\(value)") }
        return .object([
            ("hook", .string(hook)), ("calls", number(figures.calls)),
            ("errors", number(figures.errors)), ("skips", number(figures.skips)),
            ("rejections", number(figures.rejections)), ("kills", number(figures.kills)),
            ("shadows", number(figures.shadows)), ("divergences", number(figures.divergences)),
            ("instructions", number(figures.instructions)),
            ("memory_peak", .number("\(figures.memoryPeak)")),
            ("p50_us", number(figures.microseconds(share: 0.5))),
            ("p99_us", number(figures.microseconds(share: 0.99))),
            ("max_us", number(figures.slowestNanoseconds / 1_000)),
            ("histogram", .array(figures.histogram.map(number))),
        ])
    }
}

extension HookFigures {
    /// Adds the counters of another hook.
    package mutating func add(_ other: HookFigures) {
        calls &+= other.calls
        errors &+= other.errors
        skips &+= other.skips
        rejections &+= other.rejections
        kills &+= other.kills
        shadows &+= other.shadows
        divergences &+= other.divergences
        instructions &+= other.instructions
        nanoseconds &+= other.nanoseconds
        slowestNanoseconds = max(slowestNanoseconds, other.slowestNanoseconds)
        memoryPeak = max(memoryPeak, other.memoryPeak)
        for place in histogram.indices where place < other.histogram.count {
            histogram[place] &+= other.histogram[place]
        }
    }

    /// The bound of the histogram below which a share of the calls lies; the slowest call where the
    /// histogram ends; 0 without calls.
    package func microseconds(share: Double) -> UInt64 {
        if calls == 0 { return 0 }
        let wanted = (Double(calls) * share).rounded(.up)
        var sum = 0.0
        for (place, count) in histogram.enumerated() {
            sum += Double(count)
            if sum >= wanted && place < HookFigures.bounds.count {
                return min(HookFigures.bounds[place], max(1, slowestNanoseconds / 1_000))
            }
        }
        return slowestNanoseconds / 1_000
    }
}
