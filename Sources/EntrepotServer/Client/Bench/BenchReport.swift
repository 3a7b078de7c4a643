import Basics
import JSON

/// What a benchmark has measured.
package struct BenchReport: Sendable {
    package let options: BenchOptions
    /// Of the measurement itself.
    package var seconds = 0.0
    package var operations = 0
    package var errors = 0
    /// With those of the warm-up and of the end: what the server's whole cost is divided by.
    package var allOperations = 0
    /// What the first refusal said, in the warm-up too.
    package var firstError: String?
    package var histogram = BenchHistogram()
    /// Nil where the server's folder cannot be seen or nothing was traded.
    package var diskBytesPerTrade: Double?

    package init(_ options: BenchOptions) { self.options = options }

    package var throughput: Double { seconds > 0 ? Double(operations) / seconds : 0 }

    /// One line of JSON.
    package var json: String {
        var text = ByteBuffer()
        text.append("{\"operation\":" as StaticString)
        text.appendJSON(string: options.operation.rawValue)
        for (name, value) in [
            ("connections", Double(options.connections)), ("pipeline", Double(options.pipeline)),
            ("seconds", Self.rounded(seconds, 1_000)), ("operations", Double(operations)),
            ("errors", Double(errors)),
            ("all_operations", Double(allOperations)), ("throughput", Self.rounded(throughput, 10)),
            ("p50_ms", Self.rounded(histogram.milliseconds(at: 0.5), 1_000)),
            ("p99_ms", Self.rounded(histogram.milliseconds(at: 0.99), 1_000)),
            ("p999_ms", Self.rounded(histogram.milliseconds(at: 0.999), 1_000)),
        ] {
            text.append(",\"\(name)\":")
            text.appendJSON(double: value)
        }
        text.append(",\"disk_bytes_per_trade\":" as StaticString)
        if let diskBytesPerTrade {
            text.appendJSON(double: Self.rounded(diskBytesPerTrade, 10))
        } else {
            text.appendJSONNull()
        }
        text.append("}\n" as StaticString)
        return String(decoding: text.array, as: UTF8.self)
    }

    /// A few lines for people.
    package var text: String {
        var text = """
            \(options.operation.rawValue): \(Int(throughput.rounded())) per second \
            (\(operations) in \(Self.rounded(seconds, 100)) s, \(options.connections) connections, \
            \(options.pipeline) in flight each)
            latency: p50 \(Self.rounded(histogram.milliseconds(at: 0.5), 1_000)) ms, \
            p99 \(Self.rounded(histogram.milliseconds(at: 0.99), 1_000)) ms, \
            p99.9 \(Self.rounded(histogram.milliseconds(at: 0.999), 1_000)) ms
            errors: \(errors)

            """
        if let firstError { text += "first error: \(firstError)\n" }
        if let diskBytesPerTrade {
            text += "disk: \(Int(diskBytesPerTrade.rounded())) bytes per trade\n"
        }
        return text
    }

    private static func rounded(_ number: Double, _ steps: Double) -> Double {
        (number * steps).rounded() / steps
    }
}
