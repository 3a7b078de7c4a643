package import Domain
import Synchronization

/// What a hook of a plugin has cost and done since the start of the process.
package struct HookFigures: Sendable, Equatable {
    package var calls: UInt64 = 0
    /// Calls that ended in an error, kills included.
    package var errors: UInt64 = 0
    /// Errors after which the decision went on without the rule.
    package var skips: UInt64 = 0
    /// Refusals by `validate`, and errors that refused a trade.
    package var rejections: UInt64 = 0
    /// Calls that used up a budget.
    package var kills: UInt64 = 0
    /// Calls in shadow, and how many of them would have decided otherwise.
    package var shadows: UInt64 = 0
    package var divergences: UInt64 = 0
    /// Virtual machine instructions of all calls.
    package var instructions: UInt64 = 0
    /// Nanoseconds of all calls.
    package var nanoseconds: UInt64 = 0
    package var slowestNanoseconds: UInt64 = 0
    /// The most memory that a call left or took, bytes.
    package var memoryPeak: Int = 0
    /// Calls by time: `histogram[n]` counts those of less than `HookFigures.bounds[n]`
    /// microseconds and not less than the bound before; the last one counts the rest.
    package var histogram = [UInt64](repeating: 0, count: HookFigures.bounds.count + 1)

    /// Upper bounds of the histogram, microseconds.
    package static let bounds: [UInt64] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 200_000,
    ]

    package init() {}

    mutating func add(_ call: HookCall) {
        calls &+= 1
        instructions &+= UInt64(clamping: call.instructions)
        nanoseconds &+= call.nanoseconds
        slowestNanoseconds = max(slowestNanoseconds, call.nanoseconds)
        memoryPeak = max(memoryPeak, call.memoryPeak)
        let microseconds = call.nanoseconds / 1_000
        var place = 0
        while place < HookFigures.bounds.count, microseconds >= HookFigures.bounds[place] {
            place += 1
        }
        histogram[place] &+= 1
        if call.isShadow { shadows &+= 1 }
        switch call.end {
        case .passed: break
        case .diverged: divergences &+= 1
        case .refused: rejections &+= 1
        case .failed(let isKill, let isSkipped):
            errors &+= 1
            if isKill { kills &+= 1 }
            if isSkipped { skips &+= 1 } else if !call.isShadow { rejections &+= 1 }
        }
    }
}

/// One call as the counters see it.
struct HookCall {
    enum End: Equatable {
        case passed
        /// In shadow: it would have decided otherwise than what served.
        case diverged
        /// `validate` refused.
        case refused
        case failed(isKill: Bool, isSkipped: Bool)
    }

    var instructions: Int64
    var nanoseconds: UInt64
    var memoryPeak: Int
    var isShadow = false
    var end: End
}

/// The counters of all hooks of all plugins. Any thread; one short lock a call.
package final class RuleStatistics: Sendable {
    /// A plugin's hook: `pricing`, `validate`, `eta`, `on`, `every`.
    package struct Key: Hashable, Sendable {
        package let plugin: Identifier
        package let hook: String

        package init(plugin: Identifier, hook: String) {
            self.plugin = plugin
            self.hook = hook
        }
    }

    private let figures = Mutex<[Key: Counters]>([:])

    /// The counters of one hook, to be kept by whoever calls it.
    final class Counters: Sendable {
        private let figures = Mutex(HookFigures())

        func add(_ call: HookCall) { figures.withLock { $0.add(call) } }

        var snapshot: HookFigures { figures.withLock { $0 } }
    }

    package init() {}

    func counters(_ plugin: Identifier, _ hook: String) -> Counters {
        figures.withLock { table in
            let key = Key(plugin: plugin, hook: hook)
            if let present = table[key] { return present }
            let made = Counters()
            table[key] = made
            return made
        }
    }

    /// All hooks that were ever called or are there to be called, by name.
    package func snapshot(of plugin: Identifier? = nil) -> [(key: Key, figures: HookFigures)] {
        let all = figures.withLock { $0 }
        return all.filter { plugin == nil || $0.key.plugin == plugin }
            .map { ($0.key, $0.value.snapshot) }
            .sorted {
                $0.key.plugin != $1.key.plugin
                    ? $0.key.plugin < $1.key.plugin : $0.key.hook < $1.key.hook
            }
    }
}
