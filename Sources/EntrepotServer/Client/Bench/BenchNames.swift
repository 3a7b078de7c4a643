/// The ids of the records that a benchmark works on: `b-s-0001`, `b-i-01`, `b-t-0001`.
///
/// All of a kind have the same length, so that one can take another's place in a request.
package struct BenchNames: Sendable {
    /// Trades that are there to be read.
    package static let trades = 1_000

    package let stations: [[UInt8]]
    package let items: [[UInt8]]
    package let trades: [[UInt8]]

    package init(stations: Int, items: Int) {
        self.stations = Self.names("b-s-", stations, width: 4)
        self.items = Self.names("b-i-", items, width: 2)
        trades = Self.names("b-t-", Self.trades, width: 4)
    }

    private static func names(_ prefix: String, _ count: Int, width: Int) -> [[UInt8]] {
        let digits = max(width, String(count).utf8.count)
        return (1...max(count, 1)).map { number in
            let text = String(number)
            let zeros = String(repeating: "0", count: digits - text.utf8.count)
            return Array((prefix + zeros + text).utf8)
        }
    }
}
