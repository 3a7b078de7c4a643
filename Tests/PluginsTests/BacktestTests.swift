import Basics
import Domain
import JSON
import Ledger
import Plugins
import Storage
import Testing

/// A back-test of a market's log.
func backtest(
    _ source: String, _ market: RuledMarket, from: LogPlace? = nil, to: LogPlace? = nil,
    limits: Limits = Limits()
) throws -> BacktestReport {
    let view = market.ledger.durableView
    let backtest = try Backtest(
        source: source, file: "rule.lua", limits: limits,
        period: BacktestPeriod(from: from, to: to), records: StoredPast(view), clock: market.clock)
    #expect(try StoredLog.walk(view, backtest) { _ in true })
    return try backtest.finish()
}

/// The same from the log's JSON, as feeds and exports have it.
func backtestOfDocuments(_ source: String, _ market: RuledMarket) throws -> BacktestReport {
    let view = market.ledger.durableView
    var documents: [UInt64: [UInt8]] = [:]
    for seq in 1...view.head.seq {
        let event = try #require(try view.event(seq))
        if event.type.isInternal { continue }
        var buffer = ByteBuffer()
        buffer.appendJSON(event, history: "h", names: view.names)
        documents[seq] = buffer.array
    }
    let kept = documents
    let past = DocumentPast { seq in
        guard let bytes = kept[seq] else { return nil }
        var buffer = ByteBuffer()
        buffer.append(bytes.span)
        return buffer
    }
    let backtest = try Backtest(
        source: source, file: "rule.lua", limits: Limits(), period: BacktestPeriod(),
        records: past, clock: market.clock)
    let reader = EventReader(market: backtest.market)
    past.attach(reader)
    for seq in kept.keys.sorted() {
        let bytes = kept[seq] ?? []
        guard let event = try reader.event(bytes.span) else {
            backtest.passOver()
            continue
        }
        _ = try backtest.take(event)
    }
    return try backtest.finish()
}

/// Whether two reports differ in nothing but the time that calls took.
func same(_ one: BacktestReport, _ other: BacktestReport) -> Bool {
    var (one, other) = (one, other)
    (one.slowest, other.slowest) = (nil, nil)
    return one == other && one.json == other.json
}

@Suite("Back-tests")
struct BacktestTests {
    /// 5 % off from 100 units on.
    static let bulk = PluginSources.plugin(
        """
        pricing = function(trade, line)
          if line.quantity >= 100 then return line.price * "0.95", "bulk" end
        end
        """)

    private func market() throws -> RuledMarket {
        let market = try RuledMarket()
        market.setUp()
        return market
    }

    @Test("every figure is what the trades say")
    func figures() throws {
        let market = try market()
        for line in [
            "CURRENCY ADD EUR Euro 3", "ITEM ADD gold PRICE 2.005 EUR",
            "INVENTORY ADD luna gold 100000", "INVENTORY ADD mars gold 5000",
        ] { #expect(market.run(line).error == nil, "\(line)") }
        // Quantity and price in minor units; 5 % off rounds half-even.
        var expected: [String: (before: Int64, after: Int64)] = [:]
        var changed: UInt64 = 0
        func trade(_ item: String, _ quantity: Int64, _ price: Int64, _ reduced: Int64) {
            #expect(market.run("TRADE CREATE luna mars \(item):\(quantity)").error == nil)
            let isChanged = quantity >= 100 && reduced != price
            changed += isChanged ? 1 : 0
            expected[item, default: (0, 0)].before += quantity * price
            expected[item, default: (0, 0)].after += quantity * (isChanged ? reduced : price)
        }
        for quantity: Int64 in [1, 99, 100, 101, 5_000] { trade("water", quantity, 1_000, 950) }
        // 2.85 is a whole number of cents, 1.90475 is not one of mills.
        for quantity: Int64 in [5, 100, 250] { trade("ore", quantity, 300, 285) }
        for quantity: Int64 in [7, 100, 333] { trade("gold", quantity, 2_005, 1_905) }
        let report = try backtest(Self.bulk, market)
        #expect(report.trades.examined == 11 && report.trades.concerned == 11)
        #expect(report.trades.changed == changed && report.lines.changed == changed)
        #expect(report.lines.examined == 11 && report.lines.named == 0)
        #expect(report.trades.refused == 0 && report.trades.errors == 0)
        let water = try #require(expected["water"])
        let ore = try #require(expected["ore"])
        let gold = try #require(expected["gold"])
        #expect(report.money.map(\.currency.text) == ["CR", "EUR"])
        #expect(report.money[0].before == MoneyText.text(water.before + ore.before, scale: 2))
        #expect(report.money[0].after == MoneyText.text(water.after + ore.after, scale: 2))
        let lost = water.after + ore.after - water.before - ore.before
        #expect(report.money[0].difference == MoneyText.text(lost, scale: 2))
        #expect(report.money[1].before == MoneyText.text(gold.before, scale: 3))
        #expect(report.money[1].after == MoneyText.text(gold.after, scale: 3))
        #expect(report.items.map(\.item.text) == ["water", "ore", "gold"])
        #expect(report.items.map(\.quantity) == ["5301", "355", "440"])
        #expect(report.itemsLeftOut == 0)
        let first = try #require(report.examples.first)
        #expect(first.item?.text == "water" && first.before == "10.00" && first.after == "9.50")
        #expect(first.verdict == .changed(reason: "bulk"))
        #expect(report.examples.count == Int(changed))
        #expect(report.slowest?.hook == "pricing")
        #expect(report.events == market.ledger.durableView.head.seq)
        #expect(same(try backtestOfDocuments(Self.bulk, market), report))
    }

    @Test("the report as JSON and as a table")
    func forms() throws {
        let market = try market()
        market.run("TRADE CREATE luna mars water:100@7.77 ID t-1")
        let report = try backtest(Self.bulk, market)
        let json = report.json
        #expect(
            json.object?.map(\.key) == [
                "plugin", "version", "from", "to", "trades", "lines", "money", "items",
                "items_left_out", "etas", "slowest", "examples", "started", "finished", "events",
                "events_per_second",
            ])
        #expect(
            report.jsonText.contains(
                "\"examples\":[{\"trade\":\"t-1\",\"seq\":\(report.events - 1),\"line\":0,"
                    + "\"item\":\"water\",\"before\":\"7.77\",\"after\":\"7.38\","
                    + "\"currency\":\"CR\",\"reason\":\"bulk\"}]"), "\(report.jsonText)")
        #expect(report.jsonText.contains("\"lines\":{\"examined\":1,\"changed\":1,\"named\":1}"))
        let text = BacktestText(json).text
        #expect(text.contains("CR     777.00  738.00      -39.00\n"), "\(text)")
        #expect(text.contains("named_prices"))
        #expect(
            text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy {
                $0.last != " "
            })
    }

    @Test("a rule that was there is held against what it did then, the others stay")
    func places() throws {
        let market = try market()
        let tenth = PluginSources.plugin(
            "priority = 10, pricing = function(t, l) return l.price * \"0.9\" end", name: "early")
        let more = PluginSources.plugin(
            "priority = 90, pricing = function(t, l) return l.price + \"0.50\" end", name: "late")
        market.load(tenth, name: "early")
        market.load(Self.bulk)
        market.load(more, name: "late")
        // 10.00 → 9.00 → 8.55 → 9.05
        #expect(market.run("TRADE CREATE luna mars water:100").at("total") == "905.00")
        let same = try backtest(Self.bulk, market)
        #expect(same.trades.concerned == 1 && same.trades.changed == 0)
        #expect(same.money.map(\.after) == ["905.00"])
        let half = Self.bulk.replacing("0.95", with: "0.50")
        // 9.00 → 4.50 in place of 8.55: 4.05 less of what was paid.
        #expect(try backtest(half, market).money.map(\.difference) == ["-405.00"])
        // A rule that was not there has its place by its priority: after early, before late.
        let fresh = half.replacing("name = \"rule\"", with: "name = \"fresh\"")
        let report = try backtest(fresh, market)
        // 8.55 reaches it, as `fresh` comes before `rule` by name: 9.00 does.
        #expect(report.money.map(\.difference) == ["-450.00"])
        let last = fresh.replacing("api = 1", with: "priority = 95, api = 1")
        // 9.05 reaches it: 4.525 is 4.52.
        #expect(try backtest(last, market).money.map(\.difference) == ["-453.00"])
    }

    @Test("refusals, errors and kills; skip keeps the trade, reject does not")
    func failures() throws {
        let market = try market()
        for quantity in [1, 2, 3, 50, 60] {
            #expect(market.run("TRADE CREATE luna mars water:\(quantity)").error == nil)
        }
        func source(_ onError: String) -> String {
            PluginSources.plugin(
                """
                pricing = function(trade, line)
                  if line.quantity == 2 then error("two") end
                  if line.quantity == 3 then while true do end end
                  return line.price + "1.00"
                end,
                validate = function(trade)
                  if trade.lines[1].quantity >= 60 then return "too\\nmuch" end
                end
                """, onError: onError)
        }
        let skip = try backtest(source("skip"), market)
        #expect(skip.trades.refused == 1 && skip.trades.errors == 1 && skip.trades.killed == 1)
        // Two with another price; the failed ones keep theirs; the refused one is left out.
        #expect(skip.trades.changed == 2 && skip.lines.examined == 5)
        #expect(skip.money.map(\.before) == ["560.00"] && skip.money.map(\.difference) == ["51.00"])
        let reject = try backtest(source("reject"), market)
        #expect(reject.trades.errors == 1 && reject.trades.killed == 1)
        #expect(reject.money.map(\.before) == ["510.00"])
        #expect(reject.money.map(\.difference) == ["51.00"])
        let verdicts = skip.examples.map(\.verdict)
        #expect(verdicts.contains(.refused("too much")))
        #expect(
            verdicts.contains {
                if case .failed(let text) = $0 { text.contains("two") } else { false }
            })
        #expect(
            verdicts.contains {
                if case .failed(let text) = $0 { text.contains("instruction") } else { false }
            })
        #expect(market.ledger.state.plugins.isEmpty)
    }

    @Test("the market is the one of that moment: stock, asks, rates, catalog, trades")
    func moments() throws {
        let market = try market()
        let source = PluginSources.plugin(
            """
            pricing = function(trade, line)
              local stock = entrepot.stock("luna", "water").on_hand
              local rate = entrepot.rate("CR", "EUR") or "none"
              local first = entrepot.trade("first")
              local cargo = first and entrepot.shipment(first.shipments[1])
              local note = stock .. " " .. rate .. " " .. (first and first.status or "none") .. " "
                .. (cargo and cargo.status or "none") .. " " .. (entrepot.item("water").name)
                .. " " .. tostring(entrepot.now() == trade.created_ms)
              return line.price + "0.01", note
            end
            """)
        for line in [
            "CURRENCY ADD EUR Euro 2", "TRADE CREATE luna mars water:10 ID first",
            "TRADE CREATE luna mars water:20 ID second", "RATE SET CR EUR 0.5",
            "ITEM SET water NAME Wet",
        ] { #expect(market.run(line).error == nil, "\(line)") }
        let shipment = market.run("TRADE GET first").at("shipments.0")
        #expect(market.run("CARGO DISPATCH \(shipment)").error == nil)
        #expect(market.run("TRADE CREATE luna mars water:30 ID third").error == nil)
        #expect(market.run("CARGO DELIVER \(shipment)").error == nil)
        market.clock.advance(seconds: 60)
        let multi = market.multi([
            "TRADE CREATE luna mars water:40 ID fourth", "TRADE CREATE luna mars water:50 ID fifth",
        ])
        #expect(multi.error == nil)
        for report in [try backtest(source, market), try backtestOfDocuments(source, market)] {
            var notes: [String: String] = [:]
            for example in report.examples {
                if case .changed(let reason) = example.verdict {
                    notes[example.trade.text] = reason
                }
            }
            #expect(notes["first"] == "100000 none none none water true")
            #expect(notes["second"] == "99990 none initiated pending water true")
            #expect(notes["third"] == "99970 0.5 initiated in_transit Wet true")
            #expect(notes["fourth"] == "99940 0.5 completed delivered Wet true")
            // Inside a MULTI the trade before it is seen, as live.
            #expect(notes["fifth"] == "99900 0.5 completed delivered Wet true")
        }
    }

    @Test("a period by seq and by time")
    func periods() throws {
        let market = try market()
        var seqs: [UInt64] = []
        for _ in 0..<5 {
            market.clock.advance(seconds: 3_600)
            let seq = market.run("TRADE CREATE luna mars water:100").at("seq")
            seqs.append(try #require(UInt64(seq)))
        }
        func examined(_ from: LogPlace?, _ to: LogPlace?) throws -> UInt64 {
            try backtest(Self.bulk, market, from: from, to: to).trades.examined
        }
        #expect(try examined(nil, nil) == 5)
        #expect(try examined(.seq(seqs[1]), nil) == 4)
        #expect(try examined(.seq(seqs[1] + 1), .seq(seqs[3])) == 1)
        // The shipment of the last trade lies behind the end: the trade does not.
        #expect(try examined(nil, .seq(seqs[0] + 1)) == 1)
        #expect(try examined(.seq(seqs[4] + 9), nil) == 0)
        let third = try #require(try market.ledger.durableView.event(seqs[2])).time
        #expect(try examined(.time(third), nil) == 3)
        #expect(try examined(nil, .time(third)) == 2)
        #expect(try examined(.seq(9), .seq(3)) == 0)
        let view = market.ledger.durableView
        #expect(try StoredLog.length(view, BacktestPeriod(to: .time(third))) == seqs[2] - 1)
        #expect(try StoredLog.length(view, BacktestPeriod(to: .seq(0))) == 0)
        #expect(try StoredLog.length(view, BacktestPeriod()) == view.head.seq)
    }

    @Test("a station's rule sees its own trades; ETAs are held against those that nobody named")
    func scopes() throws {
        let market = try market()
        for line in [
            "TRADE CREATE luna mars water:1", "TRADE CREATE mars luna ore:1",
            "TRADE CREATE luna vega ore:1 ETA +2d", "TRADE RESERVE luna mars water:1 TTL 3600 ID r",
            "TRADE COMMIT r",
        ] { #expect(market.run(line).error == nil, "\(line)") }
        let source = PluginSources.plugin(
            "eta = function(shipment) return \"+72h\" end, validate = function(trade) "
                + "if trade.seller == \"mars\" then return \"no\" end end", station: "luna")
        let report = try backtest(source, market)
        #expect(report.trades.examined == 4 && report.trades.concerned == 4)
        #expect(report.trades.refused == 1)
        // Of luna's three shipments one has an ETA that its command named.
        #expect(report.etas.examined == 2 && report.etas.changed == 2)
        #expect(report.etas.earlier == 2 && report.etas.later == 0)
        let vega = source.replacing("\"luna\"", with: "\"vega\"")
        let seen = try backtest(vega, market)
        #expect(seen.trades.concerned == 1 && seen.etas.examined == 0)
        let unknown = source.replacing("\"luna\"", with: "\"nowhere\"")
        #expect(try backtest(unknown, market).trades.concerned == 0)
        #expect(same(try backtestOfDocuments(source, market), report))
    }

    @Test("the same report twice, random numbers and all")
    func determinism() throws {
        let market = try market()
        for _ in 0..<30 { market.run("TRADE CREATE luna mars water:3") }
        let source = PluginSources.plugin(
            "pricing = function(t, l) return l.price + money(\"0.01\") * entrepot.random(100) end")
        let first = try backtest(source, market)
        #expect(first.trades.changed == 30)
        #expect(same(try backtest(source, market), first))
    }

    @Test("a rule without a word about trades, and one that does not compile")
    func sources() throws {
        let market = try market()
        #expect(throws: PluginProblem.self) {
            try backtest(PluginSources.plugin("every = { [\"1h\"] = function() end }"), market)
        }
        #expect(throws: PluginProblem.self) { try backtest("return 7", market) }
    }

    @Test("no trade is kept: a hundred thousand leave nothing but stock rows")
    func memory() throws {
        final class Watched { weak var change: TradeChange? }
        let backtest = try Backtest(
            source: PluginSources.plugin("validate = function() end", station: "s1"), file: "r",
            limits: Limits(), period: BacktestPeriod(), records: Forgetful(),
            clock: HandClock())
        var seq: UInt64 = 0
        func take(_ type: EventType, _ data: EventData) throws {
            seq += 1
            _ = try backtest.take(
                Event(
                    seq: seq, time: Timestamp(milliseconds: Int64(seq)), type: type, first: seq,
                    count: 1, actor: .local, cause: Cause(command: nil), data: data))
        }
        try take(.currencyAdded, .currency(.credits(seq: 1)))
        for number: UInt32 in 1...10 {
            let station = Station(
                number: StationNumber(number), id: try #require(Identifier("s\(number)")),
                created: Timestamp(milliseconds: 0), seq: 1)
            try take(.stationAdded, .station(before: nil, after: station))
        }
        let item = Item(number: ItemNumber(1), id: Identifier(literal: "water"), seq: 1)
        try take(.itemAdded, .item(before: nil, after: item))
        var watched: [Watched] = []
        let count = 100_000
        for index in 0..<count {
            let seller = StationNumber(UInt32(index % 10 + 1))
            let key = RecordKey(seq: seq + 1)
            let time = Timestamp(milliseconds: Int64(seq))
            let trade = Trade(
                key: key, id: key.serverChosenIdentifier(created: time), seller: seller,
                buyer: StationNumber(UInt32((index + 1) % 10 + 1)),
                lines: [TradeLine(item: ItemNumber(1), quantity: 1, unitPrice: 5, lineTotal: 5)],
                currency: .credits, total: 5, status: .initiated, actor: .local, created: time)
            let row = Stock(station: seller, item: ItemNumber(1))
            let change = TradeChange(
                trade: trade, previous: 0,
                stock: [StockChange(after: row, previous: 0, delta: -1, counterpart: .transit)])
            let box = Watched()
            box.change = change
            watched.append(box)
            try take(.tradeInitiated, .trade(change))
        }
        #expect(watched.count { $0.change != nil } <= 1)
        #expect(backtest.market.stock.count == 10)
        let report = try backtest.finish()
        #expect(report.trades.examined == UInt64(count))
        #expect(report.trades.concerned == UInt64(count / 5))
    }

    /// A past that nobody asks.
    private final class Forgetful: PastRecords {
        func trade(_ id: Identifier, before seq: UInt64) -> Trade? { nil }
        func shipment(_ id: Identifier, before seq: UInt64) -> Shipment? { nil }
        func took(_ event: borrowing Event) {}
    }
}
