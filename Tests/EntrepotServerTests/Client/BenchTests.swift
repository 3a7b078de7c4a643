import Basics
import EntrepotServer
import JSON
import RESP
import Testing

@Suite struct BenchTests {
    @Test(arguments: [UInt64(0), 1, 63, 64, 1_000, 123_456, 9_999_999, 1 << 39])
    func oneValueIsEveryPercentile(nanoseconds: UInt64) {
        var histogram = BenchHistogram()
        histogram.record(nanoseconds: nanoseconds, count: 3)
        for share in [0.0, 0.5, 0.99, 1.0] {
            #expect(histogram.milliseconds(at: share) == Double(nanoseconds) / 1e6)
        }
    }

    @Test func percentilesStayWithinTheirBucket() {
        var histogram = BenchHistogram()
        #expect(histogram.milliseconds(at: 0.5) == 0)
        for number in 1...100_000 { histogram.record(nanoseconds: UInt64(number) * 1_000) }
        #expect(histogram.total == 100_000)
        for (share, milliseconds) in [(0.5, 50.0), (0.99, 99.0), (0.999, 99.9), (1.0, 100.0)] {
            let found = histogram.milliseconds(at: share)
            #expect(found >= milliseconds && found <= milliseconds * 1.016, "\(share): \(found)")
        }
        histogram.record(nanoseconds: .max)
        #expect(histogram.milliseconds(at: 1) > 1e6)
    }

    @Test func repliesAreCountedHoweverTheyAreCut() {
        let stream = Array(
            ("+OK\r\n:5\r\n$3\r\na\nb\r\n$-1\r\n$0\r\n\r\n"
                + "*2\r\n:1\r\n*1\r\n$1\r\nx\r\n*0\r\n*-1\r\n"
                + "-ERR no\r\n%1\r\n+k\r\n-inner\r\n_\r\n-SECOND\r\n").utf8)
        for step in [1, 2, 3, 5, 1_000] {
            var scanner = ReplyScanner()
            var start = 0
            while start < stream.count {
                let end = min(start + step, stream.count)
                scanner.scan(Array(stream[start..<end]).span)
                start = end
            }
            #expect(scanner.replies == 12, "in steps of \(step)")
            #expect(scanner.errors == 3)
            #expect(String(decoding: scanner.firstError, as: UTF8.self) == "ERR no")
        }
    }

    private func requests(_ options: BenchOptions, _ count: Int, idSeed: UInt64) -> [[String]] {
        let names = BenchNames(stations: options.stations, items: options.items)
        var load = BenchLoad(options, names: names, idSeed: idSeed)
        var output = ByteBuffer()
        for _ in 0..<count { load.append(to: &output) }
        var parser = RequestParser()
        var words = ArgumentVector()
        var requests: [[String]] = []
        var offset = 0
        while case .request(let consumed) = parser.parse(
            output, from: offset, limits: .standard, into: &words)
        {
            offset += consumed
            requests.append(
                (0..<words.count).map { String(decoding: words[$0].array, as: UTF8.self) })
        }
        #expect(offset == output.count)
        return requests
    }

    @Test func tradesAreWellFormed() {
        var options = BenchOptions(operation: .trades)
        options.stations = 3
        options.items = 2
        let made = requests(options, 500, idSeed: 7)
        #expect(made.count == 500)
        for request in made {
            #expect(request.prefix(2) == ["TRADE", "CREATE"] && request[5] == "ID")
            #expect(request[2] != request[3])
            #expect(["b-s-0001", "b-s-0002", "b-s-0003"].contains(request[2]))
            #expect(request[4].wholeMatch(of: /b-i-0[12]:[1-9]/) != nil, "\(request[4])")
            #expect(request[6].utf8.count == 24)
        }
        #expect(Set(made.map { $0[6] }).count == 500)
        // Another run makes other ids of the same trades.
        let again = requests(options, 500, idSeed: 8)
        #expect(again.map { $0[4] } == made.map { $0[4] })
        #expect(Set(again.map { $0[6] }).isDisjoint(with: made.map { $0[6] }))
    }

    @Test func mixedIsFourReadsToOneTrade() {
        let made = requests(BenchOptions(operation: .mixed), 10_000, idSeed: 1)
        let trades = made.count { $0[1] == "CREATE" }
        #expect((1_800...2_200).contains(trades))
        #expect(Set(made.map { $0.prefix(2).joined(separator: " ") }).count == 4)
    }

    @Test func zipfPrefersTheFirst() {
        var random = BenchRandom(seed: 3)
        let zipf = BenchZipf(count: 100, exponent: 1)
        var counts = Array(repeating: 0, count: 100)
        for _ in 0..<20_000 { counts[zipf.draw(&random)] += 1 }
        // 1 / H(100) of all are the first's.
        #expect((3_500...4_200).contains(counts[0]))
        #expect(counts[0] > counts[9] && counts[9] > counts[99])
        let flat = BenchZipf(count: 4, exponent: 0)
        #expect((0..<400).allSatisfy { _ in (0..<4).contains(flat.draw(&random)) })
    }

    @Test func reportIsOneLineOfJSON() throws {
        var report = BenchReport(BenchOptions(operation: .trades))
        report.seconds = 2.0001
        report.operations = 1_000
        report.histogram.record(nanoseconds: 1_500_000, count: 1_000)
        let text = report.json
        #expect(text.hasSuffix("}\n"))
        let value = try JSONReader.parse(text.utf8.span)
        #expect(value["operation"]?.string == "trades")
        #expect(value["operations"]?.int64 == 1_000)
        #expect(value["throughput"]?.double == 500)
        #expect(value["p99_ms"]?.double == 1.5)
        #expect(value["disk_bytes_per_trade"] == .null)
        #expect(report.text.contains("500 per second"))
    }
}
