/// What `bench` is asked to measure.
package struct BenchOptions: Equatable, Sendable {
    /// The requests.
    package enum Operation: String, CaseIterable, Sendable {
        /// One-line trades, each under a random id.
        case trades
        /// A level, a stock row and a trade, in equal parts.
        case reads
        /// 80 % reads, 20 % trades.
        case mixed
    }

    package var operation: Operation
    /// Connections at once.
    package var connections = 50
    /// Requests in flight per connection.
    package var pipeline = 1
    /// Of the measurement, after a warm-up of one second.
    package var seconds = 10
    package var stations = 1_000
    package var items = 50
    /// The exponent of a Zipf distribution of the stations; 0 takes all alike.
    package var skew = 0.0
    package var seed: UInt64 = 1

    package init(operation: Operation) { self.operation = operation }

    /// For the table of commands.
    package static let flags: [Flag] =
        ServerOptions.flags + [
            Flag("connections", "N", "Connections at once, 1 to 10000 (50)."),
            Flag("pipeline", "N", "Requests in flight per connection, 1 to 10000 (1)."),
            Flag("seconds", "S", "How long, after a warm-up of one second (10)."),
            Flag("stations", "N", "Stations that trade, 2 to 100000 (1000)."),
            Flag("items", "N", "Items that each of them stocks, 1 to 1000 (50)."),
            Flag("skew", "S", "Zipf exponent of the stations, 0 to 3 (0: all alike)."),
            Flag("seed", "N", "Of the choice of stations, items and quantities (1)."),
            Flag(
                "data", "DIR",
                "The server's folder, to measure bytes per trade (of a local server "
                    + "it is asked).", completion: .directory),
            Flag("json", nil, "Prints one line of JSON."),
        ]

    /// - Throws: a sentence that names the flag.
    package init(_ invocation: Invocation) throws(ClientError) {
        let word = invocation.operands.first ?? ""
        guard let operation = Operation(rawValue: word) else {
            throw ClientError.usage("\"\(word)\" is not trades, reads or mixed")
        }
        self.init(operation: operation)
        func number(
            _ name: String, _ value: inout Int, _ range: ClosedRange<Int>
        ) throws(ClientError) {
            guard let text = invocation.value(name) else { return }
            guard let number = Int(text), range.contains(number) else {
                throw ClientError.usage(
                    "--\(name) is \(range.lowerBound) to \(range.upperBound), got \(text)")
            }
            value = number
        }
        try number("connections", &connections, 1...10_000)
        try number("pipeline", &pipeline, 1...10_000)
        try number("seconds", &seconds, 1...86_400)
        try number("stations", &stations, 2...100_000)
        try number("items", &items, 1...1_000)
        var seed = 1
        try number("seed", &seed, 0...Int.max)
        self.seed = UInt64(seed)
        if let text = invocation.value("skew") {
            guard let skew = Double(text), skew >= 0, skew <= 3 else {
                throw ClientError.usage("--skew is 0 to 3, got \(text)")
            }
            self.skew = skew
        }
    }
}
