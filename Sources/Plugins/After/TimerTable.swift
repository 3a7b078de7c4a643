import Domain

/// When the timers of a plugin are due, by the leader's clock.
///
/// A tick that fell into a time when nobody was there is made up for once, however many there were;
/// the next one keeps the old rhythm.
struct TimerTable {
    private(set) var timers: [HookCursor.Timer]

    /// - Parameters:
    ///   - periods: milliseconds, in the order of the plugin's definition.
    ///   - kept: from an earlier run; a timer that is not among them begins now.
    init(periods: [Int64], kept: [HookCursor.Timer], now: Timestamp) {
        timers = periods.map { period in
            kept.first { $0.every == period } ?? HookCursor.Timer(every: period, last: now)
        }
    }

    /// When the next one is due; nil without timers.
    var next: Timestamp? {
        timers.map { timer in timer.last.adding(milliseconds: timer.every) ?? .latest }.min()
    }

    /// Takes the timers that are due, by their places.
    mutating func takeDue(_ now: Timestamp) -> [Int] {
        var due: [Int] = []
        for (index, timer) in timers.enumerated() {
            let (elapsed, isOver) = now.milliseconds.subtractingReportingOverflow(
                timer.last.milliseconds)
            if isOver || elapsed < 0 {
                // The clock was set back: the period begins anew.
                timers[index].last = now
                continue
            }
            if timer.every < 1 || elapsed < timer.every { continue }
            due.append(index)
            timers[index].last = Timestamp(
                milliseconds: now.milliseconds - elapsed % timer.every)
        }
        return due
    }
}
