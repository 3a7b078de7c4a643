import Basics

/// Names of files that were touched, until nobody has touched them for a moment: an editor that
/// saves in several steps is read once, at the end.
struct SettledNames {
    /// How long a file must have been left alone.
    static let settleNanoseconds: UInt64 = 150_000_000
    /// A file that is touched all the time is read at last.
    static let patienceNanoseconds: UInt64 = 2_000_000_000

    private struct Touch {
        var first: UInt64
        var last: UInt64

        var due: UInt64 {
            min(last &+ SettledNames.settleNanoseconds, first &+ SettledNames.patienceNanoseconds)
        }
    }

    private var touched: [String: Touch] = [:]

    var isEmpty: Bool { touched.isEmpty }

    /// A file was touched.
    mutating func touch(_ name: String, now: UInt64) {
        touched[name, default: Touch(first: now, last: now)].last = now
    }

    /// Takes the names that have settled, in order.
    mutating func takeDue(now: UInt64) -> [String] {
        let due = touched.filter { $0.value.due <= now }.keys.sorted()
        for name in due { touched[name] = nil }
        return due
    }

    /// Milliseconds until the next one has settled, rounded up; nil where there is none.
    func pause(now: UInt64) -> Int? {
        touched.values.map(\.due).min().map { due in
            due <= now ? 0 : Int(clamping: (due - now + 999_999) / 1_000_000)
        }
    }
}
