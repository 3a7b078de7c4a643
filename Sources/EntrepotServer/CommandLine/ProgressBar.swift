package import Basics

/// Progress of long work: one line that is rewritten in place, on a terminal only.
///
/// Made for one thread. `update` is cheap enough for every row: it looks at the clock and writes at
/// most ten times a second. Elsewhere than on a terminal nothing is ever written.
package struct ProgressBar {
    private let label: String
    private let unit: String
    private let total: Int?
    private let isShown: Bool
    private let clock: any Clock
    private let write: (String) -> Void
    private let started: UInt64
    private var drawn: UInt64?
    private var done = 0

    private static let interval: UInt64 = 100_000_000
    private static let width = 24

    /// - Parameters:
    ///   - label: what is being done, `import trades.csv`.
    ///   - total: how much there is, or nil where that is not known.
    ///   - unit: what is counted, `rows`.
    ///   - isShown: whether `write` reaches a terminal (`Console.showsProgress`).
    ///   - clock: measures rate and remaining time.
    ///   - write: gets the text (`Console.complain`).
    package init(
        _ label: String, total: Int?, unit: String, isShown: Bool, clock: any Clock,
        write: @escaping (String) -> Void
    ) {
        self.label = label
        self.total = total
        self.unit = unit
        self.isShown = isShown
        self.clock = clock
        self.write = write
        started = clock.monotonicNanoseconds()
    }

    /// Says how much is done in all.
    package mutating func update(_ count: Int) {
        done = max(count, 0)
        if !isShown { return }
        let now = clock.monotonicNanoseconds()
        if let drawn, now &- drawn < Self.interval { return }
        drawn = now
        draw(at: now)
    }

    /// Says how much more is done.
    package mutating func advance(by count: Int = 1) {
        let (sum, overflow) = done.addingReportingOverflow(count)
        update(overflow ? .max : sum)
    }

    /// Draws the last state and ends the line.
    package mutating func finish() {
        if !isShown { return }
        draw(at: clock.monotonicNanoseconds())
        write("\n")
    }

    /// Removes the line, to make room for a message; the next update draws it again.
    package mutating func clear() {
        if !isShown || drawn == nil { return }
        drawn = nil
        write("\r\u{1b}[K")
    }

    private func draw(at now: UInt64) {
        let seconds = Double(now &- started) / 1e9
        let rate = seconds > 0 ? Double(done) / seconds : 0
        var line = "\r\u{1b}[K\(label) "
        if let total {
            let share = total > 0 ? min(Double(done) / Double(total), 1) : 1
            let filled = Int(share * Double(Self.width))
            line += "[" + String(repeating: "#", count: filled)
            line += String(repeating: "-", count: Self.width - filled) + "] "
            line += "\(Int(share * 100)) %  \(done)/\(total) \(unit)"
        } else {
            line += "\(done) \(unit)"
        }
        line += "  \(Self.whole(rate))/s"
        if let total, rate > 0, done < total {
            line += "  \(Self.duration(Double(total - done) / rate)) left"
        }
        write(line)
    }

    private static func whole(_ number: Double) -> String {
        number < 1e15 ? String(Int(number.rounded())) : "–"
    }

    /// `4 s`, `2 min 05 s`, `3 h 07 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
        let whole = Int(seconds.rounded(.up))
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3_600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
        return "\(whole / 3_600) h \(padded(whole % 3_600 / 60)) min"
    }
}
