import Basics
import Domain
import Glibc
import Ledger
import Plugins
import Storage

/// What rules cost a trade: thread time of the ledger, which other work on the machine does not
/// change much. `ENTREPOT_BENCHMARKS=1 swift run -c release RuleBenchmark FOLDER`
@main struct RuleBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: RuleBenchmark FOLDER (which is made, and must not exist)")
            exit(2)
        }
        try run(CommandLine.arguments[1])
    }

    private static func run(_ folder: String) throws {
        mkdir(folder, 0o700)
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        var options = LedgerOptions()
        options.syncPolicy = .off
        let clock = SystemClock()
        let ledger = try Ledger(
            store: try Store(directory: folder, options: storeOptions), options: options,
            clock: clock, wake: {}, fail: { print($0) })
        let workshop = try RuleWorkshop(limits: options.limits)
        ledger.rules = LiveRules(
            workshop: workshop, names: ledger.state.names, clock: clock, limits: options.limits)
        let desk = Desk(ledger: ledger, workshop: workshop)
        for line in [
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0",
            "ITEM ADD water PRICE 10.00 CR MASS 1 VOLUME 0.001",
            "INVENTORY ADD luna water 1000000000",
        ] { desk.run(line.split(separator: " ").map(String.init)) }
        desk.measure("warm-up")
        desk.measure("no rule")
        desk.load("simple", "if line.quantity >= 100 then return line.price * '0.95', 'bulk' end")
        desk.measure("one rule that says nothing")
        desk.measure("one rule that changes the price", quantity: 100)
        desk.load(
            "stock",
            "local s = entrepot.stock(trade.seller, line.item) "
                + "if s.available < 10 then return line.price * 2 end")
        desk.measure("two rules, one of which reads the stock")
        desk.run(["PLUGIN", "REMOVE", "simple"])
        desk.run(["PLUGIN", "REMOVE", "stock"])
        desk.measure("no rule")
        try ledger.stop()
        workshop.stop()
    }
}

/// Runs commands and measures them.
final class Desk {
    private let ledger: Ledger
    private let workshop: RuleWorkshop
    private let reply = Reply()
    private var words = ArgumentVector()

    init(ledger: Ledger, workshop: RuleWorkshop) {
        self.ledger = ledger
        self.workshop = workshop
    }

    func load(_ name: String, _ body: String) {
        let source = """
            return { name = "\(name)", version = "1", api = 1, station = "*", on_error = "skip",
              pricing = function(trade, line) \(body) end }
            """
        for failure in workshop.check(source, file: name).failures { print(failure) }
        run(["PLUGIN", "LOAD", name, source])
        run(["PLUGIN", "MODE", name, "live"])
    }

    func run(_ request: [String]) {
        words.removeAll()
        for word in request { words.append(word) }
        guard let spec = try? CommandTable.find(words) else { return }
        ledger.execute(
            spec, words, caller: .local, options: WriteOptions(), reply: reply)
        if case .error(let error) = reply.value { print("\(request): \(error.message)") }
    }

    /// Microseconds of this thread for each of many trades, groups of 256 included.
    func measure(_ title: String, quantity: Int = 1, trades: Int = 50_000) {
        let request = ["TRADE", "CREATE", "luna", "mars", "water:\(quantity)"]
        let start = threadNanoseconds()
        for number in 0..<trades {
            run(request)
            if number % 256 == 255 {
                ledger.closeGroup()
                ledger.collectDurable()
            }
        }
        let spent = threadNanoseconds() - start
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            ledger.closeGroup()
        }
        let microseconds = Double(spent) / Double(trades) / 1_000
        print("\(title): \(Int(microseconds * 100)) / 100 us a trade")
    }

    private func threadNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
