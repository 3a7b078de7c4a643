import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite struct ProjectionTests {
    /// A market with many small trades and some of everything else.
    private func market(trades: Int) throws -> TestLedger {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp(["INVENTORY ADD luna water 1000000", "INVENTORY ADD luna ore 1000000"])
        for number in 0..<trades { trade(market, number) }
        return market
    }

    private func trade(_ market: TestLedger, _ number: Int) {
        switch number % 5 {
        case 0: market.setUp(["TRADE CREATE luna mars water:1 ore:2"])
        case 1: market.setUp(["TRADE CREATE luna vega ore:1"])
        case 2: market.setUp(["TRADE RESERVE luna mars water:2 TTL 600 ID r-\(number)"])
        case 3: market.setUp(["TRADE COMMIT r-\(number - 1)"])
        default: market.setUp(["CARGO CREATE luna vega water:1"])
        }
    }

    private func projections(_ market: TestLedger, runEvents: Int) -> Projections {
        Projections(
            database: market.ledger.store.database, scratch: market.folder.path,
            runEvents: runEvents)
    }

    /// What a list says at a view.
    private func list(
        _ line: String, _ market: TestLedger, _ projections: Projections, _ view: ReadView? = nil
    ) throws -> String {
        let plain = market.context()
        let context = ReadContext(
            view: view ?? plain.view, projections: projections, caller: .local,
            limits: plain.limits, now: plain.now, stockLists: plain.stockLists)
        var words = ArgumentVector()
        for word in line.split(separator: " ") { words.append(String(word)) }
        let reply = Reply()
        guard case .read(let handler) = try CommandTable.find(words).handler else { return "" }
        try handler(words, context, reply)
        return Answer(reply).description
    }

    private let lists = [
        "TRADE LIST STATION luna", "TRADE LIST STATION mars REV LIMIT 7", "TRADE LIST ITEM ore",
        "CARGO LIST STATION vega", "CARGO LIST STATION mars REV", "CARGO LIST STATION luna LIMIT 9",
        "INVENTORY HISTORY luna water", "INVENTORY HISTORY luna ore REV LIMIT 11",
        "TRADE SUMMARY", "TRADE SUMMARY STATION mars DAYS 2",
    ]

    @Test func runsAndMemoryTellTheSame() throws {
        let market = try market(trades: 40)
        let memory = projections(market, runEvents: 1 << 20)
        try memory.load(market.context().view)
        #expect(memory.indexedSeq == 0)
        let middle = market.context().view
        let early = try lists.map { try list($0, market, memory, middle) }
        for number in 40..<80 { trade(market, number) }
        let late = market.context().view
        let runs = projections(market, runEvents: 32)
        try runs.load(late)
        #expect(runs.indexedSeq > middle.head.seq)
        #expect(runs.indexedSeq <= late.head.seq)
        // Nothing of the runs existed when the first view was made: its snapshot sees none.
        #expect(try lists.map { try list($0, market, runs, middle) } == early)
        let now = try lists.map { try list($0, market, runs, late) }
        #expect(now != early)
        // Without memory behind it, a reader makes up what is missing from the log.
        let bare = projections(market, runEvents: 32)
        #expect(try lists.map { try list($0, market, bare, late) } == now)
    }

    @Test func aStartReadsOnlyWhatIsMissing() throws {
        let market = try market(trades: 50)
        let first = projections(market, runEvents: 32)
        try first.load(market.context().view)
        let second = projections(market, runEvents: 32)
        var total: UInt64 = 0
        try second.load(market.ledger.store.latestView()) { total = $1 }
        #expect(second.indexedSeq == first.indexedSeq)
        #expect(total == market.ledger.durableSeq - first.indexedSeq)
        #expect(total < 32)
        let view = market.ledger.store.latestView()
        #expect(
            try lists.map { try list($0, market, second, view) }
                == lists.map { try list($0, market, first, view) })
    }

    @Test func postingsAheadOfTheLogAreMadeAnew() throws {
        let market = try market(trades: 30)
        let memory = projections(market, runEvents: 1 << 20)
        try memory.load(market.context().view)
        let expected = try lists.map { try list($0, market, memory) }
        let lost = PostingEntry(owner: 1, seq: 3, index: 0, kind: .stationTrade, roles: .from)
        let segment = TailSegment(seqs: 1...90_000, entries: [lost], totals: [])
        try PostingRun(segments: [segment], indexed: 90_000)
            .store(in: market.ledger.store.database, path: market.folder.path + "/lost.sst")
        market.setUp(["INVENTORY ADD luna ore 1"])
        let view = market.ledger.store.latestView()
        #expect(try Projections.indexedSeq(of: view) == 90_000)
        let anew = projections(market, runEvents: 32)
        try anew.load(view)
        #expect(anew.indexedSeq <= view.head.seq)
        #expect(anew.indexedSeq > 0)
        let lists = self.lists.filter { !$0.contains("ore") && !$0.hasPrefix("TRADE SUMMARY") }
        let before = zip(self.lists, expected).filter { lists.contains($0.0) }.map(\.1)
        let after = try lists.map { try list($0, market, anew, view) }
        #expect(after.map { $0.prefix(200) } == before.map { $0.prefix(200) })
    }

    @Test func readersSeeEveryTradeWhileRunsAreStored() throws {
        let market = try TestLedger()
        market.setUpMarket()
        let projections = projections(market, runEvents: 16)
        try projections.load(market.context().view)
        try projections.start { Issue.record("a run was not stored: \($0.message)") }
        defer { projections.stop() }
        market.ledger.onDurable = { events, _ in projections.append(events) }
        for number in 1...60 {
            market.setUp(["TRADE CREATE luna mars water:1 ID t-\(number)"])
            let found = try list("TRADE LIST STATION mars LIMIT 1000", market, projections)
            #expect(found.components(of: "\"reference\"") == number)
        }
        #expect(projections.indexedSeq > 0)
        #expect(projections.tailCount < 16 * 5 * 4)
    }

    @Test func longHistoriesAreAnchored() throws {
        let market = try TestLedger()
        market.setUp(["STATION ADD luna", "ITEM ADD water", "ITEM ADD ore"])
        var levels: [UInt64: String] = [:]
        var onHand = 0
        for number in 1...2_600 {
            let item = number % 3 == 0 ? "ore" : "water"
            market.setUp(["INVENTORY ADD luna \(item) 1"])
            if item == "water" { onHand += 1 }
            levels[market.ledger.durableSeq] = "\(onHand)"
        }
        for seq in levels.keys.sorted() where seq % 97 == 0 || seq % 1_024 < 3 {
            let row = market.run("INVENTORY GET luna water AS OF \(seq)")
            #expect(row.json().at("on_hand") == levels[seq])
        }
        var found: [String] = []
        var cursor = ""
        while true {
            let page = market.run("INVENTORY HISTORY luna water LIMIT 700" + cursor)
            found += page.items("balance")
            let next = page.json().at("next")
            if next == "null" { break }
            cursor = " CURSOR \(next)"
        }
        #expect(found == (1...onHand).map { "\($0)" })
        let from = market.ledger.durableSeq - 1_500
        let forward = market.run("INVENTORY HISTORY luna water FROM \(from) LIMIT 5")
        #expect(forward.items("seq").first.map { Int($0) ?? 0 }.map { $0 - Int(from) < 3 } == true)
        // About one change in 64 is an anchor; which ones depends on their seqs alone.
        let context = market.context()
        let reader = try ChainReader(
            StockChain(key: StockKey(station: StationNumber(1), item: ItemNumber(1))), context)
        var anchors = 0
        reader.tail.forEachEntry {
            if $0.kind == .stockAnchor && $0.owner & 0xff == 1 { anchors += 1 }
        }
        #expect((15...45).contains(anchors))
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        let wanted = Array(part.utf8)
        let bytes = Array(utf8)
        var count = 0
        for start in bytes.indices where bytes[start...].starts(with: wanted) { count += 1 }
        return count
    }
}
