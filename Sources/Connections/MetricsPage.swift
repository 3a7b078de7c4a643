package import Basics

/// A page of figures in the Prometheus text format, version 0.0.4.
///
/// All samples of a family stand behind its head; a family without samples is a head alone. Label
/// values are escaped here; names are constants.
package struct MetricsPage: ~Copyable {
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// The names and values of a sample's labels, in their order.
    package typealias Labels = [(name: StaticString, value: String)]

    /// The page so far.
    package private(set) var text = ByteBuffer(capacity: 64 << 10)
    private var family: StaticString = ""

    package init() {}

    /// Begins a family.
    ///
    /// - Parameters:
    ///   - name: the whole name, with `_total` where it is a counter.
    ///   - help: one line without a line end or backslash.
    package mutating func begin(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        family = name
        text.append("# HELP " as StaticString)
        text.append(name)
        text.append(UInt8(ascii: " "))
        text.append(help)
        text.append("\n# TYPE " as StaticString)
        text.append(name)
        text.append(UInt8(ascii: " "))
        text.append(kind.rawValue)
        text.append(UInt8(ascii: "\n"))
    }

    /// Appends a sample without labels.
    package mutating func add(_ value: UInt64) { add([], value) }

    /// Appends a sample of the family.
    package mutating func add(_ labels: Labels, _ value: UInt64) {
        head(labels, suffix: "", bound: nil)
        text.append(decimal: value)
        text.append(UInt8(ascii: "\n"))
    }

    /// Appends a sample in seconds.
    package mutating func add(_ labels: Labels = [], nanoseconds: UInt64) {
        head(labels, suffix: "", bound: nil)
        Self.append(nanoseconds: nanoseconds, to: &text)
        text.append(UInt8(ascii: "\n"))
    }

    /// Appends a histogram.
    ///
    /// - Parameters:
    ///   - bounds: the largest value of each bucket, ascending; nanoseconds where `isTime`.
    ///   - cumulative: how many values did not exceed each bound.
    ///   - total: of all values, those above the last bound too.
    package mutating func add(
        _ labels: Labels = [], bounds: [UInt64], cumulative: [UInt64], total: UInt64, sum: UInt64,
        isTime: Bool
    ) {
        for (bound, count) in zip(bounds, cumulative) {
            head(labels, suffix: "_bucket", bound: isTime ? .nanoseconds(bound) : .number(bound))
            // A value between two reads of the counters must not make the buckets fall.
            text.append(decimal: min(count, total))
            text.append(UInt8(ascii: "\n"))
        }
        head(labels, suffix: "_bucket", bound: .infinity)
        text.append(decimal: total)
        text.append(UInt8(ascii: "\n"))
        head(labels, suffix: "_sum", bound: nil)
        if isTime {
            Self.append(nanoseconds: sum, to: &text)
        } else {
            text.append(decimal: sum)
        }
        text.append(UInt8(ascii: "\n"))
        head(labels, suffix: "_count", bound: nil)
        text.append(decimal: total)
        text.append(UInt8(ascii: "\n"))
    }

    /// Appends a histogram of fixed buckets, without labels.
    package mutating func add(_ counts: BucketCounts, isTime: Bool) {
        add(
            bounds: counts.bounds, cumulative: counts.cumulative, total: counts.total,
            sum: counts.sum, isTime: isTime)
    }

    /// Appends a histogram of durations, counted up to some bounds in nanoseconds.
    package mutating func add(
        _ labels: Labels, _ durations: LatencyHistogram, bounds: [UInt64]
    ) {
        add(
            labels, bounds: bounds, cumulative: durations.cumulative(upTo: bounds),
            total: durations.total, sum: durations.sum, isTime: true)
    }

    // MARK: Parts

    private enum Bound {
        case number(UInt64)
        case nanoseconds(UInt64)
        case infinity
    }

    /// The name and the labels of a sample.
    private mutating func head(_ labels: Labels, suffix: StaticString, bound: Bound?) {
        text.append(family)
        text.append(suffix)
        if !labels.isEmpty || bound != nil {
            var mark = UInt8(ascii: "{")
            for label in labels {
                text.append(mark)
                text.append(label.name)
                text.append("=\"" as StaticString)
                append(escaped: label.value)
                text.append(UInt8(ascii: "\""))
                mark = UInt8(ascii: ",")
            }
            if let bound {
                text.append(mark)
                text.append("le=\"" as StaticString)
                switch bound {
                case .number(let number): text.append(decimal: number)
                case .nanoseconds(let number): Self.append(nanoseconds: number, to: &text)
                case .infinity: text.append("+Inf" as StaticString)
                }
                text.append(UInt8(ascii: "\""))
            }
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
    }

    private mutating func append(escaped value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text.append("\\\\" as StaticString)
            case UInt8(ascii: "\""): text.append("\\\"" as StaticString)
            case UInt8(ascii: "\n"): text.append("\\n" as StaticString)
            default: text.append(byte)
            }
        }
    }

    /// Seconds as an exact decimal number, without zeros at the end.
    static func append(nanoseconds: UInt64, to text: inout ByteBuffer) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        text.append(decimal: seconds)
        if rest == 0 { return }
        text.append(UInt8(ascii: "."))
        var left = rest
        var digit: UInt64 = 100_000_000
        while left > 0 {
            text.append(UInt8(ascii: "0") + UInt8(left / digit))
            left %= digit
            digit /= 10
        }
    }
}
