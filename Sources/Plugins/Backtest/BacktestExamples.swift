import Domain

/// Keeps the examples with the largest differences: those that changed, were refused and failed
/// apart, so that many of one kind do not hide the others.
struct BacktestExamples {
    /// Those that refused or failed get at most this share each.
    private static let share = 5

    private var changed: [BacktestReport.Example] = []
    private var refused: [BacktestReport.Example] = []
    private var failed: [BacktestReport.Example] = []

    /// Whether a change of that size would be kept; asked before an example is made.
    func wantsChange(_ size: Double) -> Bool {
        changed.count < BacktestReport.exampleLimit || size > (changed.last?.size ?? 0)
    }

    mutating func add(_ example: BacktestReport.Example) {
        switch example.verdict {
        case .changed: Self.insert(example, into: &changed, limit: BacktestReport.exampleLimit)
        case .refused: Self.insert(example, into: &refused, limit: Self.share)
        case .failed: Self.insert(example, into: &failed, limit: Self.share)
        }
    }

    /// The largest first; of equal ones the earliest.
    private static func insert(
        _ example: BacktestReport.Example, into list: inout [BacktestReport.Example], limit: Int
    ) {
        let place = list.firstIndex { $0.size < example.size } ?? list.count
        if place >= limit { return }
        list.insert(example, at: place)
        if list.count > limit { list.removeLast() }
    }

    /// All that are shown: changes, refusals, failures.
    var all: [BacktestReport.Example] {
        let others = refused + failed
        return changed.prefix(BacktestReport.exampleLimit - others.count) + others
    }
}
