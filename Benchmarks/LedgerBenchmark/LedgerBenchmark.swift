import Basics
import Domain
import Glibc
import Ledger
import Storage
import System

/// Durable one-line trades straight into the ledger, without a network: what deciding, encoding and
/// writing cost by themselves.
///
///     ENTREPOT_BENCHMARKS=1 swift run -c release LedgerBenchmark [trades] [group] [stations]
@main
struct LedgerBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        let trades = arguments.count > 1 ? Int(arguments[1]) ?? 200_000 : 200_000
        let group = arguments.count > 2 ? Int(arguments[2]) ?? 64 : 64
        let directory = "/tmp/entrepot-ledger-benchmark-\(getpid())"
        defer { try? FileSystem.removeTree(directory) }
        let store = try Store(directory: directory, options: StoreOptions())
        let woken = WaitableFlag()
        let ledger = try Ledger(
            store: store, options: LedgerOptions(), clock: SystemClock(), wake: { woken.set() },
            fail: { message in
                CurrentProcess.writeError(message + "\n")
                CurrentProcess.end(status: 1)
            })
        let stations = arguments.count > 3 ? max(2, Int(arguments[3]) ?? 1_000) : 1_000
        var run = Run(ledger: ledger, woken: woken, stations: stations)
        run.seed(items: 50)
        try run.trade(count: trades, group: group)
        try ledger.stop()
    }
}

struct Run: ~Copyable {
    let ledger: Ledger
    let woken: WaitableFlag
    var words = ArgumentVector()
    let reply = Reply()
    var random = SystemRandomNumberGenerator()

    let stations: Int

    init(ledger: Ledger, woken: WaitableFlag, stations: Int) {
        self.stations = stations
        self.ledger = ledger
        self.woken = woken
    }

    mutating func execute(_ text: String) {
        words.removeAll()
        for word in text.split(separator: " ") { words.append(String(word)) }
        guard let spec = try? CommandTable.find(words) else { return }
        ledger.execute(spec, words, caller: .local, options: WriteOptions(), reply: reply)
        if case .error(let error) = reply.value {
            CurrentProcess.writeError("\(text): \(error.message)\n")
        }
    }

    mutating func seed(items: Int) {
        for item in 0..<items { execute("ITEM ADD i-\(item) PRICE 12.50 CR MASS 10 VOLUME 1") }
        for station in 0..<stations {
            execute("STATION ADD s-\(station)")
            for item in 0..<items { execute("INVENTORY ADD s-\(station) i-\(item) 100000000") }
            ledger.closeGroup()
            ledger.collectDurable()
        }
    }

    mutating func trade(count: Int, group: Int) throws {
        let start = SystemClock().monotonicNanoseconds()
        let processBefore = cpu(0)
        let threadBefore = cpu(1)
        for index in 0..<count {
            let seller = Int.random(in: 0..<stations, using: &random)
            let buyer = (seller + Int.random(in: 1..<stations, using: &random)) % stations
            words.removeAll()
            words.append("TRADE")
            words.append("CREATE")
            words.append("s-\(seller)")
            words.append("s-\(buyer)")
            words.append("i-\(index % 50):\(1 + index % 10)")
            words.append("ID")
            words.append("k-\(UInt64.random(in: 0 ... .max, using: &random))")
            let spec = try CommandTable.find(words)
            ledger.execute(spec, words, caller: .local, options: WriteOptions(), reply: reply)
            if index % group == group - 1 {
                ledger.closeGroup()
                ledger.collectDurable()
            }
        }
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            ledger.closeGroup()
            usleep(100)
        }
        let seconds = Double(SystemClock().monotonicNanoseconds() - start) / 1e9
        let process = cpu(0) - processBefore
        let thread = cpu(1) - threadBefore
        let perTrade = { (seconds: Double) in
            (seconds / Double(count) * 1e8).rounded() / 100
        }
        print(
            "\(Int(Double(count) / seconds)) trades/s, ledger thread \(perTrade(thread)) us, "
                + "process \(perTrade(process)) us per trade, group \(group)")
    }

    /// Processor time of the process (0, RUSAGE_SELF) or of this thread (1, RUSAGE_THREAD), seconds.
    func cpu(_ who: Int32) -> Double {
        var usage = rusage()
        getrusage(who, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
