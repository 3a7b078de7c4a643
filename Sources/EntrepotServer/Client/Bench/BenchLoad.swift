package import Basics
import RESP

/// Makes the requests of a benchmark: whole requests are copied and a few bytes of them replaced.
package struct BenchLoad: Sendable {
    /// A request with the places of what changes in it.
    private struct Template: Sendable {
        let bytes: [UInt8]
        private let words: [Int]

        /// - Parameter words: the request; `offset` then gives where word `index` begins.
        init(_ words: [String]) {
            var buffer = ByteBuffer()
            RequestWriter.append(words, to: &buffer)
            bytes = buffer.array
            // `*N\r\n`, then `$L\r\n` and the word with its line end, again and again.
            var offset = 3 + String(words.count).utf8.count
            var places: [Int] = []
            for word in words {
                offset += 3 + String(word.utf8.count).utf8.count
                places.append(offset)
                offset += word.utf8.count + 2
            }
            self.words = places
        }

        func offset(_ word: Int) -> Int { words[word] }
    }

    private static let idBytes = 24
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    private let operation: BenchOptions.Operation
    private let names: BenchNames
    private let zipf: BenchZipf
    private var random: BenchRandom
    private var ids: BenchRandom
    private let trade: Template
    private let level: Template
    private let stock: Template
    private let readTrade: Template
    /// The trades among the requests made so far.
    package private(set) var trades = 0

    /// - Parameter idSeed: another one for every run: a trade's id must be new.
    package init(_ options: BenchOptions, names: BenchNames, idSeed: UInt64) {
        operation = options.operation
        self.names = names
        zipf = BenchZipf(count: options.stations, exponent: options.skew)
        random = BenchRandom(seed: options.seed)
        ids = BenchRandom(seed: idSeed)
        let station = String(decoding: names.stations[0], as: UTF8.self)
        let item = String(decoding: names.items[0], as: UTF8.self)
        let id = String(repeating: "x", count: Self.idBytes)
        trade = Template(["TRADE", "CREATE", station, station, item + ":1", "ID", id])
        level = Template(["INVENTORY", "LEVEL", station, item])
        stock = Template(["INVENTORY", "GET", station, item])
        readTrade = Template(
            ["TRADE", "GET", String(decoding: names.trades[0], as: UTF8.self)])
    }

    /// Appends the next request.
    package mutating func append(to output: inout ByteBuffer) {
        switch operation {
        case .trades: appendTrade(&output)
        case .reads: appendRead(&output)
        case .mixed: if random.below(5) == 0 { appendTrade(&output) } else { appendRead(&output) }
        }
    }

    private mutating func appendTrade(_ output: inout ByteBuffer) {
        trades += 1
        let start = output.count
        output.append(trade.bytes)
        let seller = zipf.draw(&random)
        var buyer = zipf.draw(&random)
        if buyer == seller { buyer = (buyer + 1) % names.stations.count }
        Self.put(names.stations[seller], at: start + trade.offset(2), in: &output)
        Self.put(names.stations[buyer], at: start + trade.offset(3), in: &output)
        let item = names.items[random.below(names.items.count)]
        Self.put(item, at: start + trade.offset(4), in: &output)
        output[start + trade.offset(4) + item.count + 1] = UInt8(49 + random.below(9))
        let id = start + trade.offset(6)
        for half in 0..<2 {
            var bits = ids.next()
            for index in 0..<Self.idBytes / 2 {
                output[id + half * Self.idBytes / 2 + index] = Self.alphabet[Int(bits & 31)]
                bits >>= 5
            }
        }
    }

    private mutating func appendRead(_ output: inout ByteBuffer) {
        let start = output.count
        let choice = random.below(3)
        if choice == 2 {
            output.append(readTrade.bytes)
            let id = names.trades[random.below(names.trades.count)]
            return Self.put(id, at: start + readTrade.offset(2), in: &output)
        }
        let template = choice == 0 ? level : stock
        output.append(template.bytes)
        let station = names.stations[zipf.draw(&random)]
        Self.put(station, at: start + template.offset(2), in: &output)
        let item = names.items[random.below(names.items.count)]
        Self.put(item, at: start + template.offset(3), in: &output)
    }

    private static func put(_ name: [UInt8], at offset: Int, in output: inout ByteBuffer) {
        for index in name.indices { output[offset + index] = name[index] }
    }
}
